"""cameras.npz of IDR, NeuS and their kin: `world_mat_i` `[4, 4]` = K [R | t], `scale_mat_i` the object's sphere.

`scale_mat_i` takes the unit sphere, which holds the object, to the world. Poses stay in the world's units (DTU:
millimetres).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from ..camera_files.limits import MAX_COORDINATE
from ..views import SceneExtent
from .assembly import fitted_cameras, photo_set_of, posed_photo
from .image_files import first_folder_with_photos, found_photo_around, photos_in
from .numpy_files import array_names, read_npz
from .photo_set import PhotoSet
from .projection_matrices import camera_of_projection

IDR_FILES = ("cameras.npz", "cameras_sphere.npz", "cameras_large.npz")
_PHOTO_FOLDERS = ("image", "images", "rgb", "")
_NOT_PHOTOS = re.compile(r"mask|depth|normal", re.IGNORECASE)


def is_idr(path: Path) -> bool:
    """Whether an .npz file holds `world_mat_0`, or `world_mat_1` where counting starts at 1."""
    return any(re.fullmatch(r"world_mat_[0-9]+", name) for name in array_names(path))


def load_idr_photos(path: Path) -> PhotoSet:
    """The photos beside a cameras.npz, with the object's sphere as region and mask/ as masks.

    Raises:
        SceneFileError: An array is missing or damaged, photos are not as many as cameras, or one does not fit.
    """
    file = path if path.is_file() else next(path / name for name in IDR_FILES if (path / name).is_file())
    numbers = sorted(
        int(name[10:]) for name in array_names(file) if re.fullmatch(r"world_mat_[0-9]{1,9}", name)
    )
    folder, files = first_folder_with_photos(file.parent, *_PHOTO_FOLDERS)
    files = [photo for photo in files if not _NOT_PHOTOS.search(photo.stem)]
    if len(files) != len(numbers):
        problem = f"expected {len(numbers)} photos in {folder.name}/, one for each camera, found {len(files)}"
        raise SceneFileError(file, "", problem, "Keep just the photos that the cameras are for")
    matrices = read_npz(file, [f"world_mat_{number}" for number in numbers])
    names = [f"world_mat_{number}" for number in numbers]
    cameras = [camera_of_projection(file, name, _projection(file, name, matrices[name])) for name in names]
    found = [
        found_photo_around(photo, (camera.cx, camera.cy))
        for photo, camera in zip(files, cameras, strict=True)
    ]
    fitted, notes = fitted_cameras(file, cameras, found)
    masks = photos_in(file.parent / "mask") if folder != file.parent else []
    matched: Sequence[Path | None] = masks if len(masks) == len(files) else [None] * len(files)
    photos = [
        posed_photo(photo.path.name, photo, camera, mask=mask)
        for photo, camera, mask in zip(found, fitted, matched, strict=True)
    ]
    return replace(photo_set_of(file, photos, notes=notes), region=_region(file, numbers[0]))


def _projection(file: Path, name: str, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    if matrix.shape not in ((4, 4), (3, 4)):
        problem = f"expected a 4x4 matrix, found numbers of shape {list(matrix.shape)}"
        raise SceneFileError(file, name, problem, "Export the cameras again")
    return matrix[:3]


def _region(file: Path, number: int) -> SceneExtent | None:
    name = f"scale_mat_{number}"
    if name not in array_names(file):
        return None
    matrix = read_npz(file, [name])[name]
    if matrix.shape != (4, 4) or not (np.abs(matrix) <= MAX_COORDINATE).all() or matrix[0, 0] <= 0:
        problem = "expected a 4x4 matrix of a positive scale and a shift, found something else"
        raise SceneFileError(file, name, problem, "Export the cameras again")
    return SceneExtent(center=matrix[:3, 3], radius=float(matrix[0, 0]))
