"""Sentences mean what docs/edit-language.md says."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rowsplat.scenes.text_edits.not_understood import NotUnderstood
from rowsplat.scenes.text_edits.parsing import parse_edits, parse_target
from rowsplat.scenes.text_edits.steps import Group, Recolor, Remove, Select
from rowsplat.scenes.text_edits.targets import Thing

from .sentences import UNDERSTOOD


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_a_sentence_means_what_its_canonical_words_say_and_they_mean_the_same(text: str) -> None:
    program = parse_edits(text)
    assert str(program).split("\n") == UNDERSTOOD[text].split(" | ")
    assert parse_edits(str(program)) == program


def test_names_may_be_made_of_any_words() -> None:
    names = ["left", "Hero.001", "remove the wall", "it 🤖"]
    for name in names:
        assert parse_edits(f"remove the {name}", names=names).steps == (Remove(target=Thing(noun=name)),)


def test_names_are_found_in_any_case_and_keep_their_own() -> None:
    assert parse_target("the HERO.001", names=["Hero.001"]) == Thing(noun="Hero.001")


def test_a_name_that_is_a_colour_leaves_colours_what_they_are() -> None:
    program = parse_edits("make the robot blue", names=["blue"])
    assert program.steps == (Recolor(target=Thing(noun="robot"), color="blue"),)


def test_a_name_given_by_one_sentence_is_known_to_the_next() -> None:
    program = parse_edits('group the robot as "The Left One", then select The Left One')
    assert program.steps == (
        Group(target=Thing(noun="robot"), name="The Left One"),
        Select(target=Thing(noun="The Left One")),
    )


def test_a_name_in_quotes_needs_no_list_of_names() -> None:
    assert parse_target('"Left Arm"') == Thing(noun="Left Arm")


def test_a_target_is_no_program() -> None:
    with pytest.raises(NotUnderstood, match="more than what a step is about"):
        parse_target("the chair, then remove the floor")


def test_importing_the_parser_does_not_load_lark() -> None:
    loaded = "any(name in sys.modules for name in ('lark', 'torch'))"
    program = f"import sys, rowsplat.scenes.text_edits.parsing; sys.exit({loaded})"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
