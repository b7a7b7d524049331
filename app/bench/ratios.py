"""The figures that a comparison of blenders is about, from the medians of one interleaved measurement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...render import Backend, Blend
from .measuring import Run
from .statistics import summarise


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """One figure.

    Args:
        scene: Name of the scene.
        backend: Back end of both runs.
        name: What is divided by what.
        value: Ratio of medians.
    """

    scene: str
    backend: Backend
    name: str
    value: float


def median(run: Run, stage: str) -> float:
    """Median time of a stage [ms]."""
    return summarise(run.samples[stage])["p50"]


def ratios(runs: Sequence[Run]) -> tuple[Ratio, ...]:
    """All ratios that the measured variants allow, scene by scene and back end by back end."""
    places = dict.fromkeys((run.scene.name, run.variant.backend) for run in runs)
    return tuple(
        Ratio(scene=scene, backend=backend, name=name, value=value)
        for scene, backend in places
        for name, value in _of_one_place({r.variant.blend: r for r in runs if _place(r) == (scene, backend)})
    )


def _place(run: Run) -> tuple[str, Backend]:
    return run.scene.name, run.variant.backend


def _of_one_place(runs: dict[Blend, Run]) -> Iterator[tuple[str, float]]:
    irss = runs.get(Blend.IRSS)
    if irss is None:
        return
    for blend in (Blend.BASELINE, Blend.BASELINE_EXACT):
        for stage in ("total", "blend"):
            if blend in runs and median(irss, stage) > 0:
                yield f"{stage}: {blend.value} / irss", median(runs[blend], stage) / median(irss, stage)
    if median(irss, "total") > 0:
        share = (median(irss, "sort") + median(irss, "bin")) / median(irss, "total")
        yield "sort + bin: share of an irss frame", share
