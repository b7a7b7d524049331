"""meta.json of a SOG scene, version 1 or 2, as checked values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .sog_members import SogMembers
from .untrusted_text import check_member_name

MAX_PALETTE = 1 << 16
"""Largest number of rows in the palette of harmonics: labels have 16 bits."""

SH_COUNTS = (0, 3, 8, 15)
"""Harmonics above degree 0, by degree."""

Table = NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class SogMeta:
    """What both versions of meta.json say, in one form.

    Args:
        version: 1 or 2.
        count: Number of Gaussians.
        antialiased: The scene was trained with opacity compensation.
        files: Names of the images, by attribute.
        mean_bounds: Minima and maxima of the log-transformed positions, `[2, 3]`.
        scale_tables: Log scale of each byte, per axis, `[3, 256]`.
        color_tables: Degree-0 coefficient of each byte, per channel, `[3, 256]`.
        logit_bounds: Minimum and maximum of the stored logit opacity; None when opacity itself is stored.
        sh_table: Coefficient of each byte in the palette of harmonics, `[256]`; None without harmonics.
        sh_degree: Degree of the palette; None when only the palette's size tells (version 1).
        palette_count: Rows of the palette; None when unknown (version 1).
    """

    version: int
    count: int
    antialiased: bool
    files: dict[str, tuple[str, ...]]
    mean_bounds: Table
    scale_tables: Table
    color_tables: Table
    logit_bounds: tuple[float, float] | None
    sh_table: Table | None
    sh_degree: int | None
    palette_count: int | None


def parse_sog_meta(members: SogMembers) -> SogMeta:
    """Check meta.json.

    Raises:
        SceneFileError: A field is missing or makes no sense; names it.
    """
    version = members.meta.get("version", 1)
    if version == 2:
        return _parse_v2(members)
    if version == 1:
        return _parse_v1(members)
    raise members.error(
        "version", f"expected SOG version 1 or 2, found {str(version)[:20]}", "Export it as SOG 2"
    )


def _parse_v2(members: SogMembers) -> SogMeta:
    has_sh = "shN" in members.meta
    scales, colors = _codebook(members, "scales"), _codebook(members, "sh0")
    palette = _field(members, "shN") if has_sh else {}
    return SogMeta(
        version=2,
        count=_integer(members, members.meta.get("count"), "count", 1 << 40),
        antialiased=members.meta.get("model") == "antialiased" or members.meta.get("antialias") is True,
        files=_all_files(members, has_sh),
        mean_bounds=np.stack([_numbers(members, "means", "mins", 3), _numbers(members, "means", "maxs", 3)]),
        scale_tables=np.stack([scales] * 3),
        color_tables=np.stack([colors] * 3),
        logit_bounds=None,
        sh_table=_codebook(members, "shN") if has_sh else None,
        sh_degree=_integer(members, palette.get("bands"), "shN.bands", 3) if has_sh else None,
        palette_count=_integer(members, palette.get("count"), "shN.count", MAX_PALETTE) if has_sh else None,
    )


def _parse_v1(members: SogMembers) -> SogMeta:
    shape = _field(members, "means").get("shape")
    count = shape[0] if isinstance(shape, list) and shape else None
    colors = _lerp_tables(members, "sh0", 4)
    has_sh = "shN" in members.meta
    return SogMeta(
        version=1,
        count=_integer(members, count, "means.shape", 1 << 40),
        antialiased=False,
        files=_all_files(members, has_sh),
        mean_bounds=np.stack([_numbers(members, "means", "mins", 3), _numbers(members, "means", "maxs", 3)]),
        scale_tables=_lerp_tables(members, "scales", 3),
        color_tables=colors[:3],
        logit_bounds=(float(colors[3, 0]), float(colors[3, 255])),
        sh_table=_lerp_tables(members, "shN", 1)[0] if has_sh else None,
        sh_degree=None,
        palette_count=None,
    )


def _all_files(members: SogMembers, has_sh: bool) -> dict[str, tuple[str, ...]]:
    needed = {"means": 2, "scales": 1, "quats": 1, "sh0": 1, **({"shN": 2} if has_sh else {})}
    return {name: _files(members, name, count) for name, count in needed.items()}


def _field(members: SogMembers, name: str) -> dict[str, Any]:
    value = members.meta.get(name)
    if not isinstance(value, dict):
        raise members.error(name, f"expected an object, found {type(value).__name__}")
    return value


def _files(members: SogMembers, name: str, count: int) -> tuple[str, ...]:
    files = _field(members, name).get("files")
    if not isinstance(files, list) or len(files) < count:
        raise members.error(f"{name}.files", f"expected {count} file names")
    return tuple(check_member_name(members.path, file) for file in files[:count])


def _integer(members: SogMembers, value: object, place: str, largest: int) -> int:
    if type(value) is not int or not 1 <= value <= largest:
        raise members.error(place, f"expected a whole number from 1 to {largest}, found {str(value)[:30]}")
    return value


def _numbers(members: SogMembers, name: str, key: str, count: int) -> Table:
    value = _field(members, name).get(key)
    values = value if isinstance(value, list) else [value]
    if len(values) != count or not all(_is_number(v) for v in values):
        raise members.error(f"{name}.{key}", f"expected {count} finite numbers")
    return np.array(values, dtype=np.float64)


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and abs(value) < 1e30  # type: ignore[arg-type]


def _lerp_tables(members: SogMembers, name: str, count: int) -> Table:
    """Value of each byte between minimum and maximum, `[count, 256]`."""
    low, high = _numbers(members, name, "mins", count), _numbers(members, name, "maxs", count)
    return low[:, None] + (high - low)[:, None] * (np.arange(256) / 255.0)


def _codebook(members: SogMembers, name: str) -> Table:
    values = _field(members, name).get("codebook")
    if (
        isinstance(values, list)
        and len(values) == 256
        and values[0] is None
        and all(map(_is_number, values[1:]))
    ):
        # An old writer left the first entry out; it is what the even spacing of the rest suggests.
        values = [values[1] + (values[1] - values[255]) / 255.0, *values[1:]]
    if not isinstance(values, list) or len(values) != 256 or not all(map(_is_number, values)):
        raise members.error(f"{name}.codebook", "expected 256 finite numbers")
    return np.array(values, dtype=np.float64)
