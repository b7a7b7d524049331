"""A small network and what it looks at."""

from __future__ import annotations

import pytest
import torch
from rowsplat.render.omni_recon import EncodedScene, OmniConfig, OmniRecon, SourceViews

from .sphere_scene import BOX, sphere_views


@pytest.fixture
def model() -> OmniRecon:
    """A network with random parameters that looks coarsely, in evaluation."""
    torch.manual_seed(5)
    config = OmniConfig(volume_resolution=8, coarse_samples=8, fine_samples=6, ray_chunk=100)
    return OmniRecon(config).eval()


@pytest.fixture
def sources() -> SourceViews:
    return sphere_views(3)


@pytest.fixture
def encoded(model: OmniRecon, sources: SourceViews) -> EncodedScene:
    with torch.no_grad():
        return model.encode(sources, BOX)
