"""All views of a generated scene at the training size, kept in a folder so that each is cast only once."""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....scenes import Camera
from ....scenes.procedural import procedural_scene
from ...output_files import replacing_file
from ...ray_casting import SceneCaster

_MOST_VIEWS = 16
_FIELDS = {"images": np.uint8, "depths": np.float16, "viewmats": np.float64, "intrinsics": np.float64}


@dataclass(frozen=True, eq=False, kw_only=True)
class SceneViews:
    """Pictures of one scene from V cameras.

    Args:
        images: `[V, H, W, 3]` uint8, as displayed.
        depths: Along the view axis, `[V, H, W]` float16 [scene units], 0 where nothing is.
        cameras: V cameras of W x H pixels.
    """

    images: NDArray[np.uint8]
    depths: NDArray[np.float16]
    cameras: tuple[Camera, ...]


def cast_scene(seed: int, width: int, height: int) -> SceneViews:
    """The views of the scene of `seed`, `width` x `height` [px].

    Raises:
        RowsplatError: Open3D or manifold3d is not installed.
    """
    scene = procedural_scene(seed)
    cameras, caster = scene.cameras(width, height), SceneCaster(scene)
    seen = [caster.cast(camera) for camera in cameras]
    return SceneViews(
        images=np.stack([np.rint(view.image * 255.0).astype(np.uint8) for view in seen]),
        depths=np.stack([view.depth.astype(np.float16) for view in seen]),
        cameras=cameras,
    )


def cached_scene(folder: Path, seed: int, width: int, height: int) -> SceneViews:
    """The same, from the file for it in `folder` if there is a good one; else it is made and put there.

    A file that is damaged or of another version counts as none: it can be made again.

    Args:
        folder: Made if it does not exist.
        seed: Of the scene.
        width: [px].
        height: [px].

    Raises:
        RowsplatError: Open3D or manifold3d is not installed.
        OSError: The folder cannot be written to.
    """
    path = folder / f"scene-{seed}-{width}x{height}.npz"
    found = _read(path, width, height)
    if found is not None:
        return found
    made = cast_scene(seed, width, height)
    folder.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as temporary:
        np.savez_compressed(
            temporary,
            images=made.images,
            depths=made.depths,
            viewmats=np.stack([camera.viewmat for camera in made.cameras]),
            intrinsics=np.stack([camera.K for camera in made.cameras]),
        )
    return made


def _read(path: Path, width: int, height: int) -> SceneViews | None:
    """The content of a cache file, or `None` if it is not what `cached_scene` writes."""
    shapes = {
        "images": (height, width, 3),
        "depths": (height, width),
        "viewmats": (4, 4),
        "intrinsics": (3, 3),
    }
    with contextlib.suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        if not _fits(path, width * height):
            return None
        with np.load(path, allow_pickle=False) as file:
            fields: dict[str, NDArray[Any]] = {name: file[name] for name in _FIELDS}
        count = len(fields["images"])
        good = all(
            fields[name].shape == (count, *shapes[name]) and fields[name].dtype == dtype
            for name, dtype in _FIELDS.items()
        )
        if good and count > 1:
            poses = zip(fields["viewmats"], fields["intrinsics"], strict=True)
            cameras = tuple(_camera(viewmat, K, width, height) for viewmat, K in poses)
            return SceneViews(images=fields["images"], depths=fields["depths"], cameras=cameras)
    return None


def _camera(viewmat: NDArray[np.float64], K: NDArray[np.float64], width: int, height: int) -> Camera:
    fx, fy, cx, cy = float(K[0, 0]), float(K[1, 1]), float(K[0, 2]), float(K[1, 2])
    return Camera(viewmat=viewmat, fx=fx, fy=fy, cx=cx, cy=cy, width=width, height=height)


def _fits(path: Path, pixels: int) -> bool:
    """Whether the arrays, unpacked, are no larger than those of so many pixels can be."""
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    return size <= _MOST_VIEWS * (5 * pixels + 8 * 25) + 4096
