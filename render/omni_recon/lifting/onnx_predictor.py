"""Any network that somebody exported as ONNX, run by ONNX Runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ....kernels.errors import SceneFileError, one_line
from ....scenes.optional_modules import optional_module
from .types import Legend, Map, MapKind, Picture, numbered_channels

_REMEDY = (
    "Give a network from float32 pictures [1, 3, H, W], RGB in [0, 1], to maps [1, C, h, w] or [1, h, w]"
)
_PROBE = 64  # px, where the network takes any size
_MOST_BYTES = 2**31


class OnnxPredictor:
    """What a network sees; a `Predictor`.

    Args of `predict` are scaled where the network wants a size of its own.
    """

    def __init__(self, path: Path, *, classes: bool = False) -> None:
        """Load it and try it on an empty picture, which tells its channels.

        Args:
            path: An .onnx file; data outside of it is not loaded.
            classes: Channels are votes for classes.

        Raises:
            RowsplatError: ONNX Runtime is not installed.
            SceneFileError: The file is damaged, too large, or such a network takes or gives something else.
        """
        runtime = optional_module("onnxruntime", extra="words", feature="Running ONNX files")
        self._path = path
        data = _data(path)
        try:
            self._session: Any = runtime.InferenceSession(data, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime's errors share no class
            problem = f"cannot be loaded as ONNX ({one_line(error)[:160]})"
            raise SceneFileError(path, "", problem, _REMEDY) from None
        self._input, self._size = self._checked_input()
        channels = len(self.predict(np.zeros((_PROBE, _PROBE, 3), np.float32)))
        self.legend = Legend(
            title=path.stem,
            kind=MapKind.LABELS if classes else MapKind.FEATURES,
            channels=numbered_channels(channels, "class" if classes else "feature"),
        )

    def predict(self, image: Picture) -> Map:
        """`[C, h, w]` of `image [H, W, 3]`.

        Raises:
            SceneFileError: The network cannot work on it, or gives something else.
        """
        import torch
        from torch.nn import functional

        pixels = torch.from_numpy(np.ascontiguousarray(image, np.float32)).permute(2, 0, 1)[None]
        height, width = (own or given for own, given in zip(self._size, image.shape[:2], strict=True))
        if pixels.shape[-2:] != (height, width):
            pixels = functional.interpolate(
                pixels, size=(height, width), mode="bilinear", align_corners=False, antialias=True
            )
        try:
            found = np.asarray(self._session.run(None, {self._input: pixels.contiguous().numpy()})[0])
        except Exception as error:  # as above
            problem = f"cannot work on {width}x{height} px ({one_line(error)[:160]})"
            raise SceneFileError(self._path, self._input, problem, _REMEDY) from None
        found = found[:, None] if found.ndim == 3 else found
        if found.ndim != 4 or len(found) != 1 or found.dtype.kind not in "fiu" or not found.size:
            problem = f"expected maps [1, C, h, w], found {found.dtype} {list(found.shape)}"
            raise SceneFileError(self._path, "output", problem, _REMEDY)
        return found[0].astype(np.float32)

    def _checked_input(self) -> tuple[str, tuple[int | None, int | None]]:
        """Name of the input, and height and width where they are fixed."""
        inputs = self._session.get_inputs()
        shape = inputs[0].shape if inputs else []
        if (
            len(inputs) != 1
            or inputs[0].type != "tensor(float)"
            or len(shape) != 4
            or shape[1] not in (3, None)
        ):
            kinds = ", ".join(f"{entry.type} {entry.shape}" for entry in inputs[:3])
            raise SceneFileError(
                self._path, "input", f"expected one picture, found {kinds or 'none'}", _REMEDY
            )
        height, width = (side if isinstance(side, int) else None for side in shape[2:])
        return inputs[0].name, (height, width)


def _data(path: Path) -> bytes:
    """The file's bytes: a session made from these cannot reach other files."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SceneFileError(path, "", f"expected at most {_MOST_BYTES:,} bytes", _REMEDY)
        return path.read_bytes()
    except OSError as error:
        raise SceneFileError(path, "", f"cannot be read ({error.strerror})", _REMEDY) from None
