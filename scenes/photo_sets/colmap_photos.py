"""Photos and sparse points of a COLMAP model."""

from __future__ import annotations

from pathlib import Path

from ...kernels.errors import SceneFileError
from ..camera_files.colmap import COLMAP_FILES, find_colmap_model, read_colmap
from .assembly import photo_set_of, posed_photo
from .colmap_points import read_colmap_points
from .image_files import found_photo, referenced_file
from .photo import Photo
from .photo_set import PhotoSet

_PHOTO_FOLDERS = ("images", "", "images_2", "images_4", "images_8", "input", "rgb")


def is_colmap(path: Path) -> bool:
    """Whether `path` is a file of a COLMAP model or a folder that holds one."""
    return (
        path.name in (*COLMAP_FILES, "points3D.bin", "points3D.txt")
        if path.is_file()
        else (find_colmap_model(path) is not None)
    )


def load_colmap_photos(path: Path) -> PhotoSet:
    """The posed photos of a COLMAP model with its points; photos are sought in images/ beside or above it.

    Raises:
        SceneFileError: The model is damaged, or a photo is no image, of another shape, or outside.
    """
    folder = path.parent if path.is_file() else path
    model = find_colmap_model(folder)
    if model is None:
        raise SceneFileError(
            path, "", "expected a COLMAP model, found none", "Give the folder with images.bin"
        )
    cameras = read_colmap(model)
    root, photo_folder = _photo_folder(folder, model, cameras.names)
    photos, missing = list[Photo](), list[str]()
    for name, camera in zip(cameras.names, cameras.cameras, strict=True):
        file = referenced_file(model, f"image {name[:80]}", photo_folder, name)
        if file is None:
            missing.append(name)
            continue
        found = found_photo(file, (camera.width, camera.height))
        photos.append(posed_photo(name, found, camera))
    return photo_set_of(root, photos, missing=missing, points=read_colmap_points(model))


def _photo_folder(folder: Path, model: Path, names: tuple[str, ...]) -> tuple[Path, Path]:
    """The set's folder and the one in which most photos of the model are, the first of equals."""
    ups = [folder, model.resolve(), *model.resolve().parents[:2]]
    places = [(up, up / name) for up in dict.fromkeys(ups) for name in _PHOTO_FOLDERS if (up / name).is_dir()]
    return max(places, key=lambda place: sum(_is_there(place[1], name) for name in names[:50]))


def _is_there(folder: Path, name: str) -> bool:
    try:
        return (folder / name).is_file()
    except (OSError, ValueError):
        return False
