"""Random scenes that hold everything a renderer may meet, and a camera that hides no mistake by symmetry."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from rowsplat.scenes import Camera, Gaussians
from rowsplat.scenes.gaussians import SH_COEFFS_PER_DEGREE

FloatArray = NDArray[np.float32]
ARRAYS = ("means", "quats", "log_scales", "logit_opacities", "sh_coeffs")


def random_scene(count: int = 320, *, seed: int = 0, sh_degree: int = 0) -> Gaussians:
    """`count` Gaussians around the origin, a fixed share of each kind in random order.

    Kinds: ordinary ones, needles and discs, ones as large as the picture, faint ones (some under 1/255), opaque ones,
    ones outside or at the border of the picture, and ones behind `camera()`.
    """
    rng = np.random.default_rng(seed)
    means = rng.normal(size=(count, 3)) * 0.6
    log_scales = rng.normal(size=(count, 3)) * 0.5 - 3.3
    logits = rng.normal(size=count) * 1.5
    kind = rng.permutation(count) % 8
    log_scales[kind == 1] += rng.choice([2.0, -3.0], size=((kind == 1).sum(), 3))
    log_scales[kind == 2, :2] += 3.0
    logits[kind == 2] -= 2.0
    logits[kind == 3] = rng.normal(size=(kind == 3).sum()) - 5.0
    logits[kind == 4] = rng.normal(size=(kind == 4).sum()) + 5.0
    means[kind == 5, :2] *= 3.0
    means[kind == 6, 2] -= 6.0
    return Gaussians(
        means=means.astype(np.float32),
        quats=rng.normal(size=(count, 4)).astype(np.float32),
        log_scales=log_scales.astype(np.float32),
        logit_opacities=logits.astype(np.float32),
        sh_coeffs=(rng.normal(size=(count, SH_COEFFS_PER_DEGREE[sh_degree], 3)) * 0.4).astype(np.float32),
    )


def camera(width: int = 53, height: int = 37) -> Camera:
    """A camera at about z = -3 that looks at the origin: turned, uneven focal lengths, principal point off centre."""
    yaw, roll = 0.2, 0.3
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    spin = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    viewmat = np.eye(4)
    viewmat[:3, :3] = spin @ turn
    viewmat[:3, 3] = 0.1, -0.05, 3.0
    size = max(width, height, 20)
    return Camera(
        viewmat=viewmat,
        fx=1.1 * size,
        fy=1.2 * size,
        cx=0.53 * width,
        cy=0.46 * height,
        width=width,
        height=height,
    )


def on_the_axis(depths: ArrayLike, *, opacity: float = 0.5) -> Gaussians:
    """Small grey Gaussians on the z axis, in sight of `axis_camera` at exactly these depths [scene units]."""
    depths = np.asarray(depths, np.float32)
    count = len(depths)
    means = np.stack([0 * depths, 0 * depths, depths], axis=1)
    return Gaussians(
        means=means,
        quats=np.tile(np.array([1, 0, 0, 0], np.float32), (count, 1)),
        log_scales=np.full((count, 3), -6.0, np.float32),
        logit_opacities=np.full(count, np.log(opacity / (1.0 - opacity)), np.float32),
        sh_coeffs=np.zeros((count, 1, 3), np.float32),
    )


def axis_camera(width: int = 24, height: int = 24) -> Camera:
    """A camera at the origin that looks along +z."""
    return Camera(
        viewmat=np.eye(4), fx=30.0, fy=30.0, cx=width / 2, cy=height / 2, width=width, height=height
    )


def save_scene(path: Path, gaussians: Gaussians) -> None:
    """Write the arrays to a .npz file for `draw_program.py`."""
    np.savez(path, **{name: getattr(gaussians, name) for name in ARRAYS})


def joined(first: Gaussians, second: Gaussians) -> Gaussians:
    """Both scenes, `first` first."""
    arrays = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in ARRAYS}
    return replace(first, **arrays)
