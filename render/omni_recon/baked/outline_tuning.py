"""Fine-tuning of a bake's outlines, as far as it helps photos that were not looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ....kernels.errors import RowsplatError
from ....scenes.photo_sets import PhotoImage, PhotoSet
from ...metrics import psnr
from ...types import RenderOptions
from ..held_out import FEWEST_PHOTOS, held_out
from .outlines import PhotoOutline, fitted_to_outlines
from .renderer import BakedRenderer
from .types import Bake

ROUNDS = 4
"""At most; it ends with the first that does not help."""

_WHITE = RenderOptions(background=(1.0, 1.0, 1.0))

OnOutlines = Callable[[int, int], None]
"""Called with the rounds done and the rounds there may be. What it raises ends the work."""


def no_outline_progress(done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TunedOutlines:
    """The best mesh that was found.

    Args:
        bake: With it, or what was given if nothing was better.
        first_psnr: Of whole held-out photos before, on white [dB].
        psnr: Afterwards, never less.
        held_out: Names of these photos.
        rounds: Rounds that helped.
    """

    bake: Bake
    first_psnr: float
    psnr: float
    held_out: tuple[str, ...]
    rounds: int


def fit_outlines(
    bake: Bake, photo_set: PhotoSet, *, on_progress: OnOutlines = no_outline_progress
) -> TunedOutlines | None:
    """Move the mesh of a bake so that its outlines are those of photos with transparent parts.

    Args:
        bake: Where to begin.
        photo_set: The photos that it was made from; those without transparent parts are not looked at.
        on_progress: Told after every round; raise from it to cancel.

    Returns:
        What was found; `None` if fewer than four photos have outlines.

    Raises:
        RowsplatError: A photo of the bake is not in the set.
        SceneFileError: A photo cannot be read.
    """
    photos = dict[str, PhotoImage]()
    outlines = dict[str, PhotoOutline]()
    for view in bake.views:
        photo = _photo(photo_set, view.name, max(view.camera.width, view.camera.height))
        outline = PhotoOutline.of(photo)
        if outline is not None:
            photos[view.name], outlines[view.name] = photo, outline
    names = list(outlines)
    if len(names) < FEWEST_PHOTOS:
        return None
    chosen = tuple(names[index] for index in held_out(range(len(names))))
    learned = [outline for name, outline in outlines.items() if name not in chosen]
    renderer, shown = BakedRenderer(bake), [photos[name] for name in chosen]
    first = best = _psnr(renderer, shown, chosen)
    rounds = 0
    on_progress(0, ROUNDS)
    while rounds < ROUNDS:
        mesh = fitted_to_outlines(bake.mesh, learned, lambda camera: renderer.rasterise(camera).covered)
        tried = replace(bake, mesh=mesh)
        renderer.upload(tried)
        found = _psnr(renderer, shown, chosen)
        if found <= best:
            break
        bake, best, rounds = tried, found, rounds + 1
        on_progress(rounds, ROUNDS)
    return TunedOutlines(bake=bake, first_psnr=first, psnr=best, held_out=chosen, rounds=rounds)


def _photo(photo_set: PhotoSet, name: str, side: int) -> PhotoImage:
    if name not in photo_set.names:
        raise RowsplatError(
            f"{photo_set.name}: the photo {name} of the bake is missing. Take the photos of the bake."
        )
    return photo_set.photos[photo_set.index(name)].image(side)


def _psnr(renderer: BakedRenderer, photos: Sequence[PhotoImage], names: Sequence[str]) -> float:
    """Of the whole photos, each predicted without itself."""
    made = [
        renderer.render(photo.camera, _WHITE, exclude=name).image.ravel()
        for photo, name in zip(photos, names, strict=True)
    ]
    return psnr(np.concatenate(made), np.concatenate([photo.rgb.ravel() for photo in photos]))
