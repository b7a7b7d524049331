"""Photos of the coloured sphere, a network whose geometry knows the sphere, and labels of its surface."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import pytest
import torch
from rowsplat.render.omni_recon import OmniRecon, ReconstructionOptions
from rowsplat.render.omni_recon.lifting import (
    CallablePredictor,
    Legend,
    MapKind,
    PredictedMaps,
    numbered_channels,
)
from rowsplat.scenes.photo_sets import Photo, PhotoSet

from ..sphere_scene import CENTER, orbiting, sphere_picture

OPTIONS = ReconstructionOptions(volume_resolution=8, samples=12, max_side=44, source_views=3, planes=0)


def maps_of(function: object, channels: int, kind: MapKind = MapKind.FEATURES) -> PredictedMaps:
    """What a function finds in each photo."""
    legend = Legend(title="test", kind=kind, channels=numbered_channels(channels, "channel"))
    return PredictedMaps(CallablePredictor(legend=legend, function=function))  # type: ignore[arg-type]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Generator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def photo_set() -> PhotoSet:
    """Five photos of the sphere, with points on it."""
    normals = np.random.default_rng(0).normal(size=(200, 3))
    points = np.array(CENTER) + 2.0 * normals / np.linalg.norm(normals, axis=1, keepdims=True)
    photos = tuple(
        Photo(name=f"images/{index}.png", camera=camera, source=sphere_picture(camera).astype(np.float32))
        for index, camera in enumerate(orbiting(5))
    )
    return PhotoSet(name="sphere", photos=photos, points=points)


@pytest.fixture
def network() -> OmniRecon:
    torch.manual_seed(5)
    return OmniRecon().eval()
