# pyright: basic, reportPrivateUsage=false
"""What the CPU pipeline computes between its stages. The only test module that knows the pipeline's inside."""

from __future__ import annotations

import numpy as np
from rowsplat.kernels.runtime import Device
from rowsplat.kernels.splatting import create_pipeline
from rowsplat.kernels.taichi.cpu_pipeline import CpuPipeline
from rowsplat.kernels.types import Blend, PipelineOptions, RenderMode, SplatArrays, View
from rowsplat.scenes import Camera, Gaussians

from .random_scenes import ARRAYS


class PipelineProbe:
    """A CPU pipeline that has projected, sorted and binned `gaussians` seen from `camera`."""

    def __init__(
        self, gaussians: Gaussians, camera: Camera, blend: Blend, *, antialiased: bool = False
    ) -> None:
        pipeline = create_pipeline(Device.CPU)
        assert isinstance(pipeline, CpuPipeline)
        view = View(**{name: getattr(camera, name) for name in ("viewmat", "fx", "fy", "cx", "cy")},
                    width=camera.width, height=camera.height)  # fmt: skip
        options = PipelineOptions(
            blend=blend,
            mode=RenderMode.RGB,
            background=(0.0, 0.0, 0.0),
            antialiased=antialiased,
            max_sh_degree=0,
        )
        pipeline.upload(SplatArrays(**{name: getattr(gaussians, name) for name in ARRAYS}))
        assert pipeline._scene is not None
        square = blend is Blend.BASELINE
        counts, key_min, key_max = pipeline._project(pipeline._scene, view, options, square)
        visible = int(counts.sum())
        order, free = pipeline._sort(counts, key_min, key_max)
        self._offsets = pipeline._bin(order, free, visible, view, square)
        self._flatten_ids = pipeline._ids[pipeline._flatten_ids[: self._offsets[-1]]]
        self.sorted_ids = pipeline._ids[(order[:visible] & np.uint64(0xFFFFFFFF)).astype(np.int64)]
        """Indices of the visible Gaussians, nearest first."""

    @property
    def tiles(self) -> list[list[int]]:
        """Indices of the Gaussians of every tile, nearest first."""
        return [ids.tolist() for ids in np.split(self._flatten_ids, self._offsets[1:-1])]
