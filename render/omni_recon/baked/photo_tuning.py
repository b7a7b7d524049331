"""Fine-tuning of a bake to its photos, one thing after the other: surface, outlines, backdrop, colours."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ....scenes.photo_sets import PhotoSet
from ..held_out import require_enough
from .backdrop_tuning import fit_backdrop
from .fitting import FittedBake, OnFit, PhotosOfBake
from .outline_tuning import fit_outlines
from .surface_tuning import fit_surface
from .tuning import TuningOptions, TuningProgress, fine_tune_bake
from .types import Bake

_GEOMETRY = 0.6  # of the time, at most, for what comes before the colours
_LEAST_LEFT = 0.05  # of the time, for the colours
_PARTS = 1000  # that the progress of colours is counted in

OnStage = Callable[[str, int, int, float | None], None]
"""Called with the stage, how much of it is done, how much there is, and the seconds left where they are known."""

_Fit = Callable[[Bake, OnFit], FittedBake | None]


def no_stage_progress(stage: str, done: int, total: int, seconds_left: float | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True, kw_only=True)
class TunedPart:
    """What one stage gave.

    Args:
        name: What was tuned: "outlines", "surface", "backdrop" or "colours".
        first_psnr: Of held-out photos before [dB]: whole and on white, for colours where the mesh is.
        psnr: Afterwards, never less.
        seconds: How long it took.
    """

    name: str
    first_psnr: float
    psnr: float
    seconds: float


@dataclass(frozen=True, eq=False, kw_only=True)
class TunedToPhotos:
    """The best that was found, and what each stage did for it."""

    bake: Bake
    parts: tuple[TunedPart, ...]


_DEFAULT_OPTIONS = TuningOptions()


def fit_geometry(
    bake: Bake,
    photo_set: PhotoSet,
    *,
    on_progress: OnStage = no_stage_progress,
    deadline: float = float("inf"),
) -> TunedToPhotos:
    """Fit surface, outlines and backdrop to the photos; stages that do not apply are left out.

    Args:
        bake: Where to begin; it has no backdrop.
        photo_set: The photos that it was made from.
        on_progress: Told how far it is; raise from it to cancel.
        deadline: Surface and outlines are let be at this time [s of `time.monotonic`].

    Raises:
        RowsplatError: A photo is not in the set, or OpenCV is not installed.
        SceneFileError: A photo cannot be read.
    """
    photos = PhotosOfBake(bake, photo_set)
    stages: tuple[tuple[str, _Fit], ...] = (
        ("surface", lambda now, tell: fit_surface(now, photos, on_progress=tell, deadline=deadline)),
        ("outlines", lambda now, tell: fit_outlines(now, photos, on_progress=tell, deadline=deadline)),
        ("backdrop", lambda now, tell: fit_backdrop(now, photos, on_progress=tell)),
    )
    parts = list[TunedPart]()
    for name, fit in stages:
        begun = time.monotonic()
        found = fit(bake, partial(_told, on_progress, name))
        if found is not None:
            bake = found.bake
            parts.append(_part(name, found.first_psnr, found.psnr, begun))
    return TunedToPhotos(bake=bake, parts=tuple(parts))


def tune_to_photos(
    bake: Bake,
    photo_set: PhotoSet,
    minutes: float = 5.0,
    *,
    on_progress: OnStage = no_stage_progress,
    options: TuningOptions = _DEFAULT_OPTIONS,
) -> TunedToPhotos:
    """Fit the geometry and then the colours of a bake for so many minutes.

    Args:
        bake: Where to begin; it has no backdrop.
        photo_set: The photos that it was made from.
        minutes: For all stages together; a round that was begun is ended.
        on_progress: Told how far it is; raise from it to cancel.
        options: How colours are tuned.

    Raises:
        RowsplatError: There are fewer than four photos, one is not in the set, or OpenCV is not installed.
        SceneFileError: A photo cannot be read.
    """
    require_enough(len(bake.views), "the bake")
    started, seconds = time.monotonic(), 60.0 * minutes
    fitted = fit_geometry(bake, photo_set, on_progress=on_progress, deadline=started + _GEOMETRY * seconds)
    begun = time.monotonic()
    left = max(started + seconds - begun, _LEAST_LEFT * seconds)
    tuned = fine_tune_bake(
        fitted.bake, minutes=left / 60.0, options=options, on_progress=partial(_told_colours, on_progress)
    )
    colours = _part("colours", tuned.first_psnr, tuned.psnr, begun)
    return TunedToPhotos(bake=tuned.bake, parts=(*fitted.parts, colours))


def _part(name: str, first_psnr: float, psnr: float, begun: float) -> TunedPart:
    return TunedPart(name=name, first_psnr=first_psnr, psnr=psnr, seconds=time.monotonic() - begun)


def _told(on_progress: OnStage, name: str, done: int, total: int) -> None:
    on_progress(f"fit {name}", done, total, None)


def _told_colours(on_progress: OnStage, progress: TuningProgress) -> None:
    on_progress("fit colours", round(_PARTS * progress.done), _PARTS, progress.seconds_left)
