"""Labels of a scene's Gaussians in a file: for each name the weight with which each Gaussian belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..kernels.errors import SceneFileError
from ..scenes.grounding import Weights

_MOST_NAMES = 1000
_LONGEST_NAME = 80
_REMEDY = "Give a .safetensors file with one float32 array of a number per Gaussian for each name"


def read_labels(path: Path, count: int) -> dict[str, Weights]:
    """The labels of a scene of `count` Gaussians.

    Returns:
        Weights `[count]` by name, 0 to 1, NaN where nothing is known.

    Raises:
        SceneFileError: The file cannot be read, or is for another number of Gaussians.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as file:
            names = list(file.keys())
            if len(names) > _MOST_NAMES or any(len(name) > _LONGEST_NAME for name in names):
                raise SceneFileError(path, "", f"expected at most {_MOST_NAMES} short names", _REMEDY)
            for name in names:
                part = file.get_slice(name)  # looked at before memory is taken
                if list(part.get_shape()) != [count] or part.get_dtype() != "F32":
                    found = f"{part.get_dtype()} {part.get_shape()}"
                    raise SceneFileError(path, name, f"expected F32 [{count}], found {found}", _REMEDY)
            return {name: _checked(path, name, file.get_tensor(name)) for name in names}
    except (SafetensorError, OSError) as error:
        raise SceneFileError(path, "", f"cannot be read ({error})", _REMEDY) from None


def write_labels(path: Path, labels: Mapping[str, Weights]) -> None:
    """Write labels for `read_labels`.

    Raises:
        OSError: The file cannot be written.
    """
    from safetensors.numpy import save

    from ..render.output_files import replacing_file

    data = save({name: np.ascontiguousarray(weights, dtype=np.float32) for name, weights in labels.items()})
    with replacing_file(path) as temporary:
        temporary.write_bytes(data)


def _checked(path: Path, name: str, weights: Weights) -> Weights:
    if not ((weights >= 0.0) & (weights <= 1.0) | np.isnan(weights)).all():
        raise SceneFileError(path, name, "expected weights from 0 to 1", _REMEDY)
    return weights


def label_names(path: Path) -> tuple[str, ...]:
    """The names in a file, without its weights.

    Raises:
        SceneFileError: The file cannot be read.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), framework="numpy") as file:
            return tuple(file.keys())
    except (SafetensorError, OSError) as error:
        raise SceneFileError(path, "", f"cannot be read ({error})", _REMEDY) from None
