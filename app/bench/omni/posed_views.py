"""Views that were photographed and are to be made again from other photos."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....scenes import Camera
from ....scenes.photo_sets import (
    PhotoSet,
    choose_source_views,
    load_photo_set,
    near_far_of_camera,
    with_triangulated_points,
)

SETS = ("chair", "room8", "fox", "dtu_scan24", "buddha13")
_OVERLAPPING = {"room8": 3}  # its other five photos show what no two others show
_SOURCES = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewCase:
    """A view to make.

    Args:
        name: Of the photo that shows it.
        truth: That photo, `[H, W, 3]` in [0, 1].
        camera: Its camera.
        photos: The source photos, `[h, w, 3]` in [0, 1], the best first.
        cameras: Their cameras.
        sources: Their names.
        near_far: Depths between which the scene lies in the view [scene units].
    """

    name: str
    truth: NDArray[np.float32]
    camera: Camera
    photos: tuple[NDArray[np.float32], ...]
    cameras: tuple[Camera, ...]
    sources: tuple[str, ...]
    near_far: tuple[float, float]


def view_cases(folder: Path, count: int, max_side: int) -> Iterator[ViewCase]:
    """`count` photos of a set, each with the three others that serve it best.

    Photos of the part "test" are made from those of the part "train"; without these, each photo from all others.

    Args:
        folder: The photo set.
        count: How many, evenly spread over the set.
        max_side: Photos are scaled down to this [px].
    """
    photo_set = load_photo_set(folder)
    targets = _targets(photo_set, folder.name, count)
    sources = photo_set.of_split("train") if "train" in photo_set.splits else photo_set
    sources = with_triangulated_points(sources)
    for index in targets:
        photo = photo_set.photos[index]
        truth = photo.image(max_side)
        near_far = near_far_of_camera(sources, photo.camera)
        chosen = choose_source_views(
            sources, photo.camera, _SOURCES, exclude=(photo.name,), near_far=near_far
        )
        images = [sources.photos[i].image(max_side) for i in chosen]
        yield ViewCase(
            name=photo.name,
            truth=truth.rgb,
            camera=truth.camera,
            photos=tuple(image.rgb for image in images),
            cameras=tuple(image.camera for image in images),
            sources=tuple(sources.names[i] for i in chosen),
            near_far=near_far,
        )


def _targets(photo_set: PhotoSet, name: str, count: int) -> list[int]:
    indices = [i for i, photo in enumerate(photo_set.photos) if photo.split == "test"]
    indices = indices or list(range(len(photo_set)))[: _OVERLAPPING.get(name)]
    steps = (np.arange(count) + 0.5) / count * len(indices)
    return [indices[int(step)] for step in steps]
