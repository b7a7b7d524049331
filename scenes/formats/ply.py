"""INRIA .ply: one row of floats per Gaussian, nothing lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..gaussians import SH_COEFFS_PER_DEGREE, FloatArray, Gaussians
from .byte_source import ByteSource
from .ply_header import PlyHeader, parse_ply_header
from .ply_table import read_ply_element
from .validation import checked_gaussians, refuse_empty

ANTIALIASED_COMMENT = "antialiased 1"
"""PLY has no field for it, so rowsplat writes this comment and looks for it."""

PlyElement = tuple[str, int, str, tuple[str, ...]]
"""An element to write: its name, count, type of all properties, names of the properties."""

_MEANS = ("x", "y", "z")
_DC = ("f_dc_0", "f_dc_1", "f_dc_2")
_SCALES = ("scale_0", "scale_1", "scale_2")
_QUATS = ("rot_0", "rot_1", "rot_2", "rot_3")
_REST_PER_DEGREE = (0, 9, 24, 45, 72)


def read_ply(source: ByteSource) -> Gaussians:
    """Gaussians of an INRIA .ply, binary of either endianness or text; harmonics above degree 3 are dropped.

    Raises:
        SceneFileError: The file is damaged or holds no Gaussians.
    """
    header = parse_ply_header(source)
    rest = _rest_names(source, header)
    rows = read_ply_element(source, header, "vertex")
    refuse_empty(source.path, len(rows))
    table, names = _as_table(rows)
    means, quats, scales, dc = (_columns(table, names, group) for group in (_MEANS, _QUATS, _SCALES, _DC))
    return checked_gaussians(
        source.path,
        means=means,
        quats=quats,
        log_scales=scales,
        logit_opacities=_columns(table, names, ("opacity",))[:, 0],
        sh_coeffs=_sh_coeffs(dc, _columns(table, names, rest)),
        antialiased=ANTIALIASED_COMMENT in header.comments,
    )


def describe_ply(source: ByteSource) -> dict[str, object]:
    """Facts from the header alone."""
    header = parse_ply_header(source)
    degree = _REST_PER_DEGREE.index(len(_rest_names(source, header)))
    vertex = header.element("vertex")
    return {
        "encoding": header.encoding.value,
        "num_gaussians": vertex.count if vertex else 0,
        "sh_degree": degree,
        "compression": "none",
        "comments": list(header.comments),
    }


def encode_ply(gaussians: Gaussians) -> Iterable[Any]:
    """Buffers of an INRIA .ply that holds exactly these Gaussians."""
    n, coefficients = gaussians.sh_coeffs.shape[:2]
    rest = tuple(f"f_rest_{i}" for i in range(3 * (coefficients - 1)))
    names = (*_MEANS, "nx", "ny", "nz", *_DC, *rest, "opacity", *_SCALES, *_QUATS)
    rows = np.zeros((n, len(names)), dtype="<f4")
    rows[:, 0:3] = gaussians.means
    rows[:, 6:9] = gaussians.sh_coeffs[:, 0]
    rows[:, 9 : 9 + len(rest)] = gaussians.sh_coeffs[:, 1:].transpose(0, 2, 1).reshape(n, -1)
    rows[:, -8] = gaussians.logit_opacities
    rows[:, -7:-4] = gaussians.log_scales
    rows[:, -4:] = gaussians.quats
    return (ply_header_bytes([("vertex", n, "float", names)], antialiased=gaussians.antialiased), rows)


def ply_header_bytes(elements: list[PlyElement], *, antialiased: bool) -> bytes:
    """Header of a little-endian PLY with these elements."""
    lines = ["ply", "format binary_little_endian 1.0", "comment written by rowsplat"]
    lines += [f"comment {ANTIALIASED_COMMENT}"] if antialiased else []
    for name, count, kind, properties in elements:
        lines += [f"element {name} {count}", *(f"property {kind} {p}" for p in properties)]
    return "\n".join([*lines, "end_header", ""]).encode("ascii")


def sh_from_channel_major(rest: NDArray[Any]) -> NDArray[Any]:
    """Harmonics above degree 0, `[N, K - 1, 3]`, from columns `[N, 3 (K - 1)]`: red, green, blue."""
    return rest.reshape(len(rest), 3, -1).transpose(0, 2, 1)


def _rest_names(source: ByteSource, header: PlyHeader) -> tuple[str, ...]:
    """Names of the f_rest columns; checks that every column that is needed is there."""
    vertex = header.element("vertex")
    names = {name for name, _ in vertex.properties or ()} if vertex else set[str]()
    missing = [n for n in (*_MEANS, *_DC, "opacity", *_SCALES, *_QUATS) if n not in names]
    if missing:
        problem = f"expected splat properties, {', '.join(missing[:4])} missing"
        raise source.error("element vertex", problem, "Open a splat scene, not a point cloud or mesh")
    count = sum(name.startswith("f_rest_") for name in names)
    rest = tuple(f"f_rest_{i}" for i in range(count))
    if count not in _REST_PER_DEGREE or not names.issuperset(rest):
        problem = f"expected 0, 9, 24, 45 or 72 properties f_rest_0, f_rest_1, ..., found {count}"
        raise source.error("element vertex", problem, "Export the scene again")
    return rest


def _as_table(rows: NDArray[np.void]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Rows as a matrix `[N, P]` and its column names: a view when all columns are little-endian float32."""
    names = rows.dtype.names or ()
    kinds = {rows.dtype[name] for name in names}
    if kinds == {np.dtype("<f4")} and rows.flags.c_contiguous:
        return rows.view("<f4").reshape(len(rows), len(names)), names
    table = np.empty((len(rows), len(names)), dtype=np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for column, name in enumerate(names):
            table[:, column] = rows[name]
    return table, names


def _columns(table: NDArray[Any], names: tuple[str, ...], wanted: tuple[str, ...]) -> FloatArray:
    """The wanted columns, `[N, len(wanted)]`; a view when they lie side by side."""
    if not wanted:
        return np.empty((len(table), 0), dtype=np.float32)
    first = names.index(wanted[0])
    if names[first : first + len(wanted)] == wanted:
        return table[:, first : first + len(wanted)]
    return table[:, [names.index(name) for name in wanted]]


def _sh_coeffs(dc: FloatArray, rest: FloatArray) -> FloatArray:
    coefficients = min(1 + rest.shape[1] // 3, SH_COEFFS_PER_DEGREE[-1])
    sh_coeffs = np.empty((len(dc), coefficients, 3), dtype=np.float32)
    sh_coeffs[:, 0] = dc
    if coefficients > 1:
        sh_coeffs[:, 1:] = sh_from_channel_major(rest)[:, : coefficients - 1]
    return sh_coeffs
