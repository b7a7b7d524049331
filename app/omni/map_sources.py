"""What `rowsplat lift --maps` means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...kernels.errors import RowsplatError
from ..checks import require_exists

if TYPE_CHECKING:
    from ...render.omni_recon.adaptation import Adapter
    from ...render.omni_recon.lifting import PhotoMaps
    from ...scenes.photo_sets import PhotoSet


@dataclass(frozen=True, kw_only=True)
class MapRequest:
    """What the user asked for.

    Args:
        name: One of `MAP_NAMES`.
        file: The folder or file behind the name, if one was given.
        words: What CLIPSeg is to look for.
        classes: Channels of a network are votes for classes.
    """

    name: str
    file: Path | None = None
    words: tuple[str, ...] = ()
    classes: bool = False


def map_request(values: tuple[str, ...], words: tuple[str, ...], classes: bool) -> MapRequest:
    """The request in the values of `--maps`; nothing is opened yet.

    Raises:
        RowsplatError: One line that names the flag.
    """
    if not values or values[0] not in _OPENERS:
        found = values[0] if values else "nothing"
        raise RowsplatError(f"--maps must be one of {', '.join(MAP_NAMES)}, got {found}.")
    name, rest = values[0], values[1:]
    needs, may = name in _NEED_FILE, name in (*_NEED_FILE, "hed")
    if len(rest) > 1 or (rest and not may) or (needs and not rest):
        form = f"--maps {name} {_NEED_FILE[name]}" if needs else f"--maps {name}"
        raise RowsplatError(f"--maps {name}: expected {form}, got --maps {' '.join(values)}.")
    if words and name != "clipseg":
        raise RowsplatError("--words goes with --maps clipseg DIR.")
    if name == "clipseg" and not words:
        raise RowsplatError("--maps clipseg DIR needs --words: what to look for.")
    file = Path(rest[0]) if rest else None
    if classes and (file is None or file.suffix.lower() != ".onnx"):
        raise RowsplatError("--classes goes with --maps features FILE.onnx.")
    if file is not None:
        require_exists(file)
    return MapRequest(name=name, file=file, words=words, classes=classes)


def open_maps(request: MapRequest, photo_set: PhotoSet) -> PhotoMaps | Adapter:
    """What was asked for, for these photos; an adapter tells about views, not about photos.

    Raises:
        RowsplatError: A library is missing, or a file is at fault.
    """
    return _OPENERS[request.name](request, photo_set)


def _edges(request: MapRequest, photo_set: PhotoSet) -> PhotoMaps:
    from ...render.omni_recon.lifting import PredictedMaps
    from ...render.omni_recon.lifting.classic_predictors import EdgePredictor

    return PredictedMaps(EdgePredictor())


def _keypoints(request: MapRequest, photo_set: PhotoSet) -> PhotoMaps:
    from ...render.omni_recon.lifting import PredictedMaps
    from ...render.omni_recon.lifting.classic_predictors import KeypointPredictor

    return PredictedMaps(KeypointPredictor())


def _hed(request: MapRequest, photo_set: PhotoSet) -> PhotoMaps:
    from ...render.omni_recon.lifting import PredictedMaps
    from ...render.omni_recon.lifting.hed import HedPredictor

    return PredictedMaps(HedPredictor(request.file))


def _labels(request: MapRequest, photo_set: PhotoSet) -> PhotoMaps:
    from ...render.omni_recon.lifting.label_pictures import LabelPictures

    return LabelPictures(_file(request), photo_set)


def _features(request: MapRequest, photo_set: PhotoSet) -> PhotoMaps:
    from ...render.omni_recon.lifting import PredictedMaps
    from ...render.omni_recon.lifting.feature_stacks import FeatureStacks
    from ...render.omni_recon.lifting.onnx_predictor import OnnxPredictor

    file, suffix = _file(request), _file(request).suffix.lower()
    if suffix == ".onnx":
        return PredictedMaps(OnnxPredictor(file, classes=request.classes))
    if suffix not in (".npz", ".npy"):
        raise RowsplatError(
            f"{file}: expected features in .npz, .npy or .onnx, found {suffix or 'no suffix'}."
        )
    return FeatureStacks(file, photo_set)


def _clipseg(request: MapRequest, photo_set: PhotoSet) -> PhotoMaps:
    from ...render.clipseg_finder import load_clipseg
    from ...render.omni_recon.lifting import PredictedMaps
    from ...render.omni_recon.lifting.words_predictor import WordsPredictor

    return PredictedMaps(WordsPredictor(load_clipseg(_file(request)), request.words))


def _adapted(request: MapRequest, photo_set: PhotoSet) -> Adapter:
    from ...render.omni_recon.adaptation import load_adapter

    return load_adapter(_file(request))


def _file(request: MapRequest) -> Path:
    assert request.file is not None
    return request.file


_OPENERS: dict[str, Callable[[MapRequest, PhotoSet], PhotoMaps | Adapter]] = {
    "edges": _edges,
    "keypoints": _keypoints,
    "hed": _hed,
    "labels": _labels,
    "features": _features,
    "clipseg": _clipseg,
    "adapted": _adapted,
}
_NEED_FILE = {"labels": "DIR", "features": "FILE", "clipseg": "DIR", "adapted": "FILE"}
MAP_NAMES = tuple(_OPENERS)
"""What can be lifted."""
