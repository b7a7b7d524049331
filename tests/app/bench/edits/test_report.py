"""The report says at once what a part lacks, and writes rows of a table."""

from __future__ import annotations

from pathlib import Path

import pytest
from rowsplat.app.bench.edits import report
from rowsplat.app.bench.edits.report import Figure, Part, Report, figures, line
from rowsplat.kernels.errors import RowsplatError


@pytest.mark.parametrize(("part", "lacks"), [(Part.SENTENCES, "--held-out"), (Part.STYLE, "--scene SCENE")])
def test_what_is_missing_is_said_before_anything_is_measured(
    part: Part, lacks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(report._PARTS, Part.SELECTION, lambda _: pytest.fail("was measured"))
    with pytest.raises(RowsplatError, match=lacks):
        list(figures(Report(parts=(Part.SELECTION, part))))


def test_parts_are_measured_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in (Part.SELECTION, Part.UNTOUCHED):
        row = Figure(name=part.value, bar="", measured="1")
        monkeypatch.setitem(report._PARTS, part, lambda _, row=row: iter([row]))
    asked = Report(parts=(Part.UNTOUCHED, Part.SELECTION, Part.UNTOUCHED), held_out=Path("x"))
    assert [figure.name for figure in figures(asked)] == ["untouched", "selection"]


def test_every_part_can_be_measured() -> None:
    assert set(report._PARTS) == set(Part)


def test_a_row_has_the_columns_of_the_header() -> None:
    row = line(Figure(name="a", bar="b", measured="c"))
    assert row.count("|") == report.HEADER.splitlines()[0].count("|") == 4
