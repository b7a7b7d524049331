"""Tiny ONNX files: one operation from a picture to a map. Written field by field, as protocol buffers are."""

from __future__ import annotations

from pathlib import Path


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _tensor(name: str, sides: tuple[int | str, ...]) -> bytes:
    """ValueInfoProto of floats."""
    shape = b"".join(_field(1, _field(1 if isinstance(side, int) else 2, side)) for side in sides)
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, shape)))


def write_onnx(path: Path, operation: str, *, channels: int = 3, size: tuple[int, int] | None = None) -> Path:
    """A network `picture [1, channels, H, W]` -> `operation` -> `map`, of any size or of `size` (height, width)."""
    sides = (1, channels, *(size or ("H", "W")))
    node = _field(1, "picture") + _field(2, "map") + _field(4, operation)
    graph = _field(1, node) + _field(2, "graph") + _field(11, _tensor("picture", sides))
    graph += _field(12, _tensor("map", sides))
    path.write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(2, 13)))
    return path
