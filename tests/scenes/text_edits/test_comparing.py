"""Programs are the same if they are after every "it" is replaced by what it stands for."""

from __future__ import annotations

import pytest
from rowsplat.scenes.text_edits.comparing import resolved, same_program
from rowsplat.scenes.text_edits.parsing import parse_edits


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("select the chair, then hide it", "select the chair. hide the chair"),
        ("select the chair. undo. hide it", "select the chair. undo. hide the chair"),
        ("hide the chair. show everything. select it", "hide the chair. show everything. select the chair"),
        ("select the chair. hide it and the car", "select the chair. hide the chair and the car"),
        ("select the chair. hide everything except it", "select the chair. hide everything except the chair"),
        ("select the chair. hide the top half of it", "select the chair. hide the top half of the chair"),
        ("select the cup and the jug. hide it", "select the cup and the jug. hide the cup and the jug"),
        ("duplicate the chair. hide it. select it", "duplicate the chair. hide it. select it"),
        ("duplicate the chair. hide the car. select it", "duplicate the chair. hide the car. select the car"),
        ("hide it. select it", "hide it. select it"),
    ],
)
def test_it_is_what_the_step_before_was_about_except_a_copy(said: str, meant: str) -> None:
    assert resolved(parse_edits(said)) == parse_edits(meant)
    assert same_program(parse_edits(said), parse_edits(meant))


def test_a_part_of_a_part_stays_a_part_of_it() -> None:
    program = parse_edits("select the top half of the car. hide the left half of it")
    assert resolved(program) == program


def test_the_original_is_not_the_copy() -> None:
    assert not same_program(
        parse_edits("duplicate the chair. hide it"), parse_edits("duplicate the chair. hide the chair")
    )


def test_numbers_count_to_the_digits_that_are_printed() -> None:
    assert same_program(
        parse_edits("scale the cup to a third"), parse_edits("scale the cup by 0.333333333333")
    )
    assert not same_program(parse_edits("scale the cup by 0.3"), parse_edits("scale the cup by 0.31"))
