"""`rowsplat render`: what it draws and where it puts it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rowsplat.render import Blend, RenderMode
from rowsplat.scenes import default_camera, load_cameras, orbit_camera

SMALL = ("--width", "24", "--height", "16")


def test_a_picture_is_written_and_told_in_one_line(cli: Any, renderer: Any, scene_file: Path) -> None:
    outcome = cli("render", scene_file, "--out", "a.png", *SMALL)
    assert outcome.code == 0
    assert outcome.out == (
        "a.png: 24x16 rgb, irss, project 1.0, sort 2.0, bin 3.0, blend 10.0, total 16.0 ms "
        "(fake on nothing)\n"
    )
    with Image.open("a.png") as image:
        assert image.size == (24, 16)
        assert image.getpixel((0, 0)) == (153, 153, 153)


def test_without_a_camera_the_default_view_is_drawn(
    cli: Any, renderer: Any, scene_file: Path, gaussians: Any
) -> None:
    cli("render", scene_file, "--out", "a.png", *SMALL, "--fov", "40")
    expected = default_camera(gaussians, width=24, height=16, fov_deg=40.0)
    camera, options = renderer.calls[0]
    np.testing.assert_allclose(camera.viewmat, expected.viewmat)
    assert camera.fy == expected.fy
    assert options.antialiased is None


def test_the_default_size_is_1280_by_720(cli: Any, renderer: Any, scene_file: Path) -> None:
    cli("render", scene_file, "--out", "a.npy")
    assert np.load("a.npy", allow_pickle=False).shape == (720, 1280, 3)


def test_orbit_draws_from_where_it_says(cli: Any, renderer: Any, scene_file: Path, gaussians: Any) -> None:
    cli("render", scene_file, "--out", "a.png", *SMALL, "--orbit", "-30", "20", "2.5")
    expected = orbit_camera(gaussians, -30.0, 20.0, 2.5, width=24, height=16)
    np.testing.assert_allclose(renderer.calls[0][0].viewmat, expected.viewmat)


def test_every_flag_reaches_the_renderer(cli: Any, renderer: Any, scene_file: Path) -> None:
    flags = "--blend baseline --mode depth-median --background 0.1 0.2 0.3 --antialiased --max-sh-degree 1"
    assert cli("render", scene_file, "--out", "a.exr", *SMALL, *flags.split()).code == 0
    options = renderer.calls[0][1]
    assert options.blend is Blend.BASELINE
    assert options.mode is RenderMode.DEPTH_MEDIAN
    assert options.background == (0.1, 0.2, 0.3)
    assert options.antialiased is True
    assert options.max_sh_degree == 1


def test_antialiasing_can_be_refused(cli: Any, renderer: Any, scene_file: Path) -> None:
    cli("render", scene_file, "--out", "a.png", *SMALL, "--no-antialiased")
    assert renderer.calls[0][1].antialiased is False


def test_one_frame_of_a_path_is_one_picture(
    cli: Any, renderer: Any, scene_file: Path, camera_file: Path
) -> None:
    assert cli("render", scene_file, "--out", "a.png", "--camera", camera_file, "--frame", "1").code == 0
    assert len(renderer.calls) == 1
    expected = load_cameras(camera_file).cameras[1]
    np.testing.assert_allclose(renderer.calls[0][0].viewmat, expected.viewmat)


@pytest.mark.parametrize(
    ("out", "names"),
    [
        ("a.mp4", ["a.mp4"]),
        ("a.webm", ["a.webm"]),
        ("a_%03d.png", ["a_000.png", "a_001.png", "a_002.png"]),
        ("frames", ["frames/frame_00000.png", "frames/frame_00001.png", "frames/frame_00002.png"]),
    ],
)
def test_a_camera_path_becomes_a_video_or_a_sequence(
    cli: Any, renderer: Any, scene_file: Path, camera_file: Path, tmp_path: Path, out: str, names: list[str]
) -> None:
    before = set(tmp_path.rglob("*"))
    outcome = cli("render", scene_file, "--out", out, "--camera", camera_file)
    assert outcome.code == 0
    assert "3 frames in" in outcome.out
    assert "3/3" in outcome.err
    written = sorted(path for path in set(tmp_path.rglob("*")) - before if path.is_file())
    assert [path.relative_to(tmp_path).as_posix() for path in written] == names
    assert len(renderer.calls) == 3


def test_width_and_height_override_those_of_the_camera_file(
    cli: Any, renderer: Any, scene_file: Path, camera_file: Path
) -> None:
    cli("render", scene_file, "--out", "a.mp4", "--camera", camera_file, "--width", "48", "--height", "32")
    assert {(camera.width, camera.height) for camera, _ in renderer.calls} == {(48, 32)}


@pytest.mark.parametrize("mode", [mode.value for mode in RenderMode])
@pytest.mark.parametrize("suffix", [".png", ".exr", ".npy"])
def test_every_mode_can_be_written(
    cli: Any, renderer: Any, scene_file: Path, tmp_path: Path, mode: str, suffix: str
) -> None:
    assert cli("render", scene_file, "--out", f"a{suffix}", *SMALL, "--mode", mode).code == 0
    assert (tmp_path / f"a{suffix}").stat().st_size > 0


def test_an_existing_picture_is_replaced(cli: Any, renderer: Any, scene_file: Path, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("old")
    assert cli("render", scene_file, "--out", "a.png", *SMALL).code == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_cancelled_render_keeps_the_old_picture(
    cli: Any, renderer: Any, scene_file: Path, camera_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.mp4").write_text("old")
    renderer.fail_at_call = 2
    assert cli("render", scene_file, "--out", "a.mp4", "--camera", camera_file).code == 130
    assert (tmp_path / "a.mp4").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
