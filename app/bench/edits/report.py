"""Rows of the table of docs/edits.md, each with its bar: part by part, because some take long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated

import numpy as np
from tyro import conf

from ....kernels.errors import RowsplatError
from ...commands.flags import flag


class Part(Enum):
    """What can be measured."""

    SELECTION = "selection"
    UNTOUCHED = "untouched"
    SENTENCES = "sentences"
    STYLE = "style"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row.

    Args:
        name: What was measured, and on what.
        bar: What it should reach, "" for what is only told.
        measured: What it is.
    """

    name: str
    bar: str
    measured: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """Measure text edits, and print a Markdown table of figures and bars."""

    parts: Annotated[
        tuple[Part, ...], conf.Positional, flag("What to measure.", "{selection,untouched,sentences,style}")
    ] = (Part.SELECTION, Part.UNTOUCHED)
    data: Annotated[
        Path | None, flag("Folder with captured scenes under gaussians, for more selections.", "FOLDER")
    ] = None
    held_out: Annotated[
        Path | None, flag("Sentences, their programs and nonsense, for the part sentences.", "TOML")
    ] = None
    untuned: Annotated[bool, flag("Measure the small model without its tuning, too.")] = False
    threads: Annotated[int, flag("Threads of the small model.", "N")] = 2
    scene: Annotated[Path | None, flag("Scene for the part style.", "SCENE")] = None
    lod: Annotated[int | None, flag("Level of detail of that scene, 0 the finest.", "K")] = None
    styles: Annotated[
        tuple[Path, ...], flag("Style networks, pictures or pipelines for that part.", "STYLE ...")
    ] = ()
    prompt: Annotated[str | None, flag("Instruction for pipelines that take one.", "TEXT")] = None
    views: Annotated[int, flag("Views around that scene.", "N")] = 24
    size: Annotated[int, flag("Side of a view [px].", "PX")] = 512


def figures(report: Report) -> Iterator[Figure]:
    """The rows of all parts, in their order; parts that take long say on stderr where they are.

    Raises:
        RowsplatError: Something that a part needs was not given or cannot be read.
    """
    _require(report)
    for part in dict.fromkeys(report.parts):
        yield from _PARTS[part](report)


def line(figure: Figure) -> str:
    """A row of the table."""
    return f"| {figure.name} | {figure.bar} | {figure.measured} |"


HEADER = "| figure | bar | measured |\n|---|---|---|"
"""Of the table."""


def _require(report: Report) -> None:
    """Refuse, before anything is measured, parts that lack something."""
    if Part.SENTENCES in report.parts and report.held_out is None:
        raise RowsplatError("sentences needs --held-out TOML, the file of sentences to measure.")
    if Part.STYLE in report.parts and (report.scene is None or not report.styles):
        raise RowsplatError("style needs --scene SCENE and --styles STYLE, a network, picture or pipeline.")


def _selection(report: Report) -> Iterator[Figure]:
    from .selection import Selected, known_scenes, measured

    rows = list[Selected]()
    for scene in known_scenes(report.data):
        _tell(f"selection: {scene.name}")
        rows += measured(scene)
    for developed in (False, True):
        part = [row for row in rows if row.development is developed]
        scenes = len({row.scene for row in part})
        kind = "constants were chosen by" if developed else "not looked at before"
        yield Figure(
            name=f"selection, IoU with what is meant: {scenes} scenes, {len(part)} phrases, {kind}",
            bar="" if developed else "mean >= 0.8",
            measured=f"mean {np.mean([row.iou for row in part]):.3f}; "
            f"{np.mean([row.iou >= 0.8 for row in part]):.0%} reach 0.8",
        )


def _untouched(report: Report) -> Iterator[Figure]:
    from .untouched import measured

    del report
    rows = measured()
    yield Figure(
        name=f"Gaussians that an edit is not about: {len(rows)} edits of the bundled scene",
        bar="bit-identical",
        measured=f"{sum(row.changed for row in rows):,} of {sum(row.gaussians for row in rows):,} changed",
    )


def _sentences(report: Report) -> Iterator[Figure]:
    from .sentences import Measure, planner_rows, read_sentences

    if report.held_out is None:
        return
    sentences = read_sentences(report.held_out)
    command = Measure(file=report.held_out, untuned=report.untuned, threads=report.threads)
    edits = sum(bool(sentence.programs) for sentence in sentences)
    for row in planner_rows(sentences, command):
        chain = row.name == "grammar, then tuned"
        yield Figure(
            name=f"{row.name}: {edits} sentences, exact program",
            bar=">= 90 %" if chain else "",
            measured=f"{row.exact:.1%} (another program: {row.wrong:.1%})",
        )
        yield Figure(
            name=f"{row.name}: {len(sentences) - edits} nonsense sentences, refused",
            bar=">= 95 %" if chain else "",
            measured=f"{row.refused:.1%}",
        )
        yield Figure(
            name=f"{row.name}: from sentence to plan",
            bar="<= 50 ms" if row.name == "grammar" else "<= 5 s",
            measured=f"median {row.median:.3f} s, longest {row.worst:.3f} s",
        )


def _style(report: Report) -> Iterator[Figure]:
    from .restyle import Restyling, measured

    if report.scene is None:
        return
    what = Restyling(
        scene=report.scene,
        styles=report.styles,
        lod=report.lod,
        prompt=report.prompt,
        views=report.views,
        size=report.size,
    )
    for found in measured(what):
        name = f"{found.style}, {found.gaussians:,} Gaussians, {what.views} views of {what.size} px: "
        yield Figure(
            name=f"{name}time",
            bar="<= 10 min",
            measured=f"{found.seconds:.0f} s ({found.cpu_seconds:.0f} s of processor time)",
        )
        yield Figure(
            name=f"{name}error to the warped neighbour, by that of views edited one by one",
            bar="<= 0.5",
            measured=f"{found.ratio:.2f} ({found.restyled:.4f} by {found.edited:.4f}; "
            f"the scene as it was: {found.before:.4f})",
        )
        yield Figure(
            name=f"{name}PSNR to the edited views",
            bar=">= 25 dB",
            measured=f"{found.whole_picture:.1f} dB; where the scene is, {found.last_pool:.1f} dB",
        )


_PARTS: dict[Part, Callable[[Report], Iterator[Figure]]] = {
    Part.SELECTION: _selection,
    Part.UNTOUCHED: _untouched,
    Part.SENTENCES: _sentences,
    Part.STYLE: _style,
}


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
