"""Generated sentences: reproducible, of every kind, and each with a program that the language has."""

from __future__ import annotations

from typing import get_args

from rowsplat.app.planning.canonical import read_canonical
from rowsplat.app.planning.prompts import normalized
from rowsplat.app.planning.sentences.examples import example
from rowsplat.scenes.text_edits.steps import Step

EXAMPLES = [example(0, index) for index in range(1500)]


def test_the_same_seed_and_index_give_the_same_example() -> None:
    assert [example(4, index) for index in range(50)] == [example(4, index) for index in range(50)]
    assert [example(4, index) for index in range(50)] != [example(5, index) for index in range(50)]


def test_every_program_is_read_back_from_its_sentences() -> None:
    programs = [drawn.program for drawn in EXAMPLES if drawn.program is not None]
    assert [read_canonical(str(program)) for program in programs] == programs


def test_every_kind_of_step_is_asked_for() -> None:
    said = {type(step) for drawn in EXAMPLES if drawn.program for step in drawn.program.steps}
    assert said == set(get_args(Step))


def test_about_a_quarter_is_to_be_refused() -> None:
    refused = sum(drawn.program is None for drawn in EXAMPLES) / len(EXAMPLES)
    assert 0.2 < refused < 0.3


def test_texts_are_not_empty_and_hardly_ever_the_same() -> None:
    assert all(drawn.text.strip() for drawn in EXAMPLES)
    edits = [drawn.text for drawn in EXAMPLES if drawn.program is not None]
    assert len(set(edits)) > 0.97 * len(edits)


def test_the_same_text_is_never_refused_and_understood() -> None:
    refused = {normalized(drawn.text) for drawn in EXAMPLES if drawn.program is None}
    understood = {normalized(drawn.text) for drawn in EXAMPLES if drawn.program is not None}
    assert not refused & understood
