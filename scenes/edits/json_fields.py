"""Fields of an edit program's JSON, read so that whatever is wrong with one is told with its place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

from ...kernels.errors import RowsplatError


@dataclass(frozen=True, kw_only=True)
class JsonFields:
    """One object of a decoded JSON document.

    Args:
        place: Where the object is, such as `operations[3]`.
        values: Its fields.
    """

    place: str
    values: dict[str, object]

    @classmethod
    def of(cls, value: object, place: str) -> JsonFields:
        """The object at `place`.

        Raises:
            RowsplatError: `value` is something else.
        """
        if not isinstance(value, dict):
            raise RowsplatError(f"{place}: expected an object, found {shown(value)}")
        return cls(place=place, values=cast("dict[str, object]", value))

    def error(self, name: str, problem: str) -> RowsplatError:
        """The error for the field `name` of this object."""
        return RowsplatError(f"{self.place}.{name}: {problem}")

    def refuse_others(self, *names: str) -> None:
        """Check that there are no fields but `names`.

        Raises:
            RowsplatError: There is another; a misspelt field is not silently dropped.
        """
        for name in self.values:
            if name not in names:
                expected = ", ".join(names)
                raise RowsplatError(f"{self.place}: expected the fields {expected}, found {shown(name)}")

    def object(self, name: str) -> JsonFields:
        """The field as an object.

        Raises:
            RowsplatError: It is absent or something else.
        """
        return JsonFields.of(self.values.get(name), f"{self.place}.{name}")

    def text(self, name: str) -> str:
        """The field as text.

        Raises:
            RowsplatError: It is absent or something else.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            raise self.error(name, f"expected text, found {shown(value)}")
        return value

    def items(self, name: str) -> list[object]:
        """The field as a list.

        Raises:
            RowsplatError: It is absent or something else.
        """
        value = self.values.get(name)
        if not isinstance(value, list):
            raise self.error(name, f"expected a list, found {shown(value)}")
        return cast("list[object]", value)

    def whole(self, name: str, low: int, high: int) -> int:
        """The field as a whole number from `low` to `high`.

        Raises:
            RowsplatError: It is absent or something else.
        """
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.error(name, f"expected a whole number from {low} to {high}, found {shown(value)}")
        return value

    def number(self, name: str) -> float:
        """The field as a finite number.

        Raises:
            RowsplatError: It is absent or something else.
        """
        return self._finite(name, self.values.get(name))

    def numbers(self, name: str, count: int) -> tuple[float, ...]:
        """The field as a list of `count` finite numbers.

        Raises:
            RowsplatError: It is absent or something else.
        """
        return self._row(name, self.values.get(name), count)

    def matrix(self, name: str, rows: int, columns: int) -> tuple[tuple[float, ...], ...]:
        """The field as `rows` lists of `columns` finite numbers.

        Raises:
            RowsplatError: It is absent or something else.
        """
        items = self.items(name)
        if len(items) != rows:
            raise self.error(name, f"expected {rows} rows, found {len(items)}")
        return tuple(self._row(f"{name}[{index}]", row, columns) for index, row in enumerate(items))

    def _row(self, name: str, value: object, count: int) -> tuple[float, ...]:
        """`value` as `count` finite numbers."""
        if not isinstance(value, list) or len(cast("list[object]", value)) != count:
            raise self.error(name, f"expected {count} numbers, found {shown(value)}")
        return tuple(self._finite(name, number) for number in cast("list[object]", value))

    def _finite(self, name: str, value: object) -> float:
        """`value` as a finite number."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
            if math.isfinite(number):
                return number
        raise self.error(name, f"expected a finite number, found {shown(value)}")


def shown(value: object) -> str:
    """`value` in a few words, on one line."""
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return f"a list of {len(cast('list[object]', value))}"
    if isinstance(value, dict):
        return "an object"
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**18 else "a huge whole number"
    return text if len(text) <= 40 else f"{text[:37]}..."
