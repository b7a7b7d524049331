"""Generated scenes as photo sets with exact labels of every pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from ....render.ray_casting import SceneCaster
from ....scenes import Camera
from ....scenes.photo_sets import Photo, PhotoSet
from ....scenes.procedural import procedural_scene

_MARGINS = (0.85, 1.2)  # on the true nearest and farthest depth, which nobody knows exactly

_ERRING_CELL = 10  # px between the numbers that patches of errors are cut out of
_ERRING_SEED = 0x1AB

Labels = NDArray[np.int32]


@dataclass(frozen=True, eq=False, kw_only=True)
class LabelledScene:
    """A scene seen from V cameras.

    Args:
        name: For tables.
        photo_set: V photos.
        labels: What each pixel shows, `[V, H, W]`, from 0 (nothing) to `classes` - 1.
        classes: How many labels there are.
    """

    name: str
    photo_set: PhotoSet
    labels: Labels
    classes: int


def labelled_scene(seed: int, width: int, height: int) -> LabelledScene:
    """The scene of `seed` in photos of `width` x `height` [px].

    Raises:
        RowsplatError: Open3D or manifold3d is not installed.
    """
    scene = procedural_scene(seed)
    caster = SceneCaster(scene)
    photos: list[Photo] = []
    labels: list[Labels] = []
    for index, camera in enumerate(scene.cameras(width, height)):
        seen = caster.cast(camera)
        photos.append(drawn_photo(index, camera, seen.image, seen.depth))
        labels.append(seen.labels)
    return LabelledScene(
        name=f"{scene.layout} {seed % 1_000_000}",
        photo_set=PhotoSet(name=str(seed), photos=tuple(photos)),
        labels=np.stack(labels),
        classes=1 + max(part.label for part in scene.parts),
    )


def drawn_photo(index: int, camera: Camera, image: NDArray[np.float32], depth: NDArray[np.float32]) -> Photo:
    """What was drawn, as if it were a photo; near and far are known roughly.

    Args:
        index: Its name.
        camera: Where it was seen from.
        image: `[H, W, 3]` in [0, 1].
        depth: Along the view axis, `[H, W]` [scene units], 0 where nothing is.
    """
    depths = depth[depth > 0]
    near, far = (float(depths.min()), float(depths.max())) if len(depths) else (1.0, 2.0)
    return Photo(
        name=str(index),
        camera=camera,
        source=np.rint(255 * image).astype(np.uint8),
        near_far=(near * _MARGINS[0], far * _MARGINS[1]),
    )


def mean_iou(found: NDArray[np.integer], truth: NDArray[np.integer], least: int = 20) -> float:
    """Mean over labels of intersection over union.

    Args:
        found: `[...]`, negative where nothing was found, which is wrong.
        truth: The same shape.
        least: Labels of fewer pixels in the truth do not count.
    """
    values, counts = np.unique(truth, return_counts=True)
    scores: list[float] = []
    for value in values[counts >= least]:
        ours, theirs = found == value, truth == value
        scores.append(float((ours & theirs).sum() / (ours | theirs).sum()))
    return float(np.mean(scores)) if scores else float("nan")


def one_hot(labels: Labels, classes: int) -> NDArray[np.float32]:
    """`[classes, H, W]`, 1 where `labels [H, W]` have the channel's number."""
    return (labels[None] == np.arange(classes)[:, None, None]).astype(np.float32)


def erring_labels(labels: Labels, classes: int, view: int, share: float = 0.35) -> Labels:
    """`labels [H, W]` with other classes in patches, elsewhere in each view.

    Args:
        labels: The truth, from 0 to `classes` - 1.
        classes: How many there are, at least 2.
        view: Number of the view, which decides where the patches are.
        share: Of the pixels that are wrong.
    """
    rng = np.random.default_rng([_ERRING_SEED, view])
    shape = tuple(-(-side // _ERRING_CELL) + 1 for side in labels.shape)
    rows, columns = (np.arange(side) / _ERRING_CELL for side in labels.shape)
    where = np.meshgrid(rows, columns, indexing="ij")
    field = map_coordinates(rng.normal(size=shape), where, order=1)
    added = rng.integers(1, classes, size=shape)[tuple(np.rint(axis).astype(int) for axis in where)]
    wrong = field > np.quantile(field, 1.0 - share)
    return np.where(wrong, (labels + added) % classes, labels).astype(np.int32)
