"""A thousand random things that a user may do leave no error, and undoing them all leads back to the start."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.actions import ACTIONS
from rowsplat.app.camera_events import Modifier
from rowsplat.app.jobs import JobEnded
from rowsplat.app.viewer import Viewer

from .fakes import FakeClock, FakeService, FakeWindow, new_session

_STEPS = 1000
_NOT_UNDOABLE = {"open"}  # opens a project here, which begins another history


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_random_actions_can_all_be_undone(seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(seed)
    session, service = new_session(FakeService(rng=rng))
    window, clock = FakeWindow(tmp_path), FakeClock()
    viewer = Viewer(session, window, clock=clock)
    start = session.state.document
    actions = [entry for entry in ACTIONS if entry.name not in _NOT_UNDOABLE]
    for _ in range(_STEPS):
        clock.now += 0.05
        kind = rng.random()
        if kind < 0.7:
            entry = actions[rng.integers(len(actions))]
            if entry.enabled(viewer):
                entry.run(viewer)
        elif kind < 0.9:
            _stroke(viewer, rng)
        else:
            viewer.tick(0.05)
        if rng.random() < 0.02:
            service.die()
            service.started()
        service.load_all()
        service.answer_all()
        service.finish_all()
        for job in window.jobs:
            job.end(JobEnded(result="done"))
        window.jobs.clear()
        viewer.drawing()
    assert len(session.state.history.labels) > 50
    while session.undo():
        pass
    assert session.state.document == start


def _stroke(viewer: Viewer, rng: np.random.Generator) -> None:
    points = [(float(x), float(y)) for x, y in rng.uniform(-10, 80, size=(5, 2))]
    modifiers = frozenset(entry for entry in Modifier if rng.random() < 0.3)
    viewer.tools.press(points[0], modifiers)
    for point in points[1:]:
        viewer.tools.move(point)
    viewer.tools.release(points[-1])
    if rng.random() < 0.2:
        viewer.double_click(points[0])
