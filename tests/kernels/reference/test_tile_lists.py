"""Tile lists against brute force over all pairs and against gsplat's own PyTorch function."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from gsplat.cuda._torch_impl import _isect_offset_encode, _isect_tiles
from rowsplat.kernels.constants import ALPHA_THRESHOLD
from rowsplat.kernels.reference import (
    ProjectedGaussians,
    TileLists,
    all_pairs_lists,
    depth_order,
    exact_lists,
    project,
    square_lists,
)
from torch import Tensor


@pytest.fixture(params=[(64, 48), (75, 41)], ids=["whole tiles", "cut-off tiles"])
def camera(request: pytest.FixtureRequest, make_camera: Any) -> dict[str, Any]:
    return make_camera(*request.param)


@pytest.fixture
def projected(make_scene: Any, camera: dict[str, Any]) -> ProjectedGaussians:
    scene = make_scene(400, seed=11)
    opacities = torch.sigmoid(scene["logit_opacities"] * 2)
    opacities[:20] = 0.5 * ALPHA_THRESHOLD  # reach 1/255 nowhere
    return project(
        means=scene["means"],
        quats=scene["quats"],
        log_scales=scene["log_scales"],
        opacities=opacities,
        **camera,
    )


def _pairs(lists: TileLists) -> Tensor:
    """`[tiles, N]` bool: the tile lists the Gaussian."""
    present = torch.zeros(lists.tiles_x * lists.tiles_y, 400, dtype=torch.bool)
    for tile in range(len(present)):
        present[tile, lists.ids_of(tile)] = True
    return present


def _least_level_in_box(projected: ProjectedGaussians, box: tuple[float, float, float, float]) -> Tensor:
    """min of d^T S^-1 d over the box (left, right, top, bottom): 0 inside, else on one of the four edges."""
    xx, xy, yy = projected.conics.unbind(-1)
    left, right, top, bottom = (torch.as_tensor(edge, dtype=torch.float64) for edge in box)
    x, y = projected.means2d.unbind(-1)
    candidates: list[Tensor] = []
    for dx in (left - x, right - x):
        dy = torch.clamp(-xy / yy * dx, top - y, bottom - y)
        candidates.append(xx * dx * dx + 2 * xy * dx * dy + yy * dy * dy)
    for dy in (top - y, bottom - y):
        dx = torch.clamp(-xy / xx * dy, left - x, right - x)
        candidates.append(xx * dx * dx + 2 * xy * dx * dy + yy * dy * dy)
    inside = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    return torch.where(inside, 0.0, torch.stack(candidates).amin(0))


def test_exact_lists_hold_the_tiles_that_the_ellipse_meets_and_no_others(
    projected: ProjectedGaussians, camera: dict[str, Any]
) -> None:
    lists = exact_lists(projected, depth_order(projected), camera["width"], camera["height"])
    levels = 2 * torch.log(projected.opacities / ALPHA_THRESHOLD)
    expected = torch.zeros(lists.tiles_x * lists.tiles_y, 400, dtype=torch.bool)
    for tile in range(len(expected)):
        top, left = divmod(tile, lists.tiles_x)
        right, bottom = min(16 * (left + 1), camera["width"]), min(16 * (top + 1), camera["height"])
        box = (16 * left + 0.5, right - 0.5, 16 * top + 0.5, bottom - 0.5)
        expected[tile] = _least_level_in_box(projected, box) <= levels
    assert int(expected.sum()) > 500
    torch.testing.assert_close(_pairs(lists), expected)


def test_exact_lists_are_much_shorter_than_squares_on_needles(
    projected: ProjectedGaussians, camera: dict[str, Any]
) -> None:
    order = depth_order(projected)
    exact = exact_lists(projected, order, camera["width"], camera["height"])
    square = square_lists(projected, order, camera["width"], camera["height"])
    assert len(exact.flatten_ids) < 0.8 * len(square.flatten_ids)


def test_square_lists_equal_those_of_gsplat(projected: ProjectedGaussians, camera: dict[str, Any]) -> None:
    lists = square_lists(projected, depth_order(projected), camera["width"], camera["height"])
    _, isect_ids, flatten_ids = _isect_tiles(
        projected.means2d[None].float(),
        projected.radii[None, :, None].expand(-1, -1, 2),
        projected.depths[None].float(),
        16,
        lists.tiles_x,
        lists.tiles_y,
    )
    offsets = _isect_offset_encode(isect_ids, 1, lists.tiles_x, lists.tiles_y)
    assert lists.isect_offsets[:-1].tolist() == offsets.flatten().tolist()
    assert lists.flatten_ids.tolist() == flatten_ids.tolist()


@pytest.mark.parametrize("make_lists", [square_lists, exact_lists])
def test_every_list_is_in_depth_order_and_free_of_repeats(
    projected: ProjectedGaussians, camera: dict[str, Any], make_lists: Any
) -> None:
    lists = make_lists(projected, depth_order(projected), camera["width"], camera["height"])
    assert len(lists.isect_offsets) == lists.tiles_x * lists.tiles_y + 1
    assert int(lists.isect_offsets[-1]) == len(lists.flatten_ids)
    for tile in range(lists.tiles_x * lists.tiles_y):
        ids = lists.ids_of(tile)
        assert len(ids) > 1
        assert (projected.depths[ids].diff() > 0).all()


def test_a_scene_behind_the_camera_gives_empty_lists(make_scene: Any, camera: dict[str, Any]) -> None:
    scene = make_scene(5)
    scene["means"][:, 2] -= 20.0
    opacities = torch.sigmoid(scene["logit_opacities"])
    projected = project(
        means=scene["means"],
        quats=scene["quats"],
        log_scales=scene["log_scales"],
        opacities=opacities,
        **camera,
    )
    for make_lists in (square_lists, exact_lists):
        lists = make_lists(projected, depth_order(projected), camera["width"], camera["height"])
        assert lists.visible == len(lists.flatten_ids) == int(lists.isect_offsets.sum()) == 0


def test_all_pairs_lists_hold_every_pair(projected: ProjectedGaussians) -> None:
    lists = all_pairs_lists(depth_order(projected), 64, 48)
    assert lists.visible == int(projected.in_front.sum())
    assert _pairs(lists)[:, projected.in_front].all()
