"""Scenes of a few balls and planes, y down, and contexts to ground nouns in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rowsplat.scenes import Camera, Gaussians
from rowsplat.scenes.grounding import GroundingContext
from rowsplat.scenes.text_edits.scene_frame import SceneFrame

SH_C0 = 0.28209479177387814
COLORS = {
    "red": (0.8, 0.1, 0.1),
    "green": (0.1, 0.55, 0.2),
    "blue": (0.1, 0.25, 0.8),
    "yellow": (0.95, 0.85, 0.1),
    "gray": (0.55, 0.55, 0.55),
}


def ball_points(
    middle: tuple[float, float, float], radius: float, count: int, seed: int
) -> NDArray[np.float64]:
    """Points on a sphere, `[count, 3]`."""
    normals = np.random.default_rng(seed).normal(size=(count, 3))
    return np.array(middle) + radius * normals / np.linalg.norm(normals, axis=1, keepdims=True)


def floor_points(half: float, count: int, seed: int) -> NDArray[np.float64]:
    """Points of the plane y = 0 but for a little noise, `[count, 3]`."""
    rng = np.random.default_rng(seed)
    points = rng.uniform(-half, half, size=(count, 3))
    points[:, 1] = rng.normal(0.0, 0.002, count)
    return points


def painted(parts: list[tuple[NDArray[np.float64], str]]) -> tuple[Gaussians, NDArray[np.intp]]:
    """One scene of points with a colour name each, and the part of each Gaussian, `[N]`."""
    means = np.concatenate([points for points, _ in parts])
    colors = np.concatenate([np.tile(COLORS[color], (len(points), 1)) for points, color in parts])
    count = len(means)
    gaussians = Gaussians(
        means=means.astype(np.float32),
        quats=np.tile(np.float32([1, 0, 0, 0]), (count, 1)),
        log_scales=np.full((count, 3), np.log(0.02), dtype=np.float32),
        logit_opacities=np.full(count, 3.0, dtype=np.float32),
        sh_coeffs=((colors - 0.5) / SH_C0)[:, None].astype(np.float32),
    )
    return gaussians, np.repeat(np.arange(len(parts)), [len(points) for points, _ in parts])


def context(gaussians: Gaussians, **others: Any) -> GroundingContext:
    """Seen from -z, so that +x is right, -y up and -z towards the camera."""
    camera = Camera.look_at((0.0, -1.0, -6.0), (0.0, -0.5, 0.0), width=64, height=48)
    known: Mapping[str, Any] = {"alive": np.ones(len(gaussians), dtype=np.bool_), **others}
    return GroundingContext(
        gaussians=gaussians, frame=SceneFrame.of_camera(camera), eye=camera.position, **known
    )


def iou(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Intersection over union."""
    return float((first & second).sum() / (first | second).sum())
