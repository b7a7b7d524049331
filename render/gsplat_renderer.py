"""gsplat's CUDA rasterizer behind the renderer's contract, for comparison and for users who have it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from ..kernels.errors import BackendError
from ..scenes import Camera, Gaussians
from .types import RenderCounts, RenderMode, RenderOptions, RenderResult, StageTimes

if TYPE_CHECKING:
    from torch import Tensor

_DEFAULT_OPTIONS = RenderOptions()
_MODES = {RenderMode.RGB: "RGB", RenderMode.ALPHA: "RGB", RenderMode.DEPTH: "ED"}


class GsplatRenderer:
    """Draws with `gsplat.rasterization` on CUDA. `RenderOptions.blend` is ignored: gsplat has its own blending."""

    def __init__(self) -> None:
        """Check that gsplat and a CUDA device are there.

        Raises:
            BackendError: One of them is not.
        """
        import torch

        if not torch.cuda.is_available():
            raise BackendError(
                "backend gsplat needs an NVIDIA GPU and a CUDA build of torch; use --backend cpu"
            )
        try:
            import gsplat
        except ImportError as error:
            raise BackendError(
                "backend gsplat is not installed; run: pip install 'rowsplat[gsplat]'"
            ) from error
        self._gsplat: Any = gsplat
        self._uploaded: Gaussians | None = None
        self._tensors: dict[str, Any] = {}

    @property
    def description(self) -> str:
        """Version and device."""
        import torch

        return f"gsplat {self._gsplat.__version__} on {torch.cuda.get_device_name()}: asked for"

    def upload(self, gaussians: Gaussians) -> None:
        """Make `gaussians` the scene on the device; does nothing when it already is."""
        if self._uploaded is gaussians:
            return
        import torch

        def tensor(array: Any) -> Tensor:
            return torch.from_numpy(np.array(array)).cuda()

        self._tensors = {
            "means": tensor(gaussians.means),
            "quats": tensor(gaussians.quats),
            "scales": tensor(np.exp(gaussians.log_scales)),
            "opacities": torch.sigmoid(tensor(gaussians.logit_opacities)),
            "colors": tensor(gaussians.sh_coeffs),
        }
        self._uploaded = gaussians

    def render(
        self, gaussians: Gaussians, camera: Camera, options: RenderOptions = _DEFAULT_OPTIONS
    ) -> RenderResult:
        """Draw one picture; only the total time is known, and it is reported as the blend stage's too.

        Raises:
            BackendError: gsplat does not offer `options.mode`.
        """
        if options.mode not in _MODES:
            raise BackendError(f"backend gsplat cannot draw {options.mode.value}; use --backend cpu")
        import torch

        self.upload(gaussians)
        antialiased = gaussians.antialiased if options.antialiased is None else options.antialiased
        torch.cuda.synchronize()
        start = time.perf_counter()
        with torch.inference_mode():
            colours, alphas, meta = self._gsplat.rasterization(
                **self._tensors,
                viewmats=torch.from_numpy(camera.viewmat.astype(np.float32)).cuda()[None],
                Ks=torch.from_numpy(camera.K.astype(np.float32)).cuda()[None],
                width=camera.width,
                height=camera.height,
                sh_degree=min(options.max_sh_degree, gaussians.sh_degree),
                render_mode=_MODES[options.mode],
                rasterize_mode="antialiased" if antialiased else "classic",
                backgrounds=torch.tensor([options.background]).cuda()
                if options.mode is RenderMode.RGB
                else None,
            )
        torch.cuda.synchronize()
        total = 1e3 * (time.perf_counter() - start)
        alpha = alphas[0, ..., 0].cpu().numpy()
        image = alpha[..., None] if options.mode is RenderMode.ALPHA else colours[0].cpu().numpy()
        return RenderResult(
            image=image,
            alpha=alpha,
            mode=options.mode,
            stage_times=StageTimes(project=0.0, sort=0.0, bin=0.0, blend=total, total=total),
            counts=RenderCounts(
                num_gaussians=len(gaussians),
                visible=int((meta["radii"] > 0).any(-1).sum()) if "radii" in meta else 0,
                pairs=len(meta["flatten_ids"]) if "flatten_ids" in meta else 0,
            ),
        )
