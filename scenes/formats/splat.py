"""antimatter15's .splat: 32 bytes per Gaussian, no header, no harmonics above degree 0."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..gaussians import Gaussians
from .activations import DC_OF_BYTES, LOGITS_OF_BYTES, base_colors, logs_of_scales, opacities, to_bytes
from .byte_source import DAMAGED, ByteSource
from .validation import checked_gaussians

_ROW = np.dtype([("mean", "<f4", 3), ("scale", "<f4", 3), ("rgba", "u1", 4), ("quat", "u1", 4)])


def read_splat(source: ByteSource) -> Gaussians:
    """Gaussians of a .splat file; colour and opacity have 8 bits, rotations 8 bits per component.

    Raises:
        SceneFileError: The file is damaged.
    """
    rows = source.array(0, _count(source), _ROW, "Gaussians")
    return checked_gaussians(
        source.path,
        means=rows["mean"],
        quats=(rows["quat"].astype(np.float32) - 128.0) / 128.0,
        log_scales=logs_of_scales(source, rows["scale"]),
        logit_opacities=LOGITS_OF_BYTES[rows["rgba"][:, 3]],
        sh_coeffs=DC_OF_BYTES[rows["rgba"][:, None, :3]],
    )


def describe_splat(source: ByteSource) -> dict[str, object]:
    """Facts from the size alone."""
    return {"num_gaussians": _count(source), "sh_degree": 0, "compression": "32 bytes per Gaussian"}


def encode_splat(gaussians: Gaussians) -> Iterable[Any]:
    """The one buffer of a .splat, most important Gaussians first, without harmonics above degree 0."""
    alphas = opacities(gaussians.logit_opacities)
    importance = np.exp(gaussians.log_scales.sum(axis=1, dtype=np.float64)) * alphas
    order = np.argsort(-importance, kind="stable")
    unit = gaussians.quats / np.linalg.norm(gaussians.quats, axis=1, keepdims=True)
    rows = np.empty(len(gaussians), dtype=_ROW)
    rows["mean"] = gaussians.means[order]
    rows["scale"] = np.exp(gaussians.log_scales[order])
    rows["rgba"][:, :3] = to_bytes(base_colors(gaussians.sh_coeffs[order, 0]))
    rows["rgba"][:, 3] = to_bytes(alphas[order])
    rows["quat"] = np.clip(np.rint(unit[order] * 128.0 + 128.0), 0, 255)
    return (rows,)


def _count(source: ByteSource) -> int:
    count, left_over = divmod(len(source), _ROW.itemsize)
    if left_over:
        problem = f"expected whole Gaussians of {_ROW.itemsize} bytes, found {left_over} bytes"
        raise source.error(f"offset {len(source) - left_over}", problem, DAMAGED)
    return count
