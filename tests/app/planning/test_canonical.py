"""Canonical sentences and nothing else are read back."""

from __future__ import annotations

import pytest
from rowsplat.app.planning.canonical import read_canonical


@pytest.mark.parametrize(
    "text",
    [
        "move the largest red left chair up by 50%",
        "put the cup on the table near the lamp",
        "remove the top half of the robot and the floor except it",
        'style everything like "a \\"quoted\\" one"',
        "tint the #ff8800 thing blue by 30%\nmove it by 1 0 -2\nundo 3 steps",
        "rotate the selection by -45 degrees around forward",
        "recolor the red red",  # a noun that is a colour
    ],
)
def test_what_it_reads_prints_as_it_was(text: str) -> None:
    assert str(read_canonical(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "refuse",
        "remove chair",
        "delete the chair",
        "scale the chair by 0",
        "scale the chair by two",
        "move the chair sideways by 1",
        "recolor the chair loud",
        "tint the chair red by 120%",
        "remove the top half of the left third of it",
        "undo 0 steps",
        "remove the chair\n\nremove the table",
    ],
)
def test_all_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_canonical(text)
