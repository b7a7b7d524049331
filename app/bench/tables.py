"""The tables that a measurement prints on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from .measuring import STAGES, Run
from .ratios import median, ratios
from .report_data import Measurement, to_json

_Rows = Sequence[Sequence[str]]


def timing_table(runs: Sequence[Run]) -> str:
    """Median time of each stage [ms] and frame rate, a line a run."""
    header = ("scene", "variant", *(f"{name} ms" for name in STAGES), "FPS")
    return aligned([header, *(_timing_row(run) for run in runs)], names=2)


def ratio_table(runs: Sequence[Run]) -> str:
    """The ratios of the variants, a line each; empty when there is nothing to compare."""
    found = ratios(runs)
    if not found:
        return ""
    rows = [(r.scene, r.backend.value, r.name, _ratio_text(r.name, r.value)) for r in found]
    return aligned([("scene", "backend", "ratio of medians", ""), *rows], names=3)


def difference_table(measurement: Measurement) -> str:
    """How alike the pictures of each pair of variants are; empty when there is one variant only."""
    rows = [
        (
            entry["scene"],
            f"{entry['first']} - {entry['second']}",
            psnr_text(entry["psnr"]),
            f"{entry['max_error']:.2g}",
        )
        for entry in to_json(measurement)["pictures"]
    ]
    return aligned([("scene", "pictures", "PSNR", "max error"), *rows], names=2) if rows else ""


def psnr_text(value: float | None) -> str:
    """A PSNR of the report, in which `None` stands for equal pictures."""
    return "equal" if value is None else f"{value:.1f} dB"


def aligned(rows: _Rows, *, names: int) -> str:
    """Rows as text: the first `names` columns begin at the left, the numbers after them end at the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return "\n".join(_line(row, widths, names).rstrip() for row in rows)


def _line(row: Sequence[str], widths: Sequence[int], names: int) -> str:
    left = [cell.ljust(width) for cell, width in zip(row[:names], widths, strict=False)]
    right = [cell.rjust(width) for cell, width in zip(row[names:], widths[names:], strict=True)]
    return "  ".join((*left, *right))


def _timing_row(run: Run) -> tuple[str, ...]:
    total = median(run, "total")
    times = (f"{median(run, name):.1f}" for name in STAGES)
    return run.scene.name, run.variant.label, *times, f"{1000.0 / total:.1f}" if total > 0 else "-"


def _ratio_text(name: str, value: float) -> str:
    return f"{100.0 * value:.0f} %" if "share" in name else f"{value:.2f} x"
