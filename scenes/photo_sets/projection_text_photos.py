"""Photos with one text file each that holds a 3x4 projection matrix: `NAME_P.txt`, `NAME.P` or `NAME.txt`.

A first line CONTOUR, as in VisualHull's and PMVS's files, is skipped.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from ..camera_files.json_fields import decoded, read_bytes
from .assembly import fitted_cameras, photo_set_of, posed_photo
from .image_files import found_photo_around, natural_order, photos_in
from .photo_set import PhotoSet
from .projection_matrices import camera_of_projection

_MAX_BYTES = 1 << 16
_ENDINGS = ("_P.txt", ".P", ".txt")


def find_projection_files(folder: Path) -> dict[str, Path]:
    """Files of projection matrices in `folder` or its sub-folder txt/, by the stem of the photo they are for."""
    for ending in _ENDINGS:
        for place in (folder, folder / "txt"):
            files = sorted(place.glob(f"*{ending}"), key=lambda file: natural_order(file.name))
            matrices = {f.name.removesuffix(ending): f for f in files if f.is_file() and _looks_right(f)}
            if matrices:
                return matrices
    return {}


def load_projection_text_photos(folder: Path) -> PhotoSet:
    """The photos of a folder and its sub-folders that have a projection matrix; others are left out.

    Raises:
        SceneFileError: A matrix is damaged, or K does not fit the photos.
    """
    matrices = find_projection_files(folder)
    files = _photos_by_stem(folder)
    missing = [name for name in matrices if name not in files]
    names = [name for name in matrices if name in files]
    if not names:
        return photo_set_of(folder, (), missing=missing)
    cameras = [camera_of_projection(matrices[name], "", _matrix(matrices[name])) for name in names]
    found = [
        found_photo_around(files[name], (camera.cx, camera.cy))
        for name, camera in zip(names, cameras, strict=True)
    ]
    fitted, notes = fitted_cameras(folder, cameras, found)
    photos = [
        posed_photo(photo.path.name, photo, camera) for photo, camera in zip(found, fitted, strict=True)
    ]
    return photo_set_of(folder, photos, missing=missing, notes=notes)


def _photos_by_stem(folder: Path) -> dict[str, Path]:
    """The photos of the folder and of its sub-folders, the first of equal stems."""
    folders = [folder, *sorted(child for child in folder.iterdir() if child.is_dir())]
    files = dict[str, Path]()
    for file in (file for place in folders for file in photos_in(place)):
        files.setdefault(file.stem, file)
    return files


def _looks_right(file: Path) -> bool:
    """Whether the file is small text that starts with four numbers, or CONTOUR."""
    if file.stat().st_size > _MAX_BYTES:
        return False
    words = file.read_bytes()[:400].split()
    if words[:1] == [b"CONTOUR"]:
        return True
    return len(words) >= 4 and all(_is_number(word) for word in words[:4])


def _is_number(word: bytes) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _matrix(file: Path) -> NDArray[np.float64]:
    words = decoded(file, read_bytes(file, _MAX_BYTES)).split()
    words = words[1:] if words[:1] == ["CONTOUR"] else words
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        numbers = []
    if len(numbers) != 12:
        problem = f"expected a 3x4 projection matrix, found {len(words)} words"
        raise SceneFileError(file, "", problem, "Write its 12 numbers, rows first")
    return np.array(numbers).reshape(3, 4)
