"""Framing of .spz files: gzip around it all (versions 1-3) or a plain header and ZSTD streams (version 4)."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .byte_source import DAMAGED, ByteSource

MAGIC = 0x5053474E
"""The letters NGSP, little-endian."""

SH_COUNTS = (0, 3, 8, 15, 24)
"""Harmonics above degree 0, by degree."""

_LEGACY_HEADER = struct.Struct("<IIIBBBB")
_V4_HEADER = struct.Struct("<IIIBBBBI12x")
_TOC_ENTRY = 16
_ANTIALIASED, _HAS_EXTENSIONS = 1, 2
_COORDINATE_SYSTEM = 0xADBE0003  # Adobe's extension: the axes in which the file is stored
_RUB = 4
_MAX_TRAILER = 1 << 16

# Real scenes shrink about 2:1 after quantisation. A file that claims far more is a decompression bomb.
_MAX_EXPANSION, _FREE_EXPANSION = 64, 1 << 20


@dataclass(frozen=True, kw_only=True)
class SpzHeader:
    """What the header of either framing says.

    Args:
        version: 1-4.
        count: Number of Gaussians.
        sh_degree: 0-4.
        fractional_bits: Position bits after the binary point.
        antialiased: The scene was trained with opacity compensation.
        streams: Number of streams, version 4 only.
        toc_offset: Where their table begins [bytes], version 4 only.
        coordinate_system: Axes of the stored data as numbered by the library, 4 = right-up-back.
    """

    version: int
    count: int
    sh_degree: int
    fractional_bits: int
    antialiased: bool
    streams: int = 0
    toc_offset: int = 0
    coordinate_system: int = _RUB

    def attribute_sizes(self) -> tuple[int, ...]:
        """Bytes of positions, alphas, colours, scales, rotations and harmonics."""
        position = 6 if self.version == 1 else 9
        rotation = 3 if self.version < 3 else 4
        return tuple(
            self.count * size for size in (position, 1, 3, 3, rotation, 3 * SH_COUNTS[self.sh_degree])
        )


def read_spz_header(source: ByteSource) -> SpzHeader:
    """Parse and check the header of either framing.

    Raises:
        SceneFileError: The header is damaged, or claims more than the file can hold.
    """
    header = _read_v4_header(source) if _is_plain(source) else _read_legacy_header(source)
    largest = _MAX_EXPANSION * len(source) + _FREE_EXPANSION
    if sum(header.attribute_sizes()) > largest:
        problem = f"{header.count} Gaussians cannot come from a file of {len(source)} bytes"
        raise source.error("spz header", problem, DAMAGED)
    return header


def read_spz_attributes(source: ByteSource, header: SpzHeader) -> list[NDArray[np.uint8]]:
    """The six decompressed attributes: positions, alphas, colours, scales, rotations, harmonics (bytes each).

    Raises:
        SceneFileError: The data is damaged or shorter than the header says.
    """
    sizes = header.attribute_sizes()
    if header.version == 4:
        return _inflate_streams(source, header, sizes)
    payload = np.frombuffer(_gunzip(source, _LEGACY_HEADER.size + sum(sizes), whole=True), dtype=np.uint8)
    return np.split(payload[_LEGACY_HEADER.size :], np.cumsum(sizes)[:-1])


def encode_spz(header: SpzHeader, attributes: list[bytes]) -> bytes:
    """A whole file of version 3 or 4."""
    if header.version == 3:
        return _encode_legacy(header, attributes)
    import zstandard

    compressor = zstandard.ZstdCompressor(level=12, write_checksum=True)
    raw = [attribute for attribute in attributes if attribute]
    streams = [compressor.compress(attribute) for attribute in raw]
    toc = b"".join(struct.pack("<QQ", len(s), len(r)) for s, r in zip(streams, raw, strict=True))
    flags = _ANTIALIASED if header.antialiased else 0
    degree, bits = header.sh_degree, header.fractional_bits
    head = _V4_HEADER.pack(MAGIC, 4, header.count, degree, bits, flags, len(streams), _V4_HEADER.size)
    return b"".join([head, toc, *streams])


def _encode_legacy(header: SpzHeader, attributes: list[bytes]) -> bytes:
    flags = _ANTIALIASED if header.antialiased else 0
    head = _LEGACY_HEADER.pack(MAGIC, 3, header.count, header.sh_degree, header.fractional_bits, flags, 0)
    compressor = zlib.compressobj(level=6, wbits=31)
    return b"".join([compressor.compress(part) for part in (head, *attributes)] + [compressor.flush()])


def _is_plain(source: ByteSource) -> bool:
    return source.bytes(0, 4, "spz header") == struct.pack("<I", MAGIC)


def _read_legacy_header(source: ByteSource) -> SpzHeader:
    data = _gunzip(source, _LEGACY_HEADER.size)
    magic, version, count, degree, bits, flags, _ = _LEGACY_HEADER.unpack(data)
    if magic != MAGIC or version not in (1, 2, 3):
        problem = f"expected gzip around spz version 1-3, found magic {magic:#x}, version {version}"
        raise source.error("spz header", problem, "Check that the file is an .spz scene")
    return _checked(
        source,
        SpzHeader(
            version=version,
            count=count,
            sh_degree=degree,
            fractional_bits=bits,
            antialiased=bool(flags & _ANTIALIASED),
        ),
    )


def _read_v4_header(source: ByteSource) -> SpzHeader:
    fields = source.unpack(_V4_HEADER.format, 0, "spz header")
    _, version, count, degree, bits, flags, streams, toc_offset = fields
    if version != 4:
        raise source.error("spz header", f"expected version 4, found {version}", "Export it as spz version 4")
    source.require(toc_offset, streams * _TOC_ENTRY, "stream table")
    if toc_offset < _V4_HEADER.size:
        raise source.error(
            "spz header", f"expected a stream table after the header, found it at {toc_offset}"
        )
    system = _coordinate_system(source, toc_offset) if flags & _HAS_EXTENSIONS else _RUB
    return _checked(
        source,
        SpzHeader(
            version=4,
            count=count,
            sh_degree=degree,
            fractional_bits=bits,
            antialiased=bool(flags & _ANTIALIASED),
            streams=streams,
            toc_offset=toc_offset,
            coordinate_system=system,
        ),
    )


def _checked(source: ByteSource, header: SpzHeader) -> SpzHeader:
    if header.sh_degree >= len(SH_COUNTS):
        raise source.error("spz header", f"expected harmonics of degree 0-4, found {header.sh_degree}")
    if header.fractional_bits > 23:
        raise source.error("spz header", f"expected 0-23 fractional bits, found {header.fractional_bits}")
    return header


def _coordinate_system(source: ByteSource, end: int) -> int:
    """Axes named by an extension record; records are (type, length, payload) and unknown ones are skipped."""
    offset = _V4_HEADER.size
    while offset + 8 <= end:
        kind, length = source.unpack("<II", offset, "extension record")
        if kind == _COORDINATE_SYSTEM and length >= 4 and offset + 12 <= end:
            return source.unpack("<I", offset + 8, "extension record")[0] or _RUB
        offset += 8 + length
    return _RUB


def _gunzip(source: ByteSource, size: int, *, whole: bool = False) -> bytes:
    """The first `size` decompressed bytes; with `whole`, goes on to the end to verify the checksum."""
    inflater = zlib.decompressobj(wbits=31)
    try:
        data = inflater.decompress(source.data.data, size)
        if whole and not inflater.eof:  # records of extensions may follow
            inflater.decompress(inflater.unconsumed_tail, _MAX_TRAILER)
    except zlib.error as error:
        raise source.error("gzip data", f"cannot be decompressed ({error})", DAMAGED) from error
    if len(data) < size:
        raise source.error("gzip data", f"expected {size} bytes of Gaussians, found {len(data)}", DAMAGED)
    return data


def _inflate_streams(
    source: ByteSource, header: SpzHeader, sizes: tuple[int, ...]
) -> list[NDArray[np.uint8]]:
    expected = [size for size in sizes if size]
    if header.streams < len(expected):
        raise source.error("spz header", f"expected {len(expected)} streams, found {header.streams}")
    offset = header.toc_offset + header.streams * _TOC_ENTRY
    inflated: list[NDArray[np.uint8]] = []
    for index, size in enumerate(expected):
        packed, raw = source.unpack("<QQ", header.toc_offset + index * _TOC_ENTRY, "stream table")
        if raw != size:
            raise source.error(
                f"stream {index}", f"expected {size} bytes for {header.count} Gaussians, found {raw}"
            )
        inflated.append(_inflate(source, index, offset, packed, size))
        offset += packed
    while len(inflated) < len(sizes):
        inflated.append(np.empty(0, dtype=np.uint8))
    return inflated


def _inflate(source: ByteSource, index: int, offset: int, packed: int, size: int) -> NDArray[np.uint8]:
    import zstandard

    stream = io.BytesIO(source.bytes(offset, packed, f"stream {index}"))
    try:
        with zstandard.ZstdDecompressor().stream_reader(stream) as reader:
            data = reader.read(size + 1)  # to the end, so that a checksum is verified
    except zstandard.ZstdError as error:
        raise source.error(f"stream {index}", f"cannot be decompressed ({error})", DAMAGED) from error
    if len(data) != size:
        raise source.error(f"stream {index}", f"expected {size} bytes, found {len(data)}", DAMAGED)
    return np.frombuffer(data, dtype=np.uint8)
