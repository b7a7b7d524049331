"""Features of every photo that some program computed and saved with NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ....kernels.errors import SceneFileError
from ....scenes.photo_sets import Photo, PhotoSet
from ....scenes.photo_sets.numpy_files import array_names, read_npy, read_npz
from .types import Legend, Map, MapKind, Picture, numbered_channels

_REMEDY = (
    "Save [C, h, w] for each photo under its name with numpy.savez, or [photos, C, h, w] with numpy.save"
)
_MOST_CHANNELS = 4096


class FeatureStacks:
    """Maps of the photos from an .npz or .npy file; a `PhotoMaps`.

    An .npz holds an array `[C, h, w]` for each photo, called as the photo or as it without folders or suffix. An .npy
    holds `[photos, C, h, w]` in the order of the set.
    """

    def __init__(self, path: Path, photo_set: PhotoSet) -> None:
        """Read all of it.

        Args:
            path: The file.
            photo_set: The photos that it is about.

        Raises:
            SceneFileError: The file is damaged, a photo is missing in it, or shapes are wrong.
        """
        arrays = _of_npz(path, photo_set) if path.suffix.lower() == ".npz" else _of_npy(path, photo_set)
        channels = {len(array) for array in arrays.values()}
        if len(channels) != 1 or not 1 <= min(channels) <= _MOST_CHANNELS:
            problem = (
                f"expected maps of the same 1 to {_MOST_CHANNELS} channels, found {sorted(channels)[:5]}"
            )
            raise SceneFileError(path, "", problem, _REMEDY)
        self._maps = arrays
        self.legend = Legend(
            title="features", kind=MapKind.FEATURES, channels=numbered_channels(channels.pop(), "feature")
        )

    def of_photo(self, photo: Photo, image: Picture) -> Map:
        """The map of a photo of the set."""
        return self._maps[photo.name]


def _of_npz(path: Path, photo_set: PhotoSet) -> dict[str, Map]:
    stored = set(array_names(path))
    wanted: dict[str, str] = {}
    for name in photo_set.names:
        candidates = (name, str(Path(name).with_suffix("")), Path(name).name, Path(name).stem)
        found = next((candidate for candidate in candidates if candidate in stored), None)
        if found is None:
            raise SceneFileError(path, name, f"no array for this photo ({len(stored)} found)", _REMEDY)
        wanted[name] = found
    arrays = read_npz(path, sorted(set(wanted.values())))
    return {name: _checked(path, key, arrays[key]) for name, key in wanted.items()}


def _of_npy(path: Path, photo_set: PhotoSet) -> dict[str, Map]:
    stack = read_npy(path)
    if stack.ndim != 4 or len(stack) != len(photo_set):
        problem = f"expected [{len(photo_set)}, C, h, w], found {list(stack.shape)}"
        raise SceneFileError(path, "", problem, _REMEDY)
    return {name: _checked(path, str(index), stack[index]) for index, name in enumerate(photo_set.names)}


def _checked(path: Path, place: str, array: NDArray[np.float64]) -> Map:
    if array.ndim != 3 or not array.size:
        raise SceneFileError(path, place, f"expected [C, h, w], found {list(array.shape)}", _REMEDY)
    if not np.isfinite(array).all():
        raise SceneFileError(path, place, "expected finite numbers", _REMEDY)
    return array.astype(np.float32)
