"""EWA projection against closed forms and gsplat's own PyTorch function."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from gsplat.cuda._torch_impl import _fully_fused_projection, _quat_scale_to_covar_preci
from rowsplat.kernels.constants import EPS2D, NEAR_PLANE
from rowsplat.kernels.reference import ProjectedGaussians, project
from torch import Tensor


def _project(
    scene: dict[str, Tensor], camera: dict[str, Any], *, antialiased: bool = False
) -> ProjectedGaussians:
    return project(
        means=scene["means"],
        quats=scene["quats"],
        log_scales=scene["log_scales"],
        opacities=torch.sigmoid(scene["logit_opacities"]),
        antialiased=antialiased,
        **camera,
    )


def _gsplat(scene: dict[str, Tensor], camera: dict[str, Any]) -> tuple[Tensor, ...]:
    covars, _ = _quat_scale_to_covar_preci(scene["quats"], scene["log_scales"].exp(), compute_preci=False)
    outputs = _fully_fused_projection(
        scene["means"],
        covars,
        camera["viewmat"][None],
        camera["K"][None],
        camera["width"],
        camera["height"],
        calc_compensations=True,
    )
    return tuple(output[0] for output in outputs)


def test_a_sphere_on_the_axis_has_the_closed_form_covariance(one_gaussian: Any, axis_camera: Any) -> None:
    projected = _project(one_gaussian, axis_camera)
    variance = (100.0 * 0.1 / 2.0) ** 2 + EPS2D  # (f sigma / z)^2, without perspective terms on the axis
    torch.testing.assert_close(projected.means2d, torch.tensor([[16.5, 16.5]], dtype=torch.float64))
    torch.testing.assert_close(
        projected.covars2d, torch.tensor([[variance, 0.0, variance]], dtype=torch.float64)
    )
    torch.testing.assert_close(projected.conics, torch.tensor([[1, 0, 1]], dtype=torch.float64) / variance)
    assert projected.depths.tolist() == [2.0]
    assert projected.radii.tolist() == [16]  # ceil(3 * sqrt(25.3))


def test_compensation_of_a_sphere_is_its_closed_form(one_gaussian: Any, axis_camera: Any) -> None:
    projected = _project(one_gaussian, axis_camera, antialiased=True)
    torch.testing.assert_close(
        projected.opacities, torch.tensor([0.8 * 25.0 / (25.0 + EPS2D)], dtype=torch.float64)
    )


def test_projection_equals_that_of_gsplat(make_scene: Any, make_camera: Any) -> None:
    scene, camera = make_scene(500, seed=1), make_camera()
    scene["means"][:, :2] *= 4.0  # many beyond the frustum, where the Jacobian is clamped
    _, means2d, depths, conics, _ = _gsplat(scene, camera)
    projected = _project(scene, camera)
    kept = projected.in_front
    outside = (means2d < 0).any(-1) | (means2d > torch.tensor([camera["width"], camera["height"]])).any(-1)
    assert int((kept & outside).sum()) > 100
    torch.testing.assert_close(projected.means2d[kept], means2d[kept])
    torch.testing.assert_close(projected.depths, depths)
    torch.testing.assert_close(projected.conics[kept], conics[kept], rtol=1e-7, atol=1e-12)


def test_antialiased_opacities_equal_those_of_gsplat(make_scene: Any, make_camera: Any) -> None:
    scene, camera = make_scene(300, seed=2, scale=0.01), make_camera()
    compensations = _gsplat(scene, camera)[-1]
    classic, antialiased = _project(scene, camera), _project(scene, camera, antialiased=True)
    kept = classic.in_front
    assert float(compensations[kept].min()) < 0.5
    torch.testing.assert_close(
        antialiased.opacities[kept], (classic.opacities * compensations)[kept], rtol=1e-6, atol=1e-9
    )


def test_what_lies_behind_the_near_plane_is_culled(one_gaussian: Any, axis_camera: Any) -> None:
    for depth, kept in [(-2.0, False), (0.0, False), (0.99 * NEAR_PLANE, False), (1.01 * NEAR_PLANE, True)]:
        one_gaussian["means"][0, 2] = depth
        projected = _project(one_gaussian, axis_camera)
        assert projected.in_front.tolist() == [kept]
        assert (projected.radii > 0).tolist() == [kept]


def test_a_square_outside_the_image_is_culled(one_gaussian: Any, axis_camera: Any) -> None:
    for x, kept in [(0.0, True), (0.63, True), (0.67, False), (-0.63, True), (-0.67, False)]:
        one_gaussian["means"][0, 0] = x  # 50 px a unit, radius 16 to 17 px, image 33 px
        assert (_project(one_gaussian, axis_camera).radii > 0).tolist() == [kept]


def test_culled_gaussians_leave_all_gradients_finite(make_scene: Any, make_camera: Any) -> None:
    scene = {name: value.requires_grad_() for name, value in make_scene(20, seed=3).items()}
    with torch.no_grad():
        scene["means"][:5, 2] = torch.tensor([0.0, -1.0, -0.2, 1e-9, -5.0], dtype=torch.float64)
    projected = _project(scene, make_camera(), antialiased=True)
    (projected.means2d.sum() + projected.conics.sum() + projected.opacities.sum()).backward()
    for name in ("means", "quats", "log_scales", "logit_opacities"):
        assert torch.isfinite(scene[name].grad).all(), name  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [1e-3, 7.0])
def test_the_length_of_quaternions_does_not_matter(make_scene: Any, make_camera: Any, length: float) -> None:
    scene, camera = make_scene(10, seed=4), make_camera()
    scaled = {**scene, "quats": length * scene["quats"]}
    torch.testing.assert_close(_project(scaled, camera).covars2d, _project(scene, camera).covars2d)
