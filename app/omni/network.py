"""The network of Omni-Recon with the weights that a user named, or with those that ship with rowsplat."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ...assets import omni_recon_weights_path
from ...kernels.errors import RowsplatError
from ..checks import require_exists

if TYPE_CHECKING:
    from ...render.omni_recon import OmniRecon


def default_weights() -> Path:
    """The weights that ship with rowsplat.

    Raises:
        RowsplatError: This installation has none.
    """
    path = omni_recon_weights_path()
    if not path.is_file():
        raise RowsplatError(
            f"{path}: the trained weights of Omni-Recon are not part of this installation. Give a file with "
            "--weights FILE; `rowsplat train-omni` makes one."
        )
    return path


def require_weights(weights: Path | None) -> Path:
    """The file that is used when the user named `weights` or nothing; looked for before slow work begins.

    Raises:
        RowsplatError: There is no such file.
    """
    if weights is None:
        return default_weights()
    require_exists(weights)
    return weights


def open_network_or_prior(weights: Path | None) -> tuple[OmniRecon, bool]:
    """The network on the CPU, and whether it has trained weights.

    Args:
        weights: A file; `None` takes the weights of the installation and, where it has none, a network that says what
            the depth prior says and blends all photos alike, always the same one.

    Raises:
        SceneFileError: The file holds other weights, or none.
    """
    if weights is not None or omni_recon_weights_path().is_file():
        return open_network(require_weights(weights), "cpu"), True
    calm_threads()
    import torch

    from ...render.omni_recon import OmniRecon

    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = OmniRecon()
    model.start_at_prior()
    return model.eval(), False


def calm_threads() -> None:
    """Have threads of PyTorch sleep while they wait; call before it is loaded. Spinning slows whatever else runs."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def require_device(device: str) -> None:
    """Refuse a device that `--device` does not know or that PyTorch has not.

    Raises:
        RowsplatError: It is so.
    """
    import torch

    if device not in ("cpu", "cuda"):
        raise RowsplatError(f"--device must be cpu or cuda, got {device!r}.")
    if device == "cuda" and not torch.cuda.is_available():
        raise RowsplatError("--device cuda: PyTorch finds no CUDA device here. Use --device cpu.")


def open_network(weights: Path, device: str) -> OmniRecon:
    """The network, ready to look.

    Args:
        weights: .safetensors, or a state dict or checkpoint of PyTorch.
        device: `cpu` or `cuda`.

    Raises:
        RowsplatError: PyTorch has no such device.
        SceneFileError: The file holds other weights, or none.
    """
    calm_threads()
    from ...render.omni_recon import OmniRecon, load_weights

    require_device(device)
    model = OmniRecon()
    load_weights(model, weights)
    return model.to(device).eval()
