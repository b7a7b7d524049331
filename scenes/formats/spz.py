"""Niantic's .spz: about 10 times smaller than .ply, 8 bits per parameter, axes right-up-back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..gaussians import SH_COEFFS_PER_DEGREE, FloatArray, Gaussians
from .activations import LOGITS_OF_BYTES, opacities, to_bytes
from .axes import RUB_FLIP, Flip, flip_axes
from .byte_source import ByteSource
from .smallest_three import drop_largest, restore_largest
from .spz_container import SpzHeader, encode_spz, read_spz_attributes, read_spz_header
from .validation import checked_gaussians, refuse_empty

_COLOR_SCALE = 0.15
_FRACTIONAL_BITS = 12
_MAX_FIXED = (1 << 23) - 1
_SH_STEPS = (8, 16)  # 5 bits for degree 1, 4 bits above: the library's own defaults

# Axes as the library numbers them, against right-down-forward; 9-16, not supported, exchange y and z.
_FLIPS: dict[int, Flip] = {
    1: (-1, 1, -1),  # left-down-back
    2: (1, 1, -1),  # right-down-back
    3: (-1, -1, -1),  # left-up-back
    4: RUB_FLIP,
    5: (-1, 1, 1),  # left-down-forward
    6: (1, 1, 1),  # right-down-forward
    7: (-1, -1, 1),  # left-up-forward
    8: (1, -1, 1),  # right-up-forward
}


def read_spz(source: ByteSource) -> Gaussians:
    """Gaussians of an .spz of version 1-4; harmonics above degree 3 are dropped.

    Raises:
        SceneFileError: The file is damaged.
    """
    header = read_spz_header(source)
    refuse_empty(source.path, header.count)
    if header.coordinate_system not in _FLIPS:
        problem = f"expected axes 1-8 (right-up-back and its mirrors), found {header.coordinate_system}"
        raise source.error("coordinate system extension", problem, "Export it with y as the vertical axis")
    positions, alphas, colors, scales, rotations, harmonics = read_spz_attributes(source, header)
    stored = checked_gaussians(
        source.path,
        means=_decode_positions(header, positions),
        quats=_decode_first_three(rotations) if header.version < 3 else _decode_smallest_three(rotations),
        log_scales=scales.reshape(-1, 3) / np.float32(16.0) - np.float32(10.0),
        logit_opacities=LOGITS_OF_BYTES[alphas],
        sh_coeffs=_decode_sh(header, colors, harmonics),
        antialiased=header.antialiased,
    )
    return flip_axes(stored, _FLIPS[header.coordinate_system])


def describe_spz(source: ByteSource) -> dict[str, object]:
    """Facts from the header alone."""
    header = read_spz_header(source)
    return {
        "version": header.version,
        "num_gaussians": header.count,
        "sh_degree": header.sh_degree,
        "antialiased": header.antialiased,
        "compression": "zstd streams" if header.version == 4 else "gzip",
        "position_step": 2.0**-header.fractional_bits,
    }


def encode_gaussians_as_spz(gaussians: Gaussians, version: Literal[3, 4]) -> Iterable[Any]:
    """The one buffer of an .spz file.

    Positions that 24 bits with 12 after the point cannot hold (beyond +-2048) get fewer bits after the point.
    """
    stored = flip_axes(gaussians, RUB_FLIP)
    bits = _fractional_bits(stored.means)
    header = SpzHeader(
        version=version,
        count=len(stored),
        sh_degree=stored.sh_degree,
        fractional_bits=bits,
        antialiased=stored.antialiased,
    )
    attributes = [
        _encode_positions(stored.means, bits),
        to_bytes(opacities(stored.logit_opacities)).tobytes(),
        _rounded_bytes(stored.sh_coeffs[:, 0] * (_COLOR_SCALE * 255.0) + 127.5),
        _rounded_bytes((stored.log_scales + 10.0) * 16.0),
        _encode_smallest_three(stored.quats),
        _encode_sh(stored.sh_coeffs[:, 1:]),
    ]
    return (encode_spz(header, attributes),)


def _decode_positions(header: SpzHeader, data: NDArray[np.uint8]) -> FloatArray:
    if header.version == 1:
        return data.view("<f2").reshape(-1, 3).astype(np.float32)
    words = np.zeros((len(data) // 3, 4), dtype=np.uint8)
    words[:, 1:] = data.reshape(-1, 3)  # the sign bit of 24 becomes that of 32
    fixed = words.view("<i4")[:, 0] >> 8
    return (fixed * 2.0**-header.fractional_bits).astype(np.float32).reshape(-1, 3)


def _decode_first_three(data: NDArray[np.uint8]) -> FloatArray:
    xyz = data.reshape(-1, 3) / 127.5 - 1.0
    w = np.sqrt(np.maximum(0.0, 1.0 - np.einsum("ij,ij->i", xyz, xyz)))
    return np.concatenate([w[:, None], xyz], axis=1).astype(np.float32)


def _decode_smallest_three(data: NDArray[np.uint8]) -> FloatArray:
    words = data.view("<u4")
    kept = np.empty((len(words), 3))
    for column, shift in enumerate((20, 10, 0)):
        magnitude = (words >> shift & 511) * (np.sqrt(0.5) / 511.0)
        kept[:, column] = np.where(words >> shift & 512, -magnitude, magnitude)
    xyzw = restore_largest(words >> 30, kept)
    return xyzw[:, [3, 0, 1, 2]]


def _decode_sh(header: SpzHeader, colors: NDArray[np.uint8], harmonics: NDArray[np.uint8]) -> FloatArray:
    coefficients = SH_COEFFS_PER_DEGREE[min(header.sh_degree, 3)]
    sh_coeffs = np.empty((header.count, coefficients, 3), dtype=np.float32)
    sh_coeffs[:, 0] = (colors.reshape(-1, 3) / 255.0 - 0.5) / _COLOR_SCALE
    if coefficients > 1:
        rest = harmonics.reshape(header.count, -1, 3)[:, : coefficients - 1]
        sh_coeffs[:, 1:] = rest / np.float32(128.0) - np.float32(1.0)
    return sh_coeffs


def _fractional_bits(means: FloatArray) -> int:
    largest = float(np.abs(means).max())
    return next((bits for bits in range(_FRACTIONAL_BITS, 0, -1) if largest * 2.0**bits < _MAX_FIXED), 0)


def _encode_positions(means: FloatArray, bits: int) -> bytes:
    fixed = np.rint(means.astype(np.float64) * 2.0**bits)
    words = np.clip(fixed, -_MAX_FIXED, _MAX_FIXED).astype("<i4")
    return words.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()


def _rounded_bytes(values: NDArray[np.floating]) -> bytes:
    return np.clip(np.floor(values + 0.5), 0, 255).astype(np.uint8).tobytes()


def _encode_smallest_three(quats: FloatArray) -> bytes:
    largest, kept = drop_largest(quats[:, [1, 2, 3, 0]])
    magnitudes = np.minimum(np.abs(kept) * (511.0 / np.sqrt(0.5)) + 0.5, 511.0).astype(np.uint32)
    fields = magnitudes | np.where(kept < 0, np.uint32(512), np.uint32(0))
    words = largest.astype(np.uint32) << 30 | fields[:, 0] << 20 | fields[:, 1] << 10 | fields[:, 2]
    return words.astype("<u4").tobytes()


def _encode_sh(rest: FloatArray) -> bytes:
    """Harmonics above degree 0, `[N, K - 1, 3]`, in 8 bits, the lowest rounded away to compress better."""
    steps = np.full((rest.shape[1], 1), _SH_STEPS[1])
    steps[:3] = _SH_STEPS[0]
    levels = np.floor(np.clip(rest, -4.0, 4.0) * 128.0 + 0.5).astype(np.int32) + 128
    return np.clip((levels + steps // 2) // steps * steps, 0, 255).astype(np.uint8).tobytes()
