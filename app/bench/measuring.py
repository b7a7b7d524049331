"""Measuring variants of the renderer side by side on one scene.

Repeats are interleaved: frame k of every variant is drawn before frame k + 1 of any, and the variant that
begins moves on with k, so that a machine that is busy for a while, or a cache that the neighbour has warmed,
favours none.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError
from ...render import (
    Backend,
    Blend,
    Renderer,
    RenderMode,
    RenderOptions,
    RenderResult,
    StageTimes,
    max_abs_error,
    mean_squared_error,
)
from ...scenes import Camera, Gaussians
from . import memory
from .scene_files import MeasuredScene
from .statistics import evenly_chosen

STAGES = tuple(entry.name for entry in fields(StageTimes))
"""project, sort, bin, blend, total."""


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What is compared: a blender on a back end."""

    blend: Blend
    backend: Backend

    @property
    def label(self) -> str:
        """Name for tables, as in `irss (cpu)`."""
        return f"{self.blend.value} ({self.backend.value})"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured.

    Args:
        warmup: Untimed frames of every variant after its first one.
        frames: Timed frames of every variant, on cameras evenly chosen from those given.
        options: Everything but the blender.
    """

    warmup: int
    frames: int
    options: RenderOptions


@dataclass(frozen=True, eq=False, kw_only=True)
class Run:
    """The measurements of one variant on one scene.

    Args:
        scene: The scene.
        variant: Blender and back end.
        renderer: The renderer's own description.
        width: Width of the first picture [px].
        height: Height of the first picture [px].
        upload_ms: Time to hand the scene to the renderer [ms]; `None` if it does so only while drawing.
        first_frame_ms: Wall-clock time of the variant's first frame, with what it compiles [ms].
        samples: Per stage, and as `wall` around the whole call, the time of each timed frame [ms].
        counts: Work of the first camera's picture; fragments `None` where the back end does not count them.
        memory: Sizes [bytes], `None` where unknown.
        picture: The first camera's picture, `[H, W, 3]` float32.
    """

    scene: MeasuredScene
    variant: Variant
    renderer: str
    width: int
    height: int
    upload_ms: float | None
    first_frame_ms: float
    samples: Mapping[str, Sequence[float]]
    counts: Mapping[str, int | None]
    memory: Mapping[str, int | bool | None]
    picture: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class PictureDifference:
    """How far the pictures of two variants of a scene are apart.

    Args:
        first: One variant.
        second: The other.
        mse: Mean squared error over all compared frames.
        worst_mse: That of the worst frame.
        max_error: Largest difference of a channel of a pixel.
    """

    first: Variant
    second: Variant
    mse: float
    worst_mse: float
    max_error: float


@dataclass
class _Recorder:
    """What is gathered for one variant while frames are drawn."""

    variant: Variant
    renderer: Renderer
    options: RenderOptions
    upload_ms: float | None = None
    first_frame_ms: float = 0.0
    samples: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in (*STAGES, "wall")})
    memory: dict[str, int | bool | None] = field(default_factory=dict[str, "int | bool | None"])


class _Comparison:
    """Running errors between the pictures of all pairs of variants."""

    def __init__(self, variants: Sequence[Variant]) -> None:
        self._pairs = list(combinations(variants, 2))
        self._errors: dict[tuple[Variant, Variant], list[tuple[float, float]]] = {p: [] for p in self._pairs}

    def add(self, pictures: Mapping[Variant, NDArray[np.float32]]) -> None:
        for first, second in self._pairs:
            a, b = pictures[first], pictures[second]
            self._errors[first, second].append((mean_squared_error(a, b), max_abs_error(a, b)))

    def differences(self) -> tuple[PictureDifference, ...]:
        return tuple(self._difference(first, second) for first, second in self._pairs)

    def _difference(self, first: Variant, second: Variant) -> PictureDifference:
        mses, largest = zip(*self._errors[first, second], strict=True)
        return PictureDifference(
            first=first,
            second=second,
            mse=float(np.mean(mses)),
            worst_mse=max(mses),
            max_error=max(largest),
        )


def measure_scene(
    scene: MeasuredScene,
    cameras: Sequence[Camera],
    renderers: Mapping[Backend, Renderer],
    variants: Sequence[Variant],
    plan: Plan,
    *,
    on_frame: Callable[[], object] = lambda: None,
) -> tuple[tuple[Run, ...], tuple[PictureDifference, ...]]:
    """Draw the scene with every variant, interleaved, and gather times, work, memory and differences.

    Args:
        scene: The scene.
        cameras: At least one.
        renderers: One per back end that `variants` name.
        variants: At least one, all different.
        plan: How much is measured.
        on_frame: Called after every frame, timed or not, `frames_of(plan)` times per variant.
    """
    recorders = [_Recorder(v, renderers[v.backend], replace(plan.options, blend=v.blend)) for v in variants]
    uploads = _upload(scene.gaussians, renderers)
    base = memory.resident_bytes()
    for recorder in recorders:
        recorder.upload_ms = uploads[recorder.variant.backend]
        _draw_untimed(recorder, scene.gaussians, cameras, plan.warmup, base, on_frame)
    comparison = _Comparison(variants)
    _draw_timed(recorders, scene.gaussians, cameras, plan.frames, comparison, on_frame)
    runs = tuple(_finished(recorder, scene, cameras[0]) for recorder in recorders)
    return runs, comparison.differences()


def frames_of(plan: Plan) -> int:
    """Calls of `on_frame` per variant: the first frame, the warm-up, one for memory, the timed ones."""
    return 1 + plan.warmup + 1 + plan.frames


def _upload(gaussians: Gaussians, renderers: Mapping[Backend, Renderer]) -> dict[Backend, float | None]:
    """Time to hand the scene to each renderer [ms]; `None` for one that cannot do it apart from drawing."""
    times: dict[Backend, float | None] = {}
    for backend, renderer in renderers.items():
        upload: Callable[[Gaussians], object] | None = getattr(renderer, "upload", None)
        started = time.perf_counter()
        if upload is not None:
            upload(gaussians)
        times[backend] = None if upload is None else (time.perf_counter() - started) * 1000.0
    return times


def _draw_untimed(
    recorder: _Recorder,
    gaussians: Gaussians,
    cameras: Sequence[Camera],
    warmup: int,
    base: int | None,
    on_frame: Callable[[], object],
) -> None:
    """First frame, warm-up, and one frame whose peak memory is taken."""
    memory.reset_peaks()
    recorder.first_frame_ms = _wall_ms(recorder, gaussians, cameras[0])[1]
    first_peak = memory.peak_resident_bytes()
    on_frame()
    for k in range(warmup):
        recorder.renderer.render(gaussians, cameras[k % len(cameras)], recorder.options)
        on_frame()
    can_reset = memory.reset_peaks()
    recorder.renderer.render(gaussians, cameras[0], recorder.options)
    on_frame()
    peak = memory.peak_resident_bytes()
    recorder.memory = {
        "scene_bytes": gaussians.nbytes,
        "buffer_bytes": getattr(recorder.renderer, "buffer_bytes", None),
        "rss_before_bytes": base,
        "rss_first_frame_peak_bytes": first_peak,
        "rss_peak_bytes": peak,
        "rss_peak_delta_bytes": None if peak is None or base is None else peak - base,
        "rss_peak_is_of_this_run": can_reset,
        "cuda_peak_bytes": memory.peak_cuda_bytes(),
    }


def _draw_timed(
    recorders: Sequence[_Recorder],
    gaussians: Gaussians,
    cameras: Sequence[Camera],
    frames: int,
    comparison: _Comparison,
    on_frame: Callable[[], object],
) -> None:
    gc.collect()
    for k, index in enumerate(evenly_chosen(frames, len(cameras))):
        first = k % len(recorders)
        pictures: dict[Variant, NDArray[np.float32]] = {}
        for recorder in (*recorders[first:], *recorders[:first]):
            result, wall = _wall_ms(recorder, gaussians, cameras[index])
            for name in STAGES:
                recorder.samples[name].append(getattr(result.stage_times, name))
            recorder.samples["wall"].append(wall)
            pictures[recorder.variant] = result.image.copy()  # a renderer may draw into the same memory again
            on_frame()
        if k < len(cameras):  # after that the cameras come again
            comparison.add(pictures)


def _wall_ms(recorder: _Recorder, gaussians: Gaussians, camera: Camera) -> tuple[RenderResult, float]:
    started = time.perf_counter()
    result = recorder.renderer.render(gaussians, camera, recorder.options)
    return result, (time.perf_counter() - started) * 1000.0


def _finished(recorder: _Recorder, scene: MeasuredScene, camera: Camera) -> Run:
    shown = recorder.renderer.render(scene.gaussians, camera, recorder.options)
    return Run(
        scene=scene,
        variant=recorder.variant,
        renderer=recorder.renderer.description,
        width=camera.width,
        height=camera.height,
        upload_ms=recorder.upload_ms,
        first_frame_ms=recorder.first_frame_ms,
        samples=recorder.samples,
        counts=_counts(recorder, scene.gaussians, camera, shown),
        memory=recorder.memory,
        picture=shown.image.copy(),
    )


def _counts(
    recorder: _Recorder, gaussians: Gaussians, camera: Camera, shown: RenderResult
) -> dict[str, int | None]:
    """Work of one picture; its fragments are counted in one more picture, since counting would cost time."""
    counts = shown.counts
    try:
        cost = recorder.renderer.render(
            gaussians, camera, replace(recorder.options, mode=RenderMode.COST)
        ).counts
    except RowsplatError:  # a back end that does not count fragments
        cost = counts
    return {
        "gaussians": counts.num_gaussians,
        "visible": counts.visible,
        "pairs": counts.pairs,
        "fragments_evaluated": cost.fragments_evaluated,
        "fragments_contributing": cost.fragments_contributing,
    }
