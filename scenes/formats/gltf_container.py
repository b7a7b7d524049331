"""Framing of glTF: the JSON and the buffers of a .gltf or .glb file.

pygltflib is not used: it maps the JSON onto objects without checking it, which is what takes care here.
"""

from __future__ import annotations

import base64
import binascii
import struct
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from .byte_source import DAMAGED, ByteSource
from .untrusted_text import check_member_name, parse_json

GLB_MAGIC = b"glTF"
_JSON_CHUNK, _BINARY_CHUNK = 0x4E4F534A, 0x004E4942
_MAX_GLB_JSON, _MAX_GLTF_JSON = 16 << 20, 256 << 20
_REMEDY = "Export the scene again"

_COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}


@dataclass(frozen=True, eq=False)
class GltfDocument:
    """Parsed JSON of a file, with checked access to its lists and accessors.

    Args:
        source: The file.
        json: Its JSON.
        binary: The binary chunk of a .glb; None otherwise.
    """

    source: ByteSource
    json: dict[str, Any]
    binary: ByteSource | None
    _opened: dict[int, ByteSource] = field(default_factory=dict[int, ByteSource], init=False, repr=False)

    def error(self, place: str, problem: str, remedy: str = _REMEDY) -> SceneFileError:
        """An error about this file, for the caller to raise."""
        return self.source.error(place, problem, remedy)

    def items(self, owner: Mapping[str, Any], key: str, place: str) -> list[Any]:
        """The list `owner[key]`, empty when absent."""
        value = owner.get(key, [])
        if not isinstance(value, list):
            raise self.error(place, f"expected a list of {key}, found {type(value).__name__}")
        return value

    def mapping(self, owner: Mapping[str, Any], key: str, place: str) -> dict[str, Any]:
        """The object `owner[key]`, empty when absent."""
        value = owner.get(key, {})
        if not isinstance(value, dict):
            raise self.error(place, f"expected an object {key}, found {type(value).__name__}")
        return value

    def entry(self, key: str, index: object) -> dict[str, Any]:
        """Object number `index` of the top-level list `key`."""
        entries = self.items(self.json, key, key)
        if type(index) is not int or not 0 <= index < len(entries) or not isinstance(entries[index], dict):
            raise self.error(key, f"expected an index below {len(entries)}, found {str(index)[:30]}")
        return entries[index]

    def whole(self, owner: Mapping[str, Any], key: str, place: str, default: int | None = None) -> int:
        """The number `owner[key]`, at least 0."""
        value = owner.get(key, default)
        if type(value) is not int or value < 0:
            raise self.error(place, f"expected a whole number {key}, found {str(value)[:30]}")
        return value

    def accessor(self, index: object, kinds: tuple[str, ...]) -> NDArray[Any]:
        """Values of an accessor, `[count, width]`: a view, or float32 where the file says normalised.

        Args:
            index: Number of the accessor.
            kinds: Accepted types, of "SCALAR", "VEC3", "VEC4".

        Raises:
            SceneFileError: It is of another kind, or leads out of its buffer.
        """
        accessor = self.entry("accessors", index)
        place = f"accessor {index}"
        kind, component = accessor.get("type"), accessor.get("componentType")
        if not isinstance(component, int) or component not in _COMPONENTS:
            raise self.error(place, f"expected float or 8- or 16-bit numbers, found {str(component)[:20]}")
        if kind not in kinds or "sparse" in accessor:
            raise self.error(place, f"expected {' or '.join(kinds)}, not sparse, found {str(kind)[:20]}")
        dtype = np.dtype(_COMPONENTS[component])
        count, width = self.whole(accessor, "count", place), _WIDTHS[kind]
        data, stride = self._view(accessor, place, width * dtype.itemsize)
        offset = self.whole(accessor, "byteOffset", place, 0)
        data.require(
            offset,
            (count - 1) * stride + width * dtype.itemsize if count else 0,
            f"{place} in its bufferView",
        )
        values = np.ndarray((count, width), dtype, data.data, offset, (stride, dtype.itemsize))
        return _normalised(values) if accessor.get("normalized") is True else values

    def _view(self, accessor: dict[str, Any], place: str, item: int) -> tuple[ByteSource, int]:
        """Bytes of an accessor's bufferView and the distance between its items."""
        view = self.entry("bufferViews", accessor.get("bufferView"))
        buffer = self._buffer(self.whole(view, "buffer", place))
        offset = self.whole(view, "byteOffset", place, 0)
        length = self.whole(view, "byteLength", place)
        stride = self.whole(view, "byteStride", place, item)
        if stride < item:
            raise self.error(place, f"expected a stride of at least {item}, found {stride}")
        return ByteSource(
            self.source.path, buffer.array(offset, length, np.uint8, f"{place} in its buffer")
        ), stride

    def _buffer(self, index: int) -> ByteSource:
        """Bytes of a buffer, opened or decoded once."""
        if index not in self._opened:
            self._opened[index] = self._open_buffer(index)
        return self._opened[index]

    def _open_buffer(self, index: int) -> ByteSource:
        buffer = self.entry("buffers", index)
        uri = buffer.get("uri")
        if uri is None and index == 0 and self.binary is not None:
            return self.binary
        if not isinstance(uri, str):
            raise self.error(f"buffer {index}", "expected a uri or a binary chunk")
        if uri.startswith("data:"):
            return ByteSource(self.source.path, self._embedded(uri, index))
        return self._external(uri)

    def _embedded(self, uri: str, index: object) -> NDArray[np.uint8]:
        head, comma, text = uri.partition(",")
        try:
            if not comma or not head.endswith(";base64"):
                raise ValueError("not base64")
            return np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8)
        except (binascii.Error, ValueError) as error:
            raise self.error(f"buffer {index}", f"expected a base64 data URI ({error})", DAMAGED) from error

    def _external(self, uri: str) -> ByteSource:
        folder = self.source.path.parent
        path = folder / check_member_name(self.source.path, urllib.parse.unquote(uri))
        if not path.resolve().is_relative_to(folder.resolve()):
            raise self.error(uri[:60], "leads out of the scene's folder", "Copy the file into the folder")
        return ByteSource.open(path)


def open_gltf(source: ByteSource) -> GltfDocument:
    """Parse a .gltf or .glb.

    Raises:
        SceneFileError: It is neither, or is damaged.
    """
    if source.data[:4].tobytes() != GLB_MAGIC:
        return GltfDocument(source, parse_json(source, _MAX_GLTF_JSON), None)
    _, version, length = source.unpack("<4sII", 0, "glb header")
    if version != 2:
        raise source.error("glb header", f"expected glTF 2, found {version}", "Export it as glTF 2")
    source.require(0, length, "glb chunks")
    chunks: dict[int, ByteSource] = {}
    offset = 12
    while offset + 8 <= length:
        size, kind = source.unpack("<II", offset, "chunk header")
        data = source.array(offset + 8, size, np.uint8, "chunk")
        chunks.setdefault(kind, ByteSource(source.path, data))
        offset += 8 + size
    if _JSON_CHUNK not in chunks:
        raise source.error("glb chunks", "expected a JSON chunk, found none")
    return GltfDocument(source, parse_json(chunks[_JSON_CHUNK], _MAX_GLB_JSON), chunks.get(_BINARY_CHUNK))


def glb_chunks(json_text: bytes, binary: list[bytes]) -> list[bytes]:
    """Buffers of a .glb from its JSON and the parts of its binary chunk (of 4-byte multiples)."""
    json_text += b" " * (-len(json_text) % 4)
    size = sum(map(len, binary))
    total = 12 + 8 + len(json_text) + 8 + size
    head = struct.pack("<4sIIII", GLB_MAGIC, 2, total, len(json_text), _JSON_CHUNK)
    return [head, json_text, struct.pack("<II", size, _BINARY_CHUNK), *binary]


def _normalised(values: NDArray[Any]) -> NDArray[Any]:
    """Integers as the fractions that they stand for; floats unchanged."""
    if values.dtype.kind == "f":
        return values
    return np.maximum(values / np.float32(np.iinfo(values.dtype).max), -1.0, dtype=np.float32)
