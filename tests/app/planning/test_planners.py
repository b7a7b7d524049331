"""Planners one after the other, and what makes a small model refuse."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from rowsplat.app.planning.canonical import read_canonical
from rowsplat.app.planning.language_model import load_language_model
from rowsplat.app.planning.planner import ChainedPlanner, GrammarPlanner
from rowsplat.app.planning.restored_case import with_original_case
from rowsplat.app.planning.small_model import SmallModelPlanner
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes.text_edits.not_understood import NotUnderstood
from rowsplat.scenes.text_edits.steps import TextProgram


class Says:
    """A planner that knows one sentence, and counts how often it is asked."""

    def __init__(self, text: str, program: str) -> None:
        self.text, self.program, self.asked = text, read_canonical(program), 0

    def plan(self, text: str, *, names: Collection[str] = ()) -> TextProgram:
        self.asked += 1
        if text != self.text:
            raise NotUnderstood(text, f"only {self.text} is known", "Say that")
        return self.program


def test_the_first_that_understands_is_the_last_that_is_asked() -> None:
    one, two, three = Says("a", "undo"), Says("b", "undo 2 steps"), Says("b", "undo 3 steps")
    assert ChainedPlanner((one, two, three)).plan("b") == two.program
    assert (one.asked, two.asked, three.asked) == (1, 1, 0)


def test_where_all_refuse_the_first_says_why() -> None:
    with pytest.raises(NotUnderstood, match="only a is known"):
        ChainedPlanner((Says("a", "undo"), Says("b", "undo"))).plan("c")


def test_the_grammar_is_a_planner() -> None:
    assert GrammarPlanner().plan("remove the floor") == read_canonical("remove the floor")


@pytest.mark.parametrize("text", ["", "  ", "?!", "12 + 30", "😀😀", "remove it " * 100])
def test_what_no_model_need_be_asked_about_is_refused_before_one_is_loaded(text: str, tmp_path: Path) -> None:
    with pytest.raises(NotUnderstood):
        SmallModelPlanner(tmp_path / "no.gguf").plan(text)


@pytest.mark.parametrize("name", ["missing.gguf", "missing", "."])
def test_a_model_that_is_none_is_one_clear_line(tmp_path: Path, name: str) -> None:
    pytest.importorskip("transformers", reason="the extra slm is not installed")
    pytest.importorskip("llguidance", reason="the extra slm is not installed")
    with pytest.raises(RowsplatError, match=r"no language model") as caught:
        load_language_model(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_names_are_written_as_they_were_said() -> None:
    program = read_canonical('style it like "starry night"\nreplace it with "my/vase.ply"\ngroup it as "bob"')
    text = "paint it like Starry Night, swap it for My/Vase.PLY and call it Bob"
    lines = ['style it like "Starry Night"', 'replace it with "My/Vase.PLY"', 'group it as "Bob"']
    assert str(with_original_case(program, text)).splitlines() == lines
