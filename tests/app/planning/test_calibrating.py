"""Thresholds that keep right answers and refuse nonsense."""

from __future__ import annotations

from rowsplat.app.planning.calibrating import Judged, calibrated


def _judged(mean: float, *, is_right: bool = True, is_nonsense: bool = False, least: float = -0.5) -> Judged:
    return Judged(mean=mean, least=least, is_edit=True, is_right=is_right, is_nonsense=is_nonsense)


def test_a_threshold_between_sure_edits_and_unsure_nonsense_is_found() -> None:
    answers = [_judged(-0.02 * i) for i in range(10)] + [_judged(-0.6, is_nonsense=True, is_right=False)] * 10
    found = calibrated(answers)
    assert (found.exact, found.refused) == (1.0, 1.0)
    assert -0.6 < found.mean <= -0.18


def test_one_unlikely_token_gives_nonsense_away() -> None:
    answers = [_judged(-0.1, least=-1.1)] * 5 + [
        _judged(-0.1, least=-4.5, is_nonsense=True, is_right=False)
    ] * 5
    found = calibrated(answers)
    assert (found.exact, found.refused) == (1.0, 1.0)
    assert -4.5 < found.least <= -1.1


def test_refusing_nonsense_comes_before_exact_programs() -> None:
    answers = [_judged(-0.3)] * 9 + [_judged(-0.01)] + [_judged(-0.12, is_nonsense=True, is_right=False)] * 5
    assert calibrated(answers).refused == 1.0
    assert calibrated(answers).exact == 0.1
