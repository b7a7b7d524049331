"""Write PlayCanvas .compressed.ply."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..gaussians import FloatArray, Gaussians
from .activations import base_colors, opacities
from .compressed_ply import BOUNDS, CHUNK_SIZE, COLOR_BOUNDS, PACKED
from .morton import morton_order
from .ply import PlyElement, ply_header_bytes
from .smallest_three import drop_largest

_MAX_LOG_SCALE = 20.0
_SPREAD = 1e-5  # a narrower chunk is written as its minimum


def encode_compressed_ply(gaussians: Gaussians) -> Iterable[Any]:
    """Buffers of a .compressed.ply; the Gaussians are reordered along a Z-curve and quantised."""
    ordered = gaussians.select(morton_order(gaussians.means))
    n, coefficients = ordered.sh_coeffs.shape[:2]
    padded = np.minimum(np.arange(-(-n // CHUNK_SIZE) * CHUNK_SIZE), n - 1).reshape(-1, CHUNK_SIZE)
    words = np.empty((padded.size, 4), dtype="<u4")
    words[:, 0], position_bounds = _pack_11_10_11(ordered.means[padded])
    words[:, 1] = _pack_quats(ordered.quats[padded.ravel()])
    scales = np.clip(ordered.log_scales[padded], -_MAX_LOG_SCALE, _MAX_LOG_SCALE)
    words[:, 2], scale_bounds = _pack_11_10_11(scales)
    words[:, 3], color_bounds = _pack_colors(ordered, padded)
    chunks = np.concatenate([position_bounds, scale_bounds, color_bounds], axis=1).astype("<f4")
    elements: list[PlyElement] = [
        ("chunk", len(chunks), "float", (*BOUNDS, *COLOR_BOUNDS)),
        ("vertex", n, "uint", PACKED),
    ]
    if coefficients == 1:
        return (ply_header_bytes(elements, antialiased=gaussians.antialiased), chunks, words[:n])
    rest = ordered.sh_coeffs[:, 1:].transpose(0, 2, 1).reshape(n, -1)
    quantised = np.clip(np.trunc((rest / 8.0 + 0.5) * 256.0), 0, 255).astype(np.uint8)
    elements.append(("sh", n, "uchar", tuple(f"f_rest_{i}" for i in range(rest.shape[1]))))
    return (ply_header_bytes(elements, antialiased=gaussians.antialiased), chunks, words[:n], quantised)


def _unit_in_chunk(values: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values `[C, 256, 3]` as 0-1 between their chunk's bounds, and the bounds `[C, 6]`, minima first."""
    values = values.astype(np.float64)
    low, high = values.min(axis=1, keepdims=True), values.max(axis=1, keepdims=True)
    extent = high - low
    unit = np.where(extent < _SPREAD, 0.0, (values - low) / np.where(extent > 0, extent, 1.0))
    return unit.reshape(-1, 3), np.concatenate([low, high], axis=1).reshape(len(values), 6)


def _unorm(unit: NDArray[np.floating], bits: int) -> NDArray[np.integer]:
    largest = (1 << bits) - 1
    return np.clip(np.floor(unit * largest + 0.5), 0, largest).astype(np.uint32)


def _pack_11_10_11(values: NDArray[np.floating]) -> tuple[NDArray[np.integer], NDArray[np.float64]]:
    unit, bounds = _unit_in_chunk(values)
    return _unorm(unit[:, 0], 11) << 21 | _unorm(unit[:, 1], 10) << 11 | _unorm(unit[:, 2], 11), bounds


def _pack_quats(quats: FloatArray) -> NDArray[np.integer]:
    largest, kept = drop_largest(quats)
    bits = _unorm(kept / np.sqrt(2.0) + 0.5, 10)
    return largest.astype(np.uint32) << 30 | bits[:, 0] << 20 | bits[:, 1] << 10 | bits[:, 2]


def _pack_colors(
    gaussians: Gaussians, padded: NDArray[np.intp]
) -> tuple[NDArray[np.integer], NDArray[np.float64]]:
    unit, bounds = _unit_in_chunk(base_colors(gaussians.sh_coeffs[:, 0])[padded])
    rgb = _unorm(unit, 8)
    alpha = _unorm(opacities(gaussians.logit_opacities)[padded.ravel()], 8)
    return rgb[:, 0] << 24 | rgb[:, 1] << 16 | rgb[:, 2] << 8 | alpha, bounds
