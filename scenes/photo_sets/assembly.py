"""What all readers of photo sets do with a camera and the image file it is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from ..camera import Camera
from .image_files import FoundPhoto
from .photo import Photo
from .photo_set import PhotoSet
from .undistortion import undistorted_camera
from .unsized_intrinsics import fit_picture


def posed_photo(
    name: str,
    found: FoundPhoto,
    camera: Camera,
    *,
    mask: Path | None = None,
    near_far: tuple[float, float] | None = None,
    split: str = "",
) -> Photo:
    """A photo of the size that its file has, with `camera` scaled to it and freed of distortion."""
    lens = camera.resized(*found.size)
    distorted = any(lens.distortion)
    return Photo(
        name=name,
        camera=undistorted_camera(lens) if distorted else replace(lens, distortion=()),
        source=found.path,
        lens=lens if distorted else None,
        mask=mask,
        orientation=found.orientation,
        near_far=near_far,
        split=split,
    )


def fitted_cameras(
    path: Path, cameras: Sequence[Camera], photos: Sequence[FoundPhoto]
) -> tuple[list[Camera], list[str]]:
    """Cameras whose own size is unknown at the sizes of their `photos`, and notes for the user.

    Raises:
        SceneFileError: The principal points fit no picture of the photos' shape.
    """
    fitted, notes = list(cameras), dict[str, None]()
    for size in dict.fromkeys(photo.size for photo in photos):
        members = [index for index, photo in enumerate(photos) if photo.size == size]
        fit = fit_picture(path, np.array([[cameras[i].cx, cameras[i].cy] for i in members]), size)
        notes.update({fit.note: None} if fit.note else {})
        for index in members:
            fitted[index] = fit.camera(cameras[index])
    return fitted, list(notes)


def photo_set_of(
    path: Path,
    photos: Sequence[Photo],
    *,
    missing: Sequence[str] = (),
    points: NDArray[np.float64] | None = None,
    notes: Sequence[str] = (),
) -> PhotoSet:
    """The set of `photos`, named after the folder of `path`; `missing` are frames whose photo is not there.

    Raises:
        SceneFileError: There is no photo, or two have one name.
    """
    if not photos:
        found = f"none of the {len(missing)} that it names, such as {missing[0][:80]}" if missing else "none"
        raise SceneFileError(
            path, "", f"expected photos, found {found}", "Put the photos beside the camera file"
        )
    names = [photo.name for photo in photos]
    twice = (
        next((name for name in names if names.count(name) > 1), None)
        if len(set(names)) < len(names)
        else None
    )
    if twice is not None:
        raise SceneFileError(
            path, twice[:80], "expected every photo once, found it twice", "Remove one of the two"
        )
    all_notes = list(notes)
    if missing:
        total = len(missing) + len(photos)
        all_notes.insert(
            0, f"{len(missing)} of {total} frames have no file and are left out, such as {missing[0]}"
        )
    folder = (path if path.is_dir() else path.parent).resolve()
    return PhotoSet(name=folder.name, photos=tuple(photos), points=points, notes=tuple(all_notes))
