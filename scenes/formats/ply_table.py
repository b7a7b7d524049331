"""The rows of one element of a PLY file."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .byte_source import DAMAGED, ByteSource
from .ply_header import Element, Encoding, PlyHeader


def read_ply_element(source: ByteSource, header: PlyHeader, name: str) -> NDArray[np.void]:
    """Rows of the element `name`, a structured array `[count]`; a view of the file where it is binary.

    Raises:
        SceneFileError: There is no such element, it or one before it has lists, or the file is too short.
    """
    offset = header.data_offset
    for element in header.elements:
        if element.properties is None:
            raise source.error(
                f"element {element.name}", "expected no list properties", "Export the scene as splats"
            )
        if element.name == name:
            return _rows(source, header, element, offset)
        offset += _size(element, header.encoding)
    raise source.error(
        "PLY header", f"expected an element {name!r}", "Check that the file holds Gaussian splats"
    )


def _size(element: Element, encoding: Encoding) -> int:
    """Bytes that an element takes; for text, lines."""
    return element.count * (1 if encoding is Encoding.ASCII else element.dtype(encoding).itemsize)


def _rows(source: ByteSource, header: PlyHeader, element: Element, offset: int) -> NDArray[Any]:
    if header.encoding is Encoding.ASCII:
        return _text_rows(source, header, element, offset - header.data_offset)
    return source.array(offset, element.count, element.dtype(header.encoding), f"element {element.name}")


def _text_rows(source: ByteSource, header: PlyHeader, element: Element, skipped_lines: int) -> NDArray[Any]:
    dtype = element.dtype(Encoding.ASCII)
    names = dtype.names or ()
    if element.count == 0:
        return np.empty(0, dtype=dtype)
    shortest = 2 * len(names) * element.count - 1  # a digit and a space each
    source.require(header.data_offset, shortest, f"element {element.name}")
    text = io.BytesIO(source.bytes(header.data_offset, len(source) - header.data_offset, "text"))
    place = f"element {element.name}"
    try:
        table = np.loadtxt(text, dtype=np.float64, skiprows=skipped_lines, max_rows=element.count, ndmin=2)
    except (ValueError, UserWarning) as error:
        raise source.error(place, f"expected rows of {len(names)} numbers ({error})", DAMAGED) from error
    if table.shape != (element.count, len(names)):
        expected = f"expected {element.count} rows of {len(names)} numbers, found {list(table.shape)}"
        raise source.error(place, expected, DAMAGED)
    rows = np.empty(element.count, dtype=dtype)
    with np.errstate(over="ignore", invalid="ignore"):  # NaN and overflow are reported by element later
        for column, field in enumerate(names):
            rows[field] = table[:, column]
    return rows
