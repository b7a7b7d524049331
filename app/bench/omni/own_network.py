"""The network that is measured."""

from __future__ import annotations

from pathlib import Path

import torch

from ....render.omni_recon import OmniRecon, load_weights


def network_to_measure(weights: Path | None) -> OmniRecon:
    """With the weights of a file; without one it follows the depth prior, the same every time.

    Raises:
        SceneFileError: The file holds other weights, or none.
    """
    torch.manual_seed(0)
    model = OmniRecon().eval()
    if weights is None:
        model.start_at_prior()
    else:
        load_weights(model, weights)
    return model
