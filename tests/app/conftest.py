"""A small scene file, a renderer that draws at once, and the command line called in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import rowsplat.render
from rowsplat.app.cli import main
from rowsplat.render import Blend, RenderCounts, RenderMode, RenderOptions, RenderResult, StageTimes
from rowsplat.scenes import Camera, Gaussians, save_camera_path, save_gaussians
from rowsplat.scenes.camera import CameraPath

_OPTIONS = RenderOptions()


@dataclass
class FakeRenderer:
    """Draws a flat picture whose colour depends on the blender; remembers what it was asked for."""

    calls: list[tuple[Camera, RenderOptions]] = field(default_factory=list)
    uploads: int = 0
    buffer_bytes: int = 1000
    fail_at_call: int | None = None
    description: str = "fake on nothing"

    def upload(self, gaussians: Gaussians) -> None:
        self.uploads += 1

    def render(self, gaussians: Gaussians, camera: Camera, options: RenderOptions = _OPTIONS) -> RenderResult:
        if self.fail_at_call == len(self.calls):
            raise KeyboardInterrupt
        self.calls.append((camera, options))
        level = {Blend.BASELINE: 0.5, Blend.BASELINE_EXACT: 0.6, Blend.IRSS: 0.6001}[options.blend]
        time = {Blend.BASELINE: 40.0, Blend.BASELINE_EXACT: 20.0, Blend.IRSS: 10.0}[options.blend]
        counted = options.mode is RenderMode.COST
        shape = (camera.height, camera.width, options.mode.channels)
        return RenderResult(
            image=np.full(shape, level, dtype=np.float32),
            alpha=np.ones(shape[:2], dtype=np.float32),
            mode=options.mode,
            stage_times=StageTimes(project=1.0, sort=2.0, bin=3.0, blend=time, total=time + 6.0),
            counts=RenderCounts(
                num_gaussians=len(gaussians),
                visible=len(gaussians),
                pairs=77,
                fragments_evaluated=500 if counted else None,
                fragments_contributing=400 if counted else None,
            ),
        )


@pytest.fixture
def renderer(monkeypatch: pytest.MonkeyPatch) -> FakeRenderer:
    fake = FakeRenderer()
    monkeypatch.setattr(rowsplat.render, "create_renderer", lambda *_args, **_options: fake)
    return fake


@pytest.fixture(scope="session")
def gaussians() -> Gaussians:
    rng = np.random.default_rng(7)
    n = 50
    return Gaussians(
        means=rng.normal(size=(n, 3)),
        quats=rng.normal(size=(n, 4)),
        log_scales=rng.normal(-3.0, 0.3, size=(n, 3)),
        logit_opacities=rng.normal(size=n),
        sh_coeffs=0.3 * rng.normal(size=(n, 9, 3)),
    )


@pytest.fixture
def scene_file(tmp_path: Path, gaussians: Gaussians) -> Path:
    path = tmp_path / "scene.ply"
    save_gaussians(gaussians, path)
    return path


@pytest.fixture
def camera_file(tmp_path: Path) -> Path:
    path = tmp_path / "cameras.json"
    cameras = CameraPath.orbit(np.zeros(3), distance=5.0, frames=3, width=24, height=16, fps=10.0)
    save_camera_path(path, cameras)
    return path


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


CallCli = Callable[..., Outcome]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CallCli:
    """Call the command line in the folder `tmp_path`."""
    monkeypatch.chdir(tmp_path)

    def _call(*argv: str | Path) -> Outcome:
        try:
            code = main([str(argument) for argument in argv])
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return _call
