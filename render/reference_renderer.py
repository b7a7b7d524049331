"""The readable PyTorch reference behind the renderer's contract: slow, and right to float64."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera, Gaussians
from .types import RenderCounts, RenderMode, RenderOptions, RenderResult, StageTimes

if TYPE_CHECKING:
    from torch import Tensor

    from ..kernels.reference import BlendedImages, ReferenceRender

_MS_PER_S = 1000.0
_DEFAULT_OPTIONS = RenderOptions()


class ReferenceRenderer:
    """Draws with `kernels.reference` in float64 on the CPU: seconds to a minute for a scene at 640x360."""

    @property
    def description(self) -> str:
        """Backend and precision, for logs and the About box."""
        return "reference: PyTorch float64 on the CPU, the specification of the fast kernels"

    def render(
        self, gaussians: Gaussians, camera: Camera, options: RenderOptions = _DEFAULT_OPTIONS
    ) -> RenderResult:
        """Draw one picture.

        Args:
            gaussians: The scene.
            camera: Where it is seen from.
            options: How to draw.
        """
        import torch  # heavy: only who draws pays for it

        started = time.perf_counter()
        with torch.inference_mode():
            rendered = _render(gaussians, camera, options)
            image = _to_numpy(_image(rendered.images, options.mode))
            alpha = _to_numpy(rendered.images.alphas)
        total = (time.perf_counter() - started) * _MS_PER_S
        return RenderResult(
            image=image,
            alpha=alpha,
            mode=options.mode,
            stage_times=_stage_times(rendered, total),
            counts=_counts(rendered, len(gaussians), options.mode),
        )


def _render(gaussians: Gaussians, camera: Camera, options: RenderOptions) -> ReferenceRender:
    """Run the reference pipeline on float64 copies of the arrays."""
    import torch

    from ..kernels.reference import render_reference

    def tensor(array: NDArray[np.float32] | NDArray[np.float64] | tuple[float, ...]) -> Tensor:
        return torch.from_numpy(np.array(array, dtype=np.float64))

    antialiased = gaussians.antialiased if options.antialiased is None else options.antialiased
    return render_reference(
        means=tensor(gaussians.means),
        quats=tensor(gaussians.quats),
        log_scales=tensor(gaussians.log_scales),
        logit_opacities=tensor(gaussians.logit_opacities),
        sh_coeffs=tensor(gaussians.sh_coeffs),
        viewmat=tensor(camera.viewmat),
        K=tensor(camera.K),
        width=camera.width,
        height=camera.height,
        background=tensor(options.background),
        blend=options.blend,
        antialiased=antialiased,
        max_sh_degree=options.max_sh_degree,
    )


def _image(images: BlendedImages, mode: RenderMode) -> Tensor:
    """What a pixel holds in `mode`, `[H, W, C]`."""
    import torch

    cost = torch.stack([images.fragments_evaluated, images.fragments_contributing], dim=-1)
    return {
        RenderMode.RGB: images.rgb,
        RenderMode.ALPHA: images.alphas[..., None],
        RenderMode.DEPTH: images.depths[..., None],
        RenderMode.DEPTH_MEDIAN: images.median_depths[..., None],
        RenderMode.NORMAL: images.normals,
        RenderMode.COST: cost,
    }[mode]


def _stage_times(rendered: ReferenceRender, total: float) -> StageTimes:
    """The stage times [ms]; `total` is measured around all of them."""
    seconds = rendered.seconds
    stages = {name: getattr(seconds, name) * _MS_PER_S for name in ("project", "sort", "bin", "blend")}
    return StageTimes(**stages, total=total)


def _counts(rendered: ReferenceRender, num_gaussians: int, mode: RenderMode) -> RenderCounts:
    """Work done; fragments only in `RenderMode.COST`, as with every renderer."""
    images, lists = rendered.images, rendered.lists
    is_cost = mode is RenderMode.COST
    return RenderCounts(
        num_gaussians=num_gaussians,
        visible=lists.visible,
        pairs=len(lists.flatten_ids),
        fragments_evaluated=int(images.fragments_evaluated.sum()) if is_cost else None,
        fragments_contributing=int(images.fragments_contributing.sum()) if is_cost else None,
    )


def _to_numpy(image: Tensor) -> NDArray[np.float32]:
    """`image` as a float32 array of its own."""
    return np.array(image.numpy(), dtype=np.float32)
