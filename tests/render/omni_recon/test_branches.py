"""The branches against the equations written out one sample and one view at a time."""

from __future__ import annotations

import math

import pytest
import torch
from rowsplat.render.omni_recon.appearance_branch import AppearanceBranch
from rowsplat.render.omni_recon.attention import RayAttention, ViewAttention
from rowsplat.render.omni_recon.geometry_branch import GeometryBranch, positional_code
from rowsplat.render.omni_recon.sample_inputs import SampleInputs
from rowsplat.render.omni_recon.view_projection import Projection
from torch import Tensor

_RAYS, _SAMPLES, _VIEWS = 2, 3, 3
_COUNT = _RAYS * _SAMPLES


def _randn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def _visible() -> Tensor:
    """Sample 0 is seen by none, sample 1 by one view, the others by more."""
    visible = torch.ones(_VIEWS, _COUNT, dtype=torch.bool)
    visible[:, 0] = False
    visible[1:, 1] = False
    visible[2, 3] = False
    return visible


def _inputs(dtype: torch.dtype = torch.float64) -> SampleInputs:
    visible = _visible()
    return SampleInputs(
        rays=(_RAYS, _SAMPLES),
        points=_randn(_COUNT, 3, seed=1).to(dtype),
        seen=Projection(
            pixels=torch.zeros(_VIEWS, 2, _COUNT, dtype=dtype),
            visible=visible,
            depths=torch.ones(_VIEWS, _COUNT, dtype=dtype),
            size=(8, 8),
        ),
        features=(_randn(_VIEWS, 32, _COUNT, seed=2) * visible[:, None]).to(dtype),
        volume=_randn(32, _COUNT, seed=3).to(dtype),
        directions=_randn(_VIEWS, 4, _COUNT, seed=4).to(dtype),
    )


def test_attention_over_views_is_the_subtraction_attention_written_out() -> None:
    torch.manual_seed(0)
    attention = ViewAttention().double()
    queries, inputs, visible = _randn(_RAYS, _SAMPLES, 64, seed=5), _inputs(), _visible()
    found = attention(queries, inputs.features, inputs.volume, inputs.directions, visible).flatten(0, 1)
    for sample in range(_COUNT):
        query = attention.q_fc(queries.flatten(0, 1)[sample])
        logits, values = [], []
        for view in range(_VIEWS):
            token = torch.cat([inputs.features[view, :, sample], inputs.volume[:, sample]])
            key, code = attention.k_fc(token), attention.pos_fc(inputs.directions[view, :, sample])
            logit = attention.attn_fc(key - query + code)
            logits.append(logit if visible[view, sample] else torch.full_like(logit, -1e9))
            values.append(attention.v_fc(key) + code)
        parts = torch.softmax(torch.stack(logits), dim=0)
        expected = attention.out_fc((parts * torch.stack(values)).sum(dim=0))
        torch.testing.assert_close(found[sample], expected)


def test_attention_along_a_ray_is_four_heads_of_softmax() -> None:
    torch.manual_seed(0)
    attention = RayAttention().double()
    queries, source = _randn(_RAYS, _SAMPLES, 64, seed=6), _randn(_RAYS, _SAMPLES, 64, seed=7)
    heads = []
    for head in range(4):
        part = slice(16 * head, 16 * head + 16)
        q, k, v = attention.q_fc(queries), attention.k_fc(source), attention.v_fc(source)
        logits = q[..., part] @ k[..., part].transpose(1, 2) / math.sqrt(16)
        heads.append(torch.softmax(logits, dim=-1) @ v[..., part])
    expected = attention.out_fc(torch.cat(heads, dim=-1))
    torch.testing.assert_close(attention(queries, source), expected)
    torch.testing.assert_close(attention(queries), attention(queries, queries))


def test_the_positional_code_is_the_point_and_ten_octaves_of_waves() -> None:
    points = _randn(4, 3)
    code = positional_code(points)
    assert code.shape == (4, 63)
    torch.testing.assert_close(code[:, :3], points)
    torch.testing.assert_close(code[:, 3 + 6 * 9 + 3 + 1], (512.0 * points[:, 1]).cos())
    torch.testing.assert_close(code[:, 3 + 6 * 2 + 2], (4.0 * points[:, 2]).sin())


def test_the_shader_weights_the_views_as_written_out() -> None:
    torch.manual_seed(0)
    shader = AppearanceBranch().double()
    inputs, visible = _inputs(), _visible()
    weights = shader(inputs.features, inputs.directions[:, :3], visible)
    for sample in range(_COUNT):
        seen = [view for view in range(_VIEWS) if visible[view, sample]]
        logits = [
            shader.logits(
                torch.cat(
                    [shader.features(inputs.features[view, :, sample]), inputs.directions[view, :3, sample]]
                )
            )
            for view in seen
        ]
        expected = torch.zeros(_VIEWS, dtype=torch.float64)
        if seen:
            expected[seen] = torch.softmax(torch.cat(logits), dim=0)
        torch.testing.assert_close(weights[:, sample], expected)


def test_weights_sum_to_one_unless_no_view_sees_the_sample() -> None:
    inputs, visible = _inputs(), _visible()
    weights = AppearanceBranch().double()(inputs.features, inputs.directions[:, :3], visible)
    torch.testing.assert_close(weights.sum(dim=0), visible.any(dim=0).double())
    assert bool((weights[~visible] == 0.0).all())


def test_at_the_start_only_angles_count() -> None:
    torch.manual_seed(0)
    shader = AppearanceBranch().double()
    shader.prefer_alike_directions()
    inputs, visible = _inputs(), _visible()
    differences = 0.1 * inputs.directions[:, :3]
    logits = (-10.0 * differences.abs().sum(dim=1)).masked_fill(~visible, -1e9)
    expected = torch.softmax(logits, dim=0) * visible
    for features in (inputs.features, torch.zeros_like(inputs.features)):
        torch.testing.assert_close(shader(features, differences, visible), expected)


def test_what_has_no_say_at_the_start_can_learn() -> None:
    torch.manual_seed(0)
    shader = AppearanceBranch().double()
    shader.prefer_alike_directions()
    inputs = _inputs()
    weights = shader(inputs.features, 0.1 * inputs.directions[:, :3], _visible())
    (weights * _randn(*weights.shape)).sum().backward()
    last = shader.logits[4].get_parameter("weight").grad
    assert last is not None
    assert int((last != 0).sum()) > 1


def test_gradients_of_the_shader_are_those_of_finite_differences() -> None:
    torch.manual_seed(1)
    shader = AppearanceBranch().double()
    features, differences = _randn(2, 32, 2, seed=8), _randn(2, 3, 2, seed=9)
    visible = torch.tensor([[True, True], [True, False]])
    features.requires_grad_()
    differences.requires_grad_()
    assert torch.autograd.gradcheck(lambda f, d: shader(f, d, visible), (features, differences))


@pytest.mark.parametrize("wanted", ["features", "volume", "directions"])
def test_gradients_of_the_geometry_are_those_of_finite_differences(wanted: str) -> None:
    torch.manual_seed(2)
    geometry = GeometryBranch(dropout=0.0).double()
    inputs = _inputs()
    direction = _randn(*getattr(inputs, wanted).shape, seed=10)
    if wanted == "features":
        direction *= _visible()[:, None]  # unseen features are 0, and their maximum has a kink there
    direction /= direction.norm()

    def moved(step: Tensor) -> Tensor:
        values = {name: getattr(inputs, name) for name in ("features", "volume", "directions")}
        values[wanted] = values[wanted] + step * direction
        return geometry(SampleInputs(rays=inputs.rays, points=inputs.points, seen=inputs.seen, **values))

    step = torch.zeros((), dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(moved, (step,))


def test_the_geometry_of_a_ray_does_not_depend_on_the_other_rays() -> None:
    torch.manual_seed(3)
    geometry, inputs = GeometryBranch(dropout=0.0).double(), _inputs()
    alone = SampleInputs(
        rays=(1, _SAMPLES),
        points=inputs.points[_SAMPLES:],
        seen=Projection(
            pixels=inputs.seen.pixels[..., _SAMPLES:],
            visible=_visible()[:, _SAMPLES:],
            depths=inputs.seen.depths[:, _SAMPLES:],
            size=(8, 8),
        ),
        features=inputs.features[..., _SAMPLES:],
        volume=inputs.volume[:, _SAMPLES:],
        directions=inputs.directions[..., _SAMPLES:],
    )
    torch.testing.assert_close(geometry(alone)[0], geometry(inputs)[1])
