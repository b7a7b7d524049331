# pyright: basic
"""The whole pipeline on a GPU: project, sort, bin, blend, each timed up to its last kernel."""

import itertools
import time
from typing import Any

import numpy as np

from ..constants import TILE_SIZE
from ..runtime import Runtime
from ..types import (
    Blend,
    GpuIrss,
    PipelineOptions,
    PipelineOutput,
    RenderMode,
    SplatArrays,
    StageTimes,
    View,
)
from . import gpu_bin, gpu_blend, gpu_project, gpu_rows
from .gather import Gather
from .gpu_arrays import device_array, nbytes, on_device
from .gpu_project import Feature
from .gpu_scan import ExclusiveSum
from .gpu_scene import GpuScene, upload
from .gpu_sort import RadixSort
from .host_arrays import camera_vector, finish, render_counts
from .language import ti
from .normals import thin_axes
from .records import RECORD

_DEPTH_BITS = 31
"""Bits of a depth as float32, which is positive, and of `CULLED`."""


class GpuPipeline:
    """Projection, sorting, binning and blending with Taichi or Quadrants on CUDA, Vulkan or Metal."""

    def __init__(self, runtime: Runtime) -> None:
        """Hold no device memory yet."""
        self._runtime = runtime
        self._scene: GpuScene | None = None
        self._picture: tuple[Any, ...] = ()
        self._size = (0, 0)

    @property
    def description(self) -> str:
        """Kernel language and device, and why they were chosen."""
        return self._runtime.description

    @property
    def buffer_bytes(self) -> int:
        """Memory held on the device beside the scene's own arrays [bytes]."""
        if self._scene is None:
            return 0
        arrays = [self._scene.blocks, self._scene.axes, self._records, self._tiles, self._starts]
        arrays += [*self._picture, self._isect_offsets] if self._picture else []
        held = (self._depth_sort, self._start_sum, self._pair_sort)
        return sum(map(nbytes, arrays)) + sum(part.nbytes for part in held)

    def upload(self, scene: SplatArrays) -> None:
        """Make `scene` the one that is drawn."""
        self._scene = upload(scene)
        num = self._scene.num_gaussians
        self._records = device_array(ti.f32, num * RECORD)
        self._tiles, self._starts = device_array(ti.i32, num), device_array(ti.i32, num + 1)
        self._visible = device_array(ti.i32, 1)
        self._depth_sort, self._start_sum = RadixSort(num), ExclusiveSum(num + 1)
        self._pair_sort = RadixSort(0)

    def render(self, view: View, options: PipelineOptions) -> PipelineOutput:
        """Draw one picture of the uploaded scene."""
        if self._scene is None:
            raise ValueError("upload a scene before rendering")
        square = options.blend is Blend.BASELINE
        self._resize(view.width, view.height)
        clock = [_now()]
        self._project(self._scene, view, options, square)
        clock.append(_now())
        self._depth_sort.run(self._scene.num_gaussians, _DEPTH_BITS)
        clock.append(_now())
        visible, pairs = self._bin(self._scene.num_gaussians, view, square)
        clock.append(_now())
        self._blend(options, view)
        clock.append(_now())
        image, alpha = (array.to_numpy() for array in self._picture)
        image, alpha = image.reshape(view.height, view.width, 3), alpha.reshape(view.height, view.width)
        image = finish(image, alpha, options.mode)
        total = 1e3 * (_now() - clock[0])
        spans = [1e3 * (after - before) for before, after in itertools.pairwise(clock)]
        times = StageTimes(project=spans[0], sort=spans[1], bin=spans[2], blend=spans[3], total=total)
        counts = render_counts(self._scene.num_gaussians, visible, pairs, image, options.mode)
        return PipelineOutput(image=image, alpha=alpha, stage_times=times, counts=counts)

    def _resize(self, width: int, height: int) -> None:
        if self._size == (width, height):
            return
        self._size = (width, height)
        self._tiles_x, self._tiles_y = -(-width // TILE_SIZE), -(-height // TILE_SIZE)
        pixels = width * height
        self._picture = (device_array(ti.f32, 3 * pixels), device_array(ti.f32, pixels))
        self._isect_offsets = device_array(ti.i32, self._tiles_x * self._tiles_y + 1)

    def _project(self, scene: GpuScene, view: View, options: PipelineOptions, square: bool) -> None:
        feature = {
            RenderMode.DEPTH: Feature.DEPTH,
            RenderMode.DEPTH_MEDIAN: Feature.DEPTH,
            RenderMode.NORMAL: Feature.NORMAL,
        }.get(options.mode, Feature.COLOUR)
        if feature is Feature.NORMAL and scene.axes.shape[0] == 1:
            scene = scene.with_axes(on_device(thin_axes(scene.arrays.quats, scene.arrays.log_scales), ti.f32))
            self._scene = scene
        stored = scene.arrays.sh_coeffs.shape[1]
        degree = min(options.max_sh_degree, (1, 4, 9, 16).index(stored))
        gpu_project.project(
            scene.blocks, scene.sh, scene.axes, scene.num_gaussians,
            camera_vector(view), view.width, view.height,
            degree, 3 * stored, options.antialiased, square, int(feature),
            self._records, self._depth_sort.keys, self._depth_sort.values, self._tiles,
        )  # fmt: skip

    def _bin(self, num: int, view: View, square: bool) -> tuple[int, int]:
        """Make the tile lists; returns (visible Gaussians, pairs)."""
        self._visible.fill(0)
        gpu_bin.gather_tile_counts(
            self._depth_sort.keys, self._depth_sort.values, self._tiles, num, self._starts, self._visible
        )
        self._start_sum.run(self._starts, num + 1)
        visible, pairs = int(self._visible[0]), int(self._starts[num])
        if self._pair_sort.capacity < pairs:
            self._pair_sort = RadixSort(pairs * 5 // 4)
        num_tiles = self._tiles_x * self._tiles_y
        gpu_bin.write_pairs(
            self._records, self._depth_sort.values, self._starts, visible, self._tiles_x, self._tiles_y, square,
            self._pair_sort.keys, self._pair_sort.values,
        )  # fmt: skip
        self._pair_sort.run(pairs, num_tiles.bit_length())
        gpu_bin.find_tile_starts(self._pair_sort.keys, pairs, num_tiles, self._isect_offsets)
        return visible, pairs

    def _blend(self, options: PipelineOptions, view: View) -> None:
        mode = options.mode
        gather = {RenderMode.COST: Gather.COST, RenderMode.DEPTH_MEDIAN: Gather.MEDIAN}.get(
            mode, Gather.FEATURES
        )
        background = np.array(options.background if mode is RenderMode.RGB else (0, 0, 0), np.float32)
        lists = (
            self._records,
            self._isect_offsets,
            self._pair_sort.values,
            view.width,
            view.height,
            background,
        )
        irss = options.blend is Blend.IRSS
        if irss and options.gpu_irss is GpuIrss.THREAD_PER_ROW:
            gpu_rows.blend_rows(*lists, int(gather), *self._picture)
        else:
            gpu_blend.blend_pixels(*lists, irss, int(gather), *self._picture)


def _now() -> float:
    """Time once the device has done all that was asked [s]."""
    ti.sync()
    return time.perf_counter()
