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

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from ...kernels.errors import SceneFileError
from .edit_script import EditScript, ScriptCamera, ScriptScene
from .not_understood import NotUnderstood, shortened
from .parsing import parse_edits
from .steps import Group, Step, TextProgram
from .toml_script_reading import Value, edit_script_of_toml
from .toml_steps import table_of_step

__all__ = [
    "MAX_BYTES",
    "EditScript",
    "ScriptCamera",
    "ScriptScene",
    "edit_script_of_toml",
    "program_of_script",
    "program_of_toml",
    "read_edit_script",
    "save_edit_script",
    "toml_of_edit_script",
    "toml_of_program",
]

MAX_BYTES = 1_000_000
"""Longest script that is read."""


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
