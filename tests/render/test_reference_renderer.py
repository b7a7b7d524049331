"""The reference renderer keeps the contract of every renderer."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rowsplat.render import Blend, Renderer, RenderMode, RenderOptions
from rowsplat.render.reference_renderer import ReferenceRenderer
from rowsplat.scenes import Camera, Gaussians


@pytest.fixture
def scene() -> Gaussians:
    rng = np.random.default_rng(0)
    return Gaussians(
        means=rng.normal(size=(60, 3)).astype(np.float32) * 0.5,
        quats=rng.normal(size=(60, 4)).astype(np.float32),
        log_scales=rng.normal(size=(60, 3)).astype(np.float32) - 3,
        logit_opacities=rng.normal(size=60).astype(np.float32) + 1,
        sh_coeffs=rng.normal(size=(60, 9, 3)).astype(np.float32) * 0.3,
    )


@pytest.fixture
def camera() -> Camera:
    viewmat = np.eye(4)
    viewmat[2, 3] = 3.0
    return Camera(viewmat=viewmat, fx=50.0, fy=50.0, cx=20.0, cy=15.0, width=40, height=30)


@pytest.mark.parametrize("mode", list(RenderMode))
def test_every_mode_has_its_shape_and_type(scene: Gaussians, camera: Camera, mode: RenderMode) -> None:
    renderer: Renderer = ReferenceRenderer()
    result = renderer.render(scene, camera, RenderOptions(mode=mode))
    assert result.image.shape == (30, 40, mode.channels)
    assert (result.image.dtype, result.alpha.dtype) == (np.float32, np.float32)
    assert result.alpha.shape == (30, 40)
    assert result.mode is mode
    assert result.image.any()
    assert result.image.flags.writeable


def test_counts_agree_with_the_cost_picture(scene: Gaussians, camera: Camera) -> None:
    results = [
        ReferenceRenderer().render(scene, camera, RenderOptions(mode=RenderMode.COST, blend=blend))
        for blend in Blend
    ]
    for result in results:
        evaluated, contributing = result.image.sum((0, 1))
        assert (result.counts.fragments_evaluated, result.counts.fragments_contributing) == (
            evaluated,
            contributing,
        )
        assert result.counts.num_gaussians == 60
        assert 0 < result.counts.visible <= 60 < result.counts.pairs
        assert 0 < contributing <= evaluated
    baseline, exact, irss = (result.counts.fragments_evaluated or 0 for result in results)
    assert baseline >= exact > 2 * irss


def test_fragments_are_counted_in_cost_mode_only(scene: Gaussians, camera: Camera) -> None:
    counts = ReferenceRenderer().render(scene, camera).counts
    assert counts.fragments_evaluated is None
    assert counts.fragments_contributing is None


def test_background_is_behind_rgb_only(scene: Gaussians, camera: Camera) -> None:
    renderer = ReferenceRenderer()
    for mode in (RenderMode.RGB, RenderMode.ALPHA, RenderMode.NORMAL, RenderMode.DEPTH):
        black = renderer.render(scene, camera, RenderOptions(mode=mode))
        red = renderer.render(scene, camera, RenderOptions(mode=mode, background=(1.0, 0.0, 0.0)))
        expected = (1 - black.alpha) if mode is RenderMode.RGB else np.zeros_like(black.alpha)
        np.testing.assert_allclose((red.image - black.image)[..., 0], expected, atol=1e-6)


def test_antialiasing_follows_the_scene_unless_told(scene: Gaussians, camera: Camera) -> None:
    renderer, tagged = ReferenceRenderer(), replace(scene, antialiased=True)
    classic, own = renderer.render(scene, camera).alpha, renderer.render(tagged, camera).alpha
    forced_off = renderer.render(tagged, camera, RenderOptions(antialiased=False)).alpha
    forced_on = renderer.render(scene, camera, RenderOptions(antialiased=True)).alpha
    assert own.sum() < classic.sum()  # the compensation only takes opacity away
    np.testing.assert_array_equal(forced_off, classic)
    np.testing.assert_array_equal(forced_on, own)


def test_sh_limit_is_the_scene_without_the_higher_degrees(scene: Gaussians, camera: Camera) -> None:
    renderer, full = ReferenceRenderer(), ReferenceRenderer().render(scene, camera).image
    limited = renderer.render(scene, camera, RenderOptions(max_sh_degree=1)).image
    np.testing.assert_allclose(limited, renderer.render(scene.with_max_sh_degree(1), camera).image, atol=1e-6)
    assert np.abs(limited - full).max() > 0.01


def test_total_time_is_around_all_stages(scene: Gaussians, camera: Camera) -> None:
    times = ReferenceRenderer().render(scene, camera).stage_times
    stages = (times.project, times.sort, times.bin, times.blend)
    assert min(stages) > 0
    assert times.total >= sum(stages)


def test_importing_the_renderer_loads_no_torch() -> None:
    program = "import sys, rowsplat.render.reference_renderer; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.shared_data
def test_a_real_scene_looks_alike_with_every_blender(shared_data_dir: Path, camera: Camera) -> None:
    record = np.dtype([("mean", "<f4", 3), ("scale", "<f4", 3), ("rgba", "u1", 4), ("quat", "u1", 4)])
    splats: Any = np.fromfile(shared_data_dir / "gaussians" / "spot" / "spot_10k.splat", dtype=record)
    alpha = np.clip(splats["rgba"][:, 3] / 255.0, 0.002, 0.998)
    scene = Gaussians(
        means=splats["mean"] - np.median(splats["mean"], axis=0),
        quats=(splats["quat"] - 128.0).astype(np.float32),
        log_scales=np.log(splats["scale"]),
        logit_opacities=np.log(alpha / (1 - alpha)).astype(np.float32),
        sh_coeffs=((splats["rgba"][:, None, :3] / 255.0 - 0.5) / 0.28209479177387814).astype(np.float32),
    )
    results = {
        blend: ReferenceRenderer().render(scene, camera, RenderOptions(blend=blend)) for blend in Blend
    }
    exact, irss = results[Blend.BASELINE_EXACT], results[Blend.IRSS]
    np.testing.assert_allclose(irss.image, exact.image, atol=1e-6)
    assert np.abs(results[Blend.BASELINE].image - exact.image).max() < 0.05
    assert 0.05 < exact.alpha.mean() < 0.9  # the cow covers some of the picture
    assert results[Blend.BASELINE].counts.pairs > exact.counts.pairs
