"""The fast renderer: the Taichi/Quadrants pipelines of `kernels.splatting` behind the renderer's contract."""

from __future__ import annotations

from ..kernels.runtime import Device
from ..kernels.splatting import create_pipeline
from ..kernels.types import PipelineOptions
from ..scenes import Camera, Gaussians
from .kernel_inputs import splat_arrays, view_of
from .types import RenderOptions, RenderResult

_DEFAULT_OPTIONS = RenderOptions()


class TaichiRenderer:
    """Draws with compiled kernels; keeps the last scene uploaded. Use from one thread."""

    def __init__(
        self, device: Device, *, kernel_language: str | None = None, threads: int | None = None
    ) -> None:
        """Start the kernel language on `device`; see `create_renderer` for the arguments and errors."""
        self._pipeline = create_pipeline(device, language=kernel_language, threads=threads)
        self._uploaded: Gaussians | None = None

    @property
    def description(self) -> str:
        """Kernel language and device, and why they were chosen."""
        return self._pipeline.description

    @property
    def buffer_bytes(self) -> int:
        """Memory held beside the scene's own arrays [bytes]."""
        return self._pipeline.buffer_bytes

    def upload(self, gaussians: Gaussians) -> None:
        """Make `gaussians` the scene on the device; does nothing when it already is."""
        if self._uploaded is gaussians:
            return
        self._pipeline.upload(splat_arrays(gaussians))
        self._uploaded = gaussians

    def render(
        self, gaussians: Gaussians, camera: Camera, options: RenderOptions = _DEFAULT_OPTIONS
    ) -> RenderResult:
        """Draw one picture; see `Renderer`."""
        self.upload(gaussians)
        output = self._pipeline.render(view_of(camera), pipeline_options(gaussians, options))
        return RenderResult(
            image=output.image,
            alpha=output.alpha,
            mode=options.mode,
            stage_times=output.stage_times,
            counts=output.counts,
        )


def pipeline_options(gaussians: Gaussians, options: RenderOptions) -> PipelineOptions:
    """`options` with everything that depends on the scene resolved."""
    return PipelineOptions(
        blend=options.blend,
        mode=options.mode,
        background=options.background,
        antialiased=gaussians.antialiased if options.antialiased is None else options.antialiased,
        max_sh_degree=min(options.max_sh_degree, gaussians.sh_degree),
        gpu_irss=options.gpu_irss,
    )
