"""Gradients of the whole pipeline against finite differences."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from rowsplat.kernels.reference import render_reference
from rowsplat.kernels.types import Blend
from torch import Tensor

_NAMES = ("means", "quats", "log_scales", "logit_opacities", "sh_coeffs")


@pytest.mark.parametrize(
    ("blend", "antialiased"),
    [
        (Blend.BASELINE_EXACT, False),
        (Blend.BASELINE_EXACT, True),
        (Blend.IRSS, False),
    ],
)
def test_gradients_equal_finite_differences(
    make_scene: Any, make_camera: Any, blend: Blend, antialiased: bool
) -> None:
    scene, camera = make_scene(3, seed=41, sh_degree=1, scale=0.5), make_camera(6, 5)
    scene["means"][:, :2] *= 0.2
    scene["logit_opacities"] += 2.0
    background = torch.tensor([0.3, 0.6, 0.9], dtype=torch.float64)

    def draw(*tensors: Tensor) -> tuple[Tensor, ...]:
        arguments = dict(zip(_NAMES, tensors, strict=False))
        images = render_reference(
            **arguments, **camera, background=tensors[-1], blend=blend, antialiased=antialiased
        ).images
        return images.rgb, images.alphas, images.depths, images.normals, images.transmittance

    inputs = tuple(tensor.requires_grad_() for tensor in (*[scene[name] for name in _NAMES], background))
    assert (draw(*inputs)[1] > 0.02).float().mean() > 0.5
    assert torch.autograd.gradcheck(draw, inputs, eps=1e-6, atol=1e-5, rtol=1e-4)


def test_gradients_of_both_blenders_agree(make_scene: Any, make_camera: Any) -> None:
    camera = make_camera(40, 30)
    gradients: list[dict[str, Tensor]] = []
    for blend in (Blend.BASELINE_EXACT, Blend.IRSS):
        scene = {name: value.requires_grad_() for name, value in make_scene(80, seed=42, sh_degree=2).items()}
        images = render_reference(**scene, **camera, blend=blend).images
        (images.rgb**2).sum().backward()
        gradients.append({name: tensor.grad for name, tensor in scene.items() if tensor.grad is not None})
    assert gradients[0].keys() == set(_NAMES)
    for name, gradient in gradients[0].items():
        assert float(gradient.abs().max()) > 0
        torch.testing.assert_close(gradients[1][name], gradient, rtol=1e-7, atol=1e-9)
