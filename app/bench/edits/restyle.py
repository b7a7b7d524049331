"""How good restyled scenes are: `python -m rowsplat.app.bench.edits.restyle SCENE STYLE [STYLE ...]`.

Prints the rows of a Markdown table, a row a style:

- before, edited, restyled: mean error between a view and its neighbour in the ring, warped by the depth that was drawn,
  over pixels where both see the same: of the scene as it was, which is what warping itself leaves; of the views edited
  one by one; of the restyled scene. ratio: of the last two.
- PSNR of the restyled scene's views against the edited ones where the scene is (opacity of a pixel above 0.5), and over
  whole pictures, with what is not the scene taken out of the edited ones, as Omni-Recon does. Against the first pool,
  which was edited from the originals, and the last, which the scene was written from.
- held out: PSNR, where the scene is, of views between those of the ring against their own edits.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from numpy.typing import NDArray
from tyro import conf

from ....render import Backend, RenderMode, RenderOptions, create_renderer, psnr, write_image
from ....render.blending_weights import BlendingWeights
from ....render.restyling import (
    Picture,
    Restyled,
    RestyleOptions,
    ViewEditor,
    WriteBackOptions,
    camera_ring,
    editor_of,
    restyle_views,
)
from ....render.restyling.restyle import draw_view
from ....render.view_consistency import Correspondence, DepthView, correspondence, warped_error
from ....scenes import Camera, Gaussians
from ...commands.flags import flag
from ...opening import load_scene

_SHOWN = 4  # views in a picture
_HEADER = (
    "style", "rounds", "time [s]", "CPU [s]", "before", "edited", "restyled", "ratio",
    "PSNR last pool", "whole picture", "PSNR first pool", "held out",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Restyling:
    """Restyle a scene and measure how well its views agree and show the edit."""

    scene: Annotated[Path, conf.Positional, flag("Scene.", "SCENE")]
    styles: Annotated[
        tuple[Path, ...], conf.Positional, flag("Style networks, pictures or pipelines.", "STYLE")
    ]
    lod: Annotated[int | None, flag("Level of detail of the scene, 0 the finest.", "K")] = None
    prompt: Annotated[str | None, flag("Instruction, for pipelines that take one.")] = None
    views: Annotated[int, flag("Views around the scene.")] = 24
    size: Annotated[int, flag("Side of a view [px].")] = 512
    rounds: Annotated[int | None, flag("Rounds of editing; without it: what suits the style.")] = None
    later_noise: Annotated[float, flag("How much of a picture later rounds give up.")] = 0.3
    stiffness: Annotated[float, flag("How many pixels an old colour counts for.")] = (
        WriteBackOptions().stiffness
    )
    growth: Annotated[float, flag("Stiffness of a degree of colour to that of the one below.")] = (
        WriteBackOptions().stiffness_growth
    )
    through_views: Annotated[
        bool, flag("Write linear maps of colours back through views too, instead of mapping the colours.")
    ] = True
    pictures: Annotated[Path | None, flag("Folder for pictures to look at.", "DIR")] = None


@dataclass(frozen=True, kw_only=True)
class StyleFigures:
    """What was measured of a style; the errors and PSNRs [dB] are explained above.

    Args:
        style: Its name.
        gaussians: Number of those of the scene.
        rounds: Of editing and writing back.
        seconds: Wall clock [s].
        cpu_seconds: Of the process [s].
        before: Error between neighbours of the scene as it was.
        edited: Of the views edited one by one.
        restyled: Of the restyled scene.
        last_pool: PSNR against the last pool where the scene is.
        whole_picture: The same, whole pictures.
        first_pool: Against the first pool.
        held_out: Of views between.
    """

    style: str
    gaussians: int
    rounds: int
    seconds: float
    cpu_seconds: float
    before: float
    edited: float
    restyled: float
    last_pool: float
    whole_picture: float
    first_pool: float
    held_out: float

    @property
    def ratio(self) -> float:
        """Error of the restyled scene to that of the views edited one by one."""
        return self.restyled / self.edited

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of the table."""
        return (
            self.style,
            str(self.rounds),
            f"{self.seconds:.0f}",
            f"{self.cpu_seconds:.0f}",
            *(f"{error:.4f}" for error in (self.before, self.edited, self.restyled)),
            f"{self.ratio:.2f}",
            *(
                f"{value:.1f} dB"
                for value in (self.last_pool, self.whole_picture, self.first_pool, self.held_out)
            ),
        )


def main(what: Restyling) -> None:
    """Print the table."""
    print(f"{what.views} views of {what.size} x {what.size}\n")
    print(f"| {' | '.join(_HEADER)} |\n|{'---|' * len(_HEADER)}", flush=True)
    for figures in measured(what):
        print(f"| {' | '.join(figures.cells)} |", flush=True)


def measured(what: Restyling) -> Iterator[StyleFigures]:
    """The figures of each style.

    Raises:
        RowsplatError: The scene or a style cannot be read.
    """
    gaussians = load_scene(what.scene, lod=what.lod)
    ring = camera_ring(gaussians, 2 * what.views, what.size)
    cameras, between = ring[::2], ring[1::2][:_SHOWN]
    matches = _matches(gaussians, cameras)
    for style in what.styles:
        editor = editor_of(style, prompt=what.prompt)
        yield _figures(what, gaussians, cameras, between, matches, editor)


def _figures(
    what: Restyling,
    gaussians: Gaussians,
    cameras: Sequence[Camera],
    between: Sequence[Camera],
    matches: Sequence[Correspondence],
    editor: ViewEditor,
) -> StyleFigures:
    options = RestyleOptions(
        rounds=what.rounds,
        later_noise=what.later_noise,
        exact_maps=not what.through_views,
        write_back=WriteBackOptions(stiffness=what.stiffness, stiffness_growth=what.growth),
    )
    wall, cpu = time.perf_counter(), _cpu_seconds()
    made = restyle_views(gaussians, editor, options, cameras=cameras)
    wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
    drawn = [draw_view(made.gaussians, made.weights, view) for view in range(len(cameras))]
    fitted = editor.fitted(made.originals, made.shares)
    first = made.pool
    if (options.rounds or editor.rounds) > 1:
        first = [fitted.edit(view, original=view, noise=1.0, seed=0) for view in made.originals]
    if what.pictures is not None:
        _write_pictures(what.pictures / f"{editor.name}.png", made, first, drawn)
    errors = [_agreement(matches, pictures) for pictures in (made.originals, first, drawn)]
    return StyleFigures(
        style=editor.name,
        gaussians=len(gaussians),
        rounds=options.rounds or editor.rounds,
        seconds=wall,
        cpu_seconds=cpu,
        before=errors[0],
        edited=errors[1],
        restyled=errors[2],
        last_pool=_likeness(drawn, made.pool, made.shares),
        whole_picture=_whole_likeness(drawn, made.pool, made.shares),
        first_pool=_likeness(drawn, first, made.shares),
        held_out=_held_out(gaussians, made.gaussians, between, fitted),
    )


def _matches(gaussians: Gaussians, cameras: Sequence[Camera]) -> list[Correspondence]:
    """Where the pixels of every view are in the next one."""
    renderer = create_renderer(Backend.CPU)
    options = RenderOptions(mode=RenderMode.DEPTH_MEDIAN)
    depths = [renderer.render(gaussians, camera, options).image[..., 0] for camera in cameras]
    views = [DepthView(camera=camera, depth=depth) for camera, depth in zip(cameras, depths, strict=True)]
    return [correspondence(view, views[(k + 1) % len(views)]) for k, view in enumerate(views)]


def _agreement(matches: Sequence[Correspondence], pictures: Sequence[Picture]) -> float:
    """Mean over the views of the error to the next one."""
    errors = [
        warped_error(match, pictures[k], pictures[(k + 1) % len(pictures)]) for k, match in enumerate(matches)
    ]
    return float(np.mean(errors))


def _likeness(
    drawn: Sequence[Picture], edited: Sequence[Picture], shares: Sequence[NDArray[np.float32]]
) -> float:
    """Mean PSNR [dB] where the scene is."""
    views = zip(drawn, edited, shares, strict=True)
    return float(np.mean([psnr(a[share > 0.5], b[share > 0.5]) for a, b, share in views]))


def _whole_likeness(
    drawn: Sequence[Picture], edited: Sequence[Picture], shares: Sequence[NDArray[np.float32]]
) -> float:
    """Mean PSNR [dB] of whole pictures, the edited ones over black like the drawn ones."""
    views = zip(drawn, edited, shares, strict=True)
    return float(np.mean([psnr(a, b * share[..., None]) for a, b, share in views]))


def _held_out(before: Gaussians, after: Gaussians, cameras: Sequence[Camera], editor: ViewEditor) -> float:
    """`_likeness` of views that were not edited, against what the editor makes of them."""
    weights = BlendingWeights(before, cameras)
    originals = [draw_view(before, weights, view) for view in range(len(weights))]
    edited = [editor.edit(view, original=view, noise=1.0, seed=0) for view in originals]
    drawn = [draw_view(after, weights, view) for view in range(len(weights))]
    ones = [np.ones((len(weights.visible(view)), 3), np.float32) for view in range(len(weights))]
    shares = [weights.blend(view, colors).alpha for view, colors in enumerate(ones)]
    return _likeness(drawn, edited, shares)


def _write_pictures(path: Path, made: Restyled, first: Sequence[Picture], drawn: Sequence[Picture]) -> None:
    """Some views: before, edited one by one, restyled."""
    path.parent.mkdir(parents=True, exist_ok=True)
    views = range(_SHOWN)  # neighbours, so that one sees what does not agree
    rows = [np.concatenate([row[view] for view in views], axis=1) for row in (made.originals, first, drawn)]
    write_image(path, np.concatenate(rows, axis=0))


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main(tyro.cli(Restyling))
