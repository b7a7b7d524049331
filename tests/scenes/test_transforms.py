"""Transforms of Gaussians: colours, covariances and pictures turn with the scene."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from rowsplat.kernels.quaternions import quat_multiply, quat_to_rotmat, rotmat_to_quat
from rowsplat.kernels.spherical_harmonics import rotate_sh, sh_basis, sh_rotation_matrices
from rowsplat.render import RenderMode, RenderOptions
from rowsplat.render.reference_renderer import ReferenceRenderer
from rowsplat.scenes import Camera, Gaussians, merge, rotate, scale, transform, translate

_REFLECTION = np.diag([1.0, -1.0, 1.0])


def _rotation(seed: int) -> NDArray[np.float64]:
    return quat_to_rotmat(np.random.default_rng(seed).normal(size=4))


def _scene(count: int = 30, *, seed: int = 0, sh_degree: int = 3) -> Gaussians:
    rng = np.random.default_rng(seed)
    return Gaussians(
        means=rng.normal(size=(count, 3)).astype(np.float32),
        quats=(3 * rng.normal(size=(count, 4))).astype(np.float32),
        log_scales=(rng.normal(size=(count, 3)) - 2).astype(np.float32),
        logit_opacities=(2 * rng.normal(size=count)).astype(np.float32),
        sh_coeffs=(0.3 * rng.normal(size=(count, (sh_degree + 1) ** 2, 3))).astype(np.float32),
    )


def _covariances(gaussians: Gaussians) -> NDArray[np.float64]:
    stretched = quat_to_rotmat(gaussians.quats.astype(np.float64)) * np.exp(gaussians.log_scales)[:, None, :]
    return stretched @ stretched.swapaxes(1, 2)


def _camera(viewmat: NDArray[np.float64]) -> Camera:
    return Camera(viewmat=viewmat, fx=60.0, fy=60.0, cx=24.0, cy=16.0, width=48, height=32)


@pytest.mark.parametrize("turn", [_rotation(1), _rotation(2), _REFLECTION @ _rotation(3)])
@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_rotated_colour_in_the_rotated_direction_is_the_old_colour(turn: Any, degree: int) -> None:
    scene = _scene(sh_degree=degree)
    directions = np.random.default_rng(4).normal(size=(50, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    old = np.einsum("mk,nkc->mnc", sh_basis(directions, degree), scene.sh_coeffs)
    turned = rotate(scene, turn).sh_coeffs
    new = np.einsum("mk,nkc->mnc", sh_basis(directions @ turn.T, degree), turned)
    np.testing.assert_allclose(new, old, atol=1e-5)
    if degree > 0:
        assert np.abs(turned - scene.sh_coeffs).max() > 0.1


def test_sh_rotations_are_orthogonal_and_compose() -> None:
    first, second = _rotation(5), _rotation(6)
    both = zip(sh_rotation_matrices(first, 3), sh_rotation_matrices(second, 3), strict=True)
    for (one, two), product in zip(both, sh_rotation_matrices(second @ first, 3), strict=True):
        np.testing.assert_allclose(one @ one.T, np.eye(len(one)), atol=1e-12)
        np.testing.assert_allclose(two @ one, product, atol=1e-12)


def test_colour_without_direction_stays_bit_for_bit() -> None:
    coeffs = _scene(sh_degree=2).sh_coeffs
    np.testing.assert_array_equal(rotate_sh(coeffs, _rotation(7))[:, 0], coeffs[:, 0])


@pytest.mark.parametrize("turn", [_rotation(8), _REFLECTION @ _rotation(9)], ids=["rotation", "reflection"])
def test_covariances_and_means_follow_the_matrix(turn: Any) -> None:
    scene, matrix = _scene(), np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = 1.7 * turn, [1.0, -2.0, 0.5]
    moved = transform(scene, matrix)
    np.testing.assert_allclose(moved.means, scene.means @ matrix[:3, :3].T + matrix[:3, 3], atol=1e-5)
    expected = matrix[:3, :3] @ _covariances(scene) @ matrix[:3, :3].T
    np.testing.assert_allclose(_covariances(moved), expected, rtol=1e-4, atol=1e-6)


def test_there_and_back_again_is_the_same_scene() -> None:
    scene, matrix = _scene(seed=10), np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = 0.4 * _rotation(11), [3.0, 2.0, 1.0]
    back = transform(transform(scene, matrix), np.linalg.inv(matrix))
    for name in ("means", "log_scales", "logit_opacities", "sh_coeffs"):
        np.testing.assert_allclose(getattr(back, name), getattr(scene, name), atol=1e-5)
    np.testing.assert_allclose(_covariances(back), _covariances(scene), rtol=1e-4, atol=1e-6)


def test_transform_is_rotation_then_scale_then_translation() -> None:
    scene, turn, matrix = _scene(seed=12), _rotation(13), np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = 2.0 * turn, [1.0, 0.0, -1.0]
    steps, once = translate(scale(rotate(scene, turn), 2.0), [1.0, 0.0, -1.0]), transform(scene, matrix)
    for name in ("means", "quats", "log_scales", "sh_coeffs"):
        np.testing.assert_allclose(getattr(once, name), getattr(steps, name), atol=1e-5)


@pytest.mark.parametrize("mode", [RenderMode.RGB, RenderMode.NORMAL, RenderMode.ALPHA])
def test_rotated_scene_from_the_rotated_camera_is_the_same_picture(mode: RenderMode) -> None:
    scene, viewmat, matrix = _scene(seed=14), np.eye(4), np.eye(4)
    viewmat[:3, 3] = [0.1, 0.2, 5.0]
    matrix[:3, :3], matrix[:3, 3] = _rotation(15), [4.0, -3.0, 2.0]
    renderer, options = ReferenceRenderer(), RenderOptions(mode=mode)
    before = renderer.render(scene, _camera(viewmat), options).image
    after = renderer.render(transform(scene, matrix), _camera(viewmat @ np.linalg.inv(matrix)), options).image
    np.testing.assert_allclose(after, before, atol=2e-4)
    unturned = replace(transform(scene, matrix), sh_coeffs=scene.sh_coeffs)
    if mode is RenderMode.RGB:  # the colours had to turn
        wrong = renderer.render(unturned, _camera(viewmat @ np.linalg.inv(matrix)), options).image
        assert np.abs(wrong - before).max() > 0.05


def test_enlarged_scene_from_further_away_is_the_same_picture() -> None:
    scene, near, far = _scene(seed=16), np.eye(4), np.eye(4)
    near[2, 3], far[2, 3] = 5.0, 15.0
    renderer = ReferenceRenderer()
    before, after = renderer.render(scene, _camera(near)), renderer.render(scale(scene, 3.0), _camera(far))
    np.testing.assert_allclose(after.image, before.image, atol=1e-4)
    assert before.alpha.max() > 0.5


def test_quaternion_of_a_matrix_gives_the_matrix_back() -> None:
    half_turns = [np.diag([1.0, -1.0, -1.0]), np.diag([-1.0, 1.0, -1.0]), np.diag([-1.0, -1.0, 1.0])]
    for turn in [np.eye(3), *half_turns, *(_rotation(seed) for seed in range(20, 60))]:
        quat = rotmat_to_quat(turn)
        assert quat[0] >= 0
        np.testing.assert_allclose(quat_to_rotmat(quat), turn, atol=1e-12)


def test_quaternion_product_is_the_matrix_product() -> None:
    left, right = np.random.default_rng(17).normal(size=(2, 5, 4))
    product = quat_to_rotmat(quat_multiply(left, right))
    np.testing.assert_allclose(product, quat_to_rotmat(left) @ quat_to_rotmat(right), atol=1e-12)


@pytest.mark.parametrize(
    "matrix",
    [
        np.eye(3),
        np.diag([1.0, 2.0, 1.0, 1.0]),
        np.zeros((4, 4)),
        np.diag([0.0, 0.0, 0.0, 1.0]),
        np.eye(4) * np.nan,
    ],
    ids=["3x3", "uneven scale", "zero", "singular", "nan"],
)
def test_what_is_no_similarity_is_refused(matrix: Any) -> None:
    with pytest.raises(ValueError, match="matrix must be"):
        transform(_scene(), matrix)


@pytest.mark.parametrize("factor", [0.0, -1.0, np.inf, np.nan])
def test_only_positive_finite_scales_are_taken(factor: float) -> None:
    with pytest.raises(ValueError, match="factor must be positive"):
        scale(_scene(), factor)


def test_a_shear_is_no_rotation() -> None:
    with pytest.raises(ValueError, match="orthogonal"):
        rotate(_scene(), [[1.0, 0.5, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def test_merge_keeps_order_and_pads_lower_degrees_with_zeros() -> None:
    flat, round_ = _scene(4, seed=18, sh_degree=0), _scene(3, seed=19, sh_degree=2)
    both = merge(flat, round_)
    assert (len(both), both.sh_degree) == (7, 2)
    np.testing.assert_array_equal(both.means, np.concatenate([flat.means, round_.means]))
    np.testing.assert_array_equal(both.sh_coeffs[:4, :1], flat.sh_coeffs)
    assert not both.sh_coeffs[:4, 1:].any()
    np.testing.assert_array_equal(both.select(np.arange(4, 7)).sh_coeffs, round_.sh_coeffs)


def test_merge_of_nothing_or_of_mixed_tags_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one scene"):
        merge()
    with pytest.raises(ValueError, match="antialiased"):
        merge(_scene(), replace(_scene(), antialiased=True))
    assert merge(replace(_scene(), antialiased=True)).antialiased
