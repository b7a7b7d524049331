"""PlayCanvas .compressed.ply: 16 bytes per Gaussian, quantised between the bounds of its chunk of 256."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...kernels.constants import SH_C0
from ..gaussians import SH_COEFFS_PER_DEGREE, FloatArray, Gaussians
from .activations import LOGITS_OF_BYTES
from .byte_source import DAMAGED, ByteSource
from .ply import ANTIALIASED_COMMENT, sh_from_channel_major
from .ply_header import Encoding, PlyHeader, parse_ply_header
from .ply_table import read_ply_element
from .smallest_three import restore_largest
from .validation import checked_gaussians, refuse_empty

CHUNK_SIZE = 256
"""Gaussians that share one set of bounds."""

PACKED = ("packed_position", "packed_rotation", "packed_scale", "packed_color")
"""Properties of a Gaussian."""

BOUNDS = tuple(f"{end}_{what}{axis}" for what in ("", "scale_") for end in ("min", "max") for axis in "xyz")
COLOR_BOUNDS = ("min_r", "min_g", "min_b", "max_r", "max_g", "max_b")
"""Bounds of colour per chunk; old files have none."""


def is_compressed(header: PlyHeader) -> bool:
    """Whether a PLY is one of PlayCanvas's compressed ones."""
    vertex = header.element("vertex")
    names = {name for name, _ in (vertex.properties or ())} if vertex else set[str]()
    return header.element("chunk") is not None and "packed_position" in names


def read_compressed_ply(source: ByteSource) -> Gaussians:
    """Gaussians of a .compressed.ply, with or without colour bounds per chunk.

    Raises:
        SceneFileError: The file is damaged.
    """
    header = _checked_header(source)
    packed = read_ply_element(source, header, "vertex")
    refuse_empty(source.path, len(packed))
    chunks = read_ply_element(source, header, "chunk")
    names = chunks.dtype.names or ()
    if len(chunks) != -(-len(packed) // CHUNK_SIZE):
        problem = f"expected a chunk per {CHUNK_SIZE} of {len(packed)} Gaussians, found {len(chunks)}"
        raise source.error("element chunk", problem)
    chunk_of = np.arange(len(packed)) // CHUNK_SIZE
    has_colors = "min_r" in names
    return checked_gaussians(
        source.path,
        means=_between(
            chunks, "min_{}", "max_{}", "xyz", chunk_of, _unpack_11_10_11(packed["packed_position"])
        ),
        quats=_unpack_quats(packed["packed_rotation"]),
        log_scales=_between(
            chunks, "min_scale_{}", "max_scale_{}", "xyz", chunk_of, _unpack_11_10_11(packed["packed_scale"])
        ),
        logit_opacities=LOGITS_OF_BYTES[packed["packed_color"] & 255],
        sh_coeffs=_sh_coeffs(
            source, header, packed["packed_color"], chunks if has_colors else None, chunk_of
        ),
        antialiased=ANTIALIASED_COMMENT in header.comments,
    )


def describe_compressed_ply(source: ByteSource) -> dict[str, object]:
    """Facts from the header alone."""
    header = _checked_header(source)
    vertex = header.element("vertex")
    return {
        "num_gaussians": vertex.count if vertex else 0,
        "sh_degree": _sh_degree(source, header),
        "compression": "PlayCanvas chunks of 256, 16 bytes per Gaussian + 1 per harmonic",
        "comments": list(header.comments),
    }


def _checked_header(source: ByteSource) -> PlyHeader:
    header = parse_ply_header(source)
    if header.encoding is not Encoding.LITTLE_ENDIAN:
        problem = f"expected binary_little_endian, found {header.encoding.value}"
        raise source.error("PLY header", problem, "Export the scene again")
    chunk, vertex = header.element("chunk"), header.element("vertex")
    bounds = dict(chunk.properties or ()) if chunk else {}
    packed = dict(vertex.properties or ()) if vertex else {}
    needed = (*BOUNDS, *(COLOR_BOUNDS if "min_r" in bounds else ()))
    wrong = [n for n in needed if bounds.get(n) != "f4"] + [n for n in PACKED if packed.get(n) != "u4"]
    if wrong:
        raise source.error(
            "PLY header", f"expected property {wrong[0]} (float or uint)", "Export the scene again"
        )
    return header


def _sh_degree(source: ByteSource, header: PlyHeader) -> int:
    sh = header.element("sh")
    if sh is None:
        return 0
    count = len(sh.properties or ())
    expected = tuple((f"f_rest_{i}", "u1") for i in range(count))
    if count not in (9, 24, 45) or sh.properties != expected:
        problem = "expected 9, 24 or 45 uchar properties f_rest_0, f_rest_1, ..."
        raise source.error("element sh", problem, "Export the scene again")
    return SH_COEFFS_PER_DEGREE.index(count // 3 + 1)


def _unpack_11_10_11(words: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Three numbers in 0-1 from each word, `[N, 3]`."""
    return np.stack(
        [(words >> 21) / 2047.0, ((words >> 11) & 1023) / 1023.0, (words & 2047) / 2047.0], axis=1
    )


def _unpack_quats(words: NDArray[np.uint32]) -> FloatArray:
    kept = np.stack([(words >> shift) & 1023 for shift in (20, 10, 0)], axis=1)
    return restore_largest(words >> 30, (kept / 1023.0 - 0.5) * np.sqrt(2.0))


def _between(
    chunks: NDArray[Any],
    low: str,
    high: str,
    axes: str,
    chunk_of: NDArray[np.intp],
    unit: NDArray[np.float64],
) -> NDArray[np.float64]:
    """`unit` `[N, 3]` between the bounds of each Gaussian's chunk."""
    with np.errstate(over="ignore", invalid="ignore"):  # bounds that are not finite are reported by Gaussian
        lows = np.stack([chunks[low.format(axis)] for axis in axes], axis=1).astype(np.float64)[chunk_of]
        highs = np.stack([chunks[high.format(axis)] for axis in axes], axis=1).astype(np.float64)[chunk_of]
        return lows * (1.0 - unit) + highs * unit


def _sh_coeffs(
    source: ByteSource,
    header: PlyHeader,
    colors: NDArray[np.uint32],
    chunks: NDArray[Any] | None,
    chunk_of: NDArray[np.intp],
) -> FloatArray:
    coefficients = SH_COEFFS_PER_DEGREE[_sh_degree(source, header)]
    unit = np.stack([(colors >> shift) & 255 for shift in (24, 16, 8)], axis=1) / 255.0
    if chunks is not None:
        unit = _between(chunks, "min_{}", "max_{}", "rgb", chunk_of, unit)
    sh_coeffs = np.empty((len(colors), coefficients, 3), dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        sh_coeffs[:, 0] = (unit - 0.5) / SH_C0
    if coefficients > 1:
        rows = read_ply_element(source, header, "sh")
        if len(rows) != len(colors):
            raise source.error("element sh", f"expected {len(colors)} rows, found {len(rows)}", DAMAGED)
        rest = rows.view(np.uint8).reshape(len(rows), -1)
        sh_coeffs[:, 1:] = sh_from_channel_major(_SH_OF_BYTES[rest])
    return sh_coeffs


def _sh_of_bytes() -> FloatArray:
    unit = (np.arange(256) + 0.5) / 256.0
    unit[0], unit[255] = 0.0, 1.0
    return ((unit - 0.5) * 8.0).astype(np.float32)


_SH_OF_BYTES = _sh_of_bytes()
