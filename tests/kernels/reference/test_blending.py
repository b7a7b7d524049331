"""Blending against closed forms, a scalar loop, identities and gsplat's own PyTorch functions."""

from __future__ import annotations

import math
import sys
import types
from typing import Any

import pytest
import torch
from gsplat.cuda._torch_impl import _spherical_harmonics, accumulate
from rowsplat.kernels.constants import ALPHA_THRESHOLD, MAX_ALPHA, TRANSMITTANCE_EPS
from rowsplat.kernels.reference import (
    BlendedImages,
    ProjectedGaussians,
    all_pairs_lists,
    blend_pixels,
    depth_order,
    render_reference,
)
from rowsplat.kernels.spherical_harmonics import SH_C0
from rowsplat.kernels.types import Blend
from torch import Tensor

_IMAGES = ("rgb", "alphas", "depths", "median_depths", "normals", "transmittance")
_BLENDS = list(Blend)


def _draw(scene: Any, camera: Any, blend: Blend = Blend.BASELINE_EXACT, **more: Any) -> BlendedImages:
    return render_reference(**scene, **camera, blend=blend, **more).images


def _stack(one: dict[str, Tensor], depths: list[float], opacities: list[float], greys: list[float]) -> Any:
    """Copies of one Gaussian on the axis, one behind the other."""
    copies = {name: value.repeat(len(depths), *[1] * (value.dim() - 1)) for name, value in one.items()}
    copies["means"][:, 2] = torch.tensor(depths, dtype=torch.float64)
    copies["logit_opacities"] = torch.tensor(opacities, dtype=torch.float64).logit()
    copies["sh_coeffs"] = ((torch.tensor(greys, dtype=torch.float64) - 0.5) / SH_C0)[:, None, None].repeat(
        1, 1, 3
    )
    return copies


@pytest.mark.parametrize("blend", _BLENDS)
def test_one_sphere_on_the_axis_is_a_bell(one_gaussian: Any, axis_camera: Any, blend: Blend) -> None:
    images = _draw(one_gaussian, axis_camera, blend)
    offsets = torch.arange(33, dtype=torch.float64) - 16
    bell = 0.8 * torch.exp(-0.5 * (offsets**2 + offsets[:, None] ** 2) / 25.3)
    bell = torch.where(bell >= ALPHA_THRESHOLD, bell, torch.zeros_like(bell))
    torch.testing.assert_close(images.alphas, bell)
    torch.testing.assert_close(images.rgb, 0.5 * bell[..., None].expand(-1, -1, 3))
    torch.testing.assert_close(images.depths, torch.where(bell > 0, 2.0, 0.0).double())
    assert images.fragments_contributing.equal((bell > 0).long())


@pytest.mark.parametrize("blend", _BLENDS)
def test_two_gaussians_in_line_blend_front_to_back(one_gaussian: Any, axis_camera: Any, blend: Blend) -> None:
    scene = _stack(
        one_gaussian, depths=[4.0, 2.0], opacities=[0.9, 0.4], greys=[0.2, 1.0]
    )  # the far one first
    images = _draw(scene, axis_camera, blend, background=torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64))
    near, far = 0.4, 0.6 * 0.9
    grey, rest = near * 1.0 + far * 0.2, 0.6 * 0.1
    expected = torch.tensor([grey, grey + 0.5 * rest, grey + rest], dtype=torch.float64)
    torch.testing.assert_close(images.rgb[16, 16], expected)
    assert math.isclose(float(images.alphas[16, 16]), near + far)
    assert math.isclose(float(images.depths[16, 16]), (near * 2 + far * 4) / (near + far))
    assert (
        float(images.median_depths[16, 16]) == 4.0
    )  # 0.6 is left after the near one, 0.06 after the far one
    assert float(images.median_depths[16, 0]) == 0.0


@pytest.mark.parametrize("blend", _BLENDS)
def test_a_pixel_stops_before_the_fragment_that_takes_it_below_the_limit(
    one_gaussian: Any, axis_camera: Any, blend: Blend
) -> None:
    scene = _stack(
        one_gaussian, depths=[1.0, 2.0, 3.0, 4.0], opacities=[0.98, 0.98, 0.98, 0.2], greys=[0, 0, 1, 1]
    )
    images = _draw(scene, axis_camera, blend)
    left = 0.02 * 0.02  # a third 0.98 would leave 8e-6; what follows it is not blended either
    assert left > TRANSMITTANCE_EPS > 0.02 * left
    assert math.isclose(float(images.transmittance[16, 16]), left)
    assert float(images.rgb[16, 16].max()) < 1e-12
    assert int(images.fragments_contributing[16, 16]) == 2
    assert int(images.fragments_evaluated[16, 16]) == 3


def test_alpha_is_clamped(one_gaussian: Any, axis_camera: Any) -> None:
    one_gaussian["logit_opacities"][:] = 20.0
    assert math.isclose(float(_draw(one_gaussian, axis_camera).alphas[16, 16]), MAX_ALPHA)


def _pixel_by_loop(
    projected: ProjectedGaussians, colors: Tensor, order: list[int], x: float, y: float
) -> list[float]:
    """rgb, transmittance and the count of blended fragments of one pixel, as the 3DGS paper tells it."""
    rgb, transmittance, blended = [0.0, 0.0, 0.0], 1.0, 0
    for index in order:
        dx, dy = x - float(projected.means2d[index, 0]), y - float(projected.means2d[index, 1])
        xx, xy, yy = projected.conics[index].tolist()
        exponent = 0.5 * (xx * dx * dx + yy * dy * dy) + xy * dx * dy
        alpha = min(MAX_ALPHA, float(projected.opacities[index]) * math.exp(-exponent))
        if alpha < ALPHA_THRESHOLD:
            continue
        if transmittance * (1 - alpha) < TRANSMITTANCE_EPS:
            break
        rgb = [value + alpha * transmittance * float(colors[index, c]) for c, value in enumerate(rgb)]
        transmittance *= 1 - alpha
        blended += 1
    return [*rgb, transmittance, float(blended)]


def test_every_pixel_equals_a_scalar_loop_over_all_gaussians(make_scene: Any, make_camera: Any) -> None:
    scene, camera = make_scene(60, seed=31, sh_degree=2, scale=0.15), make_camera(20, 18)
    scene["logit_opacities"] += 3.0  # opaque enough that pixels stop early
    rendered = render_reference(**scene, **camera)
    order = depth_order(rendered.projected).tolist()
    looped = [
        [_pixel_by_loop(rendered.projected, rendered.colors, order, x + 0.5, y + 0.5) for x in range(20)]
        for y in range(18)
    ]
    expected = torch.tensor(looped, dtype=torch.float64)
    images = rendered.images
    torch.testing.assert_close(images.rgb, expected[..., :3])
    torch.testing.assert_close(images.transmittance, expected[..., 3])
    assert images.fragments_contributing.equal(expected[..., 4].long())
    assert (images.fragments_contributing < images.fragments_evaluated).any()
    assert float(images.transmittance.min()) < 10 * TRANSMITTANCE_EPS


def test_exact_lists_draw_what_all_pairs_draw(make_scene: Any, make_camera: Any) -> None:
    scene, camera = make_scene(300, seed=32), make_camera(75, 41)
    rendered = render_reference(**scene, **camera)
    everything = all_pairs_lists(depth_order(rendered.projected), 75, 41)
    black, normals = torch.zeros(3, dtype=torch.float64), torch.zeros(300, 3, dtype=torch.float64)
    brute = blend_pixels(rendered.projected, rendered.colors, normals, everything, black, 75, 41)
    torch.testing.assert_close(rendered.images.rgb, brute.rgb)
    assert rendered.images.fragments_contributing.equal(brute.fragments_contributing)


def test_the_baseline_lacks_the_rim_beyond_three_sigma(one_gaussian: Any, axis_camera: Any) -> None:
    one_gaussian["logit_opacities"][:] = torch.tensor(0.99, dtype=torch.float64).logit()
    axis_camera["K"][0, 2] = 16.0  # the square of 3 sigma, 16 px, ends at x = 32; the contour reaches 16.7 px
    baseline = _draw(one_gaussian, axis_camera, Blend.BASELINE).alphas
    exact = _draw(one_gaussian, axis_camera, Blend.BASELINE_EXACT).alphas
    torch.testing.assert_close(baseline[:, :32], exact[:, :32])
    assert float(baseline[:, 32].max()) == 0.0
    assert math.isclose(float(exact[16, 32]), 0.99 * math.exp(-0.5 * 16.5**2 / 25.3))


@pytest.mark.parametrize("blend", _BLENDS)
def test_long_lists_blend_as_one(make_scene: Any, make_camera: Any, blend: Blend) -> None:
    scene, camera = make_scene(1500, seed=34, scale=1.0), make_camera(16, 16)  # several steps for one tile
    scene["logit_opacities"][:] = -4.5
    images = _draw(scene, camera, blend)
    rendered = render_reference(**scene, **camera)
    order = depth_order(rendered.projected).tolist()
    expected = _pixel_by_loop(rendered.projected, rendered.colors, order, 8.5, 8.5)
    assert expected[4] > 512
    torch.testing.assert_close(
        images.rgb[8, 8], torch.tensor(expected[:3], dtype=torch.float64), rtol=0, atol=2e-3
    )
    if blend is not Blend.BASELINE:
        torch.testing.assert_close(images.rgb[8, 8], torch.tensor(expected[:3], dtype=torch.float64))


@pytest.mark.parametrize("blend", _BLENDS)
def test_weights_and_remaining_transmittance_make_one(
    make_scene: Any, make_camera: Any, blend: Blend
) -> None:
    images = _draw(make_scene(200, seed=35), make_camera(), blend)
    torch.testing.assert_close(images.alphas + images.transmittance, torch.ones_like(images.alphas))
    assert 0.2 < float(images.alphas.mean()) < 0.99


@pytest.mark.parametrize("blend", _BLENDS)
def test_the_order_of_the_input_does_not_matter(make_scene: Any, make_camera: Any, blend: Blend) -> None:
    scene, camera = make_scene(200, seed=36, sh_degree=1), make_camera()
    shuffle = torch.randperm(200, generator=torch.Generator().manual_seed(0))
    shuffled = {name: value[shuffle] for name, value in scene.items()}
    images, others = _draw(scene, camera, blend), _draw(shuffled, camera, blend)
    for name in _IMAGES:
        torch.testing.assert_close(getattr(images, name), getattr(others, name), rtol=0, atol=1e-12)


def test_background_shines_through_by_the_transmittance(make_scene: Any, make_camera: Any) -> None:
    scene, camera = make_scene(50, seed=37), make_camera()
    color = torch.tensor([0.2, 0.7, 1.5], dtype=torch.float64)
    black, colored = _draw(scene, camera), _draw(scene, camera, background=color)
    torch.testing.assert_close(colored.rgb - black.rgb, black.transmittance[..., None] * color)
    torch.testing.assert_close(colored.depths, black.depths)


def test_hidden_gaussians_do_not_change_the_picture(make_scene: Any, make_camera: Any) -> None:
    scene, camera = make_scene(100, seed=38), make_camera()
    behind = {**scene, "means": scene["means"] * torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)}
    both = {name: torch.cat([behind[name], scene[name]]) for name in scene}
    for name in _IMAGES:
        torch.testing.assert_close(getattr(_draw(both, camera), name), getattr(_draw(scene, camera), name))


def test_normal_is_the_short_axis_facing_the_camera(one_gaussian: Any, axis_camera: Any) -> None:
    one_gaussian["log_scales"][0] = torch.tensor([0.2, 0.001, 0.2], dtype=torch.float64).log()
    tilt = math.radians(60.0)  # turned about x: the short axis y goes to (0, cos, sin)
    for angle in (tilt, tilt + math.pi):
        quat = [math.cos(angle / 2), math.sin(angle / 2), 0.0, 0.0]
        one_gaussian["quats"] = torch.tensor([quat], dtype=torch.float64)
        normal = _draw(one_gaussian, axis_camera).normals[16, 16]
        expected = torch.tensor([0.0, -math.cos(tilt), -math.sin(tilt)], dtype=torch.float64)
        torch.testing.assert_close(normal, expected, rtol=0, atol=1e-9)


def test_normals_have_unit_length_exactly_where_something_was_hit(make_scene: Any, make_camera: Any) -> None:
    images = _draw(make_scene(40, seed=39), make_camera())
    lengths = torch.linalg.vector_norm(images.normals, dim=-1)
    hit = images.alphas > 0
    assert hit.any()
    assert (~hit).any()
    torch.testing.assert_close(lengths, hit.double())


def test_an_empty_scene_shows_the_background(make_scene: Any, make_camera: Any) -> None:
    color = torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64)
    for blend in _BLENDS:
        images = _draw(make_scene(0), make_camera(), blend, background=color)
        torch.testing.assert_close(images.rgb, color.expand(40, 64, 3))
        assert float(images.alphas.max()) == 0.0


def _weights_by_ray(alphas: Tensor, ray_indices: Tensor, n_rays: int) -> tuple[Tensor, Tensor]:
    """nerfacc's `render_weight_from_alpha` on the CPU (nerfacc itself needs a GPU)."""
    left = [1.0] * n_rays
    before: list[float] = []
    for alpha, ray in zip(alphas.tolist(), ray_indices.tolist(), strict=True):
        before.append(left[ray])
        left[ray] *= 1.0 - alpha
    transmittance = torch.tensor(before, dtype=alphas.dtype)
    return transmittance * alphas, transmittance


def _sums_by_ray(weights: Tensor, values: Tensor | None, ray_indices: Tensor, n_rays: int) -> Tensor:
    """nerfacc's `accumulate_along_rays` on the CPU."""
    weighted = weights[:, None] if values is None else weights[:, None] * values
    return weighted.new_zeros(n_rays, weighted.shape[-1]).index_add(0, ray_indices, weighted)


def test_picture_equals_that_of_gsplats_own_functions(
    make_scene: Any, make_camera: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    nerfacc = types.ModuleType("nerfacc")
    nerfacc.render_weight_from_alpha = _weights_by_ray  # type: ignore[attr-defined]
    nerfacc.accumulate_along_rays = _sums_by_ray  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "nerfacc", nerfacc)
    scene, camera = make_scene(40, seed=40, sh_degree=3), make_camera(32, 24)
    rendered = render_reference(**scene, **camera)
    projected = rendered.projected
    eye = torch.linalg.inv(camera["viewmat"])[:3, 3]
    colors = (_spherical_harmonics(3, scene["means"] - eye, scene["sh_coeffs"]) + 0.5).clamp(min=0.0)
    pixels, order = torch.arange(32 * 24), depth_order(projected)
    pixel_ids, gaussian_ids = pixels.repeat_interleave(len(order)), order.repeat(len(pixels))
    dx = pixel_ids % 32 + 0.5 - projected.means2d[gaussian_ids, 0]
    dy = pixel_ids // 32 + 0.5 - projected.means2d[gaussian_ids, 1]
    xx, xy, yy = projected.conics[gaussian_ids].unbind(-1)
    exponents = 0.5 * (xx * dx**2 + yy * dy**2) + xy * dx * dy
    counts = projected.opacities[gaussian_ids] * torch.exp(-exponents) >= ALPHA_THRESHOLD
    rgb, alphas = accumulate(
        projected.means2d[None],
        projected.conics[None],
        projected.opacities[None],
        colors[None],
        gaussian_ids[counts],
        pixel_ids[counts],
        torch.zeros_like(pixel_ids[counts]),
        32,
        24,
    )
    assert (
        float(rendered.images.transmittance.min()) > TRANSMITTANCE_EPS
    )  # gsplat's function never stops early
    torch.testing.assert_close(rendered.images.rgb, rgb[0], rtol=0, atol=1e-6)
    torch.testing.assert_close(rendered.images.alphas, alphas[0, ..., 0], rtol=0, atol=1e-6)
