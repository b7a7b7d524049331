"""Small random scenes and cameras for the reference pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

SceneTensors = dict[str, Tensor]
MakeScene = Callable[..., SceneTensors]


def _make_scene(count: int, *, seed: int = 0, sh_degree: int = 0, scale: float = 0.05) -> SceneTensors:
    """`count` Gaussians in front of the camera, some of them needles and some discs."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    means = normal(count, 3) * torch.tensor([0.8, 0.6, 0.7], dtype=torch.float64)
    return {
        "means": means + torch.tensor([0.0, 0.0, 4.0], dtype=torch.float64),
        "quats": normal(count, 4),
        "log_scales": normal(count, 3) + torch.log(torch.tensor(scale, dtype=torch.float64)),
        "logit_opacities": 1.5 * normal(count),
        "sh_coeffs": 0.4 * normal(count, (sh_degree + 1) ** 2, 3),
    }


def _make_camera(width: int = 64, height: int = 40) -> dict[str, Any]:
    """A camera looking along +z from near the origin, off-centre principal point, uneven focals."""
    viewmat = torch.eye(4, dtype=torch.float64)
    viewmat[:3, :3] = torch.linalg.matrix_exp(
        torch.tensor([[0.0, -0.1, 0.05], [0.1, 0.0, -0.08], [-0.05, 0.08, 0.0]], dtype=torch.float64)
    )
    viewmat[:3, 3] = torch.tensor([0.1, -0.05, 0.2], dtype=torch.float64)
    rows = [[1.1 * width, 0.0, 0.53 * width], [0.0, 1.2 * width, 0.46 * height], [0.0, 0.0, 1.0]]
    K = torch.tensor(rows, dtype=torch.float64)
    return {"viewmat": viewmat, "K": K, "width": width, "height": height}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """The tensors here are tiny: handing them to a second thread costs more than it saves."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def make_scene() -> MakeScene:
    """`make_scene(count, seed=..., sh_degree=..., scale=...)` -> scene arguments of `render_reference`."""
    return _make_scene


@pytest.fixture
def make_camera() -> Callable[..., dict[str, Any]]:
    """`make_camera(width, height)` -> the camera arguments of `render_reference`."""
    return _make_camera


@pytest.fixture
def one_gaussian() -> SceneTensors:
    """One isotropic grey Gaussian on the axis at depth 2, standard deviation 0.1, opacity 0.8."""
    return {
        "means": torch.tensor([[0.0, 0.0, 2.0]], dtype=torch.float64),
        "quats": torch.tensor([[1.0, 0.0, 0.0, 0.0]], dtype=torch.float64),
        "log_scales": torch.full((1, 3), 0.1, dtype=torch.float64).log(),
        "logit_opacities": torch.full((1,), 0.8, dtype=torch.float64).logit(),
        "sh_coeffs": torch.zeros(1, 1, 3, dtype=torch.float64),
    }


@pytest.fixture
def axis_camera() -> dict[str, Any]:
    """A 33x33 camera at the origin, focal length 100 px; the axis meets the centre of the middle pixel."""
    K = torch.tensor([[100.0, 0.0, 16.5], [0.0, 100.0, 16.5], [0.0, 0.0, 1.0]], dtype=torch.float64)
    return {"viewmat": torch.eye(4, dtype=torch.float64), "K": K, "width": 33, "height": 33}
