# pyright: basic
"""What both pipelines do on the host with numpy: the scene and the camera as numbers, the picture as its mode says."""

import numpy as np
from numpy.typing import NDArray

from ..types import RenderCounts, RenderMode, SplatArrays, View

MEAN_AND_COVARIANCE = 10
"""Numbers per Gaussian: mean (3), covariance xx xy xz yy yz zz (6), log2 opacity (1)."""


def mean_and_covariance(arrays: SplatArrays, part: slice) -> NDArray[np.float32]:
    """`[n, MEAN_AND_COVARIANCE]` of the Gaussians `part`: mean, world covariance (upper triangle), log2 opacity."""
    w, x, y, z = (arrays.quats[part] / np.linalg.norm(arrays.quats[part], axis=1, keepdims=True)).T
    rotation = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    variances = np.exp(2 * arrays.log_scales[part]).T
    upper = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    covariance = [sum(rotation[i][k] * rotation[j][k] * variances[k] for k in range(3)) for i, j in upper]
    log2_opacity = -np.logaddexp(0, -arrays.logit_opacities[part]) * np.float32(np.log2(np.e))
    return np.stack([*arrays.means[part].T, *covariance, log2_opacity], axis=1)


def camera_vector(view: View) -> NDArray[np.float32]:
    """Rows of [R|t], then fx fy cx cy, then the camera centre."""
    rotation, translation = view.viewmat[:3, :3], view.viewmat[:3, 3]
    intrinsics = [view.fx, view.fy, view.cx, view.cy]
    return np.concatenate([view.viewmat[:3].ravel(), intrinsics, -rotation.T @ translation]).astype(
        np.float32
    )


def finish(image: NDArray[np.float32], alpha: NDArray[np.float32], mode: RenderMode) -> NDArray[np.float32]:
    """What the blender collected -> `[H, W, mode.channels]`."""
    if mode is RenderMode.ALPHA:
        return alpha[..., None].copy()
    if mode is RenderMode.DEPTH:
        return np.divide(
            image[..., :1], alpha[..., None], out=np.zeros_like(image[..., :1]), where=alpha[..., None] > 0
        )
    if mode is RenderMode.NORMAL:
        length = np.linalg.norm(image, axis=2, keepdims=True)
        return np.divide(image, length, out=np.zeros_like(image), where=length > 0)
    return np.ascontiguousarray(image[..., : mode.channels])


def render_counts(
    num: int, visible: int, pairs: int, image: NDArray[np.float32], mode: RenderMode
) -> RenderCounts:
    """Work done; `image` `[H, W, 2]` holds the fragment counts in `RenderMode.COST`."""
    evaluated = contributing = None
    if mode is RenderMode.COST:
        evaluated, contributing = (int(image[..., i].sum(dtype=np.float64)) for i in range(2))
    return RenderCounts(
        num_gaussians=num, visible=visible, pairs=pairs,
        fragments_evaluated=evaluated, fragments_contributing=contributing,
    )  # fmt: skip
