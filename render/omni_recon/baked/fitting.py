"""Changes of a bake that are kept as long as photos that were not looked at are predicted better by them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ....kernels.errors import RowsplatError
from ....scenes.photo_sets import PhotoImage, PhotoSet
from ...metrics import psnr
from ...types import RenderOptions
from ..held_out import held_out
from .renderer import BakedRenderer
from .types import Bake

_WHITE = RenderOptions(background=(1.0, 1.0, 1.0))

OnFit = Callable[[int, int], None]
"""Called with the rounds done and the rounds there may be. What it raises ends the work."""

Change = Callable[[Bake, BakedRenderer], Bake]
"""From the best bake so far to one that may be better; the renderer draws what was tried last."""


def no_fit_progress(done: int, total: int) -> None:
    """Tell nobody."""


class PhotosOfBake:
    """The photos of a bake as they were before transparent parts became white, read when they are asked for."""

    def __init__(self, bake: Bake, photo_set: PhotoSet) -> None:
        """Find them.

        Raises:
            RowsplatError: One is not in the set.
        """
        self._sides = {view.name: max(view.camera.width, view.camera.height) for view in bake.views}
        for name in self._sides:
            if name not in photo_set.names:
                raise RowsplatError(
                    f"{photo_set.name}: the photo {name} of the bake is missing. Take the photos of the bake."
                )
        self._photo_set = photo_set
        self._transparent = dict[str, bool]()

    @property
    def names(self) -> list[str]:
        """In the order of the bake."""
        return list(self._sides)

    def image(self, name: str) -> PhotoImage:
        """A photo in the size that the bake has it in.

        Raises:
            SceneFileError: It cannot be read.
        """
        photo = self._photo_set.photos[self._photo_set.index(name)].image(self._sides[name])
        opaque = photo.opaque
        self._transparent[name] = opaque is not None and not bool(opaque.all())
        return photo

    def is_transparent(self, name: str) -> bool:
        """Whether a photo has transparent parts; it is read only if it never was.

        Raises:
            SceneFileError: It cannot be read.
        """
        if name not in self._transparent:
            self.image(name)
        return self._transparent[name]

    def taking(self, names: Sequence[str]) -> PhotoSet:
        """Those photos as a set."""
        return self._photo_set.taking([self._photo_set.index(name) for name in names])


@dataclass(frozen=True, eq=False, kw_only=True)
class HeldOutPhotos:
    """Some photos by their names, in the sizes that the bake has them in. Each is predicted without itself."""

    photos: Mapping[str, PhotoImage]

    @classmethod
    def among(cls, photos: PhotosOfBake, names: Sequence[str]) -> HeldOutPhotos:
        """A few of those called `names`, spread evenly."""
        chosen = [names[index] for index in held_out(range(len(names)))]
        return cls(photos={name: photos.image(name) for name in chosen})

    def psnr(self, renderer: BakedRenderer) -> float:
        """Of all pixels of these photos, on white [dB]."""
        made = [
            renderer.render(photo.camera, _WHITE, exclude=name).image.ravel()
            for name, photo in self.photos.items()
        ]
        return psnr(
            np.concatenate(made), np.concatenate([photo.rgb.ravel() for photo in self.photos.values()])
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedBake:
    """The best that was found.

    Args:
        bake: It, or what was given if nothing was better.
        first_psnr: Of whole held-out photos before, on white [dB].
        psnr: Afterwards, never less.
        held_out: Names of these photos.
        rounds: Changes that helped.
    """

    bake: Bake
    first_psnr: float
    psnr: float
    held_out: tuple[str, ...]
    rounds: int


def improved(
    renderer: BakedRenderer,
    held: HeldOutPhotos,
    changes: Sequence[Change],
    on_progress: OnFit,
    *,
    patient: bool = False,
    deadline: float = float("inf"),
) -> FittedBake:
    """Try changes in turn.

    Args:
        renderer: Draws the bake to begin with.
        held: Photos that decide.
        changes: What is tried.
        on_progress: Told after every one; raise from it to cancel.
        patient: Go on after one that does not help; otherwise it is the last.
        deadline: No other is begun at this time or later [s of `time.monotonic`].
    """
    bake, rounds = renderer.bake, 0
    first = best = held.psnr(renderer)
    on_progress(0, len(changes))
    for done, change in enumerate(changes, start=1):
        if time.monotonic() >= deadline:
            break
        tried = change(bake, renderer)
        renderer.upload(tried)
        found = held.psnr(renderer)
        on_progress(done, len(changes))
        if found > best:
            bake, best, rounds = tried, found, rounds + 1
        elif not patient:
            break
    return FittedBake(bake=bake, first_psnr=first, psnr=best, held_out=tuple(held.photos), rounds=rounds)
