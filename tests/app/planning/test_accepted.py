"""The log of accepted sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from rowsplat.app.planning.accepted import log_accepted, read_accepted
from rowsplat.app.planning.canonical import read_canonical
from rowsplat.kernels.errors import SceneFileError


def test_what_is_logged_is_read_back_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    pairs = [
        ("zap the chair\nand the „table“", read_canonical("remove the chair\nremove the table")),
        ("Make it Monet", read_canonical('style it like "Monet"')),
    ]
    for text, program in pairs:
        log_accepted(path, text, program)
    assert [(drawn.text, drawn.program) for drawn in read_accepted(path)] == pairs


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"text": "x"}',
        '{"text": 1, "program": "undo"}',
        '{"text": "x", "program": "frobnicate it"}',
    ],
)
def test_a_broken_line_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "log.jsonl"
    log_accepted(path, "undo it", read_canonical("undo"))
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    with pytest.raises(SceneFileError, match="line 2") as caught:
        read_accepted(path)
    assert "\n" not in str(caught.value)


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(SceneFileError, match="cannot be written"):
        log_accepted(tmp_path / "no" / "log.jsonl", "undo", read_canonical("undo"))
