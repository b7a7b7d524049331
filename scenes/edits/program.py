"""Edit programs: what was done to a scene, as a list of operations instead of copies of the scene."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ..gaussians import Gaussians
from .edited_gaussians import EditedGaussians
from .json_fields import JsonFields
from .operation_json import operation_from_json, operation_to_json
from .operations import EditOperation

_VERSION = 1
_PLACE = "edits"


@dataclass(frozen=True, kw_only=True)
class EditProgram:
    """The operations that were applied to a scene, first to last.

    Args:
        operations: The steps; each is about the scene as the steps before left it.
    """

    operations: tuple[EditOperation, ...] = ()

    def __len__(self) -> int:
        """Number of operations."""
        return len(self.operations)

    def then(self, operation: EditOperation) -> EditProgram:
        """The program with one more step at its end."""
        return replace(self, operations=(*self.operations, operation))

    def without_last(self) -> EditProgram:
        """The program without its last step; the empty program stays empty."""
        return replace(self, operations=self.operations[:-1])

    @property
    def descriptions(self) -> tuple[str, ...]:
        """One line for each step, first to last."""
        return tuple(operation.description for operation in self.operations)

    def count_after(self, count: int) -> int:
        """Number of Gaussians, deleted ones counted, that a scene of `count` has after the program.

        Raises:
            RowsplatError: A step is for a scene of another number of Gaussians.
        """
        for operation in self.operations:
            count = operation.count_after(count)
        return count

    def apply(self, base: Gaussians) -> EditedGaussians:
        """The scene after all steps, computed from `base`; `EditCache` does the same faster after a change.

        Raises:
            RowsplatError: A step is for a scene of another number of Gaussians; checked before any work.
        """
        self.count_after(len(base))
        scene = EditedGaussians.unedited(base)
        for operation in self.operations:
            scene = operation.apply(scene)
        return scene

    def to_json(self, folder: Path | None = None) -> dict[str, object]:
        """Values for a JSON document in `folder`, relative to which files are named; `None` = by their whole path."""
        operations = [operation_to_json(operation, folder) for operation in self.operations]
        return {"version": _VERSION, "operations": operations}

    @classmethod
    def from_json(
        cls, value: object, *, count: int, place: str = _PLACE, folder: Path | None = None
    ) -> EditProgram:
        """The program that `to_json` wrote.

        Args:
            value: The decoded JSON.
            count: Number of Gaussians of the scene that the program is for.
            place: Where it is in its document, for errors.
            folder: Of the document; the names of files are relative to it, or to the current folder.

        Raises:
            RowsplatError: It is damaged, of a later version, or for another scene; names the field.
        """
        fields = JsonFields.of(value, place)
        fields.whole("version", 1, _VERSION)
        fields.refuse_others("version", "operations")
        operations: list[EditOperation] = []
        for index, item in enumerate(fields.items("operations")):
            operation = operation_from_json(item, f"{place}.operations[{index}]", count=count, folder=folder)
            count = operation.count_after(count)
            operations.append(operation)
        return cls(operations=tuple(operations))
