# pyright: basic
"""The whole pipeline on the CPU: project, sort, bin, blend, each timed."""

import itertools
import time

import numpy as np

from ..constants import TILE_SIZE
from ..runtime import Runtime
from ..types import (
    Blend,
    PipelineOptions,
    PipelineOutput,
    RenderMode,
    SplatArrays,
    StageTimes,
    View,
    ViewLists,
)
from . import cpu_bin, cpu_blend, cpu_project, cpu_sort
from .cpu_irss import PLAN_CONSTANTS
from .cpu_layout import BATCH, CELLS, HALVES, LANE_OFFSETS, LANES, aligned_empty
from .cpu_scene import CpuScene, pack
from .gather import Gather
from .host_arrays import camera_vector, finish, render_counts
from .normals import facing_normals
from .records import DEPTH, RECORD, RED

_PROJECT_CHUNKS = 8
_BIN_CHUNKS = 4
"""Chunks per worker: enough to balance, few enough that their tables stay small."""


class CpuPipeline:
    """Projection, sorting, binning and blending with Taichi or Quadrants on CPU threads."""

    def __init__(self, runtime: Runtime) -> None:
        """Allocate what does not depend on the scene."""
        self._runtime = runtime
        self._threads = runtime.threads
        self._next = np.zeros(1, np.int32)
        cells = aligned_empty((self._threads * 4 * CELLS + 4 * CELLS, LANES), alignment=4096)
        # One page a worker: the four planes of a tile never share address bits that a store could be mistaken for.
        self._state = [cells[plane * CELLS :] for plane in range(4)]
        self._plans = aligned_empty((BATCH * self._threads, 2 * HALVES))
        self._scene: CpuScene | None = None
        self._flatten_ids = np.empty(0, np.int32)

    @property
    def description(self) -> str:
        """Kernel language and device, and why they were chosen."""
        return self._runtime.description

    @property
    def buffer_bytes(self) -> int:
        """Memory held beside the scene's own arrays [bytes]."""
        held = [*self._state[:1], self._flatten_ids]
        if self._scene is not None:
            held += [self._scene.blocks, self._records, self._keys, self._ids, self._spans, *self._elements]
        return sum(array.nbytes for array in held)

    def upload(self, scene: SplatArrays) -> None:
        """Make `scene` the one that is drawn."""
        self._scene = pack(scene)
        num = self._scene.num_gaussians
        blocks = max(1, -(-num // LANES))
        self._chunk_blocks = -(-blocks // (_PROJECT_CHUNKS * self._threads))
        self._chunks = -(-blocks // self._chunk_blocks)
        slots = self._chunks * self._chunk_blocks * LANES
        # Features may be read up to three fields past a record's start: one spare record at the end.
        self._records = aligned_empty(((slots + 1) * RECORD,))
        self._keys, self._ids = np.empty(slots, np.uint32), np.empty(slots, np.int32)
        self._spans = np.empty(slots, np.int64)
        self._elements = (np.empty(num, np.uint64), np.empty(num, np.uint64))

    def render(self, view: View, options: PipelineOptions) -> PipelineOutput:
        """Draw one picture of the uploaded scene."""
        if self._scene is None:
            raise ValueError("upload a scene before rendering")
        square = options.blend is Blend.BASELINE
        clock = [time.perf_counter()]
        chunk_counts, key_min, key_max = self._project(self._scene, view, options, square)
        visible = int(chunk_counts.sum())
        clock.append(time.perf_counter())
        order, free = self._sort(chunk_counts, key_min, key_max)
        clock.append(time.perf_counter())
        isect_offsets = self._bin(order, free, visible, view, square)
        clock.append(time.perf_counter())
        image, alpha = self._blend(self._scene, isect_offsets, chunk_counts, view, options)
        clock.append(time.perf_counter())
        spans = [1e3 * (after - before) for before, after in itertools.pairwise(clock)]
        times = StageTimes(
            project=spans[0], sort=spans[1], bin=spans[2], blend=spans[3], total=1e3 * (clock[-1] - clock[0])
        )
        counts = render_counts(
            self._scene.num_gaussians, visible, int(isect_offsets[-1]), image, options.mode
        )
        return PipelineOutput(image=image, alpha=alpha, stage_times=times, counts=counts)

    def list_view(self, view: View, options: PipelineOptions) -> ViewLists:
        """Project, sort and bin as `render` would with exact lists, and keep the result.

        Raises:
            ValueError: No scene was uploaded.
        """
        if self._scene is None:
            raise ValueError("upload a scene before listing a view")
        chunk_counts, key_min, key_max = self._project(self._scene, view, options, square=False)
        order, free = self._sort(chunk_counts, key_min, key_max)
        isect_offsets = self._bin(order, free, int(chunk_counts.sum()), view, square=False)
        slots = self._filled_slots(chunk_counts)
        places = np.empty(len(self._ids), np.int32)
        places[slots] = np.arange(len(slots), dtype=np.int32)
        records = aligned_empty((len(slots) + 1, RECORD))  # one to spare, as in `upload`
        records[:-1] = self._records.reshape(-1, RECORD)[slots]
        records[-1] = 0.0
        return ViewLists(
            view=view,
            ids=self._ids[slots],
            records=records.reshape(-1),
            isect_offsets=isect_offsets,
            flatten_ids=places[self._flatten_ids[: isect_offsets[-1]]],
        )

    def _project(self, scene: CpuScene, view: View, options: PipelineOptions, square: bool):
        counts = np.zeros(self._chunks, np.int32)
        key_range = np.zeros(2 * self._chunks, np.uint32)
        stored = scene.arrays.sh_coeffs.shape[1]
        degree = min(options.max_sh_degree, (1, 4, 9, 16).index(stored))
        self._next[0] = 0
        cpu_project.project(
            scene.blocks, scene.sh, scene.num_gaussians, camera_vector(view), view.width, view.height,
            degree, 3 * stored, options.antialiased, square,
            self._records, self._keys, self._ids, self._spans, counts, key_range,
            self._chunk_blocks, self._chunks, self._next, self._threads,
        )  # fmt: skip
        return counts, int(key_range[::2].min()), int(key_range[1::2].max())

    def _sort(self, chunk_counts, key_min: int, key_max: int):
        num = int(chunk_counts.sum())
        starts = (np.cumsum(chunk_counts) - chunk_counts).astype(np.int32)
        source, target = self._elements
        self._next[0] = 0
        cpu_sort.gather_keys(
            self._keys, chunk_counts, starts, self._chunks, self._chunk_blocks * LANES, key_min, source,
            self._next, self._threads,
        )  # fmt: skip
        key_bits = max(key_max - key_min, 1).bit_length()
        passes = -(-key_bits // cpu_sort.MAX_DIGIT_BITS)
        digit_bits = -(-key_bits // passes)
        for i in range(passes):
            shift, digits = 32 + i * digit_bits, 1 << digit_bits
            counts = np.empty(self._threads * digits, np.int32)
            cpu_sort.histogram(source, num, shift, digits, counts, self._threads)
            offsets = _offsets_by_bucket(counts.reshape(self._threads, digits))
            cpu_sort.scatter(source, num, shift, digits, offsets, self._threads, target)
            source, target = target, source
        return source, target

    def _bin(self, order, free, visible: int, view: View, square: bool):
        tiles_x, tiles_y = -(-view.width // TILE_SIZE), -(-view.height // TILE_SIZE)
        chunks = _BIN_CHUNKS * self._threads
        slots = np.zeros(chunks * tiles_x * tiles_y, np.int32)
        sorted_spans = free.view(np.int64)
        scene = (order, visible, self._spans, self._records, tiles_x, tiles_y, square)
        work = (chunks, self._next, self._threads)
        self._next[0] = 0
        cpu_bin.bin_pairs(*scene, False, sorted_spans, slots, self._flatten_ids, *work)
        pairs = int(slots.sum(dtype=np.int64))
        slots = _offsets_by_bucket(slots.reshape(chunks, -1))
        isect_offsets = np.append(slots.reshape(chunks, -1)[0], np.int32(pairs))
        if len(self._flatten_ids) < pairs:
            self._flatten_ids = np.empty(pairs * 5 // 4, np.int32)
        self._next[0] = 0
        cpu_bin.bin_pairs(*scene, True, sorted_spans, slots, self._flatten_ids, *work)
        return isect_offsets

    def _blend(self, scene: CpuScene, isect_offsets, chunk_counts, view: View, options: PipelineOptions):
        image = np.empty((view.height, view.width, 3), np.float32)
        alpha = np.empty((view.height, view.width), np.float32)
        mode = options.mode
        features, base, stride = self._records, RED, RECORD
        if mode in (RenderMode.DEPTH, RenderMode.DEPTH_MEDIAN):
            base = DEPTH
        if mode is RenderMode.NORMAL:
            features, base, stride = self._normals(scene, chunk_counts, view), 0, 3
        gather = {RenderMode.COST: Gather.COST, RenderMode.DEPTH_MEDIAN: Gather.MEDIAN}.get(
            mode, Gather.FEATURES
        )
        background = np.array(options.background if mode is RenderMode.RGB else (0, 0, 0), np.float32)
        self._next[0] = 0
        cpu_blend.blend(
            self._records, isect_offsets, self._flatten_ids, features, base, stride,
            view.width, view.height, background, LANE_OFFSETS, PLAN_CONSTANTS, options.blend is Blend.IRSS, int(gather),
            image, alpha, *self._state, self._plans, self._plans.reshape(-1), self._next, self._threads,
        )  # fmt: skip
        return finish(image, alpha, mode), alpha

    def _normals(self, scene: CpuScene, chunk_counts, view: View):
        slots = self._filled_slots(chunk_counts)
        normals = np.zeros((len(self._ids), 3), np.float32)
        normals[slots] = facing_normals(scene.arrays, self._ids[slots], view.viewmat)
        return normals.reshape(-1)

    def _filled_slots(self, chunk_counts):
        """Where the records of the visible Gaussians are, in the order of projection."""
        stride = self._chunk_blocks * LANES
        return np.concatenate([chunk * stride + np.arange(count) for chunk, count in enumerate(chunk_counts)])


def _offsets_by_bucket(counts):
    """Where each (chunk, bucket) starts when buckets are laid out in order and, within one, chunks in order.

    Args:
        counts: `[chunks, buckets]`.

    Returns:
        `[chunks * buckets]` int32, chunk-major like `counts`.
    """
    by_bucket = counts.T.ravel()
    starts = np.cumsum(by_bucket, dtype=np.int64) - by_bucket
    return np.ascontiguousarray(starts.reshape(counts.shape[1], -1).T).astype(np.int32).ravel()
