"""The jobs of a script of edits: which scenes, where they go, from where previews look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..kernels.errors import RowsplatError
from ..scenes.text_edits.planning import FileRule
from .camera_choice import CameraChoice
from .edit_jobs import EditJob
from .editing import Words
from .label_files import label_names

if TYPE_CHECKING:
    from ..scenes.text_edits.toml_scripts import EditScript, ScriptScene

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, kw_only=True)
class ScriptCall:
    """A script and what the command line says beside it.

    Args:
        path: Of the script.
        variables: `NAME=VALUE`, in place of the script's own.
        scene: In place of scenes that the script does not name.
        out: Of the one scene.
        preview: Of the one scene.
        camera: In place of the script's where it says something.
        lod: Level of detail, 0 the finest.
        dry_run: Nothing is to be written.
        labels: File of labels of the one scene's Gaussians.
        clipseg: Folder of a CLIPSeg model.
    """

    path: Path
    variables: Sequence[str] = ()
    scene: Path | None = None
    out: Path | None = None
    preview: Path | None = None
    camera: CameraChoice = field(default_factory=CameraChoice)
    lod: int | None = None
    dry_run: bool = False
    labels: Path | None = None
    clipseg: Path | None = None


def jobs_of_script(call: ScriptCall, words: Words) -> list[EditJob]:
    """A job for each scene.

    Raises:
        RowsplatError: The script cannot be read, names files outside of its folder, a sentence of it is not understood,
            or it does not say which scenes are meant and where they go.
    """
    from ..scenes.text_edits.toml_scripts import program_of_script

    script = _read(call)
    files = FileRule(folder=call.path.parent, confined=True)
    names = label_names(call.labels) if call.labels is not None else ()
    template = EditJob(
        scene=Path(),
        text=program_of_script(script, parse=words, names=names, path=call.path),
        camera=_camera(call, script, files),
        lod=call.lod,
        files=files,
        labels=call.labels,
        clipseg=call.clipseg,
    )
    jobs = [
        replace(template, scene=scene, out=out, preview=preview)
        for scene, out, preview in _places(call, script)
    ]
    if not call.dry_run:
        for job in jobs:
            if job.out is None:
                raise RowsplatError(
                    f"{call.path}: does not say where {job.scene} goes. Give out, or --out FILE."
                )
        return jobs
    return [replace(job, out=None, preview=None) for job in jobs]


def _read(call: ScriptCall) -> EditScript:
    from ..scenes.text_edits.toml_scripts import read_edit_script

    names = label_names(call.labels) if call.labels is not None else ()
    return read_edit_script(call.path, variables=_variables(call.variables), names=names)


def _places(call: ScriptCall, script: EditScript) -> list[tuple[Path, Path | None, Path | None]]:
    """Scene, output and preview of each job."""
    if not script.scenes:
        if call.scene is None:
            raise RowsplatError(f"{call.path}: names no scene. Give one: rowsplat edit SCENE --script FILE.")
        return [(call.scene, call.out, call.preview)]
    if call.scene is not None:
        raise RowsplatError(f"{call.path}: names its own scenes. Leave {call.scene} out, or [[scenes]].")
    if len(script.scenes) > 1 and (call.out is not None or call.preview is not None):
        raise RowsplatError(f"{call.path}: has {len(script.scenes)} scenes. Say in it where each goes.")
    for scene in script.scenes:
        _confine(call.path, scene)
    return [(scene.scene, call.out or scene.out, call.preview or scene.preview) for scene in script.scenes]


def _confine(script: Path, scene: ScriptScene) -> None:
    """Refuse a scene that leaves the script's folder, or goes out of it."""
    files = FileRule(folder=script.parent, confined=True)
    for path in (scene.scene, scene.out, scene.preview):
        if path is not None:
            _require_inside(script, path, files)


def _require_inside(script: Path, path: Path, files: FileRule) -> None:
    if not files.allows(path):
        raise RowsplatError(
            f"{script}: {path} lies outside of the script's folder. Name it on the command line instead."
        )


def _camera(call: ScriptCall, script: EditScript, files: FileRule) -> CameraChoice:
    """The script's camera with what the command line says instead."""
    said, given = script.camera, call.camera
    if said is None or given.file is not None or given.orbit is not None:
        return given
    if said.file is not None:
        _require_inside(call.path, said.file, files)
    choice = CameraChoice(
        file=said.file,
        frame=said.frame if given.frame is None else given.frame,
        orbit=said.orbit,
        width=given.width or said.width,
        height=given.height or said.height,
    )
    choice.check()
    return choice


def _variables(said: Sequence[str]) -> dict[str, str | int | float]:
    """Names to values: numbers where they are such."""
    values: dict[str, str | int | float] = {}
    for text in said:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise RowsplatError(f"--set takes NAME=VALUE, got {text[:60]!r}.")
        values[name] = _number(value)
    return values


def _number(text: str) -> str | int | float:
    """A number where `text` is one."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
