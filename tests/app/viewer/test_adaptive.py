"""The resolution finds the largest picture that is drawn in time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rowsplat.app.adaptive import MIN_DETAIL, MIN_SCALE, TARGET_MS, AdaptiveResolution, scaled_size

_MS = st.floats(0.0, 1e6)


@given(st.lists(_MS, max_size=60))
def test_scale_and_detail_stay_in_their_range_whatever_is_measured(times: list[float]) -> None:
    now = AdaptiveResolution()
    for milliseconds in times:
        scale = min(now.scale, 1.0)
        after = now.after(scale=scale, detail=now.detail, total_ms=milliseconds)
        assert MIN_SCALE <= after.scale < 1.5
        assert after.detail in (1.0, 0.5, 0.25, MIN_DETAIL)
        assert after.detail / now.detail in (0.5, 1.0, 2.0)
        now = after


@pytest.mark.parametrize("per_pixel", [5.0, 30.0, 60.0, 100.0])
@pytest.mark.parametrize("per_gaussian", [1.0, 8.0, 40.0])
def test_it_settles_below_the_target_or_at_the_least(per_pixel: float, per_gaussian: float) -> None:
    def cost(of: AdaptiveResolution) -> float:
        return per_pixel * min(of.scale, 1.0) ** 2 + per_gaussian * of.detail

    now = AdaptiveResolution()
    settled: list[float] = []
    for step in range(200):
        now = now.after(scale=min(now.scale, 1.0), detail=now.detail, total_ms=cost(now))
        settled += [cost(now)] if step >= 160 else []
    assert min(settled) <= 1.1 * TARGET_MS
    assert sorted(settled)[len(settled) // 2] <= 1.3 * TARGET_MS


def test_a_picture_from_before_the_last_change_of_detail_says_nothing() -> None:
    now = AdaptiveResolution(detail=0.5)
    assert now.after(scale=1.0, detail=1.0, total_ms=1000.0) is now


@given(st.integers(1, 5000), st.integers(1, 5000), st.floats(0.0, 2.0))
def test_a_scaled_size_has_a_pixel_and_is_never_larger_than_the_whole(w: int, h: int, scale: float) -> None:
    width, height = scaled_size(w, h, scale)
    assert 1 <= width <= w
    assert 1 <= height <= h
    assert scaled_size(w, h, 1.0) == (w, h)
