"""The window in a made-up state in which every panel has something to show, always the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PyQt6.QtWidgets import QLineEdit, QPushButton
from rowsplat.app.actions import action
from rowsplat.app.messages import Answered
from rowsplat.app.qt.main_window import MainWindow
from rowsplat.app.questions import AskHistogram, CountWork, HistogramAnswer, Work
from rowsplat.app.word_plans import PlanReady
from rowsplat.render import Blend, StageTimes
from rowsplat.scenes.text_edits.steps import Recolor, Remove
from rowsplat.scenes.text_edits.targets import Size, Thing

from ..viewer.fakes import FakePlanning, FakeService, frame_of, loaded, select, some
from ..viewer.plans import word_step
from .widgets import settle

_FRAMES = 60


def fill(window: MainWindow, service: FakeService) -> None:
    """Two scenes, one of them locked, a selection, two looks, keyframes, a histogram, counts; nothing that moves."""
    session = window.viewer.session
    vase, cup = (session.open(Path(f"/scenes/{name}.ply")) for name in ("vase", "cup"))
    for scene_id, count in ((vase, 204_311), (cup, 20)):
        service.receive(loaded(scene_id, count=count))
    service.finish_all()
    select(session, service, {cup: some(1, 2, 3)})
    item = session.state.document.scene(vase)
    assert item is not None
    session.change_scene("Lock vase", replace(item, locked=True))
    for _ in range(3):
        window.run(action("add-keyframe"))
    window.run(action("compare-split"))
    _draw(service)
    settle(window)
    why = next(b for b in window.panels["Statistics"].findChildren(QPushButton) if "Why" in b.text())
    why.click()
    _answer(service)
    _plan(window)
    session.say("")
    settle(window)
    _answer(service)
    settle(window)


def _plan(window: MainWindow) -> None:
    """A plan of two steps for what was typed."""
    words = window.viewer.words
    words.has_model = True  # wherever the picture is taken
    planning = FakePlanning(lambda message: None)
    window.start_planning = planning.listening
    prompt = window.panels["Edit by words"].findChild(QLineEdit)
    assert prompt is not None
    prompt.setText("remove the floor, then make the largest red thing blue")
    prompt.returnPressed.emit()
    first, second = (Thing(noun="floor"), Thing(noun="thing", color="red", size=Size.LARGEST))
    planning.say(
        PlanReady(
            steps=(
                word_step(
                    Remove(target=first), touched=13_369, confidence=0.91, why="the lowest large plane"
                ),
                word_step(
                    Recolor(target=second, color="blue"), touched=443, confidence=0.85, why="what is red"
                ),
            )
        )
    )


def _draw(service: FakeService) -> None:
    """Answer the last request many times, with times that go up and down."""
    rng = np.random.default_rng(0)
    last = service.client.draws[-1]
    for _ in range(_FRAMES):
        frame = frame_of(last, milliseconds=25.0)
        planes = tuple(replace(plane, times=_times(rng, plane.look.blend)) for plane in frame.planes)
        service.receive(replace(frame, planes=planes, psnr=87.5))


def _times(rng: np.random.Generator, blend: Blend) -> StageTimes:
    project, sort, bin_, blending = (float(value) for value in rng.uniform(2.0, 6.0, size=4))
    blending *= 1.0 if blend is Blend.IRSS else 4.0
    total = project + sort + bin_ + blending
    return StageTimes(project=project, sort=sort, bin=bin_, blend=blending, total=total)


def _answer(service: FakeService) -> None:
    """Answer all questions."""
    counts = tuple(int(v) for v in 1000 * np.exp(-(((np.arange(64) - 20) / 12.0) ** 2)))
    work = tuple(
        Work(blend=blend, pairs=1_000_000, evaluated=evaluated, contributing=60_000_000)
        for blend, evaluated in (
            (Blend.BASELINE, 512_000_000), (Blend.BASELINE_EXACT, 256_000_000), (Blend.IRSS, 96_000_000),
        )
    )  # fmt: skip
    while service.client.questions:
        number, question = service.client.questions.popitem()
        if isinstance(question, AskHistogram):
            value: object = HistogramAnswer(attribute=question.attribute, low=0.0, high=1.0, counts=counts)
        else:
            assert isinstance(question, CountWork)
            value = work
        service.receive(Answered(number=number, value=value))
