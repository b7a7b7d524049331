"""Lifted labels against labels of rendered pictures, on generated scenes: `python -m rowsplat.app.bench.omni.lifting`.

A labeller looks, the same in both cases, (a) at the source photos, and what it says is lifted, and (b) at the picture
that is rendered from those sources. Three of them:

- one that errs in patches, elsewhere in each picture, as networks do that know a scene from one side only. What it sees
  in the rendered picture is made from the exact labels of that view, as if the picture were a photo;
- a small network that learnt from the labelled source photos, as when somebody painted them;
- the same network, that learnt from photos of the scene which are neither sources nor the view.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from ....render.metrics import psnr
from ....render.omni_recon import OmniRecon, ReconstructionOptions
from ....render.omni_recon.lifting import (
    Legend,
    LiftedView,
    LiftedViews,
    MapKind,
    numbered_channels,
    render_then_predict,
    strongest,
    with_picture,
)
from ....scenes.photo_sets import Photo
from .labelled_scenes import LabelledScene, erring_labels, labelled_scene, mean_iou, one_hot
from .own_network import network_to_measure
from .patch_labeller import PatchLabeller, trained_labeller

_FIRST_SEED = 900_000_000  # as validation of training: never trained on


@dataclass(frozen=True, kw_only=True)
class Figures:
    """mIoU in views of one scene, the mean over them.

    Args:
        lifted: Of labels that are predicted on the sources and blended.
        with_view: Of these joined with labels of the rendered picture.
        rendered: Of labels that are predicted on the rendered picture alone.
    """

    lifted: float
    with_view: float
    rendered: float

    @property
    def ratio(self) -> float:
        """How much better lifting is, with the view."""
        return self.with_view / self.rendered

    @classmethod
    def mean(cls, figures: Sequence[Figures]) -> Figures:
        """Over several views."""
        return cls(
            lifted=float(np.mean([each.lifted for each in figures])),
            with_view=float(np.mean([each.with_view for each in figures])),
            rendered=float(np.mean([each.rendered for each in figures])),
        )


@dataclass(frozen=True, kw_only=True)
class SceneFigures:
    """What was measured on one scene.

    Args:
        name: Of the scene.
        classes: Labels there are.
        psnr: Of the rendered pictures [dB].
        exact: mIoU of lifted exact labels: what the geometry alone costs.
        erring: With the labeller that errs in patches.
        from_sources: With the labeller that learnt from the sources.
        from_others: With the one that learnt from other photos.
    """

    name: str
    classes: int
    psnr: float
    exact: float
    erring: Figures
    from_sources: Figures
    from_others: Figures


@dataclass(frozen=True, kw_only=True)
class _SeveralMaps:
    """Exact labels and what the labellers say, in one map, so that a view is rendered once; a `PhotoMaps`."""

    scene: LabelledScene
    labellers: Sequence[PatchLabeller]
    legend: Legend

    def of_photo(self, photo: Photo, image: np.ndarray) -> np.ndarray:
        """`[4 * classes, H, W]`."""
        index, classes = self.scene.photo_set.index(photo.name), self.scene.classes
        labels = self.scene.labels[index]
        exact = [one_hot(labels, classes), one_hot(erring_labels(labels, classes, index), classes)]
        said = [labeller.predict(image) for labeller in self.labellers]
        return np.concatenate([*exact, *said])


def measured(scene: LabelledScene, model: OmniRecon, options: ReconstructionOptions) -> SceneFigures:
    """Means over three views of `scene`; each time a photo is left that is neither the view nor a source."""
    count = len(scene.photo_set)
    options = replace(options, source_views=min(options.source_views, count - 2))
    targets = sorted({count // 4, count // 2, 3 * count // 4})
    views = [_view_figures(scene, target, model, options) for target in targets]
    return SceneFigures(
        name=scene.name,
        classes=scene.classes,
        psnr=float(np.mean([view.psnr for view in views])),
        exact=float(np.mean([view.exact for view in views])),
        erring=Figures.mean([view.erring for view in views]),
        from_sources=Figures.mean([view.from_sources for view in views]),
        from_others=Figures.mean([view.from_others for view in views]),
    )


def _view_figures(
    scene: LabelledScene, target: int, model: OmniRecon, options: ReconstructionOptions
) -> SceneFigures:
    """Figures for one view."""
    photos = scene.photo_set.photos
    pictures = [photo.image().rgb for photo in photos]
    sources = _sources(scene, target, model, options)
    others = [index for index in range(len(photos)) if index != target and index not in sources]
    labellers = [
        trained_labeller([pictures[i] for i in chosen], [scene.labels[i] for i in chosen], scene.classes)
        for chosen in (sources, others)
    ]
    seen = _seen(scene, target, model, options, labellers)
    exact, *lifted = np.split(seen.map, 2 + len(labellers))
    truth = scene.labels[target]
    erring = one_hot(erring_labels(truth, scene.classes, target), scene.classes)
    rendered = [erring, *(render_then_predict(labeller, seen.picture) for labeller in labellers)]
    figures = [
        Figures(
            lifted=mean_iou(strongest(ours), truth),
            with_view=mean_iou(strongest(with_picture(replace(seen, map=ours), theirs)), truth),
            rendered=mean_iou(strongest(theirs), truth),
        )
        for ours, theirs in zip(lifted, rendered, strict=True)
    ]
    return SceneFigures(
        name=scene.name,
        classes=scene.classes,
        psnr=psnr(seen.picture.image.permute(1, 2, 0).numpy(), pictures[target]),
        exact=mean_iou(strongest(exact), truth),
        erring=figures[0],
        from_sources=figures[1],
        from_others=figures[2],
    )


def markdown(rows: Sequence[SceneFigures]) -> str:
    """The table."""
    lines = [
        "| scene | labels | picture [dB] | exact labels lifted "
        + "".join(
            f"| {name}: lifted | with the view | rendered | ratio "
            for name in ("errs in patches", "learnt from sources", "learnt from others")
        )
        + "|",
        "|---" * 16 + "|",
    ]
    for row in rows:
        cells = [
            f"{figures.lifted:.3f} | {figures.with_view:.3f} | {figures.rendered:.3f} | {figures.ratio:.2f}"
            for figures in (row.erring, row.from_sources, row.from_others)
        ]
        lines.append(
            f"| {row.name} | {row.classes} | {row.psnr:.1f} | {row.exact:.3f} | {' | '.join(cells)} |"
        )
    return "\n".join(lines)


def _seen(
    scene: LabelledScene,
    target: int,
    model: OmniRecon,
    options: ReconstructionOptions,
    labellers: Sequence[PatchLabeller],
) -> LiftedView:
    channels = numbered_channels((2 + len(labellers)) * scene.classes, "label")
    legend = Legend(title="labels", kind=MapKind.LABELS, channels=channels)
    maps = _SeveralMaps(scene=scene, labellers=labellers, legend=legend)
    photo = scene.photo_set.photos[target]
    views = LiftedViews(scene.photo_set, model, maps, options, agreement=True)
    return views.view(photo.camera, exclude=(photo.name,))


def _sources(
    scene: LabelledScene, target: int, model: OmniRecon, options: ReconstructionOptions
) -> tuple[int, ...]:
    from ....render.omni_recon.source_choice import SourceChooser

    photo = scene.photo_set.photos[target]
    chooser = SourceChooser(scene.photo_set, options.source_views)
    return chooser.choose(photo.camera, (photo.name,)).plan.sources


def main(
    weights: Annotated[
        Path | None, tyro.conf.arg(help="Weights; without it: none, which follow the prior.")
    ] = None,
    scenes: Annotated[int, tyro.conf.arg(help="How many scenes.")] = 6,
    first: Annotated[int, tyro.conf.arg(help="Number of the first of them.")] = 0,
    source_views: Annotated[int, tyro.conf.arg(help="Photos that a view is made from.")] = 3,
    width: Annotated[
        int, tyro.conf.arg(help="Of the pictures [px]; the height is three quarters of it.")
    ] = 128,
) -> None:
    """Measure and print a table."""
    model = network_to_measure(weights)
    options = ReconstructionOptions(max_side=width, source_views=source_views)
    rows: list[SceneFigures] = []
    for seed in range(_FIRST_SEED + first, _FIRST_SEED + first + scenes):
        rows.append(measured(labelled_scene(seed, width, width * 3 // 4), model, options))
        print(markdown(rows).splitlines()[-1], file=sys.stderr, flush=True)
    print(markdown(rows))


if __name__ == "__main__":
    tyro.cli(main)
