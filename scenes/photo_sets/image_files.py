"""Which image file a camera file means, and which way up its pixels are for the camera."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from ...kernels.errors import SceneFileError
from .decoding import PHOTO_SUFFIXES, PhotoHeader, photo_header

_SAME_SHAPE = 0.01
"""Share by which a side may differ from the one that the camera's shape asks for."""


@dataclass(frozen=True, kw_only=True)
class FoundPhoto:
    """An image file, its stored size, and the orientation that makes it fit its camera."""

    path: Path
    header: PhotoHeader
    orientation: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height [px], upright."""
        return self.header.upright_size(self.orientation)


def referenced_file(file: Path, place: str, folder: Path, name: str) -> Path | None:
    """The image that `file` calls `name`, relative to `folder`; `None` where it does not exist.

    NeRF-synthetic leaves the suffix off.

    Raises:
        SceneFileError: `name` leads out of the parent of `folder`, or is no file name.
    """
    root = folder.resolve()
    remedy = "Put the photos beside the camera file and name them relative to it"
    if not name.strip() or "\0" in name:
        raise SceneFileError(file, place, "expected the name of a photo, found none", remedy)
    try:
        candidates = [(root / f"{name}{suffix}").resolve() for suffix in ("", *PHOTO_SUFFIXES[:4])]
        if not all(candidate.is_relative_to(root.parent) for candidate in candidates):
            problem = f"expected a photo in or beside the folder, found {name[:80]} outside"
            raise SceneFileError(file, place, problem, remedy)
        return next((candidate for candidate in candidates if candidate.is_file()), None)
    except (OSError, RuntimeError) as error:  # too long a name, or links in a circle
        problem = f"expected the name of a photo, found {name[:80]!r} ({type(error).__name__})"
        raise SceneFileError(file, place, problem, remedy) from None


def photos_in(folder: Path) -> list[Path]:
    """The image files of `folder`, in natural order: 2 before 10."""
    if not folder.is_dir():
        return []
    files = [
        file
        for file in folder.iterdir()
        if file.suffix.lower() in PHOTO_SUFFIXES and not file.name.startswith(".") and file.is_file()
    ]
    return sorted(files, key=lambda file: natural_order(file.name))


def first_folder_with_photos(folder: Path, *names: str) -> tuple[Path, list[Path]]:
    """The first of the sub-folders `names` ("" is `folder` itself) that holds photos, and these.

    Raises:
        SceneFileError: None does.
    """
    for name in names:
        photos = photos_in(folder / name)
        if photos:
            return folder / name, photos
    searched = ", ".join(f"{name}/" if name else "the folder itself" for name in names)
    problem = f"expected photos ({' '.join(PHOTO_SUFFIXES)}) in {searched}, found none"
    raise SceneFileError(folder, "", problem, "Put the photos there")


def natural_order(name: str) -> list[tuple[int, str]]:
    """Sort key under which numbers in names count as numbers."""
    parts = re.split(r"([0-9]+)", name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def found_photo(path: Path, camera_size: tuple[float, float] | None) -> FoundPhoto:
    """The image file `path`, turned as its EXIF data says if that makes it fit its camera.

    Programs differ in whether they heed EXIF; the shape of the picture that the intrinsics are for tells what
    this one did. Where it cannot tell (a square, a half turn, no size known) the pixels stay as they are stored.

    Args:
        path: The file.
        camera_size: Width and height of the picture that the intrinsics are for, in any unit.

    Raises:
        SceneFileError: The file is no image, or its shape fits the camera neither turned nor unturned.
    """
    header = photo_header(path)
    stored, turned = header.upright_size(1), header.upright_size(header.exif_orientation)
    if camera_size is None or have_same_shape(stored, camera_size):
        return FoundPhoto(path=path, header=header, orientation=1)
    if turned != stored and have_same_shape(turned, camera_size):
        return FoundPhoto(path=path, header=header, orientation=header.exif_orientation)
    exif = f" (EXIF orientation {header.exif_orientation})" if header.exif_orientation != 1 else ""
    sideways = have_same_shape((stored[1], stored[0]), camera_size)
    problem = (
        f"expected a photo of the camera's shape {camera_size[0]:g}x{camera_size[1]:g}, "
        f"found {stored[0]}x{stored[1]}{exif}"
    )
    remedy = (
        "Turn the photo upright" if sideways else "Give the photos for which the cameras were made, uncropped"
    )
    raise SceneFileError(path, "", problem, remedy)


def found_photo_around(path: Path, principal_point: tuple[float, float]) -> FoundPhoto:
    """The image file `path`, turned as its EXIF data says if its middle is then nearer to the principal point.

    For intrinsics without a size, whose `principal_point` (cx, cy) may be for another size and off the middle.

    Raises:
        SceneFileError: The file is no image.
    """
    header = photo_header(path)
    orientations = (1, header.exif_orientation)
    cx, cy = (max(centre, 1e-9) for centre in principal_point)

    def misfit(orientation: int) -> float:
        width, height = header.upright_size(orientation)
        return abs(math.log(cx * height / (cy * width)))

    best = orientations[1] if misfit(orientations[1]) < misfit(1) else 1
    return FoundPhoto(path=path, header=header, orientation=best)


def have_same_shape(size: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether `size` is `other` scaled, up to rounding to whole pixels."""
    expected = size[0] * other[1] / other[0]
    return abs(size[1] - expected) <= max(1.0, _SAME_SHAPE * expected)
