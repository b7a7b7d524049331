"""Fine-tuning of a bake to its own photos: each is predicted from the others, and what predicts better is kept.

Source: Omni-Recon (arXiv:2403.11131): Adam, 1e-3 for the shader, 0.1 mm of objects of about 300 mm for the vertices,
cosine to a tenth. Here the feature maps are tuned instead of the network that made them, and vertices move together.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ....kernels.baked_types import NO_VIEW
from ....kernels.errors import RowsplatError
from ....scenes.photo_sets import PhotoSet
from ...metrics import psnr
from ...types import RenderOptions
from ..held_out import held_out, require_enough
from .files import save_bake
from .renderer import BakedRenderer
from .tuned_scene import TargetPixels, TunedScene
from .types import Bake, BakedView
from .uniform_adam import UniformAdam

_WHITE = (1.0, 1.0, 1.0)
_LAST_RATE = 0.1  # of the first
_SMALLEST_RATE = 1e-12  # that PyTorch takes
_LEAST_SLANT = 0.1  # cosine between ray and triangle, below which a triangle says nothing reliable


@dataclass(frozen=True, kw_only=True)
class TuningOptions:
    """How to tune.

    Args:
        rays: Pixels of a step, all of one photo.
        rate: Learning rate of the network and the features.
        vertex_rate: Learning rate of the mesh's displacements [half the mesh's largest side]; 0 leaves it alone.
        smoothness: Weight of neighbouring places that move differently, against the squared error of colours.
        checks: How often the held-out photos are predicted, at equal intervals.
        steps: Stop after so many, if the time is not over before; `None` goes by the time alone.
        seed: Of the choice of photos and pixels.

    Raises:
        ValueError: A value is out of its range.
    """

    rays: int = 4096
    rate: float = 1e-3
    vertex_rate: float = 2e-4
    smoothness: float = 1e-4
    checks: int = 8
    steps: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the ranges."""
        ranges = {
            "rays": (16, 2**20),
            "rate": (0.0, 1.0),
            "vertex_rate": (0.0, 1.0),
            "smoothness": (0.0, 1e3),
        }
        for name, (low, high) in (ranges | {"checks": (1, 1000)}).items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"{name} must be between {low:g} and {high:g}, got {getattr(self, name)}")
        if self.steps is not None and self.steps < 1:
            raise ValueError(f"steps must be at least 1, got {self.steps}")


@dataclass(frozen=True, kw_only=True)
class TuningProgress:
    """How far tuning is.

    Args:
        done: Part of the time or steps, 0 to 1.
        step: Steps done.
        seconds_left: Until the end.
        first_psnr: Of the held-out photos before tuning, where the mesh was [dB].
        best_psnr: The best so far.
    """

    done: float
    step: int
    seconds_left: float
    first_psnr: float
    best_psnr: float


@dataclass(frozen=True, eq=False, kw_only=True)
class TunedBake:
    """The best state that was found.

    Args:
        bake: It, or what was given if nothing was better.
        first_psnr: Of the held-out photos before [dB].
        psnr: Of the held-out photos with `bake`, never less than `first_psnr` [dB].
        held_out: Names of these photos, which were predicted but never learned from.
        steps: Steps done.
        seconds: How long it took.
    """

    bake: Bake
    first_psnr: float
    psnr: float
    held_out: tuple[str, ...]
    steps: int
    seconds: float


OnTuning = Callable[[TuningProgress], None]
_DEFAULT_OPTIONS = TuningOptions()


def no_tuning_progress(progress: TuningProgress) -> None:
    """Report no progress."""


def fine_tune_bake(
    bake: Bake,
    photo_set: PhotoSet | None = None,
    minutes: float = 5.0,
    options: TuningOptions = _DEFAULT_OPTIONS,
    *,
    checkpoint: Path | None = None,
    on_progress: OnTuning = no_tuning_progress,
) -> TunedBake:
    """Tune the network, the features and the vertices of a bake to its photos.

    Args:
        bake: Where to begin; its backdrop stays as it is.
        photo_set: Learn only from those photos of the bake that are in this set; `None` takes all.
        minutes: How long.
        options: How.
        checkpoint: Where every better state is written (see `save_bake`), without a backdrop, so that ending the work
            loses little.
        on_progress: Told after every step; raise from it to cancel.

    Raises:
        RowsplatError: There are fewer than four photos, or the photos see nothing of each other.
        ValueError: `minutes` is not positive.
    """
    if not minutes > 0.0:
        raise ValueError(f"minutes must be positive, got {minutes}")
    usable = [i for i, view in enumerate(bake.views) if photo_set is None or view.name in photo_set.names]
    require_enough(len(usable), "the bake")
    if bake.backdrop is None:
        return _Tuning(bake, usable, 60.0 * minutes, options, checkpoint, on_progress).run()
    bare = replace(bake, backdrop=None)
    tuned = _Tuning(bare, usable, 60.0 * minutes, options, checkpoint, on_progress).run()
    return replace(tuned, bake=replace(tuned.bake, backdrop=bake.backdrop))


class _Tuning:
    """One run."""

    def __init__(
        self,
        bake: Bake,
        usable: list[int],
        seconds: float,
        options: TuningOptions,
        checkpoint: Path | None,
        on_progress: OnTuning,
    ) -> None:
        self._options, self._seconds = options, seconds
        self._checkpoint, self._tell = checkpoint, on_progress
        self._held_out = held_out(usable)
        self._targets = [index for index in usable if index not in self._held_out]
        self._renderer = BakedRenderer(bake)
        self._scene = TunedScene(bake)
        size = float(np.ptp(bake.mesh.vertices, axis=0).max()) / 2.0
        self._rates = (options.rate, options.rate, options.vertex_rate * size)
        self._optimizers = (
            torch.optim.Adam(self._scene.appearance.parameters(), lr=options.rate),
            torch.optim.SparseAdam(
                list(self._scene.features.parameters()), lr=max(options.rate, _SMALLEST_RATE)
            ),
            UniformAdam([self._scene.displacements], lr=self._rates[2]),
        )
        self._masks = {i: self._renderer.rasterise(bake.views[i].camera).covered for i in self._held_out}
        self._known = dict[int, TargetPixels]()
        self._rng = np.random.default_rng(options.seed)
        self._best = bake

    def run(self) -> TunedBake:
        """Tune until the time or the steps are over."""
        started, step, checked = time.monotonic(), 0, 0
        first = best = self._held_out_psnr(self._best)
        done = 0.0
        while done < 1.0:
            target = self._random_pixels()
            if target is None and step == 0:
                raise RowsplatError(
                    "the photos see nothing of each other on the mesh. Check mesh and cameras."
                )
            if target is None:
                break  # the mesh has gone astray; what was best before remains
            self._step(target, done)
            step += 1
            elapsed = time.monotonic() - started
            by_steps = 0.0 if self._options.steps is None else step / self._options.steps
            done = min(1.0, max(elapsed / self._seconds, by_steps))
            if int(done * self._options.checks) > checked:
                checked = int(done * self._options.checks)
                best = self._check(best)
            left = elapsed / done * (1.0 - done)
            self._tell(
                TuningProgress(done=done, step=step, seconds_left=left, first_psnr=first, best_psnr=best)
            )
        return TunedBake(
            bake=self._best,
            first_psnr=first,
            psnr=best,
            held_out=tuple(self._best.views[i].name for i in self._held_out),
            steps=step,
            seconds=time.monotonic() - started,
        )

    def _step(self, target: TargetPixels, done: float) -> None:
        factor = _LAST_RATE + (1.0 - _LAST_RATE) * 0.5 * (1.0 + math.cos(math.pi * done))
        loss = (self._scene.predicted(target) - target.colors).square().mean()
        if self._rates[2] > 0.0:
            loss = loss + self._options.smoothness * self._scene.roughness()
        for optimizer, rate in zip(self._optimizers, self._rates, strict=True):
            optimizer.zero_grad(set_to_none=True)
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
        loss.backward()
        gradients = [self._scene.displacements.grad, *(p.grad for p in self._scene.appearance.parameters())]
        if all(gradient is None or bool(torch.isfinite(gradient).all()) for gradient in gradients):
            for optimizer in self._optimizers:
                optimizer.step()

    def _check(self, best: float) -> float:
        """Predict the held-out photos, on the mesh as it was best and as it is now; keep the state if it is the best.

        The choice of views follows the present mesh, which is tried last.
        """
        now = self._scene.baked()
        self._known.clear()
        for bake in (replace(now, mesh=self._best.mesh), now):
            found = self._held_out_psnr(bake)
            if found > best:
                best, self._best = found, bake
                if self._checkpoint is not None:
                    save_bake(bake, self._checkpoint)
        return best

    def _held_out_psnr(self, bake: Bake) -> float:
        """Over the pixels of all held-out photos where the mesh was at the beginning [dB]."""
        self._renderer.upload(bake)
        made, true = list[NDArray[np.floating]](), list[NDArray[np.floating]]()
        for index, mask in self._masks.items():
            view = bake.views[index]
            picture = self._renderer.render(view.camera, RenderOptions(background=_WHITE), exclude=view.name)
            made.append(picture.image[mask])
            true.append(view.pixels[mask] / np.float32(255.0))
        if not sum(map(len, made)):
            raise RowsplatError("the held-out photos see nothing of the mesh. Check mesh and cameras.")
        return psnr(np.concatenate(made), np.concatenate(true))

    def _random_pixels(self) -> TargetPixels | None:
        """Some pixels of a random photo; `None` if no photo sees anything that others see too."""
        for index in self._rng.permutation(self._targets).tolist():
            if index not in self._known:
                self._known[index] = self._all_pixels(index, self._best.views[index])
            target = self._known[index]
            if len(target.xy):
                chosen = torch.from_numpy(self._rng.integers(0, len(target.xy), self._options.rays))
                return TargetPixels(
                    camera=target.camera,
                    xy=target.xy[chosen],
                    triangles=target.triangles[chosen],
                    views=target.views[chosen],
                    colors=target.colors[chosen],
                )
        return None

    def _all_pixels(self, index: int, view: BakedView) -> TargetPixels:
        """The pixels of a photo that two others see as well, on triangles that do not slant too much."""
        raster = self._renderer.rasterise(view.camera)
        views = self._renderer.select(raster, exclude=index)
        rows, columns = np.nonzero(raster.covered & (views[..., 1] != NO_VIEW))
        triangles = raster.triangles[rows, columns]
        kept = _facing(self._renderer.bake, view, triangles, columns, rows) > _LEAST_SLANT
        rows, columns, triangles = rows[kept], columns[kept], triangles[kept]
        return TargetPixels(
            camera=view.camera,
            xy=torch.from_numpy(np.stack([columns, rows], axis=1)),
            triangles=torch.from_numpy(triangles.astype(np.int64)),
            views=torch.from_numpy(views[rows, columns].astype(np.int64)),
            colors=torch.from_numpy(view.pixels[rows, columns].astype(np.float32) / np.float32(255.0)),
        )


def _facing(
    bake: Bake,
    view: BakedView,
    triangles: NDArray[np.int32],
    columns: NDArray[np.intp],
    rows: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Cosine `[N]` between rays and the normals of their triangles, without its sign."""
    camera = view.camera
    x, y = (columns + 0.5 - camera.cx) / camera.fx, (rows + 0.5 - camera.cy) / camera.fy
    rays = np.stack([x, y, np.ones_like(x)], axis=1) @ camera.viewmat[:3, :3]
    p, q, r = np.moveaxis(bake.mesh.vertices[bake.mesh.faces[triangles]].astype(np.float64), 1, 0)
    normals = np.cross(q - p, r - p)
    lengths = np.linalg.norm(normals, axis=1) * np.linalg.norm(rays, axis=1)
    return np.abs((normals * rays).sum(axis=1)) / np.maximum(lengths, 1e-30)
