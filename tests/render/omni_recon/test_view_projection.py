"""Look-ups: a picture of its own coordinates is read back exactly where the camera says."""

from __future__ import annotations

import numpy as np
import torch
from rowsplat.render.omni_recon import DepthRange, Normalisation, SceneBox, camera_rays
from rowsplat.render.omni_recon.normalisation import mean_rotation, normalisation
from rowsplat.render.omni_recon.view_projection import (
    Projection,
    project,
    projection_matrices,
    sample_resized,
    sample_strided,
    sample_volume,
    unit_centers,
    view_directions,
)
from rowsplat.scenes import Camera

from .sphere_scene import BOX, CENTER, HEIGHT, WIDTH, orbiting, world_rays

_LIKE = torch.zeros(1, dtype=torch.float64)


def _off_center(camera: Camera) -> Camera:
    """The same camera with a principal point and focal lengths that tell x from y."""
    return Camera(
        viewmat=camera.viewmat,
        fx=camera.fx * 1.3,
        fy=camera.fy * 0.9,
        cx=camera.cx + 3.3,
        cy=camera.cy - 2.1,
        width=camera.width,
        height=camera.height,
    )


def _cameras() -> tuple[Camera, ...]:
    return tuple(_off_center(camera) for camera in orbiting(3, step_deg=40.0))


def _points(count: int = 400) -> np.ndarray:
    return np.random.default_rng(0).uniform(-6.0, 6.0, (count, 3)) + CENTER


def _unit(points: np.ndarray, frame: Normalisation) -> torch.Tensor:
    return torch.from_numpy((points - frame.center) @ frame.rotation.T / frame.scale)


def _by_hand(camera: Camera, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pixels `[N, 2]` and whether they are in the image and in front, from K and the pose alone."""
    local = points @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
    pixels = np.stack(
        [
            camera.fx * local[:, 0] / local[:, 2] + camera.cx,
            camera.fy * local[:, 1] / local[:, 2] + camera.cy,
        ],
        1,
    )
    inside = (pixels >= 0).all(1) & (pixels[:, 0] <= camera.width) & (pixels[:, 1] <= camera.height)
    return pixels, inside & (local[:, 2] > 0)


def _projected(points: np.ndarray) -> tuple[Projection, Normalisation]:
    frame = normalisation(_cameras(), BOX)
    matrices = projection_matrices(_cameras(), frame, _LIKE)
    return project(_unit(points, frame), matrices, (HEIGHT, WIDTH)), frame


def test_points_fall_where_the_cameras_see_them() -> None:
    points = _points()
    seen, _ = _projected(points)
    for view, camera in enumerate(_cameras()):
        pixels, visible = _by_hand(camera, points)
        assert 20 < visible.sum() < len(points) - 20
        np.testing.assert_array_equal(seen.visible[view].numpy(), visible)
        np.testing.assert_allclose(seen.pixels[view].numpy().T[visible], pixels[visible], atol=1e-9)


def test_points_behind_a_camera_are_not_seen_though_they_project_into_the_image() -> None:
    camera = _cameras()[0]
    behind = camera.position - 3.0 * camera.camtoworld[:3, 2]
    ahead = camera.position + 3.0 * camera.camtoworld[:3, 2]
    at_center = camera.position
    seen, _ = _projected(np.stack([behind, ahead, at_center]))
    assert seen.visible[0].tolist() == [False, True, False]
    assert bool(seen.pixels.isfinite().all())


def _coordinate_map(height: int, width: int) -> torch.Tensor:
    """Cell indices (x, y) as a picture, `[3, 2, height, width]`."""
    y, x = torch.meshgrid(
        torch.arange(height, dtype=torch.float64), torch.arange(width, dtype=torch.float64), indexing="ij"
    )
    return torch.stack([x, y]).expand(3, 2, height, width)


def test_a_picture_of_its_pixel_centres_is_read_back_as_the_projection() -> None:
    points = _points()
    seen, _ = _projected(points)
    read = sample_resized(_coordinate_map(HEIGHT, WIDTH) + 0.5, seen)
    for view, camera in enumerate(_cameras()):
        pixels, visible = _by_hand(camera, points)
        inner = visible & (pixels > 0.5).all(1) & (pixels[:, 0] < WIDTH - 0.5) & (pixels[:, 1] < HEIGHT - 0.5)
        np.testing.assert_allclose(read[view].numpy().T[inner], pixels[inner], atol=1e-9)
        assert bool((read[view].t()[~torch.from_numpy(visible)] == 0.0).all())


def test_a_strided_map_is_read_at_the_pixel_its_cell_is_centred_on() -> None:
    points = _points()
    seen, _ = _projected(points)
    for stride in (2, 4, 8):
        height, width = -(-HEIGHT // stride), -(-WIDTH // stride)
        read = sample_strided(_coordinate_map(height, width) * stride + 0.5, seen, stride)
        last = np.array([(width - 1) * stride, (height - 1) * stride]) + 0.5
        for view, camera in enumerate(_cameras()):
            pixels, visible = _by_hand(camera, points)
            expected = np.clip(pixels, 0.5, last)
            np.testing.assert_allclose(read[view].numpy().T[visible], expected[visible], atol=1e-9)


def test_a_smaller_map_of_the_whole_image_is_stretched_over_it() -> None:
    seen, _ = _projected(_points())
    read = sample_resized((_coordinate_map(HEIGHT // 2, WIDTH // 2) + 0.5) * 2.0, seen)
    expected = seen.pixels.clamp(min=1.0).minimum(torch.tensor([[WIDTH - 1.0], [HEIGHT - 1.0]]).double())
    torch.testing.assert_close(read, expected * seen.visible[:, None])


def test_a_volume_of_its_coordinates_is_read_back_and_empty_outside() -> None:
    axis = torch.linspace(-1.0, 1.0, 5, dtype=torch.float64)
    z, y, x = torch.meshgrid(axis, axis, axis, indexing="ij")
    points = torch.rand(100, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2.0 - 1.0
    torch.testing.assert_close(sample_volume(torch.stack([x, y, z]), points).t(), points)
    outside = torch.tensor([[1.6, 0.0, 0.0], [0.0, -2.0, 0.0]], dtype=torch.float64)
    assert bool((sample_volume(torch.stack([x, y, z]) + 5.0, outside) == 0.0).all())


def test_rays_of_a_picture_pass_through_its_pixel_centres() -> None:
    camera = _cameras()[1]
    origins, dirs, cosines = camera_rays(camera, _LIKE)
    centre, expected = world_rays(camera)
    np.testing.assert_allclose(origins.numpy(), np.broadcast_to(centre, origins.shape), atol=1e-12)
    np.testing.assert_allclose(dirs.numpy().reshape(expected.shape), expected, atol=1e-12)
    depths = (expected @ camera.viewmat[:3, :3].T)[..., 2]
    np.testing.assert_allclose(cosines.numpy().reshape(depths.shape), depths, atol=1e-12)


def test_a_view_that_looks_along_the_ray_differs_by_nothing() -> None:
    centers = torch.tensor([[0.0, 0.0, -2.0], [3.0, 0.0, 0.0]])
    points = torch.tensor([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    differences, cosines = view_directions(points, torch.tensor([[0.0, 0.0, 1.0]]).expand(2, 3), centers)
    torch.testing.assert_close(differences[0], torch.zeros(3, 2))
    torch.testing.assert_close(cosines[0], torch.ones(1, 2))
    torch.testing.assert_close(differences[1, :, 0], torch.tensor([1.0, 0.0, 1.0]))
    torch.testing.assert_close(cosines[1, 0], torch.tensor([0.0, 1.0 / 10.0**0.5]))


def test_frusta_fit_the_unit_cube_and_fill_it_to_a_tenth() -> None:
    depths = DepthRange(near=4.0, far=9.0)
    frame = normalisation(_cameras(), depths)
    corners = []
    for camera in _cameras():
        centre, dirs = world_rays(camera)
        along = dirs / (dirs @ camera.viewmat[2, :3])[..., None]
        corners += [centre + along * depth for depth in (depths.near, depths.far)]
    unit = _unit(np.concatenate(corners).reshape(-1, 3), frame)
    assert (
        1.0 / 1.15 < float(unit.abs().max()) <= 1.0 / 1.1
    )  # pixel centres are a little inside the image's corners


def test_the_reference_camera_gives_the_axes() -> None:
    camera = _cameras()[2]
    frame = normalisation(_cameras(), SceneBox(center=CENTER, radius=2.0), camera)
    ahead = np.array(CENTER) + 2.0 * camera.camtoworld[:3, 2]
    torch.testing.assert_close(_unit(ahead[None], frame)[0], torch.tensor([0.0, 0.0, 1.0]).double())
    torch.testing.assert_close(
        unit_centers([camera], frame, _LIKE)[0], _unit(camera.position[None], frame)[0], atol=1e-12, rtol=0
    )


def test_the_mean_of_cameras_side_by_side_is_the_one_between() -> None:
    left, middle, right = (
        Camera.orbit(CENTER, distance=4.0, width=8, height=8, azimuth_deg=a) for a in (0, 20, 40)
    )
    np.testing.assert_allclose(mean_rotation([left, right]), middle.viewmat[:3, :3], atol=1e-12)


def test_cameras_all_around_still_get_a_rotation() -> None:
    ring = orbiting(4, step_deg=90.0)
    rotation = mean_rotation(ring)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(rotation) > 0.99
