"""The contract of the command line: commands, flags, help, exit codes, one-line errors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from rowsplat.app.commands.all_commands import SUBCOMMANDS

CONTRACT = {
    "info": {"json"},
    "convert": {"max_sh_degree", "lod", "overwrite"},
    "edit": {
        "prompt",
        "script",
        "set",
        "out",
        "preview",
        "dry_run",
        "json",
        "planner",
        "min_confidence",
        "camera",
        "overwrite",
    },
    "render": {
        "out",
        "camera",
        "frame",
        "orbit",
        "width",
        "height",
        "fov",
        "blend",
        "backend",
        "mode",
        "background",
        "antialiased",
        "max_sh_degree",
        "kernel_language",
        "lod",
        "source_views",
        "renderer",
    },
    "bake": {
        "out",
        "voxel",
        "views",
        "camera",
        "depth",
        "alpha",
        "max_triangles",
        "backend",
        "kernel_language",
        "lod",
    },
    "bench": {
        "camera_path",
        "orbit_frames",
        "width",
        "height",
        "blend",
        "backend",
        "warmup",
        "frames",
        "json",
        "csv",
        "plot",
        "html",
    },
    "reconstruct": {
        "out",
        "views",
        "source_views",
        "resolution",
        "quality",
        "weights",
        "near",
        "far",
        "skip_check",
        "force",
    },
    "train-omni": {"out", "steps", "minutes", "cooldown", "width", "height", "rays", "volume", "seed"},
    "demo": set(),
}


@pytest.mark.parametrize("name", CONTRACT)
def test_every_promised_flag_is_there_and_in_the_help(cli: Any, name: str) -> None:
    flags = {field.name for field in fields(SUBCOMMANDS[name].flags)}
    assert flags >= CONTRACT[name]
    shown = cli(name, "--help")
    assert shown.code == 0
    for flag in CONTRACT[name]:
        assert f"--{flag.replace('_', '-')}" in shown.out


@pytest.mark.parametrize("name", CONTRACT)
def test_help_ends_with_examples_that_parse(cli: Any, name: str) -> None:
    import shlex

    import tyro
    from rowsplat.app.commands.all_commands import Command
    from tyro import conf

    examples = SUBCOMMANDS[name].examples
    assert examples
    config = (conf.EnumChoicesFromValues, conf.FlagCreatePairsOff)
    shown = cli(name, "--help").out
    for example in examples:
        assert example in shown
        program, *arguments = shlex.split(example)
        assert program == "rowsplat"
        parsed = tyro.cli(Command, args=arguments, config=config)
        assert type(parsed) is SUBCOMMANDS[name].flags


def test_the_general_help_names_every_command(cli: Any) -> None:
    shown = cli("--help")
    assert shown.code == 0
    assert all(name in shown.out for name in CONTRACT)


def test_the_version_is_printed(cli: Any) -> None:
    shown = cli("--version")
    assert shown.code == 0
    assert shown.out.startswith("rowsplat ")


def _error_texts() -> list[tuple[str, str]]:
    """Command lines and what they print, as in `error_texts.txt`."""
    lines = Path(__file__).with_name("error_texts.txt").read_text().splitlines()
    return [
        (line.removeprefix("$ rowsplat").strip(), error)
        for line, error in zip(lines[::2], lines[1::2], strict=True)
    ]


WRONG = _error_texts()


@pytest.mark.usefixtures("renderer", "scene_file", "camera_file")
@pytest.mark.parametrize(("line", "error"), WRONG, ids=[line for line, _ in WRONG])
def test_a_wrong_input_is_one_line_and_exit_code_2(cli: Any, tmp_path: Path, line: str, error: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    outcome = cli(*line.split())
    assert (outcome.code, outcome.out, outcome.err) == (2, "", f"{error}\n")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.usefixtures("renderer", "scene_file")
@pytest.mark.parametrize(
    "line",
    [
        "",
        "rendr scene.ply",
        "render scene.ply",
        "render --out a.png",
        "render scene.ply --out a.png --width wide",
        "render scene.ply --out a.png --blend best",
        "render scene.ply --out a.png --orbit 1 2",
        "render scene.ply --out a.png --no-such-flag",
        "info",
        "convert scene.ply",
    ],
)
def test_flags_that_cannot_be_read_are_exit_code_2(cli: Any, line: str) -> None:
    outcome = cli(*line.split())
    assert outcome.code == 2
    assert outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.usefixtures("renderer")
@pytest.mark.parametrize("content", [b"", b"hello", b"ply\nformat binary_little_endian 1.0\n", bytes(100)])
@pytest.mark.parametrize("command", ["info bad.ply", "render bad.ply --out a.png", "convert bad.ply b.spz"])
def test_a_broken_scene_is_one_line_that_names_it(
    cli: Any, tmp_path: Path, command: str, content: bytes
) -> None:
    (tmp_path / "bad.ply").write_bytes(content)
    outcome = cli(*command.split())
    assert outcome.code == 2
    assert outcome.err.startswith("error: bad.ply")
    assert outcome.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.ply"]


def test_a_broken_camera_file_is_one_line_that_names_it(
    cli: Any, tmp_path: Path, renderer: Any, scene_file: Path
) -> None:
    (tmp_path / "cameras.json").write_text('{"camera_path": [')
    outcome = cli("render", scene_file, "--out", "a.png", "--camera", "cameras.json")
    assert outcome.code == 2
    assert outcome.err.startswith("error: cameras.json")
    assert outcome.err.count("\n") == 1
    assert renderer.calls == []


def test_a_full_disk_is_one_line(
    cli: Any, renderer: Any, scene_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _no_space(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "a.npy")

    monkeypatch.setattr("numpy.save", _no_space)
    outcome = cli("render", scene_file, "--out", "a.npy", "--width", "8", "--height", "8")
    assert (outcome.code, outcome.err) == (2, "error: a.npy: No space left on device.\n")


def test_ctrl_c_is_exit_code_130_without_a_traceback(cli: Any, renderer: Any, scene_file: Path) -> None:
    renderer.fail_at_call = 0
    outcome = cli("render", scene_file, "--out", "a.png")
    assert outcome.code == 130
    assert outcome.err == "cancelled; nothing was written\n"


def test_a_reader_that_stops_early_is_no_error(scene_file: Path) -> None:
    command = (
        f"{sys.executable} -m rowsplat.app.cli info {scene_file} --json | head -n 1; exit ${{PIPESTATUS[0]}}"
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_loads_nothing_heavy() -> None:
    heavy = [
        "torch",
        "taichi",
        "quadrants",
        "matplotlib",
        "PIL",
        "OpenEXR",
        "jinja2",
        "imageio_ffmpeg",
        "pycolmap",
        "tqdm",
    ]
    code = (
        "import sys\nfrom rowsplat.app.cli import main\n"
        "try:\n    main(['render', '--help'])\nexcept SystemExit:\n    pass\n"
        f"print('LOADED', [name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "LOADED []"


_SLOW_RENDERER = """
import sys, time, rowsplat.render
sys.path.insert(0, {folder!r})
from fake import FakeRenderer
class Slow(FakeRenderer):
    def render(self, *arguments):
        print("drawing", flush=True)
        time.sleep(0.2)
        return super().render(*arguments)
rowsplat.render.create_renderer = lambda *_, **__: Slow()
from rowsplat.app.cli import main
sys.exit(main({argv!r}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("out", ["a.mp4", "a_%05d.png", "frames"])
def test_a_stopped_render_leaves_no_file(
    tmp_path: Path, scene_file: Path, camera_file: Path, out: str, stop: signal.Signals, code: int
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "fake.py").write_text(Path(__file__).with_name("conftest.py").read_text())
    work = tmp_path / "work"
    work.mkdir()
    argv = ["render", str(scene_file), "--out", out, "--camera", str(camera_file)]
    script = _SLOW_RENDERER.format(folder=str(tools), argv=argv)
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=work,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "drawing\n"
    assert process.stdout.readline() == "drawing\n"
    process.send_signal(stop)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in err
    assert list(work.iterdir()) == []
