"""Rates are those of the pictures kept, without the first ones that compile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rowsplat.app.messages import Draw, Look
from rowsplat.app.statistics_window import KEPT, STAGES, FrameStatistics

from .fakes import TIMES, camera, frame_of

_FRAME = frame_of(Draw(generation=1, camera=camera(), looks=(Look(),)))


def _filled(*times: float) -> FrameStatistics:
    statistics = FrameStatistics()
    for _ in range(3):
        statistics.add(0.0, replace(_FRAME, milliseconds=1e6))
    for number, milliseconds in enumerate(times):
        statistics.add(float(number), replace(_FRAME, milliseconds=milliseconds))
    return statistics


def test_nothing_is_said_before_there_are_pictures() -> None:
    assert _filled().rates() is None
    assert _filled().stage_times == []
    assert _filled().shown_per_second(10.0) == 0.0


def test_rates_are_of_the_median_and_the_slowest_twentieth() -> None:
    rates = _filled(*[10.0] * 90, *[100.0] * 10).rates()
    assert rates is not None
    assert (rates.p50, rates.p95) == pytest.approx((100.0, 10.0))


def test_only_the_last_are_kept() -> None:
    statistics = _filled(*[1000.0] * 50, *[10.0] * KEPT)
    rates = statistics.rates()
    assert rates is not None
    assert rates.p95 == pytest.approx(100.0)
    assert statistics.stage_times == [tuple(getattr(TIMES, name) for name in STAGES)] * KEPT


def test_pictures_of_the_last_second_are_counted() -> None:
    assert _filled(1.0, 1.0, 1.0, 1.0).shown_per_second(3.5, span=2.0) == 1.0
