"""Undo and redo without limit: the past is a list of immutable values that share almost all they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class Step(Generic[Value]):
    """A value and what was done to arrive at it."""

    label: str
    value: Value


class History(Generic[Value]):
    """Steps done, the present one among them, and steps that were undone."""

    def __init__(self, value: Value) -> None:
        """Begin with `value`, which cannot be undone."""
        self._done = [Step("", value)]
        self._undone: list[Step[Value]] = []

    @property
    def present(self) -> Value:
        """The current value."""
        return self._done[-1].value

    @property
    def undo_label(self) -> str | None:
        """What undoing would take back; `None` at the beginning."""
        return self._done[-1].label if len(self._done) > 1 else None

    @property
    def redo_label(self) -> str | None:
        """What redoing would do again; `None` when nothing was undone."""
        return self._undone[-1].label if self._undone else None

    @property
    def labels(self) -> tuple[str, ...]:
        """What was done so far, oldest first."""
        return tuple(step.label for step in self._done[1:])

    @property
    def values(self) -> tuple[Value, ...]:
        """The value that it began with and that after each step done, the present one last."""
        return tuple(step.value for step in self._done)

    def do(self, label: str, value: Value) -> None:
        """Make `value` the present; what was undone is forgotten."""
        self._done.append(Step(label, value))
        self._undone.clear()

    def amend(self, value: Value) -> None:
        """Replace the present in place: for what is no step of its own, such as dragging on."""
        self._done[-1] = Step(self._done[-1].label, value)

    def undo(self) -> bool:
        """Go one step back; false at the beginning."""
        if len(self._done) == 1:
            return False
        self._undone.append(self._done.pop())
        return True

    def redo(self) -> bool:
        """Go one step forward; false when nothing was undone."""
        if not self._undone:
            return False
        self._done.append(self._undone.pop())
        return True
