"""Fields of a JSON file, read so that whatever is wrong with one is told with its place in the file."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from .limits import MAX_COORDINATE, MAX_IMAGE_SIDE, MAX_TEXT_BYTES

_EXPORT_AGAIN = "Export the cameras again"


@dataclass(frozen=True, kw_only=True)
class JsonObject:
    """One object of a JSON file.

    Args:
        path: The file.
        place: Where the object is, such as `frames[3]`; "" for the outermost.
        values: Its fields.
        inherited: Fields of the whole file that hold here unless the object has its own.
    """

    path: Path
    place: str
    values: dict[str, object]
    inherited: dict[str, object] = field(default_factory=dict[str, object])

    def value(self, name: str) -> object:
        """The field as JSON gave it; `None` where it is absent or null."""
        own = self.values.get(name)
        return self.inherited.get(name) if own is None else own

    def error(self, name: str, problem: str, remedy: str = _EXPORT_AGAIN) -> SceneFileError:
        """The error for the field `name` of this object."""
        return SceneFileError(self.path, self._place_of(name), problem, remedy)

    def number(self, name: str) -> float | None:
        """The field as a finite number; `None` where it is absent or null.

        Raises:
            SceneFileError: It is something else.
        """
        value = self.value(name)
        if value is None:
            return None
        number = _as_float(value)
        if number is None:
            raise self.error(name, f"expected a finite number, found {_shown(value)}")
        return number

    def required_number(self, name: str) -> float:
        """The field as a finite number.

        Raises:
            SceneFileError: It is absent or something else.
        """
        number = self.number(name)
        if number is None:
            raise self.error(name, "expected a number, found nothing")
        return number

    def positive(self, name: str) -> float | None:
        """The field as a positive number; `None` where it is absent.

        Raises:
            SceneFileError: It is something else.
        """
        number = self.number(name)
        if number is not None and not 0.0 < number <= MAX_COORDINATE:
            raise self.error(name, f"expected a positive number up to {MAX_COORDINATE:.0e}, found {number:g}")
        return number

    def angle(self, name: str, limit: float) -> float | None:
        """The field as a field of view strictly between 0 and `limit`; `None` where it is absent.

        Raises:
            SceneFileError: It is something else.
        """
        number = self.number(name)
        if number is not None and not limit * 1e-4 <= number <= limit * 0.9999:
            raise self.error(name, f"expected a field of view between 0 and {limit:.6g}, found {number:g}")
        return number

    def image_side(self, name: str) -> int | None:
        """The field as an image width or height [px]; `None` where it is absent.

        Raises:
            SceneFileError: It is not a whole number of a sensible size.
        """
        number = self.number(name)
        if number is None:
            return None
        if not (1 <= number <= MAX_IMAGE_SIDE and number == int(number)):
            raise self.error(
                name, f"expected a whole number of pixels, 1 to {MAX_IMAGE_SIDE}, found {number:g}"
            )
        return int(number)

    def text(self, name: str) -> str:
        """The field as text; "" where it is absent or something else."""
        value = self.value(name)
        return value if isinstance(value, str) else ""

    def array(self, name: str, *shapes: tuple[int, ...]) -> NDArray[np.float64]:
        """The field as an array of finite numbers, of one of `shapes`.

        Raises:
            SceneFileError: It is absent, of another shape, or holds something else or an absurd number.
        """
        value = self.value(name)
        expected = " or ".join("x".join(map(str, shape)) for shape in shapes)
        if value is None:
            raise self.error(name, f"expected {expected} numbers, found nothing")
        for shape in shapes:
            numbers = _flattened(value, shape)
            if numbers is not None:
                return self._finite(name, numbers).reshape(shape)
        raise self.error(name, f"expected {expected} numbers, found {_shown(value)}")

    def objects(self, name: str) -> list[JsonObject]:
        """The field as a list of at least one object.

        Raises:
            SceneFileError: It is absent, empty or something else.
        """
        value = self.value(name)
        if not isinstance(value, list):
            raise self.error(name, f"expected a list of cameras, found {_shown(value)}")
        return objects_of(self.path, self._place_of(name), cast("list[object]", value))

    def _finite(self, name: str, numbers: list[object]) -> NDArray[np.float64]:
        floats = [_as_float(number) for number in numbers]
        for number, found in zip(floats, numbers, strict=True):
            if number is None or abs(number) > MAX_COORDINATE:
                raise self.error(name, f"expected finite numbers, found {_shown(found)}")
        return np.array(floats, dtype=np.float64)

    def _place_of(self, name: str) -> str:
        inherited = self.values.get(name) is None and name in self.inherited
        return name if inherited or not self.place else f"{self.place}.{name}"


def objects_of(path: Path, place: str, items: list[object]) -> list[JsonObject]:
    """The objects of a JSON list at `place`.

    Raises:
        SceneFileError: The list is empty or holds something else.
    """
    if not items:
        raise SceneFileError(path, place, "expected at least one camera, found none", _EXPORT_AGAIN)
    objects: list[JsonObject] = []
    for index, item in enumerate(items):
        here = f"{place}[{index}]"
        if not isinstance(item, dict):
            raise SceneFileError(path, here, f"expected an object, found {_shown(item)}", _EXPORT_AGAIN)
        objects.append(JsonObject(path=path, place=here, values=cast("dict[str, object]", item)))
    return objects


def read_json(path: Path) -> object:
    """The value that a JSON file holds.

    Raises:
        SceneFileError: The file cannot be read, is far too large, or is not JSON.
    """
    text = read_text(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        problem = f"expected JSON, found a fault: {error.msg}"
        raise SceneFileError(path, place, problem, "Mend the file or export it again") from None
    except (ValueError, RecursionError):
        problem = "expected JSON, found numbers or nesting beyond any camera file"
        raise SceneFileError(path, "", problem, "Export it again") from None


def read_text(path: Path) -> str:
    """The text of a file in UTF-8.

    Raises:
        SceneFileError: The file cannot be read, is far too large, or is not text.
    """
    return decoded(path, read_bytes(path, MAX_TEXT_BYTES))


def decoded(path: Path, data: bytes) -> str:
    """`data`, the content of `path`, as text.

    Raises:
        SceneFileError: It is not UTF-8.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"expected text in UTF-8, found byte 0x{data[error.start]:02x}"
        raise SceneFileError(path, f"byte {error.start}", problem, "Give a camera file") from None


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of a file of at most `limit` bytes.

    Raises:
        SceneFileError: The file cannot be read or is larger.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            problem = f"expected at most {limit >> 20} MiB of cameras, found {size >> 20} MiB"
            raise SceneFileError(path, "", problem, "Check that this is the file with the cameras")
        return path.read_bytes()
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise SceneFileError(path, "", problem, "Check the path and its permissions") from None


def _as_float(value: object) -> float | None:
    """A JSON number as a finite float, else `None`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _flattened(value: object, shape: tuple[int, ...]) -> list[object] | None:
    """The entries of nested lists of `shape` in row-major order, else `None`."""
    if not shape:
        return [value]
    if not isinstance(value, list) or len(cast("list[object]", value)) != shape[0]:
        return None
    rows = [_flattened(row, shape[1:]) for row in cast("list[object]", value)]
    return None if any(row is None for row in rows) else [entry for row in rows if row for entry in row]


def _shown(value: object) -> str:
    """`value` in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return f"a list of {len(cast('list[object]', value))}"
    if isinstance(value, dict):
        return "an object"
    shown = repr(value) if not isinstance(value, int) or abs(value) < 10**18 else "a huge integer"
    return shown if len(shown) <= 40 else f"{shown[:37]}..."
