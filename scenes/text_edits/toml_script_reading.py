"""From the text of a script of edits to what it says, variables filled in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ...kernels.errors import SceneFileError
from . import toml_reading
from .edit_script import EditScript, ScriptCamera, ScriptScene
from .not_understood import shortened
from .parsing import names_given_in
from .steps import Group, Step
from .toml_steps import StepTableError, step_of_table

MAX_STEPS = 1000
"""Most steps of a script."""

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_]\w*")
_KEYS = {
    "script": ("variables", "camera", "scenes", "steps"),
    "camera": ("file", "frame", "orbit", "width", "height"),
    "scene": ("scene", "out", "preview"),
}

Value = str | int | float
"""Of a variable."""

Table = Mapping[str, object]


def edit_script_of_toml(
    text: str,
    *,
    path: Path,
    variables: Mapping[str, Value] | None = None,
    names: Collection[str] = (),
) -> EditScript:
    """What a script's text says; `path` is named in errors, and its folder is where relative paths begin.

    Raises:
        SceneFileError: Something in it is unknown, missing or out of range.
    """
    return _Reader(path, dict(variables or {}), set(names)).script(_tables(path, text))


def _tables(path: Path, text: str) -> Table:
    """The file's tables.

    Raises:
        SceneFileError: It is no TOML.
    """
    try:
        return toml_reading.loads(text)
    except toml_reading.TOMLDecodeError as error:
        problem, _, place = str(error).rstrip(")").partition(" (at ")
        raise SceneFileError(path, place, f"is no TOML: {problem}", "Correct it there") from None
    except RecursionError:
        raise SceneFileError(path, "", "is nested too deeply", "Write steps as plain tables") from None


@dataclass
class _Reader:
    """Reads the tables of one script.

    Args:
        path: Named in errors.
        variables: Values that take the place of the file's.
        names: Groups that are known so far.
    """

    path: Path
    variables: dict[str, Value]
    names: set[str]

    def script(self, tables: Table) -> EditScript:
        """All of it."""
        self._refuse_unknown("", tables, "script")
        self.variables = self._variables(tables.get("variables", {})) | self.variables
        camera = self._camera(tables["camera"]) if "camera" in tables else None
        scenes = self._list("scenes", tables.get("scenes", []))
        steps = self._list("steps", tables.get("steps", []))
        if not steps:
            raise self._error("", "has no steps", 'Write [[steps]] and say = "remove the floor"')
        if len(steps) > MAX_STEPS:
            raise self._error("", f"has {len(steps)} steps, at most {MAX_STEPS} are read", "Divide it")
        return EditScript(
            steps=tuple(self._step(f"step {i}", step) for i, step in enumerate(steps, start=1)),
            scenes=tuple(self._scene(f"scene {i}", scene) for i, scene in enumerate(scenes, start=1)),
            camera=camera,
        )

    def _variables(self, table: object) -> dict[str, Value]:
        """Names to values."""
        values = self._table("variables", table)
        for name, value in values.items():
            if not _NAME.fullmatch(name):
                problem = f'"{shortened(name)}" is no name of a variable'
                raise self._error("variables", problem, "Use letters, digits and _, a letter first")
            if isinstance(value, bool) or not isinstance(value, str | int | float):
                raise self._error("variables", f"{name} is neither text nor number", "Write one of them")
        return cast("dict[str, Value]", dict(values))

    def _step(self, place: str, step: object) -> str | Step:
        """A sentence, or a typed step."""
        table = {key: self._filled(place, value) for key, value in self._table(place, step).items()}
        if "say" in table:
            if len(table) > 1:
                other = next(key for key in table if key != "say")
                raise self._error(place, f'"{shortened(other)}" stands beside a sentence', "Write two steps")
            said = table["say"]
            if not isinstance(said, str) or not said.strip():
                raise self._error(place, "say is no sentence", 'Write say = "remove the floor"')
            self.names |= names_given_in(said)
            return said
        try:
            typed = step_of_table(table, names=self.names)
        except StepTableError as error:
            raise self._error(place, error.problem, error.remedy) from None
        if isinstance(typed, Group):
            self.names.add(typed.name)
        return typed

    def _filled(self, place: str, value: object) -> object:
        """`value` with variables filled in; a text that is only a variable becomes its value."""
        if isinstance(value, list):
            return [self._filled(place, item) for item in cast("list[object]", value)]
        if not isinstance(value, str):
            return value
        alone = _VARIABLE.fullmatch(value)
        if alone and not value.startswith("{{"):
            return self._value(place, alone[1])
        pieces = re.split(r"(\{\{|\}\}|\{[^{}]*\})", value)
        return "".join(self._piece(place, piece) for piece in pieces)

    def _piece(self, place: str, piece: str) -> str:
        """A variable's value, a brace for two of them, or the text itself."""
        if piece in ("{{", "}}"):
            return piece[0]
        if _VARIABLE.fullmatch(piece):
            return str(self._value(place, piece[1:-1]))
        if "{" in piece or "}" in piece:
            raise self._error(
                place, f'"{shortened(piece)}" has a single brace', "Write two for one of your own"
            )
        return piece

    def _value(self, place: str, name: str) -> Value:
        """What a variable holds."""
        if name not in self.variables:
            known = ", ".join(self.variables) or "none"
            remedy = f"Give it a value under [variables]; known: {known}"
            raise self._error(place, f'there is no variable "{shortened(name)}"', remedy)
        return self.variables[name]

    def _scene(self, place: str, scene: object) -> ScriptScene:
        """One scene."""
        table = self._table(place, scene)
        self._refuse_unknown(place, table, "scene")
        if "scene" not in table:
            raise self._error(place, '"scene" is missing', 'Write scene = "file.ply"')
        paths = {key: self._path(place, key, value) for key, value in table.items()}
        return ScriptScene(**paths)

    def _camera(self, camera: object) -> ScriptCamera:
        """From where previews look."""
        table = self._table("camera", camera)
        self._refuse_unknown("camera", table, "camera")
        whole = {key: self._whole(key, table[key]) for key in ("frame", "width", "height") if key in table}
        file = self._path("camera", "file", table["file"]) if "file" in table else None
        orbit = self._orbit(table["orbit"]) if "orbit" in table else None
        return ScriptCamera(file=file, orbit=orbit, **whole)

    def _orbit(self, value: object) -> tuple[float, float, float]:
        """Three numbers."""
        numbers = cast("list[object]", value) if isinstance(value, list) else []
        if len(numbers) != 3 or not all(type(number) in (int, float) for number in numbers):
            raise self._error("camera", "orbit is not three numbers", "Write orbit = [30, 15, 3]")
        azimuth, elevation, distance = cast("list[float]", numbers)
        return float(azimuth), float(elevation), float(distance)

    def _whole(self, key: str, value: object) -> int:
        """A whole number that is not negative."""
        if type(value) is not int or not 0 <= value <= 1 << 20:
            raise self._error("camera", f"{key} is no whole number from 0", f"Write {key} = 640")
        return value

    def _path(self, place: str, key: str, value: object) -> Path:
        """A path, from the script's folder."""
        filled = self._filled(place, value)
        if not isinstance(filled, str) or not filled.strip() or "\0" in filled:
            raise self._error(place, f"{key} is no name of a file", f'Write {key} = "file"')
        return self.path.parent / filled

    def _table(self, place: str, value: object) -> Table:
        """A table."""
        if not isinstance(value, dict):
            raise self._error(place, "is no table", f"Write [{place}], or [[steps]] for a step")
        return cast("Table", value)

    def _list(self, key: str, value: object) -> list[object]:
        """A list of tables."""
        if not isinstance(value, list):
            raise self._error(key, "is no list of tables", f"Write [[{key}]] above each")
        return cast("list[object]", value)

    def _refuse_unknown(self, place: str, table: Table, kind: str) -> None:
        """Refuse keys that mean nothing."""
        for key in table:
            if key not in _KEYS[kind]:
                problem = f'"{shortened(key)}" is unknown here'
                raise self._error(place, problem, f"Known are {', '.join(_KEYS[kind])}")

    def _error(self, place: str, problem: str, remedy: str) -> SceneFileError:
        """The error at a place of the file."""
        return SceneFileError(self.path, place, problem, remedy)
