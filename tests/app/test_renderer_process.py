"""A renderer in a process of its own is that renderer."""

from __future__ import annotations

import multiprocessing
import time

import numpy as np
import pytest
from rowsplat.app.renderer_process import RendererProcess
from rowsplat.kernels.errors import BackendError
from rowsplat.render import Backend, RenderMode, RenderOptions, create_renderer
from rowsplat.scenes import Gaussians, default_camera


@pytest.fixture
def scene() -> Gaussians:
    rng = np.random.default_rng(0)
    shapes = {"means": 3, "quats": 4, "log_scales": 3}
    arrays = {name: rng.normal(size=(20, width)).astype(np.float32) for name, width in shapes.items()}
    return Gaussians(
        **arrays,
        logit_opacities=rng.normal(size=20).astype(np.float32),
        sh_coeffs=rng.normal(size=(20, 1, 3)).astype(np.float32),
    )


def test_it_draws_what_a_renderer_in_this_process_draws(scene: Gaussians) -> None:
    camera = default_camera(scene, width=20, height=16)
    ours, theirs = create_renderer(Backend.REFERENCE), RendererProcess(Backend.REFERENCE, "auto")
    assert theirs.description == ours.description
    for options in (RenderOptions(), RenderOptions(mode=RenderMode.DEPTH)):
        expected, found = (renderer.render(scene, camera, options) for renderer in (ours, theirs))
        np.testing.assert_array_equal(found.image, expected.image)
        assert found.counts == expected.counts


def test_a_back_end_that_cannot_be_had_is_an_error_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    with pytest.raises(BackendError, match="gsplat"):
        RendererProcess(Backend.GSPLAT, "auto")


def test_a_process_that_dies_is_an_error_that_names_the_way_out(scene: Gaussians) -> None:
    renderer = RendererProcess(Backend.REFERENCE, "auto")
    for child in multiprocessing.active_children():
        child.kill()
        child.join()
    with pytest.raises(BackendError, match="another --backend"):
        renderer.render(scene, default_camera(scene, width=8, height=8))


def test_the_process_ends_with_the_renderer() -> None:
    renderer = RendererProcess(Backend.REFERENCE, "auto")
    (child,) = multiprocessing.active_children()
    del renderer
    deadline = time.monotonic() + 20
    while child.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.is_alive()
