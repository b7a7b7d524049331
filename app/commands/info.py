"""`rowsplat info`: what is in a scene file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from ...scenes import Gaussians
from ..checks import require_between, require_exists
from ..opening import load_scene
from .flags import Lod, SceneFile, flag

EXAMPLES = (
    "rowsplat info scene.ply",
    "rowsplat info scene.sog --json",
    "rowsplat info lod-meta.json --lod 2",
)

_PERCENTILES = {"p1": 1, "p5": 5, "p50": 50, "p95": 95, "p99": 99}


@dataclass(frozen=True, kw_only=True)
class Info:
    """Tell what is in a scene file: size, bounds, opacities, scales, facts of its format."""

    scene: SceneFile
    json: Annotated[bool, flag("Print JSON.")] = False
    lod: Lod = None


def run(command: Info) -> None:
    """Print the facts of a scene.

    Raises:
        RowsplatError: The scene cannot be read.
    """
    require_between("--lod", command.lod, 0, 255)
    facts = scene_facts(command.scene, lod=command.lod)
    print(json.dumps(facts, indent=2, allow_nan=False) if command.json else _as_text(facts))


def scene_facts(path: Path, *, lod: int | None = None) -> dict[str, Any]:
    """Facts of a scene file in JSON types; lengths in scene units, quantiles of all Gaussians."""
    from ...scenes.formats import describe_file

    require_exists(path)
    gaussians = load_scene(path, lod=lod)
    scales = np.exp(gaussians.log_scales.astype(np.float64))
    opacities = 1.0 / (1.0 + np.exp(-gaussians.logit_opacities.astype(np.float64)))
    return {
        "file": str(path),
        "format": _json_ready(describe_file(path)),
        "num_gaussians": len(gaussians),
        "sh_degree": gaussians.sh_degree,
        "antialiased": gaussians.antialiased,
        "nbytes": gaussians.nbytes,
        "bounds": _bounds(gaussians, 0.0, 100.0),
        "robust_bounds": _bounds(gaussians, 1.0, 99.0),
        "opacity": _statistics(opacities),
        "scale": _statistics(scales),
        "largest_scale": _statistics(scales.max(axis=1)),
    }


def _bounds(gaussians: Gaussians, low: float, high: float) -> dict[str, list[float]] | None:
    """Corners of the box around the means, between two percentiles along each axis."""
    if len(gaussians) == 0:
        return None
    lower, upper = np.percentile(gaussians.means.astype(np.float64), (low, high), axis=0)
    return {"min": lower.tolist(), "max": upper.tolist()}


def _statistics(values: NDArray[np.float64]) -> dict[str, float] | None:
    if values.size == 0:
        return None
    quantiles = np.percentile(values, list(_PERCENTILES.values()))
    named = {name: float(value) for name, value in zip(_PERCENTILES, quantiles, strict=True)}
    return {"min": float(values.min()), **named, "max": float(values.max()), "mean": float(values.mean())}


def _json_ready(value: Any) -> Any:
    """Format facts with numpy scalars, tuples and paths turned into JSON types."""
    if isinstance(value, dict):
        return {str(key): _json_ready(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json_ready(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _as_text(facts: dict[str, Any]) -> str:
    lines = [f"{facts['file']}", f"  Gaussians      {facts['num_gaussians']:,}"]
    lines.append(f"  SH degree      {facts['sh_degree']}")
    lines.append(f"  antialiased    {'yes' if facts['antialiased'] else 'no'}")
    lines.append(f"  in memory      {facts['nbytes'] / 2**20:.1f} MiB")
    for key, label in (("bounds", "bounds"), ("robust_bounds", "1 % to 99 %")):
        lines.append(f"  {label:<14} {_box_text(facts[key])}")
    for key, label in (("opacity", "opacity"), ("scale", "scale"), ("largest_scale", "largest scale")):
        lines.append(f"  {label:<14} {_statistics_text(facts[key])}")
    lines += [f"  {key:<14} {_value_text(value)}" for key, value in facts["format"].items()]
    return "\n".join(lines)


def _box_text(box: dict[str, list[float]] | None) -> str:
    if box is None:
        return "none"
    return " x ".join(f"[{low:.4g}, {high:.4g}]" for low, high in zip(box["min"], box["max"], strict=True))


def _statistics_text(statistics: dict[str, float] | None) -> str:
    if statistics is None:
        return "none"
    return "  ".join(f"{name} {statistics[name]:.4g}" for name in ("min", "p5", "p50", "p95", "max", "mean"))


def _value_text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)
