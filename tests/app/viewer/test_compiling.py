"""No time that is shown is one of compiling, whatever compiles: here a renderer that needs long for what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.app import render_service
from rowsplat.app.frame_ring import FrameRing
from rowsplat.app.messages import (
    Draw,
    FrameReady,
    FromService,
    Look,
    Quit,
    SceneSpec,
    ShowScenes,
    ToService,
    UseRing,
)
from rowsplat.app.render_service import RenderService
from rowsplat.render import Blend, RenderMode, RenderOptions, RenderResult
from rowsplat.scenes import Camera, Gaussians, save_gaussians

from .fakes import COUNTS, TIMES, camera

_COMPILING_S, _DRAWING_S = 100.0, 0.5


class _Clock:
    """Seconds that pass only where a renderer lets them."""

    now = 0.0

    def perf_counter(self) -> float:
        return self.now


class _Compiler:
    """Compiles for every blender, mode, degree and compensation of its own, and for nothing to draw."""

    description = "a renderer that compiles"

    def __init__(self, clock: _Clock) -> None:
        self._clock, self._known, self.drawn = clock, set[object](), 0

    def render(self, gaussians: Gaussians, camera: Camera, options: RenderOptions) -> RenderResult:
        degree = min(options.max_sh_degree, gaussians.sh_degree)
        antialiased = gaussians.antialiased if options.antialiased is None else options.antialiased
        needed = (options.blend, options.mode, degree, antialiased, len(gaussians) == 0)
        took = _DRAWING_S if needed in self._known else _COMPILING_S
        self._known.add(needed)
        self._clock.now += took
        self.drawn += 1
        return RenderResult(
            image=np.zeros((camera.height, camera.width, options.mode.channels), np.float32),
            alpha=np.zeros((camera.height, camera.width), np.float32),
            mode=options.mode,
            stage_times=replace(TIMES, total=1000.0 * took),
            counts=COUNTS,
        )


class _Pipe:
    """Gives one message after the other, each when there is nothing else to do."""

    def __init__(self, *messages: ToService) -> None:
        self._messages, self.sent = list(messages), list[FromService]()

    def poll(self, wait: float | None) -> bool:
        return wait is None

    def recv(self) -> ToService:
        return self._messages.pop(0)

    def send(self, message: FromService) -> None:
        self.sent.append(message)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    made = _Clock()
    monkeypatch.setattr(render_service, "time", made)
    return made


@pytest.fixture
def ring() -> Iterator[FrameRing]:
    made = FrameRing.create(2 * 64 * 48 * 4)
    yield made
    made.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_gaussians(
        Gaussians(
            means=np.zeros((8, 3), np.float32),
            quats=np.ones((8, 4), np.float32),
            log_scales=np.zeros((8, 3), np.float32),
            logit_opacities=np.zeros(8, np.float32),
            sh_coeffs=np.zeros((8, 4, 3), np.float32),
        ),
        tmp_path / "scene.ply",
    )
    return tmp_path / "scene.ply"


def _draw(*looks: Look, detail: float = 1.0) -> Draw:
    return Draw(generation=1, camera=camera(), looks=looks, detail=detail)


def _frames(clock: _Clock, ring: FrameRing, *messages: ToService) -> tuple[list[FrameReady], list[_Compiler]]:
    """What a render process answers to these messages, and its renderers."""
    made: list[_Compiler] = []
    pipe = _Pipe(UseRing(address=ring.address), *messages, Quit())

    def make() -> _Compiler:
        made.append(_Compiler(clock))
        return made[-1]

    RenderService(pipe, make).run()  # type: ignore[arg-type]
    return [message for message in pipe.sent if isinstance(message, FrameReady)], made


_DRAWS = {
    "blender": _draw(Look(blend=Blend.BASELINE)),
    "mode": _draw(Look(mode=RenderMode.COST)),
    "degree": _draw(Look(max_sh_degree=0)),
    "compensation": _draw(Look(antialiased=True)),
    "fewer Gaussians": _draw(Look(), detail=0.5),
    "two looks": _draw(Look(), Look(blend=Blend.BASELINE)),
}


@pytest.mark.parametrize("changed", _DRAWS.values(), ids=_DRAWS.keys())
def test_no_time_is_one_of_compiling(clock: _Clock, ring: FrameRing, path: Path, changed: Draw) -> None:
    show = ShowScenes(scenes=(SceneSpec(scene_id=1, source=path),))
    # Nothing to draw comes first, as in a window that opens a file.
    frames, _ = _frames(clock, ring, _draw(Look()), show, _draw(Look()), changed)
    assert len(frames) == 4  # the scene is drawn as soon as it is read
    for frame in frames:
        assert {plane.times.total for plane in frame.planes} == {1000.0 * _DRAWING_S}
        assert frame.milliseconds == pytest.approx(1000.0 * _DRAWING_S * len(frame.planes))


def test_what_was_drawn_before_is_drawn_once(clock: _Clock, ring: FrameRing) -> None:
    _, (renderer,) = _frames(clock, ring, _draw(Look()), _draw(Look()), _draw(Look()))
    assert renderer.drawn == 4
