"""Warping by depth, on a plane whose picture is known from anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.render.view_consistency import DepthView, correspondence, warped_error
from rowsplat.scenes import Camera


def _plane(camera: Camera) -> tuple[DepthView, np.ndarray]:
    """Depth and a smooth picture of the plane z = 0, painted by its x and y."""
    u = (np.arange(camera.width) + 0.5 - camera.cx) / camera.fx
    v = (np.arange(camera.height) + 0.5 - camera.cy) / camera.fy
    rays = np.stack([*np.meshgrid(u, v), np.ones((camera.height, camera.width))], axis=-1)
    rays = rays @ camera.camtoworld[:3, :3].T
    depth = -camera.position[2] / rays[..., 2]
    points = camera.position + depth[..., None] * rays
    picture = 0.5 + 0.4 * np.sin(points @ np.array([[3.0, 0, 2], [0, 4, 1], [0, 0, 0]]))
    return DepthView(camera=camera, depth=depth.astype(np.float32)), picture.astype(np.float32)


def _camera(x: float) -> Camera:
    return Camera.look_at((x, 0.3, -3), (0.1 * x, 0, 0), width=80, height=60)


def test_pictures_of_one_painted_plane_agree() -> None:
    (target, painted), (source, other) = _plane(_camera(-0.4)), _plane(_camera(0.4))
    match = correspondence(target, source)
    assert match.seen.mean() > 0.6
    assert warped_error(match, painted, other) < 0.01
    assert np.sqrt(np.square(painted - other).mean()) > 0.04


def test_a_picture_that_differs_by_a_constant_is_off_by_it() -> None:
    (target, painted), (source, other) = _plane(_camera(-0.4)), _plane(_camera(0.4))
    match = correspondence(target, source)
    assert warped_error(match, painted, other + np.float32(0.25)) == pytest.approx(0.25, abs=0.01)


def test_what_something_else_hides_is_left_out() -> None:
    (target, _), (source, _) = _plane(_camera(-0.4)), _plane(_camera(0.4))
    hidden = source.depth.copy()
    hidden[:, 30:50] *= 0.5
    match = correspondence(target, DepthView(camera=source.camera, depth=hidden))
    columns = match.coordinates[1][match.seen]
    assert match.seen.any()
    assert ((columns <= 29) | (columns >= 50)).all()


def test_views_of_nothing_in_common_are_refused() -> None:
    (target, painted), (source, other) = _plane(_camera(-0.4)), _plane(_camera(0.4))
    nothing = DepthView(camera=source.camera, depth=np.zeros_like(source.depth))
    with pytest.raises(ValueError, match="nothing in common"):
        warped_error(correspondence(target, nothing), painted, other)
