"""Edit operations to and from JSON; what comes back is checked field by field before it is believed."""

from __future__ import annotations

from collections.abc import Callable

from .index_mask import IndexMask
from .json_fields import JsonFields, shown
from .operations import Delete, Duplicate, EditOperation, Hide, Recolour, ShowAll, Transform


def operation_to_json(operation: EditOperation) -> dict[str, object]:
    """Values for a JSON document: `kind`, and the fields of that kind of operation."""
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
        case _:
            pass
    return values


def operation_from_json(value: object, place: str, *, count: int) -> EditOperation:
    """The operation that `operation_to_json` wrote.

    Args:
        value: The decoded JSON.
        place: Where it is in the document, for errors.
        count: Number of Gaussians of the scene at this step.

    Raises:
        RowsplatError: The operation is unknown, a field is missing, misspelt or out of range, or a mask is for
            another number of Gaussians; names the field.
    """
    fields = JsonFields.of(value, place)
    kind = fields.text("kind")
    if kind not in _READERS:
        raise fields.error("kind", f"expected one of {', '.join(_READERS)}, found {shown(kind)}")
    operation = _READERS[kind](fields, count)
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
    try:
        return Recolour(
            mask=mask, tint=(red, green, blue), saturation=saturation, brightness=brightness, opacity=opacity
        )
    except ValueError as error:
        name, _, problem = str(error).partition(" ")
        raise fields.error(name, problem) from None


_READERS: dict[str, Callable[[JsonFields, int], EditOperation]] = {
    Delete.kind: _read_delete,
    Hide.kind: _read_hide,
    ShowAll.kind: _read_show_all,
    Transform.kind: _read_transform,
    Recolour.kind: _read_recolour,
    Duplicate.kind: _read_duplicate,
}


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
