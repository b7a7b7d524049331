# pyright: basic
"""IRSS blending on the CPU as a linear map of colours, and its transpose, over views that are listed once."""

import numpy as np
from numpy.typing import NDArray

from ..runtime import Runtime
from ..types import Blend, GatheredSums, PipelineOptions, RenderMode, SplatArrays, View, ViewLists
from .cpu_blend import blend
from .cpu_gather import SUMS, gather_pairs
from .cpu_irss import PLAN_CONSTANTS
from .cpu_layout import BATCH, CELLS, HALVES, LANE_OFFSETS, LANES, aligned_empty
from .cpu_pipeline import CpuPipeline
from .gather import Gather

_NOTHING = np.zeros(3, np.float32)


class CpuLinearBlender:
    """See `LinearBlender`."""

    def __init__(self, runtime: Runtime) -> None:
        """Allocate the workers' tiles."""
        self._pipeline = CpuPipeline(runtime)
        self._threads = runtime.threads
        self._next = np.zeros(1, np.int32)
        cells = aligned_empty((self._threads * 4 * CELLS + 4 * CELLS, LANES), alignment=4096)
        self._state = [cells[plane * CELLS :] for plane in range(4)]
        self._plans = aligned_empty((BATCH * self._threads, 2 * HALVES))

    def upload(self, scene: SplatArrays) -> None:
        """Make `scene` the one whose views are listed."""
        self._pipeline.upload(scene)

    def list_view(self, view: View, *, antialiased: bool) -> ViewLists:
        """Project, sort and bin, once for all that follows."""
        options = PipelineOptions(
            blend=Blend.IRSS,
            mode=RenderMode.RGB,
            background=(0.0, 0.0, 0.0),
            antialiased=antialiased,
            max_sh_degree=0,
        )
        return self._pipeline.list_view(view, options)

    def blend(
        self, lists: ViewLists, colors: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """A c `[H, W, 3]` and the accumulated opacity `[H, W]` of `colors [M, 3]`."""
        width, height = lists.view.width, lists.view.height
        features = np.zeros(3 * len(lists.ids) + 3, np.float32)
        features[:-3] = np.asarray(colors, np.float32).reshape(-1)
        image = np.empty((height, width, 3), np.float32)
        alpha = np.empty((height, width), np.float32)
        self._next[0] = 0
        blend(
            lists.records, lists.isect_offsets, lists.flatten_ids, features, 0, 3,
            width, height, _NOTHING, LANE_OFFSETS, PLAN_CONSTANTS, True, int(Gather.FEATURES),
            image, alpha, *self._state, self._plans, self._plans.reshape(-1), self._next, self._threads,
        )  # fmt: skip
        return image, alpha

    def gather(self, lists: ViewLists, image: NDArray[np.float32]) -> GatheredSums:
        """A^T r of the map `image [H, W, 3]`, with A^T 1 and the squares of A's columns."""
        width, height = lists.view.width, lists.view.height
        pair_sums = np.zeros((max(1, len(lists.flatten_ids)), SUMS), np.float32)
        self._next[0] = 0
        gather_pairs(
            lists.records, lists.isect_offsets, lists.flatten_ids, np.ascontiguousarray(image, np.float32),
            width, height, LANE_OFFSETS, PLAN_CONSTANTS, pair_sums, *self._state,
            self._plans, self._plans.reshape(-1), self._next, self._threads,
        )  # fmt: skip
        sums = _summed(pair_sums[: len(lists.flatten_ids)], lists.flatten_ids, len(lists.ids))
        return GatheredSums(values=sums[:, :3], weights=sums[:, 3], squares=sums[:, 4])


def _summed(pair_sums: NDArray[np.float32], owners: NDArray[np.int32], count: int) -> NDArray[np.float32]:
    """Rows `[pairs, C]` added up by owner, `[count, C]`: always in the order of the pairs."""
    from scipy.sparse import csc_matrix

    pairs = len(owners)
    ones, columns = np.ones(pairs, np.float32), np.arange(pairs + 1, dtype=np.int32)
    return csc_matrix((ones, owners, columns), shape=(count, pairs)) @ pair_sums
