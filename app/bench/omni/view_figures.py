"""How near new views are to photos of them, for every method on the same photos."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ....render.images import write_image
from ....render.metrics import psnr, ssim
from ....render.types import RenderMode
from .figure_store import Figures, FigureStore
from .posed_views import SETS, ViewCase, view_cases
from .yardsticks import Yardstick

SIDE = 320
"""Longer side of photos and views [px]."""


def measure_views(
    store: FigureStore, posed: Path, methods: Sequence[Yardstick], count: int, pictures: Path | None
) -> None:
    """PSNR [dB], SSIM and processor time [s] of `count` views of each set, under "views/SET/PHOTO/METHOD"."""
    for name in SETS:
        for case in view_cases(posed / name, count, SIDE):
            for method in methods:
                key = f"views/{name}/{case.name}/{method.name}"
                store.measured(
                    key, lambda case=case, method=method, name=name: _figures(case, method, name, pictures)
                )


def view_table(store: FigureStore, methods: Sequence[Yardstick]) -> str:
    """Means over the views of each set, and over the sets."""
    names = [method.name for method in methods]
    lines = ["| photos | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    rows = list[list[list[float]]]()
    for photo_set in SETS:
        found = dict(store.under(f"views/{photo_set}/"))
        row = [
            _mean([figures for key, figures in found.items() if key.endswith(f"/{name}")]) for name in names
        ]
        if all(len(cell) for cell in row):
            rows.append(row)
            lines.append(f"| {photo_set} | " + " | ".join(f"{p:.2f} dB, {s:.3f}" for p, s in row) + " |")
    if rows:
        means = np.mean(rows, axis=0)
        lines.append("| mean | " + " | ".join(f"{p:.2f} dB, {s:.3f}" for p, s in means) + " |")
    return "\n".join(lines)


def _mean(found: Sequence[Figures]) -> list[float]:
    return [float(np.mean([float(figures[name]) for figures in found])) for name in ("psnr", "ssim") if found]


def _figures(case: ViewCase, method: Yardstick, name: str, pictures: Path | None) -> Figures:
    started = time.process_time()
    made = method.view(case.photos, case.cameras, case.camera, case.near_far)
    if made is None:
        raise ValueError(f"{method.name} makes no views")
    seconds = time.process_time() - started
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        file = f"{name}-{case.name}-{method.name}.png".replace("/", "_")
        write_image(pictures / file, np.concatenate([case.truth, made], axis=1), RenderMode.RGB)
    return {"psnr": psnr(made, case.truth), "ssim": ssim(made, case.truth), "processor_s": seconds}
