"""Weight files. Tensors in them have the names of the authors' release, so that either's files serve the other.

Nothing is unpickled: safetensors, or PyTorch's own format with everything but tensors refused.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...kernels.errors import SceneFileError
from ..output_files import replacing_file
from .model import OmniRecon

_RELEASED_PREFIXES = {
    "features.": "feat_extractor.",
    "volume.": "feature_volume.volume_regularization.",
    "geometry.volume_tokens.": "ray_transformer.fv_upsampler.",
    "geometry.volume_attention.": "ray_transformer.fv_trans.",
    "geometry.view_attention.": "ray_transformer.view_trans.",
    "geometry.ray_attention.": "ray_transformer.ray_trans.",
    "geometry.position_mixer.": "ray_transformer.q_fcs.0.",
    "geometry.norm.": "ray_transformer.norm.",
    "geometry.distance.": "ray_transformer.DensityMLP.",
    "appearance.features.": "ray_transformer.radiance_fc.",
    "appearance.logits.": "ray_transformer.linear_radianceweight_1_softmax.",
    "log_sharpness": "deviation_network.variance",
}
_WRAPPERS = ("module.", "model.")  # what training frameworks put before every name
_NESTED = ("state_dict", "model")  # entries of a checkpoint that hold the weights
_MOST_BYTES = 2**28  # a checkpoint with the optimizer's state has 15 MB
_REMEDY = "Give a file of Omni-Recon weights, .safetensors or a PyTorch state dict"


def released_name(name: str) -> str:
    """The name in a file of the tensor that the module calls `name`."""
    prefix = next(prefix for prefix in _RELEASED_PREFIXES if name.startswith(prefix))
    return _RELEASED_PREFIXES[prefix] + name[len(prefix) :]


def save_weights(model: OmniRecon, path: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write all parameters and running statistics as safetensors.

    Args:
        model: The network.
        path: The file, replaced as a whole.
        metadata: Kept in the file's header.
    """
    from safetensors.torch import save_file

    tensors = {
        released_name(name): tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()
    }
    with replacing_file(path) as temporary:
        save_file(tensors, temporary, None if metadata is None else dict(metadata))


def load_weights(model: OmniRecon, path: Path) -> None:
    """Fill the model from a file; it stays as it is if anything is wrong.

    Args:
        model: The network; its device and dtype stay.
        path: `.safetensors`, or else a state dict or a checkpoint written by `torch.save`.

    Raises:
        SceneFileError: The file cannot be read, or a tensor is missing, unknown or has another shape.
    """
    expected = {released_name(name): (name, tensor) for name, tensor in model.state_dict().items()}
    shapes = {name: tuple(tensor.shape) for name, (_, tensor) in expected.items()}
    _require_size(path)
    read = _read_safetensors if path.suffix == ".safetensors" else _read_torch
    found = read(path, shapes)
    model.load_state_dict({expected[name][0]: tensor for name, tensor in found.items()})


def _require_size(path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise SceneFileError(path, "", f"cannot be read: {error.strerror}", _REMEDY) from error
    _require_bytes(path, size)


def _require_bytes(path: Path, size: int) -> None:
    if size > _MOST_BYTES:
        raise SceneFileError(path, "", f"expected at most {_MOST_BYTES:,} bytes, found {size:,}", _REMEDY)


def _read_safetensors(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """The tensors, read only after the header has been found right."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
            _require_shapes(path, found, shapes)
            return {name: file.get_tensor(name) for name in shapes}
    except (SafetensorError, OSError) as error:
        raise SceneFileError(path, "", f"is no safetensors file: {error}", _REMEDY) from error


def _read_torch(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            _require_bytes(path, sum(member.file_size for member in archive.infolist()))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what it refuses anyway
            content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # the file may hold anything, and the reader has no error of its own
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise SceneFileError(path, "", f"cannot be loaded without running code: {reason}", _REMEDY) from error
    tensors = _unwrapped(content)
    _require_shapes(path, {name: tuple(tensor.shape) for name, tensor in tensors.items()}, shapes)
    return tensors


def _unwrapped(content: Any) -> dict[str, Tensor]:
    """The named tensors of a checkpoint, without what a training framework puts around them."""
    for key in _NESTED:
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    entries = content.items() if isinstance(content, dict) else ()
    tensors = {str(name): value for name, value in entries if isinstance(value, Tensor)}
    for wrapper in _WRAPPERS:
        if tensors and all(name.startswith(wrapper) for name in tensors):
            tensors = {name.removeprefix(wrapper): tensor for name, tensor in tensors.items()}
    return tensors


def _require_shapes(
    path: Path, found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]]
) -> None:
    """Refuse names that are missing or unknown, and other shapes, naming the first."""
    for name, shape in expected.items():
        if name not in found:
            raise SceneFileError(path, name, f"this tensor is missing ({len(found)} found)", _REMEDY)
        if found[name] != shape:
            raise SceneFileError(
                path, name, f"expected shape {list(shape)}, found {list(found[name])}", _REMEDY
            )
    for name in found:
        if name not in expected:
            raise SceneFileError(path, name, "this tensor is unknown", _REMEDY)
