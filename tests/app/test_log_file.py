"""The log keeps what was told in one line, and is no condition for anything."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from rowsplat.app.log_file import log_to
from rowsplat.app.render_service import _told
from rowsplat.kernels.errors import RowsplatError


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    logger = logging.getLogger("rowsplat")
    before = list(logger.handlers)
    yield
    for handler in [entry for entry in logger.handlers if entry not in before]:
        logger.removeHandler(handler)
        handler.close()


def test_warnings_are_kept_with_their_cause(tmp_path: Path) -> None:
    path = log_to(tmp_path / "state")
    try:
        raise ZeroDivisionError("by nothing")
    except ZeroDivisionError:
        logging.getLogger("rowsplat.app.session").exception("mistake")
    text = path.read_text(encoding="utf-8")
    assert "mistake" in text
    assert "ZeroDivisionError: by nothing" in text


def test_without_a_place_to_write_nothing_is_kept_and_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    path = log_to(tmp_path / "file" / "state")
    logging.getLogger("rowsplat").warning("lost")
    assert not path.exists()


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (RowsplatError("a.ply: wrong"), "a.ply: wrong"),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (MemoryError(), "There is not enough memory for this"),
    ],
)
def test_what_the_user_can_mend_is_one_line_and_no_more(error: Exception, line: str) -> None:
    assert _told(error) == (line, "")


def test_a_fault_of_ours_says_so_and_leaves_its_trace_for_the_log() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        line, details = _told(error)
    assert line == "rowsplat made a mistake (ValueError: two lines); the log has more"
    assert "Traceback" in details
