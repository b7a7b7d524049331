"""Labels that somebody painted or computed for each photo: pictures of class numbers, by the photo's name."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....kernels.errors import RowsplatError, SceneFileError
from ....scenes import Camera
from ....scenes.photo_sets import Photo, PhotoSet
from ....scenes.photo_sets.undistortion import undistorted
from .types import Channel, Color, Legend, Map, MapKind, Picture, class_color

UNKNOWN = 255
"""Number of pixels that are not labelled, in pictures of 8 bits: nothing is said there."""

LEGEND_FILE = "legend.json"

_MODES = ("P", "L", "1", "I;16")
_MOST_CLASSES, _MOST_PIXELS = 1024, 2**27
_MOST_LEGEND_BYTES = 2**20
_REMEDY = "Give a PNG of class numbers (palette or grey, 8 or 16 bits) for each photo, of the photo's size"


class LabelPictures:
    """Reads `DIR/NAME.png` for a photo called NAME; a `PhotoMaps` of one channel for each class.

    Classes are those that occur, by their numbers. Their names and colours are those of `DIR/legend.json`, where there
    is one (as `rowsplat lift` writes it), else the numbers and the first picture's palette.
    """

    def __init__(self, folder: Path, photo_set: PhotoSet) -> None:
        """Look through all pictures.

        Args:
            folder: With the pictures.
            photo_set: The photos that they belong to.

        Raises:
            RowsplatError: The folder does not exist.
            SceneFileError: A picture is missing, damaged, of another size than its photo, or no picture of numbers.
        """
        if not folder.is_dir():
            raise RowsplatError(f"{folder}: no such folder. {_REMEDY}.")
        self._files = {photo.name: _file_of(folder, photo.name) for photo in photo_set}
        values: set[int] = set()
        for photo in photo_set:
            values |= set(np.unique(self._numbers(photo)).tolist()) - {UNKNOWN}
        if not 1 <= len(values) <= _MOST_CLASSES:
            problem = f"expected 1 to {_MOST_CLASSES} classes, found {len(values)}"
            raise SceneFileError(folder, "", problem, _REMEDY)
        self._values = np.array(sorted(values))
        self.legend = Legend(
            title="labels",
            kind=MapKind.LABELS,
            channels=_channels(folder, self._values, self._files[photo_set.photos[0].name]),
        )

    def of_photo(self, photo: Photo, image: Picture) -> Map:
        """One channel for each class, 1 where the photo shows it, at the size of its picture or of `image`.

        Raises:
            SceneFileError: The picture is damaged by now.
            RowsplatError: Removing distortion needs OpenCV and it is not installed.
        """
        numbers = self._numbers(photo)
        votes = (numbers[None] == self._values[:, None, None]).astype(np.float32)
        if photo.lens is not None:
            size = (numbers.shape[1], numbers.shape[0])
            lens, camera = photo.lens.resized(*size), photo.camera.resized(*size)
            votes = np.stack([_undistorted(vote, lens, camera) for vote in votes])
        return votes

    def _numbers(self, photo: Photo) -> NDArray[np.int64]:
        """`[h, w]`, checked against the photo."""
        path = self._files[photo.name]
        numbers = read_labels(path)
        height, width = numbers.shape
        if width * photo.size[1] != height * photo.size[0]:
            own = f"{photo.size[0]}x{photo.size[1]}"
            problem = f"expected the {own} of its photo, or that scaled, found {width}x{height}"
            raise SceneFileError(path, "", problem, _REMEDY)
        return numbers


def labelled_photos(folder: Path, photo_set: PhotoSet) -> PhotoSet:
    """The photos of a set that have a picture of labels in `folder`.

    Raises:
        RowsplatError: The folder does not exist, or there is none for any photo.
    """
    if not folder.is_dir():
        raise RowsplatError(f"{folder}: no such folder. {_REMEDY}.")
    found = [index for index, name in enumerate(photo_set.names) if _found_file(folder, name) is not None]
    if not found:
        example = f"{Path(photo_set.names[0]).stem}.png"
        raise RowsplatError(
            f"{folder}: expected labels of some photos, such as {example}, found none. {_REMEDY}."
        )
    return photo_set.taking(found)


def read_labels(path: Path) -> NDArray[np.int64]:
    """The class numbers `[h, w]` of a picture.

    Raises:
        SceneFileError: The file is missing, damaged, too large or no picture of numbers.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=("PNG",)) as picture:
            if picture.mode not in _MODES:
                problem = f"expected class numbers, found colours ({picture.mode})"
                raise SceneFileError(path, "", problem, _REMEDY)
            if picture.width * picture.height > _MOST_PIXELS:
                problem = f"expected at most {_MOST_PIXELS:,} pixels, found {picture.width}x{picture.height}"
                raise SceneFileError(path, "", problem, _REMEDY)
            return np.asarray(picture).astype(np.int64)
    except FileNotFoundError:
        raise SceneFileError(path, "", "this file is missing", _REMEDY) from None
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        problem = f"expected a PNG, found something else or a damaged one ({str(error)[:80]})"
        raise SceneFileError(path, "", problem, _REMEDY) from None


def _file_of(folder: Path, name: str) -> Path:
    path = _found_file(folder, name)
    if path is None:
        raise SceneFileError(
            folder / f"{Path(name).stem}.png", "", f"no labels for the photo {name}", _REMEDY
        )
    return path


def _found_file(folder: Path, name: str) -> Path | None:
    """The picture for the photo `name`, which may be a path: the whole of it first, then its last part."""
    root = folder.resolve()
    for stem in (Path(name).with_suffix(""), Path(Path(name).stem)):
        candidate = (root / f"{stem}.png").resolve()
        if candidate.is_relative_to(root) and candidate.is_file():
            return candidate
    return None


def _channels(folder: Path, values: NDArray[np.int64], first: Path) -> tuple[Channel, ...]:
    known = _legend_of(folder / LEGEND_FILE)
    palette = _palette(first)
    made: list[Channel] = []
    for value in values.tolist():
        default = Channel(name=str(value), color=palette.get(value, class_color(value)), value=value)
        made.append(known.get(value, default))
    return tuple(made)


def _legend_of(path: Path) -> dict[int, Channel]:
    """Names and colours of the classes of a legend file by their numbers; empty where there is none.

    Raises:
        SceneFileError: It is none.
    """
    if not path.is_file():
        return {}
    remedy = "Mend the legend, or remove it"
    if path.stat().st_size > _MOST_LEGEND_BYTES:
        raise SceneFileError(path, "", f"expected at most {_MOST_LEGEND_BYTES:,} bytes", remedy)
    try:
        entries = json.loads(path.read_text("utf-8"))["channels"]
        return {int(entry["value"]): _channel(entry) for entry in entries}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        problem = f"expected channels with name, value and color ({str(error)[:80]})"
        raise SceneFileError(path, "channels", problem, remedy) from None


def _channel(entry: dict[str, object]) -> Channel:
    name, color, value = entry["name"], entry["color"], entry["value"]
    if not isinstance(name, str) or not isinstance(color, list) or not isinstance(value, int):
        raise ValueError("a name, a list of three numbers and a number")
    red, green, blue = (min(255, max(0, int(part))) for part in color)
    return Channel(name=name[:80], color=(red, green, blue), value=value)


def _palette(path: Path) -> dict[int, Color]:
    from PIL import Image

    with Image.open(path, formats=("PNG",)) as picture:
        flat = picture.getpalette("RGB") if picture.mode == "P" else None
    if flat is None:
        return {}
    return {
        index: (flat[3 * index], flat[3 * index + 1], flat[3 * index + 2]) for index in range(len(flat) // 3)
    }


def _undistorted(vote: Map, lens: Camera, camera: Camera) -> Map:
    three = np.repeat(vote[..., None], 3, axis=2)
    return undistorted(three, lens, camera)[..., 0]
