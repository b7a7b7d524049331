"""The fast tile lists against the reference's, tile by tile and in order."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from rowsplat.render import Blend
from rowsplat.scenes import Camera, Gaussians

from .boundary_band import reference_lists
from .pipeline_probe import PipelineProbe
from .random_scenes import axis_camera, camera, on_the_axis, random_scene


def _lists(
    gaussians: Gaussians, view: Camera, blend: Blend, antialiased: bool = False
) -> tuple[list[list[int]], list[list[int]]]:
    """(fast, reference) lists; both without what has no pixel for its faintness, which the fast ones leave out."""
    fast = PipelineProbe(gaussians, view, blend, antialiased=antialiased).tiles
    lists = reference_lists(gaussians, view, blend, antialiased=antialiased)
    faint = set(np.flatnonzero(gaussians.logit_opacities < np.log(1 / 254)).tolist())
    expected = [lists.ids_of(tile).tolist() for tile in range(lists.tiles_x * lists.tiles_y)]
    return fast, [[i for i in ids if i not in faint] for ids in expected]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("blend", [Blend.BASELINE, Blend.BASELINE_EXACT])
@pytest.mark.parametrize("size", [(64, 48), (160, 16), (16, 16), (320, 240)])
def test_lists_of_whole_tiles_equal_the_reference(size: tuple[int, int], blend: Blend, seed: int) -> None:
    fast, expected = _lists(random_scene(600, seed=seed), camera(*size), blend)
    missing = sum(len(set(want) - set(have)) for have, want in zip(fast, expected, strict=True))
    extra = sum(len(set(have) - set(want)) for have, want in zip(fast, expected, strict=True))
    pairs = sum(map(len, expected))
    assert pairs > 100
    # The exact lists' slack of 1e-3 px adds a tile here and there, float32 may move the edge of a square.
    assert missing <= (0 if blend is Blend.BASELINE_EXACT else pairs // 1000)
    assert extra <= 2 + pairs // 500
    for have, want in zip(fast, expected, strict=True):
        common = set(have) & set(want)
        assert [i for i in have if i in common] == [i for i in want if i in common]


@pytest.mark.parametrize("blend", [Blend.BASELINE, Blend.BASELINE_EXACT])
@pytest.mark.parametrize("size", [(53, 37), (1, 1), (17, 100)])
def test_tiles_cut_off_by_the_image_lack_nobody(size: tuple[int, int], blend: Blend) -> None:
    view = camera(*size)
    fast, expected = _lists(random_scene(600, seed=7), view, blend)
    tiles_x = -(-view.width // 16)
    assert sum(map(len, expected)) > 10
    for tile, (have, want) in enumerate(zip(fast, expected, strict=True)):
        assert not set(want) - set(have)
        # Only beyond the image's edge, where nobody looks, may the fast lists hold more.
        whole = (tile % tiles_x + 1) * 16 <= view.width and (tile // tiles_x + 1) * 16 <= view.height
        assert not whole or len(set(have) - set(want)) <= 1


@pytest.mark.parametrize("blend", list(Blend))
def test_lists_are_in_depth_order_and_free_of_repeats(blend: Blend) -> None:
    scene, view = random_scene(900, seed=1), camera(100, 70)
    depths = (scene.means @ view.viewmat[2, :3] + view.viewmat[2, 3]).astype(np.float32)
    tiles = PipelineProbe(scene, view, blend).tiles
    assert len(tiles) == 7 * 5
    for ids in tiles:
        assert len(set(ids)) == len(ids)
        assert all(depths[i] <= depths[j] + 1e-6 for i, j in pairwise(ids))


def test_both_exact_blenders_share_their_lists() -> None:
    scene, view = random_scene(500, seed=2), camera(100, 70)
    probes = [PipelineProbe(scene, view, blend) for blend in (Blend.BASELINE_EXACT, Blend.IRSS)]
    assert probes[0].tiles == probes[1].tiles


@pytest.mark.parametrize("blend", list(Blend))
@pytest.mark.parametrize("size", [(16384, 16), (16, 16384)])
def test_the_last_tile_of_the_largest_picture_is_reached(size: tuple[int, int], blend: Blend) -> None:
    width, height = size
    view = Camera(
        viewmat=np.eye(4), fx=30.0, fy=30.0, cx=width - 8.0, cy=height - 8.0, width=width, height=height
    )
    tiles = PipelineProbe(on_the_axis([2.0]), view, blend).tiles
    assert [tile for tile, ids in enumerate(tiles) if ids] == [1023]


@pytest.mark.parametrize("blend", list(Blend))
def test_a_gaussian_that_covers_the_largest_picture_is_in_all_its_tiles(blend: Blend) -> None:
    scene, view = on_the_axis([2.0]), axis_camera(16384, 40)
    huge = replace(scene, log_scales=np.full((1, 3), 9.0, np.float32))
    assert PipelineProbe(huge, view, blend).tiles == [[0]] * (1024 * 3)
