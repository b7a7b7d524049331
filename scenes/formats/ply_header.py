"""Header of a PLY file: its elements, their properties, and where the data begins.

plyfile is not used for reading: it allocates what the header asks for before it looks at the file's size.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from .byte_source import ByteSource

_MAX_HEADER = 1 << 16

_REMEDY = "Check that the file is a PLY and export it again"

_TYPES = {
    **dict.fromkeys(("char", "int8"), "i1"),
    **dict.fromkeys(("uchar", "uint8"), "u1"),
    **dict.fromkeys(("short", "int16"), "i2"),
    **dict.fromkeys(("ushort", "uint16"), "u2"),
    **dict.fromkeys(("int", "int32"), "i4"),
    **dict.fromkeys(("uint", "uint32"), "u4"),
    **dict.fromkeys(("float", "float32"), "f4"),
    **dict.fromkeys(("double", "float64"), "f8"),
}


class Encoding(enum.Enum):
    """How the data after the header is written."""

    ASCII = "ascii"
    LITTLE_ENDIAN = "binary_little_endian"
    BIG_ENDIAN = "binary_big_endian"


@dataclass(frozen=True, kw_only=True)
class Element:
    """One `element` of the header.

    Args:
        name: Its name.
        count: Number of rows.
        properties: Name and numpy type code of each property; None if one of them is a list.
    """

    name: str
    count: int
    properties: tuple[tuple[str, str], ...] | None

    def dtype(self, encoding: Encoding) -> np.dtype[np.void]:
        """Type of one row."""
        order = ">" if encoding is Encoding.BIG_ENDIAN else "<"
        return np.dtype([(name, order + code) for name, code in self.properties or ()])


@dataclass(frozen=True, kw_only=True)
class PlyHeader:
    """A parsed header.

    Args:
        encoding: How the data is written.
        elements: The elements, in file order.
        comments: Texts of the comment lines.
        data_offset: Where the data begins [bytes].
    """

    encoding: Encoding
    elements: tuple[Element, ...]
    comments: tuple[str, ...]
    data_offset: int

    def element(self, name: str) -> Element | None:
        """The element called `name`, if there is one."""
        return next((element for element in self.elements if element.name == name), None)


def parse_ply_header(source: ByteSource) -> PlyHeader:
    """Parse the header.

    Raises:
        SceneFileError: It is not a PLY header; names the line.
    """
    head = source.bytes(0, min(len(source), _MAX_HEADER), "header")
    end = head.find(b"end_header")
    newline = head.find(b"\n", end)
    if end < 0 or newline < 0:
        problem = f"expected 'end_header' within the first {_MAX_HEADER} bytes"
        raise source.error("PLY header", problem, _REMEDY)
    lines = head[:end].decode("latin-1").splitlines()
    return _parse_lines(source, lines, newline + 1)


def _parse_lines(source: ByteSource, lines: list[str], data_offset: int) -> PlyHeader:
    encoding: Encoding | None = None
    comments: list[str] = []
    elements: list[Element] = []
    for number, line in enumerate(lines[1:], start=2):
        words = line.split()
        match words[:1]:
            case [] | ["obj_info"]:
                pass
            case ["comment"]:
                comments.append(line.strip().removeprefix("comment").strip())
            case ["format"]:
                encoding = _encoding(source, number, words)
            case ["element"]:
                elements.append(_element(source, number, words))
            case ["property"] if elements:
                elements[-1] = _with_property(source, number, words, elements[-1])
            case _:
                raise _line_error(source, number, line)
    if encoding is None:
        raise source.error("PLY header", "expected a line 'format binary_little_endian 1.0'", _REMEDY)
    return PlyHeader(
        encoding=encoding, elements=tuple(elements), comments=tuple(comments), data_offset=data_offset
    )


def _line_error(source: ByteSource, number: int, line: str) -> Exception:
    problem = f"expected a PLY header line, found {line[:60].strip()!r}"
    return source.error(f"header line {number}", problem, _REMEDY)


def _encoding(source: ByteSource, number: int, words: list[str]) -> Encoding:
    try:
        return Encoding(words[1])
    except (IndexError, ValueError):
        raise _line_error(source, number, " ".join(words)) from None


def _element(source: ByteSource, number: int, words: list[str]) -> Element:
    if len(words) != 3 or not words[2].isascii() or not words[2].isdigit() or len(words[2]) > 18:
        raise _line_error(source, number, " ".join(words))
    return Element(name=words[1], count=int(words[2]), properties=())


def _with_property(source: ByteSource, number: int, words: list[str], element: Element) -> Element:
    if len(words) == 5 and words[1] == "list":
        return Element(name=element.name, count=element.count, properties=None)
    if len(words) != 3 or words[1] not in _TYPES:
        raise _line_error(source, number, " ".join(words))
    if element.properties is None:
        return element
    if any(name == words[2] for name, _ in element.properties):
        raise source.error(f"header line {number}", f"property {words[2]!r} is declared twice", _REMEDY)
    properties = (*element.properties, (words[2], _TYPES[words[1]]))
    return Element(name=element.name, count=element.count, properties=properties)
