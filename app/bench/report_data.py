"""A finished measurement as JSON types and as CSV rows."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...render.metrics import psnr_of_error
from .measuring import STAGES, PictureDifference, Run
from .ratios import ratios
from .statistics import summarise


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """All that one call of `rowsplat bench` has found.

    Args:
        environment: As `describe_environment` gives it, with the times to start each back end.
        runs: All runs, scene by scene.
        differences: By scene name, between the pictures of its variants.
    """

    environment: dict[str, Any]
    runs: tuple[Run, ...]
    differences: dict[str, tuple[PictureDifference, ...]]


def to_json(measurement: Measurement) -> dict[str, Any]:
    """The measurement as JSON types: `environment`, `runs`, `pictures`, `ratios`.

    Times are in ms and sizes in bytes. A PSNR [dB] is `null` for equal pictures, whose `max_error` is 0; so
    it is for the first variant of a scene, which is compared with itself.
    """
    return {
        "environment": {**measurement.environment, "scenes": _scenes(measurement.runs)},
        "runs": [_run(run, measurement) for run in measurement.runs],
        "pictures": [
            {"scene": scene, "first": d.first.label, "second": d.second.label, **_difference(d)}
            for scene, differences in measurement.differences.items()
            for d in differences
        ],
        "ratios": [
            {"scene": r.scene, "backend": r.backend.value, "name": r.name, "value": r.value}
            for r in ratios(measurement.runs)
        ],
    }


def to_csv(measurement: Measurement) -> str:
    """One line a run: the JSON's fields without the samples, nested names joined with a dot."""
    rows = [_flat(_without_samples(run)) for run in to_json(measurement)["runs"]]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _scenes(runs: Sequence[Run]) -> dict[str, Any]:
    """What there is to say of each scene before its frames are drawn, and how long each step took."""
    scenes: dict[str, Any] = {}
    for run in runs:
        facts = scenes.setdefault(
            run.scene.name,
            {
                "path": str(run.scene.path),
                "sha256": run.scene.sha256,
                "num_gaussians": len(run.scene.gaussians),
                "sh_degree": run.scene.gaussians.sh_degree,
                "parse_ms": run.scene.parse_ms,
                "upload_ms": {},
                "first_frame_ms": {},
            },
        )
        facts["upload_ms"][run.variant.backend.value] = run.upload_ms
        facts["first_frame_ms"][run.variant.label] = run.first_frame_ms
    return scenes


def _run(run: Run, measurement: Measurement) -> dict[str, Any]:
    stages = {name: summarise(run.samples[name]) for name in STAGES}
    wall = run.samples["wall"]
    return {
        "scene": run.scene.name,
        "scene_sha256": run.scene.sha256,
        "blend": run.variant.blend.value,
        "backend": run.variant.backend.value,
        "renderer": run.renderer,
        "width": run.width,
        "height": run.height,
        "frames": len(wall),
        "parse_ms": run.scene.parse_ms,
        "upload_ms": run.upload_ms,
        "first_frame_ms": run.first_frame_ms,
        "stages": stages,
        "wall": summarise(wall),
        "fps": 1000.0 / stages["total"]["p50"] if stages["total"]["p50"] > 0 else None,
        "fps_wall_clock": 1000.0 * len(wall) / sum(wall),
        "counts": dict(run.counts),
        "memory": _memory(run),
        **_to_first(run, measurement.differences[run.scene.name]),
        "samples": {name: list(values) for name, values in run.samples.items()},
    }


def _memory(run: Run) -> dict[str, Any]:
    buffers, scene = run.memory["buffer_bytes"], run.memory["scene_bytes"]
    return {**run.memory, "buffers_over_scene": buffers / scene if buffers is not None and scene else None}


def _to_first(run: Run, differences: Sequence[PictureDifference]) -> dict[str, float | None]:
    found = [d for d in differences if d.second == run.variant and d.first == differences[0].first]
    if not found:
        return {"psnr_to_first": None, "worst_psnr_to_first": None, "max_error_to_first": 0.0}
    values = _difference(found[0])
    return {f"{name}_to_first": value for name, value in values.items()}


def _difference(difference: PictureDifference) -> dict[str, float | None]:
    return {
        "psnr": _finite(psnr_of_error(difference.mse)),
        "worst_psnr": _finite(psnr_of_error(difference.worst_mse)),
        "max_error": difference.max_error,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _without_samples(run: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in run.items() if key != "samples"}


def _flat(nested: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in nested.items():
        flat.update(_flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return flat
