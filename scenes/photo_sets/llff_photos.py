"""LLFF's poses_bounds.npy: `[N, 17]`, each row a 3x5 matrix and the near and far depth of a photo.

The matrix is [R | t | h w f], camera -> world, with the camera's axes in the order down, right, backwards; h, w and f
are in pixels of one size for all. Rows follow the photos in order of their names.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from ..camera import Camera
from ..camera_files.frames import rotation_of
from ..camera_files.limits import MAX_COORDINATE
from .assembly import photo_set_of, posed_photo
from .image_files import first_folder_with_photos, found_photo
from .numpy_files import read_npy
from .photo import Photo
from .photo_set import PhotoSet

LLFF_FILE = "poses_bounds.npy"
_PHOTO_FOLDERS = ("images", "images_4", "images_8", "images_2", "rgb", "")


def load_llff_photos(path: Path) -> PhotoSet:
    """The photos beside a poses_bounds.npy.

    Raises:
        SceneFileError: The file is damaged, the photos are not as many as the poses, or one does not fit.
    """
    file = path if path.is_file() else path / LLFF_FILE
    rows = read_npy(file)
    if rows.ndim != 2 or rows.shape[1] != 17 or rows.shape[0] < 1:
        problem = f"expected numbers of shape [N, 17], found {list(rows.shape)}"
        raise SceneFileError(file, "", problem, "Give the poses_bounds.npy that LLFF's imgs2poses wrote")
    folder, files = first_folder_with_photos(file.parent, *_PHOTO_FOLDERS)
    if len(files) != len(rows):
        problem = f"expected {len(rows)} photos in {folder.name}/, one for each pose, found {len(files)}"
        raise SceneFileError(file, "", problem, "Keep just the photos that the poses are for")
    files.sort(key=lambda photo: photo.name)  # as the program did that numbered the poses
    photos = [
        _photo(file, index, row, photo) for index, (row, photo) in enumerate(zip(rows, files, strict=True))
    ]
    return photo_set_of(file, photos)


def _photo(file: Path, index: int, row: NDArray[np.float64], photo: Path) -> Photo:
    place = f"row {index}"
    if not (np.isfinite(row).all() and (np.abs(row) <= MAX_COORDINATE).all()):
        raise SceneFileError(
            file, place, "expected finite numbers, found NaN or huge ones", "Run COLMAP again"
        )
    matrix, (near, far) = row[:15].reshape(3, 5), row[15:]
    height, width, focal = matrix[:, 4]
    if not (width >= 1 and height >= 1 and focal > 0):
        problem = f"expected height, width and focal length, found {height:g} {width:g} {focal:g}"
        raise SceneFileError(file, place, problem, "Write them into the fifth column")
    down, right, backward = rotation_of(file, place, matrix[:, :3]).T
    pose = np.column_stack([right, down, -backward, matrix[:, 3]])
    camera = Camera.from_camtoworld(pose, width=round(width), height=round(height), fx=float(focal))
    found = found_photo(photo, (width, height))
    bounds = (float(near), float(far)) if 0 < near < far else None
    return posed_photo(photo.name, found, camera, near_far=bounds)
