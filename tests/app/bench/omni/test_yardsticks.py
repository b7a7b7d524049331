"""Every yardstick gives what its face says."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from rowsplat.app.bench.omni.mvsnerf import MVSNeRF
from rowsplat.app.bench.omni.patchmatch_net import PatchmatchNet, depth_map
from rowsplat.app.bench.omni.yardsticks import (
    MVSNeRFYardstick,
    OmniReconYardstick,
    PatchmatchNetYardstick,
    PlaneWarp,
    Yardstick,
)
from rowsplat.render.metrics import psnr
from rowsplat.render.omni_recon import OmniConfig, OmniRecon
from rowsplat.scenes import Camera

_RANGE = (3.0, 5.0)  # its middle is the plane z = 0
_OMNI = OmniConfig(volume_resolution=8, coarse_samples=4, fine_samples=4)


def _camera(x: float, width: int = 32, height: int = 24) -> Camera:
    return Camera.look_at((x, 0.0, -4.0), (x, 0.0, 0.0), width=width, height=height)


def _plane_photo(camera: Camera) -> np.ndarray:
    """A smooth pattern on the plane z = 0 of the world."""
    x, y = np.meshgrid(np.arange(camera.width) + 0.5, np.arange(camera.height) + 0.5)
    local = np.stack([(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, np.ones_like(x)], axis=-1)
    points = camera.position + 4.0 * (local @ camera.camtoworld[:3, :3].T)
    return (0.5 + 0.5 * np.sin(points[..., [0, 1, 0]] * (2.0, 3.0, 1.0))).astype(np.float32)


def _yardsticks() -> list[Yardstick]:
    torch.manual_seed(0)
    return [
        PlaneWarp(),
        PatchmatchNetYardstick(model=PatchmatchNet().eval()),
        OmniReconYardstick(model=OmniRecon(_OMNI)),
        MVSNeRFYardstick(model=MVSNeRF().eval()),
    ]


def test_views_and_depths_have_the_sizes_of_target_and_first_photo() -> None:
    cameras = [_camera(0.0), _camera(0.2), _camera(-0.2, 40, 32)]
    photos = [_plane_photo(camera) for camera in cameras]
    target = _camera(0.1, 20, 16)
    makes_views = dict[str, bool]()
    for yardstick in _yardsticks():
        view = yardstick.view(photos, cameras, target, _RANGE)
        makes_views[yardstick.name] = view is not None
        if view is not None:
            assert view.shape == (16, 20, 3)
            assert view.dtype == np.float32
            assert 0.0 <= view.min() <= view.max() <= 1.0
        depth = yardstick.depth(photos, cameras, _RANGE)
        assert depth is not None
        assert depth.shape == (24, 32)
        assert depth.dtype == np.float32
    assert list(makes_views.values()) == [True, False, True, True]


def test_only_the_plane_needs_no_weights() -> None:
    assert [yardstick.needs_weights for yardstick in _yardsticks()] == [False, True, True, True]


def test_the_plane_warp_takes_the_nearest_photo_and_the_middle_depth() -> None:
    cameras = [_camera(1.5), _camera(0.05), _camera(-1.5)]
    photos = [_plane_photo(camera) for camera in cameras]
    target = _camera(0.0, 30, 24)
    view = PlaneWarp().view(photos, cameras, target, _RANGE)
    depth = PlaneWarp().depth(photos, cameras, _RANGE)
    assert view is not None
    assert depth is not None
    assert psnr(view[:, 2:-2], _plane_photo(target)[:, 2:-2]) > 35.0
    assert (depth == 4.0).all()


def test_the_plane_warp_of_a_wrong_plane_is_worse() -> None:
    cameras, target = [_camera(0.5)], _camera(0.0, 30, 24)
    photos = [_plane_photo(cameras[0])]
    pictures = [PlaneWarp().view(photos, cameras, target, bounds) for bounds in (_RANGE, (5.0, 7.0))]
    right, wrong = (psnr(p[:, 4:-12], _plane_photo(target)[:, 4:-12]) for p in pictures if p is not None)
    assert right > wrong + 6.0


def test_patchmatch_net_is_asked_with_the_first_photo_as_reference() -> None:
    cameras = [_camera(0.0), _camera(0.2)]
    photos = [_plane_photo(camera) for camera in cameras]
    yardstick = _yardsticks()[1]
    assert isinstance(yardstick, PatchmatchNetYardstick)
    depth = yardstick.depth(photos, cameras, _RANGE)
    np.testing.assert_array_equal(depth, depth_map(yardstick.model, photos, cameras, _RANGE)[0])


def test_omni_recon_is_measured_in_evaluation_and_left_in_its_mode() -> None:
    cameras = [_camera(0.0), _camera(0.2)]
    photos = [_plane_photo(camera) for camera in cameras]
    yardstick = _yardsticks()[2]
    assert isinstance(yardstick, OmniReconYardstick)
    yardstick.model.train()
    norms = {name: value.clone() for name, value in yardstick.model.named_buffers()}
    first, again = (yardstick.view(photos, cameras, _camera(0.1), _RANGE) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert yardstick.model.training
    for name, value in yardstick.model.named_buffers():
        torch.testing.assert_close(value, norms[name], rtol=0, atol=0)


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (2.0, 2.0), (1.0, float("inf"))])
def test_depths_that_make_no_sense_are_refused(bounds: tuple[float, float]) -> None:
    camera = _camera(0.0)
    photos, cameras = [_plane_photo(camera)] * 3, [camera] * 3
    for yardstick in _yardsticks():
        with pytest.raises(ValueError, match="0 < near < far"):
            yardstick.depth(photos, cameras, bounds)
