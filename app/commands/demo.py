"""`rowsplat demo`: the bundled scene with both blenders, their difference and their times."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from ...assets import DEMO_FOV_DEG, DEMO_ORBIT, DEMO_TARGET, demo_scene_path
from ...render import Backend, Blend, RenderOptions, max_abs_error, psnr, write_image
from ...scenes import Camera
from ..bench.measuring import Plan, Run, Variant, measure_scene
from ..bench.scene_files import MeasuredScene, read_scene
from ..bench.tables import psnr_text, ratio_table, timing_table
from ..checks import require_between, require_size
from ..opening import make_renderer
from .flags import KernelLanguage, OneBackend, flag
from .view import has_display

EXAMPLES = ("rowsplat demo", "rowsplat demo --out-dir pictures --backend cpu --width 1920 --height 1080")

_LARGEST_FACTOR = 2**16
_NOT_CLIPPED_PERCENT = 98.0
_ROUNDING_NOISE = 1e-4  # of full scale


@dataclass(frozen=True, kw_only=True)
class Demo:
    """Draw the bundled scene with baseline and irss, write pictures and their difference, compare times."""

    out_dir: Annotated[Path, flag("Folder for the pictures; made if it does not exist.", "FOLDER")] = Path(
        "out/demo"
    )
    width: Annotated[int, flag("Width [px].", "W")] = 1280
    height: Annotated[int, flag("Height [px].", "H")] = 720
    backend: OneBackend = Backend.AUTO
    kernel_language: KernelLanguage = "auto"
    frames: Annotated[int, flag("Timed frames of each blender.", "N")] = 10


def run(command: Demo) -> None:
    """Draw, write, print.

    Raises:
        RowsplatError: A flag, the back end or the folder is at fault.
    """
    require_size(command.width, command.height)
    require_between("--frames", command.frames, 1, 100_000)
    command.out_dir.mkdir(parents=True, exist_ok=True)
    scene = _bundled_scene()
    renderers = {command.backend: make_renderer(command.backend, command.kernel_language)}
    cameras = (_camera(command.width, command.height),)
    blends = (Blend.BASELINE, Blend.BASELINE_EXACT, Blend.IRSS)
    variants = [Variant(blend=blend, backend=command.backend) for blend in blends]
    plan = Plan(warmup=2, frames=command.frames, options=RenderOptions())
    runs, _ = measure_scene(scene, cameras, renderers, variants, plan)
    baseline, _, irss = runs
    print(f"{renderers[command.backend].description}")
    print(f"{len(scene.gaussians):,} Gaussians, {command.width}x{command.height}\n")
    print(f"{timing_table(runs)}\n\n{ratio_table(runs)}\n")
    _write_pictures(command.out_dir, baseline, irss)
    _open_viewer()


def _open_viewer() -> None:
    """Show the scene in the desktop window, where there are PyQt6 and a display."""
    if importlib.util.find_spec("PyQt6") is not None and sys.stdout.isatty() and has_display():
        print("opening the viewer; its window has the same scene")
        subprocess.Popen([sys.executable, "-m", "rowsplat.app.cli", "view"], start_new_session=True)


def difference_factor(difference: NDArray[np.float32]) -> int:
    """The power of two that makes a difference visible: one value in fifty may be clipped.

    Counted are the values above rounding noise, or all if none is. The largest alone would say too little:
    where two blenders differ, few pixels do so by far the most.

    Args:
        difference: Absolute differences, of any shape.
    """
    floor = _ROUNDING_NOISE if (difference > _ROUNDING_NOISE).any() else 0.0
    differing = difference[difference > floor]
    if differing.size == 0:
        return 1
    visible = float(np.percentile(differing, _NOT_CLIPPED_PERCENT))
    return int(min(_LARGEST_FACTOR, max(1.0, 2.0 ** np.floor(-np.log2(visible)))))


def _write_pictures(folder: Path, baseline: Run, irss: Run) -> None:
    difference: NDArray[np.float32] = np.abs(baseline.picture - irss.picture)
    largest = max_abs_error(baseline.picture, irss.picture)
    factor = difference_factor(difference)
    pictures = {
        "baseline": baseline.picture,
        "irss": irss.picture,
        "difference": difference * np.float32(factor),
    }
    for name, picture in pictures.items():
        write_image(folder / f"{name}.png", picture)
        note = f" (amplified {factor} times)" if name == "difference" else ""
        print(f"wrote {folder / name}.png{note}")
    value = psnr(baseline.picture, irss.picture)
    alike = psnr_text(value if np.isfinite(value) else None)
    print(f"irss against baseline: {alike}, largest difference {largest:.2g} of full scale")


def _bundled_scene() -> MeasuredScene:
    """The scene in `assets/`."""
    return read_scene(demo_scene_path(), "demo", lod=None)


def _camera(width: int, height: int) -> Camera:
    """The view that the bundled scene was composed for."""
    azimuth, elevation, distance = DEMO_ORBIT
    return Camera.orbit(
        DEMO_TARGET,
        distance=distance,
        azimuth_deg=azimuth,
        elevation_deg=elevation,
        width=width,
        height=height,
        fov_deg=DEMO_FOV_DEG,
    )
