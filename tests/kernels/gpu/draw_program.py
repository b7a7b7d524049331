"""Program: draw every case on Vulkan with one kernel language, and sort; a process has one language and one device.

    python -m pytest imports nothing of this; run as: draw_program.py LANGUAGE OUT.npz

Exit code 3 when there is no Vulkan device.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
from rowsplat.kernels.errors import BackendError
from rowsplat.render import Backend, create_renderer

NO_DEVICE = 3
SORT_LENGTHS = (1, 7, 2048, 2049, 100_001)


def _cases_module():
    """`tests.kernels.gpu.cases`, which imports its neighbours relatively."""
    sys.path.insert(0, str(Path(__file__).parents[3]))
    return importlib.import_module("tests.kernels.gpu.cases")


def sort_keys(num: int) -> np.ndarray:
    """Keys with many ties and, first and last, the extremes."""
    keys = np.random.default_rng(num).integers(0, 1 << 12, num).astype(np.uint32) << 11
    keys[0] = 0x7FFFFFFF
    return keys


def _sorted(num: int) -> np.ndarray:
    """Values 0 to num - 1 after sorting them by `sort_keys`."""
    from rowsplat.kernels.taichi.gpu_sort import RadixSort

    sort = RadixSort(num)
    sort.keys.from_numpy(sort_keys(num))
    sort.values.from_numpy(np.arange(num, dtype=np.int32))
    sort.run(num, 31)
    return sort.values.to_numpy()


def main() -> int:
    """Draw and save."""
    language, out = sys.argv[1:]
    cases = _cases_module()
    try:
        renderer = create_renderer(Backend.VULKAN, kernel_language=language)
    except BackendError as error:
        print(error)
        return NO_DEVICE
    assert renderer.description.startswith(f"{language} on vulkan")
    results = {f"sort {num}": _sorted(num) for num in SORT_LENGTHS}
    for name, case in cases.CASES.items():
        for blender in cases.BLENDERS:
            drawn = renderer.render(case.scene, case.view, cases.options_of(case, blender))
            results[f"{name}/{blender}/image"] = drawn.image
            results[f"{name}/{blender}/alpha"] = drawn.alpha
            times = drawn.stage_times
            results[f"{name}/{blender}/times"] = np.array(
                [times.project, times.sort, times.bin, times.blend, times.total]
            )
    np.savez(out, **results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
