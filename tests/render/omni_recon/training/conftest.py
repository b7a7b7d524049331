"""Examples of a coloured sphere, and a network small enough to train in a test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from rowsplat.render.omni_recon import OmniConfig, OmniRecon
from rowsplat.render.omni_recon.training import Schedule, Trainer
from rowsplat.render.omni_recon.training.examples import ExampleSource, random_example
from rowsplat.render.omni_recon.training.scene_views import SceneViews

from ..sphere_scene import orbiting, sphere_distances, sphere_picture, world_rays

_CONFIG = OmniConfig(volume_resolution=8, coarse_samples=6, fine_samples=5, dropout=0.1)


@pytest.fixture(scope="session")
def sphere() -> SceneViews:
    """Six views of a sphere, 44 x 36 pixels; no depth beside it."""
    cameras = orbiting(6)
    images, depths = [], []
    for camera in cameras:
        _, dirs = world_rays(camera)
        depth = sphere_distances(camera) * (dirs @ camera.viewmat[2, :3])
        images.append(np.rint(sphere_picture(camera) * 255).astype(np.uint8))
        depths.append(np.nan_to_num(depth).astype(np.float16))
    return SceneViews(images=np.stack(images), depths=np.stack(depths), cameras=cameras)


@pytest.fixture
def examples(sphere: SceneViews) -> ExampleSource:
    """A random example of the sphere for each step."""
    return lambda step: random_example(np.random.default_rng(step), sphere)


@pytest.fixture
def new_trainer(examples: ExampleSource) -> Callable[..., Trainer]:
    """Makes trainers that are all at the same step 0, unless `seed` says otherwise."""

    def _make(seed: int = 0, schedule: Schedule = Schedule(warmup=2), rays: int = 24) -> Trainer:  # noqa: B008
        torch.manual_seed(seed)
        return Trainer(OmniRecon(_CONFIG), examples, schedule, rays=rays, seed=seed)

    return _make
