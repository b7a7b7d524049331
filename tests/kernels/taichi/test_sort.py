"""The parallel radix sort is numpy's stable argsort of the depths."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.render import Blend

from .pipeline_probe import PipelineProbe
from .random_scenes import axis_camera, on_the_axis

_RNG = np.random.default_rng(5)
_DEPTHS = {
    "one": np.array([2.0]),
    "seven": _RNG.uniform(1, 9, 7),
    "eight": _RNG.uniform(1, 9, 8),
    "nine": _RNG.uniform(1, 9, 9),
    "many": _RNG.uniform(1, 9, 5003),
    "all equal": np.full(1000, 3.0),
    "two values": _RNG.choice([2.0, 7.0], 1001),
    "many ties": _RNG.integers(1, 20, 3000),
    "neighbouring floats": 1.0 + _RNG.integers(0, 4, 999) * 2.0**-23,
    "a power of two between": 2.0 + _RNG.uniform(-1e-6, 1e-6, 999),
    "sorted": np.linspace(1, 9, 1234),
    "reversed": np.linspace(9, 1, 1234),
    "a huge range": 10.0 ** _RNG.uniform(-1.9, 30, 2000),
}


@pytest.mark.parametrize("name", list(_DEPTHS))
def test_sorting_is_the_stable_argsort_of_the_depths(name: str) -> None:
    depths = _DEPTHS[name].astype(np.float32)
    probe = PipelineProbe(on_the_axis(depths), axis_camera(), Blend.BASELINE_EXACT)
    np.testing.assert_array_equal(probe.sorted_ids, np.argsort(depths, kind="stable"))


def test_tiles_list_equal_depths_in_input_order() -> None:
    depths = [5, 2, 5, 2, 5, 1] * 50
    # 32 px: the middle of the picture, where all of them are, is the corner of four tiles
    tiles = PipelineProbe(on_the_axis(depths), axis_camera(32, 32), Blend.BASELINE_EXACT).tiles
    for tile in tiles:
        assert tile == np.argsort(depths, kind="stable").tolist()
