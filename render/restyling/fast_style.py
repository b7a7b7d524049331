"""Feed-forward style transfer: a trained network redraws a picture in the style that it has learnt.

Notation: x in [0, 1]; every convolution is followed by instance normalisation y = (x - mean) / sqrt(var + 1e-3) scale +
shift over the picture, and by ReLU but where said:

    conv 9x9x32, conv 3x3x64 stride 2, conv 3x3x128 stride 2
    five times x + conv 3x3x128 without ReLU (conv 3x3x128 (x))
    transposed conv 3x3x64 stride 2, transposed conv 3x3x32 stride 2, conv 9x9x3 without ReLU, 150 tanh + 127.5

Source: Johnson, Alahi and Fei-Fei 2016 (arXiv:1603.08155) with the instance normalisation of Ulyanov et al. 2016
(arXiv:1607.08022), in the layout of TensorFlow's releases: padding SAME, weights [kh, kw, in, out], transposed
[kh, kw, out, in].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from .npz_arrays import read_arrays
from .types import Picture, ViewEditor

_EPS = 1e-3
_RESIDUAL_BLOCKS = 5
_STRIDE = 4  # of the innermost features [px]


class _Layer(nn.Module):
    """A convolution with padding SAME and instance normalisation; weights `[out, in, k, k]`."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(outputs, inputs, kernel, kernel))
        self.shift = nn.Parameter(torch.zeros(outputs))
        self.scale = nn.Parameter(torch.ones(outputs))
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        """`[1, in, H, W]` -> `[1, out, H / stride, W / stride]`; H and W are multiples of the stride."""
        padding = self.weight.shape[-1] - self.stride  # SAME: what is odd goes to the right and below
        before, after = padding // 2, padding - padding // 2
        x = functional.pad(x, (before, after, before, after))
        return self._normalised(functional.conv2d(x, self.weight, stride=self.stride))

    def _normalised(self, x: Tensor) -> Tensor:
        return functional.instance_norm(x, weight=self.scale, bias=self.shift, eps=_EPS)


class _UpLayer(_Layer):
    """The transpose of a convolution of stride 2; weights `[in, out, k, k]`."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__(inputs, outputs, kernel, stride=2)
        self.weight = nn.Parameter(torch.zeros(inputs, outputs, kernel, kernel))

    def forward(self, x: Tensor) -> Tensor:
        """`[1, in, H, W]` -> `[1, out, 2 H, 2 W]`."""
        height, width = 2 * x.shape[-2], 2 * x.shape[-1]
        x = functional.conv_transpose2d(x, self.weight, stride=2)
        return self._normalised(x[..., :height, :width])


class StyleNetwork(nn.Module):
    """Picture in, picture out."""

    def __init__(self) -> None:
        """Weights are zero until they are loaded."""
        super().__init__()
        self.layers = nn.ModuleList(
            [
                _Layer(3, 32, 9),
                _Layer(32, 64, 3, stride=2),
                _Layer(64, 128, 3, stride=2),
                *(_Layer(128, 128, 3) for _ in range(2 * _RESIDUAL_BLOCKS)),
                _UpLayer(128, 64, 3),
                _UpLayer(64, 32, 3),
                _Layer(32, 3, 9),
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        """`[1, 3, H, W]` in [0, 1] -> the same, H and W multiples of 4."""
        down, rest = self.layers[:3], self.layers[3:]
        for layer in down:
            x = functional.relu(layer(x))
        for block in range(_RESIDUAL_BLOCKS):
            x = x + rest[2 * block + 1](functional.relu(rest[2 * block](x)))
        *up, last = rest[2 * _RESIDUAL_BLOCKS :]
        for layer in up:
            x = functional.relu(layer(x))
        return ((150.0 * torch.tanh(last(x)) + 127.5) / 255.0).clamp(0.0, 1.0)


class FastStyle:
    """Redraws pictures with a `StyleNetwork`.

    A later round redraws a mixture of the original and of what the views have agreed upon, so that the strokes that
    the scene carries already are taken up instead of new ones being laid beside them.
    """

    def __init__(self, network: StyleNetwork, name: str = "style network") -> None:
        """An editor with a network that is loaded already."""
        self._network = network.eval().requires_grad_(False)
        self._name = name

    @classmethod
    def of_file(cls, path: Path) -> FastStyle:
        """With the trained weights in an .npz file, arrays "Variable", "Variable_1", ... in the order of the layers.

        Raises:
            SceneFileError: The file cannot be read, or an array is missing, unknown or has another shape.
        """
        network = StyleNetwork()
        load_style(network, path)
        return cls(network, path.name.split(".")[0])

    @property
    def name(self) -> str:
        """The style."""
        return self._name

    @property
    def rounds(self) -> int:
        """1: redrawing what is drawn in the style already makes views differ more, not less (measured)."""
        return 1

    def fitted(self, views: Sequence[Picture], alphas: Sequence[NDArray[np.float32]]) -> ViewEditor:
        """Itself: the network has learnt all it knows."""
        del views, alphas
        return self

    def edit(self, image: Picture, *, original: Picture, noise: float, seed: int) -> Picture:
        """The picture in the network's style; nothing is random. See `ViewEditor.edit`."""
        del seed
        content = noise * original + (1.0 - noise) * image
        height, width = content.shape[:2]
        x = torch.from_numpy(np.ascontiguousarray(content, np.float32)).permute(2, 0, 1)[None]
        right, below = (max(-side % _STRIDE, 2 * _STRIDE - side) for side in (width, height))
        x = functional.pad(x, (0, right, 0, below), mode="replicate")  # to whole features, at least 2 x 2
        with torch.inference_mode():
            drawn = self._network(x)[0, :, :height, :width]
        return np.ascontiguousarray(drawn.permute(1, 2, 0).numpy())


def load_style(network: StyleNetwork, path: Path) -> None:
    """Fill `network` from a file; it stays as it is if anything is wrong. Nothing is unpickled.

    Raises:
        SceneFileError: As in `FastStyle.of_file`.
    """
    tensors = [(layer, name) for layer in network.layers for name in ("weight", "shift", "scale")]
    names = ["Variable" if not place else f"Variable_{place}" for place in range(len(tensors))]
    shapes: Mapping[str, tuple[int, ...]] = {
        stored: _stored_shape(getattr(layer, name))
        for stored, (layer, name) in zip(names, tensors, strict=True)
    }
    arrays = read_arrays(path, shapes, remedy="Give the .npz file of a trained style network")
    with torch.no_grad():
        for stored, (layer, name) in zip(names, tensors, strict=True):
            value = torch.from_numpy(arrays[stored])
            getattr(layer, name).copy_(value.permute(3, 2, 0, 1) if value.dim() == 4 else value)


def _stored_shape(tensor: Tensor) -> tuple[int, ...]:
    shape = tuple(tensor.shape)
    return (*shape[2:], shape[1], shape[0]) if len(shape) == 4 else shape
