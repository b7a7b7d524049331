"""What the GPU kernels are asked to draw; the drawing process and the tests read the same list."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from rowsplat.render import Blend, GpuIrss, RenderMode, RenderOptions
from rowsplat.scenes import Camera, Gaussians

from ..taichi.random_scenes import camera, random_scene


@dataclass(frozen=True, eq=False, kw_only=True)
class Case:
    """A scene seen by a camera; `options` leave the blender open."""

    scene: Gaussians = field(default_factory=lambda: random_scene(seed=10, sh_degree=1))
    view: Camera = field(default_factory=camera)
    options: RenderOptions = field(default_factory=RenderOptions)


BLENDERS = {
    "baseline": (Blend.BASELINE, GpuIrss.SUBTILE_MASK),
    "baseline-exact": (Blend.BASELINE_EXACT, GpuIrss.SUBTILE_MASK),
    "irss-subtile-mask": (Blend.IRSS, GpuIrss.SUBTILE_MASK),
    "irss-thread-per-row": (Blend.IRSS, GpuIrss.THREAD_PER_ROW),
}


def _flat(count: int, log_scale: float) -> Gaussians:
    scene = random_scene(count, seed=6)
    return replace(scene, log_scales=np.full((count, 3), log_scale, np.float32))


CASES = {
    **{f"mode {mode.value}": Case(options=RenderOptions(mode=mode)) for mode in RenderMode},
    **{f"size {w}x{h}": Case(view=camera(w, h)) for w, h in ((1, 1), (16, 16), (17, 100), (64, 33))},
    **{
        f"harmonics {degree}": Case(
            scene=random_scene(100, seed=4, sh_degree=3), options=RenderOptions(max_sh_degree=degree)
        )
        for degree in (0, 2, 3)
    },
    "antialiased": Case(options=RenderOptions(antialiased=True)),
    "background": Case(options=RenderOptions(background=(0.1, 0.5, 0.9))),
    "specks": Case(scene=_flat(40, -8.0)),
    "giants": Case(scene=_flat(40, 6.0)),
    "one Gaussian": Case(scene=_flat(1, -1.0)),
    "long lists of opaque Gaussians": Case(
        scene=replace(random_scene(3000, seed=20), logit_opacities=np.full(3000, 4.0, np.float32)),
        view=camera(40, 40),
    ),
    "nothing in sight": Case(
        scene=replace(random_scene(20), means=np.full((20, 3), -50.0, np.float32)),
        options=RenderOptions(background=(0.25, 0.5, 0.75)),
    ),
}
"""Name -> what is drawn with every blender."""


def options_of(case: Case, blender: str) -> RenderOptions:
    """The case's options with the blender of that name."""
    blend, gpu_irss = BLENDERS[blender]
    return replace(case.options, blend=blend, gpu_irss=gpu_irss)
