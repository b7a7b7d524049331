"""Posed photos of one scene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..views import SceneExtent
from .photo import Photo


@dataclass(frozen=True, eq=False, kw_only=True)
class PhotoSet:
    """Photos of one scene in one world frame.

    Args:
        name: What the set is called, the folder's name for one that was read.
        photos: At least one; names are unique.
        points: Points of the scene `[N, 3]`, world frame, that the set came with.
        region: Where the object of interest is, if the set says so.
        notes: What a reader had to decide or leave out, one line each, to be shown to the user.

    Raises:
        ValueError: There is no photo, two have one name, or `points` has another shape.
    """

    name: str
    photos: tuple[Photo, ...]
    points: NDArray[np.float64] | None = None
    region: SceneExtent | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that photos can be told apart."""
        if not self.photos:
            raise ValueError("a photo set needs at least one photo, got none")
        if len(set(self.names)) != len(self.photos):
            raise ValueError("photos of one set must have different names")
        if self.points is not None and (self.points.ndim != 2 or self.points.shape[1] != 3):
            raise ValueError(f"points must have shape [N, 3], got {list(self.points.shape)}")

    def __len__(self) -> int:
        """Number of photos."""
        return len(self.photos)

    def __iter__(self) -> Iterator[Photo]:
        """The photos in order."""
        return iter(self.photos)

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each photo."""
        return tuple(photo.name for photo in self.photos)

    @property
    def cameras(self) -> tuple[Camera, ...]:
        """Camera of each photo."""
        return tuple(photo.camera for photo in self.photos)

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the parts that the set is divided into, in order of appearance."""
        return tuple(dict.fromkeys(photo.split for photo in self.photos if photo.split))

    def index(self, name: str) -> int:
        """Index of the photo called `name`.

        Raises:
            KeyError: There is none.
        """
        try:
            return self.names.index(name)
        except ValueError:
            raise KeyError(f"no photo called {name}") from None

    def taking(self, indices: Sequence[int]) -> PhotoSet:
        """The set with the photos at `indices` only, in that order.

        Raises:
            ValueError: There are none, or one comes twice.
        """
        return replace(self, photos=tuple(self.photos[index] for index in indices))

    def of_split(self, split: str) -> PhotoSet:
        """The set with the photos of one part only.

        Raises:
            ValueError: No photo belongs to it.
        """
        return self.taking([index for index, photo in enumerate(self.photos) if photo.split == split])
