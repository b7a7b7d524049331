"""What the README says works as written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.cli import main
from rowsplat.render.omni_recon.baked.files import load_bake
from rowsplat.scenes import (
    CameraPath,
    Gaussians,
    default_camera,
    load_gaussians,
    save_camera_path,
    save_gaussians,
)

from .app.omni.generated_photos import shots, write_photos


@pytest.fixture
def readme(repository: Path) -> str:
    return (repository / "README.md").read_text()


@pytest.fixture
def scene_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the README's examples name, as the current one."""
    rng = np.random.default_rng(0)
    scene = Gaussians(
        means=rng.normal(size=(300, 3)),
        quats=rng.normal(size=(300, 4)),
        log_scales=rng.normal(-2, 0.3, size=(300, 3)),
        logit_opacities=rng.normal(size=300),
        sh_coeffs=rng.normal(scale=0.3, size=(300, 4, 3)),
    )
    save_gaussians(scene, tmp_path / "scene.ply")
    save_gaussians(scene, tmp_path / "scene.spz")
    camera = default_camera(scene, width=64, height=48)
    write_photos(tmp_path / "photos", shots(4, 96, 72))
    save_camera_path(tmp_path / "camera_path.json", CameraPath(cameras=(camera, camera)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_example_runs_as_written(readme: str, scene_folder: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(example, names)
    image = names["image"]
    assert isinstance(image, np.ndarray)
    assert image.shape == (360, 640, 3)
    assert image.max() > 0.1
    assert names["times"].total > 0  # type: ignore[attr-defined]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that the window would have opened; it would stay until somebody closes it."""
    from rowsplat.app.qt import application

    files: list[Path] = []
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(application, "run", lambda paths, *_: files.extend(paths) or 0)
    return files


def test_every_command_of_the_readme_succeeds_as_written(
    readme: str, scene_folder: Path, opened: list[Path]
) -> None:
    commands = re.findall(r"^rowsplat (.*)$", readme, flags=re.MULTILINE)
    assert len(commands) >= 5
    # The conversion writes the scene.sog that the video is drawn from.
    for command in sorted(commands, key=lambda line: not line.startswith("convert")):
        small = ["--frames", "1", "--warmup", "1"] if command.startswith("bench") else []
        assert main([*shlex.split(command), *small]) == 0, command
    assert len(load_gaussians(scene_folder / "scene.sog")) == 300
    for output in (
        "picture.png",
        "flight.mp4",
        "mesh.glb",
        "times.json",
        "report.html",
        "edited.sog",
        "view.png",
    ):
        assert (scene_folder / output).stat().st_size > 0
    assert load_bake(scene_folder / "out/photos.bake").views
    assert opened == [Path("scene.ply"), Path("out/project.rowsplat")]
