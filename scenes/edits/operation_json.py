"""Edit operations to and from JSON; what comes back is checked field by field before it is believed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from .changed_rows import MAX_GAUSSIANS
from .colour_operations import ColourOperation, Contrast, Paint, ShiftHue
from .file_operations import Insert, ReplaceColours
from .index_mask import IndexMask
from .json_fields import JsonFields, shown
from .operations import Delete, Duplicate, EditOperation, Hide, Recolour, ShowAll, Transform

_Operation = TypeVar("_Operation", bound=EditOperation)


def operation_to_json(operation: EditOperation, folder: Path | None = None) -> dict[str, object]:
    """Values for a JSON document: `kind`, and the fields of that kind of operation.

    Args:
        operation: What is written.
        folder: Of the document: files are named relative to it; `None` = by their whole path.
    """
    values: dict[str, object] = {"kind": operation.kind}
    match operation:
        case Delete(mask=mask) | Hide(mask=mask) | Duplicate(mask=mask):
            values["mask"] = mask.to_json()
        case Transform():
            values["mask"] = _mask_or_none(operation.mask)
            values["matrix"] = [list(row) for row in operation.matrix]
        case Recolour():
            values["mask"] = _mask_or_none(operation.mask)
            values["tint"] = list(operation.tint)
            values |= {name: getattr(operation, name) for name in _FACTORS}
        case ColourOperation():
            values["mask"] = _mask_or_none(operation.mask)
            values |= {name: getattr(operation, name) for name in operation.fields}
        case Insert():
            values |= {"file": _file_name(operation.path, folder), "sha256": operation.sha256}
            values |= {"count": operation.count, "matrix": [list(row) for row in operation.matrix]}
        case ReplaceColours():
            values |= {"mask": operation.mask.to_json(), "file": _file_name(operation.path, folder)}
            values |= {"sha256": operation.sha256, "label": operation.label}
        case _:
            pass
    return values


def operation_from_json(
    value: object, place: str, *, count: int, folder: Path | None = None
) -> EditOperation:
    """The operation that `operation_to_json` wrote.

    Args:
        value: The decoded JSON.
        place: Where it is in the document, for errors.
        count: Number of Gaussians of the scene at this step.
        folder: Of the document; the names of files are relative to it, or to the current folder.

    Raises:
        RowsplatError: The operation is unknown, a field is missing, misspelt or out of range, or a mask is for
            another number of Gaussians; names the field.
    """
    fields = JsonFields.of(value, place)
    kind = fields.text("kind")
    if kind in _FILE_READERS:
        operation = _FILE_READERS[kind](fields, count, folder or Path())
    elif kind in _READERS:
        operation = _READERS[kind](fields, count)
    else:
        known = ", ".join((*_READERS, *_FILE_READERS))
        raise fields.error("kind", f"expected one of {known}, found {shown(kind)}")
    operation.count_after(count)
    return operation


_FACTORS = ("saturation", "brightness", "opacity")


def _read_delete(fields: JsonFields, count: int) -> Delete:
    return Delete(mask=_only_mask(fields, count))


def _read_hide(fields: JsonFields, count: int) -> Hide:
    return Hide(mask=_only_mask(fields, count))


def _read_duplicate(fields: JsonFields, count: int) -> Duplicate:
    return Duplicate(mask=_only_mask(fields, count))


def _read_show_all(fields: JsonFields, count: int) -> ShowAll:
    del count
    fields.refuse_others("kind")
    return ShowAll()


def _read_transform(fields: JsonFields, count: int) -> Transform:
    fields.refuse_others("kind", "mask", "matrix")
    mask = _read_mask_or_none(fields, count)
    matrix = fields.matrix("matrix", 4, 4)
    try:
        return Transform(matrix=matrix, mask=mask)
    except ValueError as error:
        raise fields.error("matrix", str(error)) from None


def _read_recolour(fields: JsonFields, count: int) -> Recolour:
    fields.refuse_others("kind", "mask", "tint", *_FACTORS)
    mask = _read_mask_or_none(fields, count)
    red, green, blue = fields.numbers("tint", 3)
    saturation, brightness, opacity = (fields.number(name) for name in _FACTORS)
    return _checked(
        fields,
        lambda: Recolour(
            mask=mask, tint=(red, green, blue), saturation=saturation, brightness=brightness, opacity=opacity
        ),
    )


def _read_paint(fields: JsonFields, count: int) -> Paint:
    fields.refuse_others("kind", "mask", *Paint.fields)
    mask = _read_mask_or_none(fields, count)
    red, green, blue = fields.numbers("colour", 3)
    amount, gain = fields.number("amount"), fields.number("gain")
    return _checked(fields, lambda: Paint(mask=mask, colour=(red, green, blue), amount=amount, gain=gain))


def _read_shift_hue(fields: JsonFields, count: int) -> ShiftHue:
    fields.refuse_others("kind", "mask", *ShiftHue.fields)
    mask = _read_mask_or_none(fields, count)
    degrees = fields.number("degrees")
    return _checked(fields, lambda: ShiftHue(mask=mask, degrees=degrees))


def _read_contrast(fields: JsonFields, count: int) -> Contrast:
    fields.refuse_others("kind", "mask", *Contrast.fields)
    mask = _read_mask_or_none(fields, count)
    factor, pivot = fields.number("factor"), fields.number("pivot")
    return _checked(fields, lambda: Contrast(mask=mask, factor=factor, pivot=pivot))


def _read_insert(fields: JsonFields, count: int, folder: Path) -> Insert:
    del count
    fields.refuse_others("kind", "file", "sha256", "count", "matrix")
    path, digest = _read_file(fields, folder), fields.text("sha256")
    more, matrix = fields.whole("count", 0, MAX_GAUSSIANS), fields.matrix("matrix", 4, 4)
    try:
        return Insert(path=path, sha256=digest, count=more, matrix=matrix)
    except ValueError as error:
        raise fields.error("matrix", str(error)) from None


def _read_replace_colours(fields: JsonFields, count: int, folder: Path) -> ReplaceColours:
    fields.refuse_others("kind", "mask", "file", "sha256", "label")
    return ReplaceColours(
        mask=IndexMask.from_json(fields.object("mask"), count=count),
        path=_read_file(fields, folder),
        sha256=fields.text("sha256"),
        label=fields.text("label"),
    )


_READERS: dict[str, Callable[[JsonFields, int], EditOperation]] = {
    Delete.kind: _read_delete,
    Hide.kind: _read_hide,
    ShowAll.kind: _read_show_all,
    Transform.kind: _read_transform,
    Recolour.kind: _read_recolour,
    Duplicate.kind: _read_duplicate,
    Paint.kind: _read_paint,
    ShiftHue.kind: _read_shift_hue,
    Contrast.kind: _read_contrast,
}

_FILE_READERS: dict[str, Callable[[JsonFields, int, Path], EditOperation]] = {
    Insert.kind: _read_insert,
    ReplaceColours.kind: _read_replace_colours,
}


def _checked(fields: JsonFields, make: Callable[[], _Operation]) -> _Operation:
    """The operation; a number that it refuses is told with its field."""
    try:
        return make()
    except ValueError as error:
        name, _, problem = str(error).partition(" ")
        raise fields.error(name, problem) from None


def _file_name(path: Path, folder: Path | None) -> str:
    """How a document in `folder` names a file."""
    if folder is None:
        return path.as_posix()
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.as_posix()


def _read_file(fields: JsonFields, folder: Path) -> Path:
    """The file that a document in `folder` names."""
    name = fields.text("file")
    if not name or "\0" in name:
        raise fields.error("file", f"expected the name of a file, found {shown(name)}")
    return Path(os.path.abspath(folder / name))


def _only_mask(fields: JsonFields, count: int) -> IndexMask:
    """The mask of an operation that has nothing else."""
    fields.refuse_others("kind", "mask")
    return IndexMask.from_json(fields.object("mask"), count=count)


def _read_mask_or_none(fields: JsonFields, count: int) -> IndexMask | None:
    """The mask, `None` where the field is null; a field left out would too easily mean all."""
    if "mask" in fields.values and fields.values["mask"] is None:
        return None
    return IndexMask.from_json(fields.object("mask"), count=count)


def _mask_or_none(mask: IndexMask | None) -> dict[str, object] | None:
    """JSON of a mask; null stands for all Gaussians."""
    return None if mask is None else mask.to_json()
