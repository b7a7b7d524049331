"""Program: draw a scene with one kernel language, which is fixed for a process, and keep the pictures.

    python draw_program.py SCENE.npz OUT.npz THREADS

OUT holds the picture of every blender by its name. With the environment variable `PRINT_IR` set, the language writes
the optimised LLVM IR of every kernel to the working folder.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np
from rowsplat.render import Backend, Blend, RenderOptions, create_renderer
from rowsplat.scenes import Camera, Gaussians


def _print_ir() -> None:
    """Have `ti.init` keep the IR, which a cached kernel does not have."""
    from rowsplat.kernels.taichi.language import ti

    real_init = ti.init

    def init(**options: Any) -> None:
        real_init(**{**options, "print_kernel_llvm_ir_optimized": True, "offline_cache": False})

    ti.init = init


def main() -> None:
    """Draw."""
    scene_path, out_path, threads = sys.argv[1:]
    with np.load(scene_path) as arrays:
        gaussians = Gaussians(**dict(arrays))
    viewmat = np.eye(4)
    viewmat[2, 3] = 3.0
    camera = Camera(viewmat=viewmat, fx=100.0, fy=110.0, cx=50.0, cy=40.0, width=101, height=83)
    if "PRINT_IR" in os.environ:
        _print_ir()
    renderer = create_renderer(Backend.CPU, threads=int(threads))
    pictures: dict[str, Any] = {
        blend.value: renderer.render(gaussians, camera, RenderOptions(blend=blend)).image for blend in Blend
    }
    np.savez(out_path, **pictures)
    print(renderer.description)


if __name__ == "__main__":
    main()
