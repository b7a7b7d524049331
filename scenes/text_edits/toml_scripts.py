"""Scripts of edits: TOML files of steps, said in sentences or typed, for one scene or several.

[variables]
colour = "blue"
size = 1.5

[camera]                       # for previews; orbit = [azimuth, elevation, distance], or file and frame
orbit = [30, 15, 3]

[[scenes]]
scene = "robot.ply"
out = "blue robot.sog"
preview = "before-after.png"

[[steps]]
say = "make the robot {colour}"

[[steps]]
op = "scale"
target = "the vase"
factor = "{size}"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from ...kernels.errors import SceneFileError
from . import toml_reading
from .not_understood import NotUnderstood, shortened
from .parsing import names_given_in, parse_edits
from .steps import Group, Step, TextProgram
from .toml_steps import StepTableError, step_of_table, table_of_step

MAX_BYTES = 1_000_000
"""Longest script that is read."""

MAX_STEPS = 1000

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_]\w*")
_KEYS = {
    "script": ("variables", "camera", "scenes", "steps"),
    "camera": ("file", "frame", "orbit", "width", "height"),
    "scene": ("scene", "out", "preview"),
}

Value = str | int | float
Table = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class ScriptScene:
    """One scene that a script edits.

    Args:
        scene: The file.
        out: Where the edited scene goes.
        preview: Picture of before and after.
    """

    scene: Path
    out: Path | None = None
    preview: Path | None = None


@dataclass(frozen=True, kw_only=True)
class ScriptCamera:
    """From where previews look.

    Args:
        file: Camera file.
        frame: Of the file, from 0.
        orbit: Azimuth and elevation [degrees], distance [radii of the subject].
        width: Of the picture [px].
        height: Of the picture [px].
    """

    file: Path | None = None
    frame: int | None = None
    orbit: tuple[float, float, float] | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, kw_only=True)
class EditScript:
    """A script with its variables filled in.

    Args:
        steps: Sentences, which may be several steps each, and typed steps.
        scenes: To be edited alike; empty if the command line names the scene.
        camera: Of previews.
    """

    steps: tuple[str | Step, ...]
    scenes: tuple[ScriptScene, ...] = ()
    camera: ScriptCamera | None = None


def read_edit_script(
    path: str | Path, *, variables: Mapping[str, Value] | None = None, names: Collection[str] = ()
) -> EditScript:
    """Read a script; its paths are taken from its own folder.

    Args:
        path: The file.
        variables: Values that take the place of the file's.
        names: Groups of the project, for typed targets.

    Raises:
        SceneFileError: It cannot be read, or something in it is unknown, missing or out of range.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SceneFileError(
            path, "", f"cannot be read ({error.strerror or error})", "Check its name"
        ) from None
    if len(raw) > MAX_BYTES:
        raise SceneFileError(path, "", f"is longer than {MAX_BYTES} bytes", "Divide it into several scripts")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is no UTF-8"
        raise SceneFileError(path, "", problem, "Save the script as UTF-8 text") from None
    return edit_script_of_toml(text, path=path, variables=variables, names=names)


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


def program_of_script(
    script: EditScript,
    *,
    parse: Callable[..., TextProgram] = parse_edits,
    names: Collection[str] = (),
    path: Path | None = None,
) -> TextProgram:
    """The steps of all sentences and all typed steps.

    Args:
        script: The script.
        parse: What understands a sentence, called as `parse_edits` is.
        names: Groups of the project; those that the script gives are added.
        path: Named in errors.

    Raises:
        NotUnderstood: A sentence is not understood, if no `path` is given.
        SceneFileError: The same, if one is.
    """
    known, steps = set(names), list[Step]()
    for place, item in enumerate(script.steps, start=1):
        try:
            new = parse(item, names=known).steps if isinstance(item, str) else (item,)
        except NotUnderstood as error:
            if path is None:
                raise
            quote = f'"{shortened(error.words)}": ' if error.words else ""
            raise SceneFileError(path, f"step {place}", quote + error.problem, error.remedy) from None
        known |= {step.name for step in new if isinstance(step, Group)}
        steps += new
    return TextProgram(steps=tuple(steps))


def toml_of_edit_script(script: EditScript) -> str:
    """The script as TOML, which reads back as an equal one."""
    import tomli_w

    tables: dict[str, object] = {}
    if script.camera is not None:
        tables["camera"] = _plain_table(script.camera)
    if script.scenes:
        tables["scenes"] = [_plain_table(scene) for scene in script.scenes]
    tables["steps"] = [
        {"say": _escaped(item)} if isinstance(item, str) else _escaped_table(table_of_step(item))
        for item in script.steps
    ]
    return tomli_w.dumps(tables)


def toml_of_program(program: TextProgram) -> str:
    """A script of the typed steps of `program`."""
    return toml_of_edit_script(EditScript(steps=program.steps))


def program_of_toml(text: str, *, path: Path, names: Collection[str] = ()) -> TextProgram:
    """The program of a script's text.

    Raises:
        SceneFileError: The script is at fault.
    """
    return program_of_script(edit_script_of_toml(text, path=path, names=names), names=names, path=path)


def save_edit_script(path: str | Path, script: EditScript, *, overwrite: bool = False) -> None:
    """Write a script.

    Raises:
        SceneFileError: The file is there, or it cannot be written.
    """
    from ..formats.atomic_writing import write_atomically

    write_atomically(Path(path), [toml_of_edit_script(script).encode()], overwrite=overwrite)


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


def _plain_table(value: ScriptScene | ScriptCamera) -> dict[str, object]:
    """The fields that are set, as TOML holds them."""
    table: dict[str, object] = {}
    for key, item in vars(value).items():
        if item is not None:
            table[key] = (
                item.as_posix() if isinstance(item, Path) else list(item) if isinstance(item, tuple) else item
            )
    return {key: _escaped(item) if isinstance(item, str) else item for key, item in table.items()}


def _escaped(text: str) -> str:
    """`text` with its own braces doubled."""
    return text.replace("{", "{{").replace("}", "}}")


def _escaped_table(table: dict[str, object]) -> dict[str, object]:
    """All texts of a table with their braces doubled."""
    return {key: _escaped(value) if isinstance(value, str) else value for key, value in table.items()}
