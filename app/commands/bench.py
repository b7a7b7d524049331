"""`rowsplat bench`: blenders and back ends side by side."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro import conf

from ...kernels.errors import RowsplatError
from ...render import Backend, Blend, GpuIrss, Renderer, RenderOptions
from ...render.output_files import replacing_file, require_writable_place
from ...scenes import Camera, CameraPath, Gaussians
from ..bench.environment import describe_environment
from ..bench.measuring import PictureDifference, Plan, Run, Variant, frames_of, measure_scene
from ..bench.report_data import Measurement, to_csv, to_json
from ..bench.scene_files import read_scene, short_names
from ..bench.tables import difference_table, ratio_table, timing_table
from ..camera_choice import CameraChoice
from ..checks import require_between, require_exists
from ..opening import make_renderer
from ..progress import with_progress
from ..renderer_process import KERNEL_BACKENDS, RendererProcess
from .flags import Antialiased, FieldOfView, GpuIrssVariant, KernelLanguage, Lod, MaxShDegree, flag

EXAMPLES = (
    "rowsplat bench scene.sog",
    "rowsplat bench a.ply b.ply --blend baseline irss --frames 100 --html report.html",
    "rowsplat bench scene.ply --camera-path camera_path.json --json runs.json --csv runs.csv --plot runs.png",
)

_DEFAULT_ORBIT_FRAMES = 24
_PLOT_SUFFIXES = (".png", ".svg", ".pdf")


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Measure blenders and back ends side by side: times, work, memory, and how alike their pictures are.

    Variants take turns frame by frame, so that a busy machine favours none. Reports that exist are replaced.
    """

    scenes: Annotated[tuple[Path, ...], conf.Positional, flag("Scenes to draw. (at least one)", "SCENE...")]
    camera_path: Annotated[
        Path | None, flag("Cameras, as for rowsplat render --camera. Without it: one turn around.", "JSON")
    ] = None
    orbit_frames: Annotated[int | None, flag("Views of the turn around the scene. Without it: 24.", "N")] = (
        None
    )
    width: Annotated[int | None, flag("Width [px]. Without it: the camera file's, or 1280.", "W")] = None
    height: Annotated[int | None, flag("Height [px]. Without it: the camera file's, or 720.", "H")] = None
    fov: FieldOfView = None
    blend: Annotated[
        tuple[Blend, ...], flag("Blenders to compare; pictures are compared with the first.")
    ] = (
        Blend.BASELINE,
        Blend.BASELINE_EXACT,
        Blend.IRSS,
    )
    backend: Annotated[tuple[Backend, ...], flag("Where to compute.")] = (Backend.AUTO,)
    kernel_language: KernelLanguage = "auto"
    gpu_irss: GpuIrssVariant = GpuIrss.SUBTILE_MASK
    warmup: Annotated[int, flag("Untimed frames of every variant after its first.", "N")] = 3
    frames: Annotated[int, flag("Timed frames of every variant.", "N")] = 48
    antialiased: Antialiased = False
    max_sh_degree: MaxShDegree = 3
    lod: Lod = None
    json: Annotated[Path | None, flag("Write everything, raw samples too.", "F")] = None
    csv: Annotated[Path | None, flag("Write a line a run.", "F")] = None
    plot: Annotated[Path | None, flag("Draw the stages as stacked bars (.png, .svg, .pdf).", "F.png")] = None
    html: Annotated[Path | None, flag("Write a report in one file, pictures included.", "F")] = None


def run(command: Bench) -> None:
    """Measure, print the tables, write the reports that were asked for.

    Raises:
        RowsplatError: A flag, a scene, the cameras, a back end or an output is at fault.
    """
    choice = _check(command)
    for path in command.scenes:
        require_exists(path)
    fixed = choice.from_file()
    renderers, startup_ms = _start(command)
    runs: list[Run] = []
    differences: dict[str, tuple[PictureDifference, ...]] = {}
    for path, name in zip(command.scenes, short_names(command.scenes), strict=True):
        found, compared = _measure(command, path, name, choice, fixed, renderers)
        runs.extend(found)
        differences[name] = compared
    environment = {**describe_environment(), "startup_ms": startup_ms}
    environment["renderers"] = {backend.value: made.description for backend, made in renderers.items()}
    measurement = Measurement(environment=environment, runs=tuple(runs), differences=differences)
    print_tables(measurement)
    _write_reports(command, measurement)


def print_tables(measurement: Measurement) -> None:
    """Print times, ratios and differences."""
    for table in (
        timing_table(measurement.runs),
        ratio_table(measurement.runs),
        difference_table(measurement),
    ):
        if table:
            print(f"{table}\n")


def _check(command: Bench) -> CameraChoice:
    if not command.scenes:
        raise RowsplatError("bench needs at least one scene: rowsplat bench SCENE.")
    if not command.blend or not command.backend:
        raise RowsplatError("--blend and --backend need at least one value each.")
    if command.camera_path is not None and command.orbit_frames is not None:
        raise RowsplatError("--camera-path and --orbit-frames exclude each other: give one of them.")
    require_between("--orbit-frames", command.orbit_frames, 1, 100_000)
    require_between("--warmup", command.warmup, 0, 100_000)
    require_between("--frames", command.frames, 1, 100_000)
    require_between("--max-sh-degree", command.max_sh_degree, 0, 3)
    require_between("--lod", command.lod, 0, 255)
    for output in (command.json, command.csv, command.plot, command.html):
        if output is not None:
            require_writable_place(output)
    if command.plot is not None and command.plot.suffix.lower() not in _PLOT_SUFFIXES:
        raise RowsplatError(f"{command.plot}: plots are written as {', '.join(_PLOT_SUFFIXES)}.")
    choice = CameraChoice(
        file=command.camera_path, width=command.width, height=command.height, fov_deg=command.fov
    )
    choice.check()
    return choice


def _start(command: Bench) -> tuple[dict[Backend, Renderer], dict[str, float]]:
    """One renderer per back end, and how long each took to start [ms].

    The kernel language runs on one device a process, so every such back end after the first gets a process.
    """
    renderers: dict[Backend, Renderer] = {}
    startup_ms: dict[str, float] = {}
    for backend in dict.fromkeys(command.backend):
        started = time.perf_counter()
        make = (
            RendererProcess
            if KERNEL_BACKENDS & {backend} and KERNEL_BACKENDS & {*renderers}
            else make_renderer
        )
        renderers[backend] = make(backend, command.kernel_language)
        startup_ms[backend.value] = (time.perf_counter() - started) * 1000.0
    return renderers, startup_ms


def _measure(
    command: Bench,
    path: Path,
    name: str,
    choice: CameraChoice,
    fixed: CameraPath | None,
    renderers: dict[Backend, Renderer],
) -> tuple[tuple[Run, ...], tuple[PictureDifference, ...]]:
    scene = read_scene(path, name, lod=command.lod)
    cameras = fixed.cameras if fixed is not None else _turn(choice, scene.gaussians, command.orbit_frames)
    variants = [Variant(blend=b, backend=k) for k in renderers for b in dict.fromkeys(command.blend)]
    options = RenderOptions(
        antialiased=True if command.antialiased else None,
        max_sh_degree=command.max_sh_degree,
        gpu_irss=command.gpu_irss,
    )
    plan = Plan(warmup=command.warmup, frames=command.frames, options=options)
    tick = _ticker(name, frames_of(plan) * len(variants))
    return measure_scene(scene, cameras, renderers, variants, plan, on_frame=tick)


def _turn(choice: CameraChoice, gaussians: Gaussians, frames: int | None) -> Sequence[Camera]:
    return choice.around_scene(gaussians, _DEFAULT_ORBIT_FRAMES if frames is None else frames).cameras


def _ticker(label: str, total: int) -> Callable[[], object]:
    """A function that moves a progress bar by one frame."""
    bar = iter(with_progress(range(total + 1), total=total, label=label, unit="frame"))
    next(bar)
    return lambda: next(bar, None)


def _write_reports(command: Bench, measurement: Measurement) -> None:
    if command.json is not None:
        _write_text(command.json, json.dumps(to_json(measurement), indent=1, allow_nan=False) + "\n")
    if command.csv is not None:
        _write_text(command.csv, to_csv(measurement))
    if command.plot is not None:
        from ..bench.plot import write_plot

        write_plot(measurement.runs, command.plot)
    if command.html is not None:
        from ..bench.html_report import html_report

        _write_text(command.html, html_report(measurement))
    for output in (command.json, command.csv, command.plot, command.html):
        if output is not None:
            print(f"wrote {output}")


def _write_text(path: Path, text: str) -> None:
    with replacing_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
