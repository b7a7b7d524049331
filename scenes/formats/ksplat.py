"""mkkellogg's .ksplat: sections of Gaussians, perhaps quantised about the centres of buckets. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..gaussians import SH_COEFFS_PER_DEGREE, FloatArray, Gaussians
from .activations import DC_OF_BYTES, LOGITS_OF_BYTES, logs_of_scales
from .byte_source import ByteSource
from .validation import checked_gaussians, refuse_empty

_HEADER_SIZE, _SECTION_HEADER_SIZE = 4096, 1024
_DEFAULT_SH_RANGE = 1.5
_DEFAULT_SCALE_RANGE = 32767
_MAX_SH_DEGREE = 2
_REMEDY = "Check that the file is a .ksplat scene of version 0.1 or later"


@dataclass(frozen=True, kw_only=True)
class _Header:
    version: str
    level: int
    sections: int
    sh_low: float
    sh_high: float


@dataclass(frozen=True, kw_only=True)
class _Section:
    count: int
    capacity: int
    bucket_size: int
    buckets: int
    block_size: float
    bucket_bytes: int
    scale_range: int
    full_buckets: int
    partial_buckets: int
    sh_degree: int
    offset: int

    def data_offset(self) -> int:
        return self.offset + 4 * self.partial_buckets + self.bucket_bytes * self.buckets


def read_ksplat(source: ByteSource) -> Gaussians:
    """Gaussians of a .ksplat of compression level 0, 1 or 2 and harmonics of degree 0-2.

    Raises:
        SceneFileError: The file is damaged.
    """
    header = _read_header(source)
    parts = [
        _read_section(source, header, section) for section in _read_sections(source, header) if section.count
    ]
    refuse_empty(source.path, len(parts))
    coefficients = max(part["sh_coeffs"].shape[1] for part in parts)
    for part in parts:
        missing = coefficients - part["sh_coeffs"].shape[1]
        part["sh_coeffs"] = np.pad(part["sh_coeffs"], ((0, 0), (0, missing), (0, 0)))
    arrays = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return checked_gaussians(
        source.path,
        means=arrays["means"],
        quats=arrays["quats"],
        log_scales=arrays["log_scales"],
        logit_opacities=arrays["logit_opacities"],
        sh_coeffs=arrays["sh_coeffs"],
    )


def describe_ksplat(source: ByteSource) -> dict[str, object]:
    """Facts from the headers alone."""
    header = _read_header(source)
    sections = _read_sections(source, header)
    return {
        "version": header.version,
        "num_gaussians": sum(section.count for section in sections),
        "sh_degree": max((section.sh_degree for section in sections), default=0),
        "compression": f"level {header.level}",
        "sections": len(sections),
    }


def _row_type(level: int, sh_degree: int) -> np.dtype[np.void]:
    """Layout of one Gaussian."""
    small = "<f4" if level == 0 else "<f2"
    harmonic = ("<f4", "<f2", "u1")[level]
    fields: list[Any] = [
        ("mean", "<f4" if level == 0 else "<u2", 3),
        ("scale", small, 3),
        ("quat", small, 4),
        ("rgba", "u1", 4),
    ]
    if sh_degree:
        fields.append(("sh", harmonic, 3 * (SH_COEFFS_PER_DEGREE[sh_degree] - 1)))
    return np.dtype(fields)


def _read_header(source: ByteSource) -> _Header:
    source.require(0, _HEADER_SIZE, "header")
    major, minor, sections = source.unpack("<BB2xI", 0, "header")
    (level,) = source.unpack("<H", 20, "header")
    low, high = source.unpack("<ff", 36, "header")
    if (major, minor) < (0, 1) or major != 0 or level > 2:
        problem = f"expected version 0.1 and compression level 0-2, found {major}.{minor} and {level}"
        raise source.error("header", problem, _REMEDY)
    source.require(_HEADER_SIZE, sections * _SECTION_HEADER_SIZE, f"{sections} section headers")
    low, high = low or -_DEFAULT_SH_RANGE, high or _DEFAULT_SH_RANGE
    return _Header(version=f"{major}.{minor}", level=level, sections=sections, sh_low=low, sh_high=high)


def _read_sections(source: ByteSource, header: _Header) -> list[_Section]:
    sections: list[_Section] = []
    offset = _HEADER_SIZE + header.sections * _SECTION_HEADER_SIZE
    for index in range(header.sections):
        section = _read_section_header(source, header, index, offset)
        end = section.data_offset() + section.capacity * _row_type(header.level, section.sh_degree).itemsize
        source.require(offset, end - offset, f"section {index}")
        sections.append(section)
        offset = end
    return sections


def _read_section_header(source: ByteSource, header: _Header, index: int, offset: int) -> _Section:
    base = _HEADER_SIZE + index * _SECTION_HEADER_SIZE
    fields = source.unpack("<IIIIfH2xI4xIIH", base, "section header")
    count, capacity, bucket_size, buckets, block_size, bucket_bytes, scale_range, full, partial, degree = (
        fields
    )
    wrong_buckets = header.level > 0 and (bucket_bytes < 12 or bucket_bytes % 4 or full + partial > buckets)
    if count > capacity or degree > _MAX_SH_DEGREE or wrong_buckets or not np.isfinite(block_size):
        problem = f"expected counts and buckets that agree and harmonics of degree 0-2, found {fields}"
        raise source.error(f"section header {index}", problem)
    return _Section(
        count=count,
        capacity=capacity,
        bucket_size=bucket_size,
        buckets=buckets,
        block_size=block_size,
        bucket_bytes=bucket_bytes,
        scale_range=scale_range or _DEFAULT_SCALE_RANGE,
        full_buckets=full,
        partial_buckets=partial,
        sh_degree=degree,
        offset=offset,
    )


def _read_section(source: ByteSource, header: _Header, section: _Section) -> dict[str, NDArray[Any]]:
    rows = source.array(
        section.data_offset(), section.count, _row_type(header.level, section.sh_degree), "Gaussians"
    )
    means = rows["mean"] if header.level == 0 else _means(source, section, rows["mean"])
    return {
        "means": means,
        "quats": rows["quat"].astype(np.float32),
        "log_scales": logs_of_scales(source, rows["scale"]),
        "logit_opacities": LOGITS_OF_BYTES[rows["rgba"][:, 3]],
        "sh_coeffs": _sh_coeffs(header, section, rows),
    }


def _means(source: ByteSource, section: _Section, quantised: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Positions about the centre of each Gaussian's bucket: full buckets first, then partly filled ones."""
    lengths = source.array(section.offset, section.partial_buckets, "<u4", "bucket lengths")
    sizes = np.concatenate([np.full(section.full_buckets, section.bucket_size, dtype=np.int64), lengths])
    ends = np.cumsum(sizes)
    if len(ends) == 0 or ends[-1] < section.count:
        problem = (
            f"expected buckets of {section.count} Gaussians, found room for {ends[-1] if len(ends) else 0}"
        )
        raise source.error(f"section at offset {section.offset}", problem)
    bucket = np.searchsorted(ends, np.arange(section.count), side="right")
    centres_offset = section.offset + 4 * section.partial_buckets
    stride = section.bucket_bytes // 4
    centres = source.array(centres_offset, section.buckets * stride, "<f4", "bucket centres")
    step = section.block_size / 2.0 / section.scale_range
    offsets = (quantised.astype(np.float64) - section.scale_range) * step
    return offsets + centres.reshape(section.buckets, stride)[bucket, :3]


def _sh_coeffs(header: _Header, section: _Section, rows: NDArray[Any]) -> FloatArray:
    """Harmonics; each degree is stored channel by channel."""
    sh_coeffs = np.empty((len(rows), SH_COEFFS_PER_DEGREE[section.sh_degree], 3), dtype=np.float32)
    sh_coeffs[:, 0] = DC_OF_BYTES[rows["rgba"][:, :3]]
    if section.sh_degree == 0:
        return sh_coeffs
    stored = rows["sh"].astype(np.float32)
    if header.level == 2:
        stored = header.sh_low + stored / np.float32(255.0) * np.float32(header.sh_high - header.sh_low)
    first = 0
    for degree in range(1, section.sh_degree + 1):
        width = 2 * degree + 1
        block = stored[:, first : first + 3 * width].reshape(-1, 3, width)
        sh_coeffs[:, degree**2 : (degree + 1) ** 2] = block.transpose(0, 2, 1)
        first += 3 * width
    return sh_coeffs
