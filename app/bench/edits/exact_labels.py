"""Label maps without a mistake, and what lifting them to Gaussians gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ....kernels.constants import SH_C0
from ....render import Backend, create_renderer
from ....render.label_lifting import lifted_labels
from ....scenes import Camera, orbit_camera
from ....scenes.grounding import Weights
from .known_scenes import KnownScene

_VIEWS = 10
_SIZE = (320, 256)
_COVERED = 0.5  # opacity of a pixel that shows anything


def exact_labels(scene: KnownScene) -> dict[str, Weights]:
    """The labels of a scene, lifted from pictures whose pixels have the label of the thing that they show most of."""
    names, numbers = scene.label_numbers()
    if not names:
        return {}
    cameras = [
        orbit_camera(
            scene.gaussians,
            360.0 / _VIEWS * k,
            (12.0, 38.0)[k % 2],
            2.4,
            width=_SIZE[0],
            height=_SIZE[1],
            up=scene.up,
        )
        for k in range(_VIEWS)
    ]
    maps = [_label_map(scene, numbers, len(names), camera) for camera in cameras]
    return lifted_labels(scene.gaussians, cameras, maps, names)


def _label_map(scene: KnownScene, numbers: NDArray[np.intp], count: int, camera: Camera) -> NDArray[np.intp]:
    """Number of the label that a pixel shows most of, -1 for none, `[H, W]`."""
    shares = [_share(scene, numbers == label, camera) for label in range(-1, count)]
    stacked = np.stack(shares)
    return np.where(stacked.sum(axis=0) >= _COVERED, stacked.argmax(axis=0) - 1, -1)


def _share(scene: KnownScene, members: NDArray[np.bool_], camera: Camera) -> NDArray[np.float32]:
    """How much of each pixel some Gaussians draw, `[H, W]`."""
    sh = ((members - 0.5) / SH_C0).astype(np.float32)
    painted = replace(scene.gaussians, sh_coeffs=np.repeat(sh[:, None, None], 3, axis=2))
    return create_renderer(Backend.AUTO).render(painted, camera).image[..., 0]
