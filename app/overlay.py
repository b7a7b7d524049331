"""Text and lines over the picture, and the rows of the panels: the state in words."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..render import Blend
from ..scenes import Camera
from . import texts
from .drawing import Point
from .messages import Comparison, FrameReady, Look, PlaneInfo
from .questions import Box, Ellipsoid, Sphere, Volume
from .state import Life, ViewerState

if TYPE_CHECKING:
    from .viewer import Viewer

_GRID_LINES = 10
_TILE_PIXELS, _ROWS_OF_TILE = 256, 32  # a row is what IRSS shades at once, eight pixels
_CIRCLE_STEPS = 48


def overlay_lines(viewer: Viewer) -> tuple[str, ...]:
    """What is shown at the top left of the picture."""
    frame = viewer.state.frame
    if frame is None:
        return (status_text(viewer),)
    whole = f"{frame.width} x {frame.height}"
    reduced = f", {frame.scale:.0%} while moving" if frame.is_reduced else ""
    reduced += f" with {frame.detail:.3g} of the Gaussians" if frame.detail < 1.0 else ""
    lines = [f"{whole}{reduced}"]
    lines += [line for plane in frame.planes for line in _look_line(plane).splitlines()]
    lines += [viewer.views.progress] if viewer.views.progress else []
    pinned = viewer.views.scene.pinned
    lines += [texts.pinned(pinned)] if pinned and viewer.views.is_shown else []
    rates = viewer.statistics.rates()
    if rates is not None:
        lines.append(f"{rates.p50:.0f} FPS, slowest twentieth {rates.p95:.0f}")
    if frame.psnr is not None:
        lines.append(likeness(frame.psnr, frame.ssim))
    return tuple(lines)


def look_labels(state: ViewerState) -> tuple[str, str]:
    """Labels of the two sides of the slider, each with its time."""
    frame = state.frame
    if frame is None or len(frame.planes) < 2 or state.view.comparison is Comparison.OFF:
        return "", ""
    first, second = (_label(plane) for plane in frame.planes)
    return f"A  {first}", f"B  {second}"


def status_text(viewer: Viewer) -> str:
    """The status bar."""
    state = viewer.state
    if state.message:
        return state.message
    if state.life is not Life.RUNNING:
        return texts.render_process(state.life.value)
    if state.is_loading:
        names = [item.name for item in state.document.scenes if item.scene_id not in state.loaded]
        return texts.reading(names)
    selected = sum(mask.num_selected for _, mask in state.document.selection)
    total = sum(loaded.count for loaded in state.loaded.values())
    return texts.totals(total, selected)


def statistics_rows(frame: FrameReady | None, viewer: Viewer) -> list[tuple[str, ...]]:
    """The table of the statistics panel."""
    if frame is None:
        return []
    rows: list[tuple[str, ...]] = [("", *(plane_name(plane) for plane in frame.planes))]
    rows += [
        (f"{name} [ms]", *(f"{getattr(plane.times, name):.1f}" for plane in frame.planes))
        for name in ("project", "sort", "bin", "blend", "total")
    ]
    rows += [
        (title, *(f"{getattr(plane.counts, name):,}" for plane in frame.planes))
        for name, title in (("num_gaussians", "Gaussians"), ("visible", "visible"), ("pairs", "tile pairs"))
    ]
    rates = viewer.statistics.rates()
    if rates is not None:
        rows.append(("FPS p50 / p95", f"{rates.p50:.1f} / {rates.p95:.1f}"))
    scene_bytes = sum(loaded.nbytes for loaded in viewer.state.loaded.values())
    rows.append(("scenes in memory", f"{scene_bytes / 1e6:,.0f} MB"))
    return rows


def why_rows(viewer: Viewer) -> list[tuple[str, ...]]:
    """Fragments evaluated and contributing by blender, and the rows that IRSS skips."""
    if not viewer.work:
        return []
    rows: list[tuple[str, ...]] = [texts.WORK_HEAD]
    for work in viewer.work:
        useful = work.contributing / max(work.evaluated, 1)
        rows.append((work.blend.value, f"{work.evaluated:,}", f"{work.contributing:,}", f"{useful:.0%}"))
    irss = next((work for work in viewer.work if work.blend is Blend.IRSS), None)
    if irss is not None and irss.pairs:
        listed, shaded = irss.pairs * _ROWS_OF_TILE, round(irss.evaluated / (_TILE_PIXELS // _ROWS_OF_TILE))
        skipped = 1.0 - shaded / listed
        rows.append((texts.ROWS_LISTED, f"{listed:,}", "", ""))
        rows.append((texts.ROWS_SKIPPED, f"{max(listed - shaded, 0):,}", "", f"{skipped:.0%}"))
    return rows


def comparison_text(viewer: Viewer) -> str:
    """How alike the two looks are."""
    frame, view = viewer.state.frame, viewer.state.view
    if view.comparison is Comparison.OFF or frame is None or frame.psnr is None:
        return texts.COMPARISON_OFF
    gain = f", difference x {view.gain:.0f}" if view.comparison is Comparison.DIFFERENCE else ""
    return likeness(frame.psnr, frame.ssim) + gain


def likeness(psnr: float, ssim: float | None) -> str:
    """PSNR and SSIM of the two looks; the second is `None` while the camera moves."""
    if np.isinf(psnr):
        return texts.EQUAL
    return f"A to B {psnr:.1f} dB" + (f", SSIM {ssim:.4f}" if ssim is not None else "")


def project(camera: Camera, point: tuple[float, float, float]) -> Point | None:
    """Pixel of a world point, `None` behind the camera."""
    x, y, z, _ = camera.viewmat @ np.array([*point, 1.0])
    if z <= 1e-6:
        return None
    return float(camera.fx * x / z + camera.cx), float(camera.fy * y / z + camera.cy)


def grid_segments(viewer: Viewer) -> tuple[tuple[Point, Point], ...]:
    """Lines of a grid at the ground of the first scene, as far as they are before the camera."""
    loaded = next(iter(viewer.state.loaded.values()), None)
    if loaded is None:
        return ()
    (x, y, z), reach = loaded.center, 2.0 * loaded.radius
    steps = np.linspace(-reach, reach, 2 * _GRID_LINES + 1)
    ground = y + loaded.radius  # y points down
    camera = viewer.state.view.camera
    ends = [((x - reach, ground, z + s), (x + reach, ground, z + s)) for s in steps]
    ends += [((x + s, ground, z - reach), (x + s, ground, z + reach)) for s in steps]
    return tuple(
        line for line in (_clipped(camera, np.array(a), np.array(b)) for a, b in ends) if line is not None
    )


def volume_segments(camera: Camera, volume: Volume | None) -> tuple[tuple[Point, Point], ...]:
    """The edges of a box, or three great circles of a sphere or ellipsoid, as far as they are before the camera."""
    if volume is None:
        return ()
    lines = _box_lines(volume) if isinstance(volume, Box) else _round_lines(volume)
    found = (_clipped(camera, a, b) for line in lines for a, b in pairwise(line))
    return tuple(entry for entry in found if entry is not None)


def _box_lines(box: Box) -> list[NDArray[np.float64]]:
    """Four closed loops that cover all twelve edges."""
    pose = np.array(box.pose)
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)], np.float64)
    loops: list[NDArray[np.float64]] = []
    for axis in (0, 2):
        for side in (-1.0, 1.0):
            corners = np.insert(signs, axis, side, axis=1) * np.array(box.half_sizes)
            loops.append(corners @ pose[:3, :3].T + pose[:3, 3])
    return loops


def _round_lines(volume: Sphere | Ellipsoid) -> list[NDArray[np.float64]]:
    """Three circles about the axes."""
    if isinstance(volume, Sphere):
        turn, middle, axes = np.eye(3), np.array(volume.center), np.full(3, volume.radius)
    else:
        pose = np.array(volume.pose)
        turn, middle, axes = pose[:3, :3], pose[:3, 3], np.array(volume.semi_axes)
    angle = np.linspace(0.0, 2.0 * np.pi, _CIRCLE_STEPS + 1)
    flat = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return [(np.insert(flat, axis, 0.0, axis=1) * axes) @ turn.T + middle for axis in range(3)]


def _clipped(
    camera: Camera, first: NDArray[np.float64], last: NDArray[np.float64]
) -> tuple[Point, Point] | None:
    """The part of a world line before the camera, in pixels."""
    near = 1e-2
    a, b = ((camera.viewmat @ np.array([*point, 1.0]))[:3] for point in (first, last))
    if a[2] < near and b[2] < near:
        return None
    if a[2] < near:
        a = a + (b - a) * (near - a[2]) / (b[2] - a[2])
    elif b[2] < near:
        b = b + (a - b) * (near - b[2]) / (a[2] - b[2])
    (x0, y0), (x1, y1) = (
        (float(camera.fx * p[0] / p[2] + camera.cx), float(camera.fy * p[1] / p[2] + camera.cy))
        for p in (a, b)
    )
    return (x0, y0), (x1, y1)


def look_name(look: Look) -> str:
    """What draws a look."""
    return look.blend.value if look.photos is None else look.photo_view.value


def plane_name(plane: PlaneInfo) -> str:
    """What drew one look of a frame."""
    return texts.BAKED if plane.note and plane.look.photos is None else look_name(plane.look)


def _label(plane: PlaneInfo) -> str:
    name = plane_name(plane)
    return name if plane.look.photos is not None else f"{name}  {plane.times.total:.0f} ms"


def _look_line(plane: PlaneInfo) -> str:
    if plane.note or plane.look.photos is not None:
        return plane.note or look_name(plane.look)
    t = plane.times
    stages = f"project {t.project:.0f}, sort {t.sort:.0f}, bin {t.bin:.0f}, blend {t.blend:.0f}"
    return f"{plane.look.blend.value}: {t.total:.0f} ms ({stages})"
