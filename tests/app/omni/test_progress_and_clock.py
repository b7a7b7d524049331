"""What is shown while a reconstruction works, and how its stages are timed."""

from __future__ import annotations

import pytest
from rowsplat.app.omni import stage_clock
from rowsplat.app.omni.stage_clock import StageClock
from rowsplat.app.progress import stage_progress


def test_the_time_left_that_the_work_knows_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with stage_progress() as show:
        show("find depths", 1, 4, 125.0)
        show("find depths", 4, 4, 0.0)
        show("write", 1, 1)
    shown = capsys.readouterr().err
    assert "find depths: 100%" in shown
    assert "00:00 left]" in shown
    assert "write: 100%" in shown


def test_a_stage_that_comes_back_is_timed_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(stage_clock.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(stage_clock.time, "process_time", lambda: 2.0 * now[0])
    clock = StageClock()
    for seconds, stage in ((1.0, "a"), (3.0, "a"), (4.0, "b"), (10.0, "a")):
        now[0] = seconds
        clock.enter(stage)
    now[0] = 11.0
    clock.stop()
    clock.stop()
    assert clock.seconds == {"a": 4.0, "b": 6.0}
    assert clock.cpu_seconds == {"a": 8.0, "b": 12.0}
