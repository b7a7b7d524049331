"""An empty room with tiles of random grey on all sides, turned somehow, and photos of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rowsplat.render.omni_recon.reconstruction_types import ViewDepth
from rowsplat.render.omni_recon.types import DepthRange
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import PhotoImage
from scipy.spatial.transform import Rotation

SIZE = np.array([8.0, 5.0, 2.6])
"""From the origin, in the room's own axes."""

TURN = Rotation.from_euler("xyz", (20.0, -35.0, 50.0), degrees=True).as_matrix()
"""From the room's axes to the world's: its columns are the directions of the walls."""

_TILES = np.random.default_rng(4).uniform(0.1, 0.9, (3, 2, 64, 64, 3))
_TILE_SIDE = 0.2
_SAMPLES = 3  # a side of a pixel


def camera(position: tuple[float, ...], target: tuple[float, ...], width: int = 320) -> Camera:
    """In the room's axes, z up."""
    return Camera.look_at(
        tuple(TURN @ position),
        tuple(TURN @ target),
        up=tuple(TURN @ (0.0, 0.0, 1.0)),
        width=width,
        height=width * 3 // 4,
    )


def photo(of: Camera) -> PhotoImage:
    """What a camera in the room sees."""
    steps = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    pictures = [_cast(of, x, y)[0] for x in steps for y in steps]
    return PhotoImage(rgb=np.mean(pictures, axis=0).astype(np.float32), alpha=None, camera=of)


def depth(of: Camera) -> NDArray[np.float32]:
    """Along the view axis, `[H, W]`."""
    return _cast(of, 0.5, 0.5)[1].astype(np.float32)


def view(name: str, of: PhotoImage, *, wrong: float = 1.0, sources: Sequence[str] = ()) -> ViewDepth:
    """A photo with its depths times `wrong`, found from itself and other photos."""
    return ViewDepth(
        name=name,
        camera=of.camera,
        image=of.rgb,
        depth=(wrong * depth(of.camera)).astype(np.float32),
        confidence=np.ones(of.rgb.shape[:2], np.float32),
        bounds=DepthRange(near=0.3, far=12.0),
        sources=(name, *sources),
    )


def _cast(of: Camera, x: float, y: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    columns, rows = np.meshgrid(np.arange(of.width) + x, np.arange(of.height) + y)
    local = np.stack([(columns - of.cx) / of.fx, (rows - of.cy) / of.fy, np.ones_like(rows)], axis=-1)
    start, rays = of.position @ TURN, local @ of.viewmat[:3, :3] @ TURN
    with np.errstate(divide="ignore"):
        reach = np.where(rays > 0, (SIZE - start) / rays, np.where(rays < 0, -start / rays, np.inf))
    axis, found = reach.argmin(axis=-1), reach.min(axis=-1)
    cells = np.floor((start + found[..., None] * rays) / _TILE_SIDE).astype(int) % 64
    far = np.take_along_axis(rays, axis[..., None], -1)[..., 0] > 0
    u, v = (np.take_along_axis(cells, ((axis + k) % 3)[..., None], -1)[..., 0] for k in (1, 2))
    return _TILES[axis, far.astype(int), u, v], found
