"""A stacked bar per run: where the time of a frame goes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ...render.output_files import replacing_file
from .measuring import Run
from .ratios import median

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLORS = {"project": "#4477aa", "sort": "#66ccee", "bin": "#228833", "blend": "#ee6677", "rest": "#bbbbbb"}


def write_plot(runs: Sequence[Run], path: Path) -> None:
    """Write the plot; an existing file is replaced.

    Args:
        runs: At least one.
        path: `.png`, `.svg` or `.pdf`.
    """
    with replacing_file(path) as temporary:
        _draw(runs).savefig(temporary, dpi=150)


def plot_png(runs: Sequence[Run]) -> bytes:
    """The plot as the contents of a .png file."""
    contents = io.BytesIO()
    _draw(runs).savefig(contents, format="png", dpi=110)
    return contents.getvalue()


def _draw(runs: Sequence[Run]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 1.4 + 0.45 * len(runs)), layout="constrained")
    axes = figure.subplots()
    labels = [f"{run.scene.name}  {run.variant.label}" for run in runs]
    left = [0.0] * len(runs)
    for name, color in _COLORS.items():
        widths = [_stage_or_rest(run, name) for run in runs]
        axes.barh(range(len(runs)), widths, left=left, color=color, label=name)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    for row, end in enumerate(left):
        axes.annotate(f" {end:.1f}", (end, row), va="center", fontsize=9)
    axes.set_yticks(range(len(runs)), labels)
    axes.invert_yaxis()
    axes.set_xlim(0.0, 1.1 * max(left))
    axes.set_xlabel("median time of a frame [ms]")
    axes.legend(ncols=len(_COLORS), loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def _stage_or_rest(run: Run, name: str) -> float:
    if name != "rest":
        return median(run, name)
    known = sum(median(run, stage) for stage in _COLORS if stage != "rest")
    return max(0.0, median(run, "total") - known)
