"""Project files (.rowsplat): scenes by relative path, their edits, the view, the camera path; JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..kernels.errors import RowsplatError
from ..render import Blend, RenderMode
from ..render.output_files import replacing_file, require_writable_place
from ..scenes import Camera
from ..scenes.edits import EditProgram, IndexMask
from ..scenes.edits.json_fields import JsonFields
from .messages import Comparison, Look, Shape
from .omni.scene import OmniScene
from .state import Document, SceneItem, View

SUFFIX = ".rowsplat"
VERSION = 1
"""Of the file format. Older versions stay readable; a newer one is refused."""

_MAX_BYTES = 512 << 20


@dataclass(frozen=True, kw_only=True)
class Keyframe:
    """A camera of the camera path and when it is reached [s]."""

    camera: Camera
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Project:
    """What a project file holds.

    Args:
        document: Scenes and edits; no selection.
        counts: Gaussians of each scene's file when the project was saved, by scene id.
        view: Camera and looks.
        keyframes: The camera path.
        photos: A photo set to compare with.
        omni: How image-based views are made of the photos; `None` where they were not reconstructed.
    """

    document: Document
    counts: Mapping[int, int]
    view: View
    keyframes: tuple[Keyframe, ...] = ()
    photos: Path | None = None
    omni: OmniScene | None = None


def save_project(path: Path, project: Project, *, place: Path | None = None) -> None:
    """Write the project; files are named relative to its folder.

    Args:
        path: The file.
        project: What it holds.
        place: The folder that it will be moved to; `None` leaves it where it is.

    Raises:
        RowsplatError: The file cannot be written.
    """
    require_writable_place(path)
    text = json.dumps(to_json(project, (place or path.parent).absolute()), indent=1, allow_nan=False)
    with replacing_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def load_project(path: Path) -> Project:
    """Read a project.

    Raises:
        RowsplatError: The file is missing, too large, no project, or of a newer version; the line says where.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise RowsplatError(
                f"{path}: larger than {_MAX_BYTES >> 20} MB. Check that it is a project file."
            )
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RowsplatError(f"{path}: {error.strerror}. Check the name.") from None
    except (ValueError, RecursionError) as error:
        raise RowsplatError(f"{path}: expected JSON, found a fault: {error}. Open a project file.") from None
    try:
        return from_json(value, path.absolute().parent)
    except RowsplatError as error:
        raise RowsplatError(f"{path}: {error}") from None


def to_json(project: Project, folder: Path) -> dict[str, Any]:
    """The project as JSON values."""
    return {
        "rowsplat_project": VERSION,
        "scenes": [
            {
                "name": item.name,
                "source": _relative(item.source, folder),
                **({} if item.lod is None else {"lod": item.lod}),
                "visible": item.visible,
                "locked": item.locked,
                **({"mesh": True} if item.is_mesh else {}),
                **({"flipbook": True} if item.is_flipbook else {}),
                "matrix": item.matrix,
                "count": project.counts.get(item.scene_id, 0),
                "edits": item.program.to_json(folder),
                **({"groups": _groups_to_json(item, project)} if item.groups else {}),
            }
            for item in project.document.scenes
        ],
        "view": {
            "camera": _camera_to_json(project.view.camera),
            "a": _look_to_json(project.view.look),
            "b": _look_to_json(project.view.other),
            "comparison": project.view.comparison.value,
            "split": project.view.split,
            "gain": project.view.gain,
        },
        **({} if project.photos is None else {"photos": _relative(project.photos, folder)}),
        **(
            {}
            if project.omni is None
            else {"omni_recon": project.omni.to_json(lambda path: _relative(path, folder))}
        ),
        "keyframes": [
            {"seconds": keyframe.seconds, "camera": _camera_to_json(keyframe.camera)}
            for keyframe in project.keyframes
        ],
    }


def from_json(value: object, folder: Path) -> Project:
    """The project that `to_json` wrote.

    Raises:
        RowsplatError: A field is missing or out of range; the line names it.
    """
    fields = JsonFields.of(value, "project")
    version = fields.whole("rowsplat_project", 1, 1 << 31)
    if version > VERSION:
        raise RowsplatError(
            f"version {version} is newer than {VERSION}, the newest known here. Update rowsplat."
        )
    items: list[SceneItem] = []
    counts: dict[int, int] = {}
    for number, entry in enumerate(fields.items("scenes"), start=1):
        item, count = _scene_from_json(entry, number, folder)
        items.append(item)
        counts[number] = count
    view = fields.object("view")
    return Project(
        document=Document(scenes=tuple(items)),
        counts=counts,
        view=View(
            camera=_camera_from_json(view.object("camera")),
            look=_look_from_json(view.object("a")),
            other=_look_from_json(view.object("b")),
            comparison=_choice(view, "comparison", Comparison),
            split=min(max(view.number("split"), 0.0), 1.0),
            gain=max(view.number("gain"), 1.0),
        ),
        keyframes=tuple(_keyframe_from_json(entry, i) for i, entry in enumerate(fields.items("keyframes"))),
        photos=(folder / fields.text("photos")).resolve() if "photos" in fields.values else None,
        omni=(
            OmniScene.from_json(fields.object("omni_recon"), folder)
            if "omni_recon" in fields.values
            else None
        ),
    )


def _scene_from_json(value: object, number: int, folder: Path) -> tuple[SceneItem, int]:
    fields = JsonFields.of(value, f"scenes[{number - 1}]")
    count = fields.whole("count", 0, 1 << 31)
    entry: Mapping[str, Any] = fields.values
    matrix = fields.matrix("matrix", 4, 4)
    program = EditProgram.from_json(
        entry.get("edits"), count=count, place=f"scenes[{number - 1}].edits", folder=folder
    )
    item = SceneItem(
        scene_id=number,
        name=fields.text("name"),
        source=(folder / fields.text("source")).resolve(),
        lod=fields.whole("lod", 0, 255) if "lod" in entry else None,
        visible=bool(entry.get("visible", True)),
        locked=bool(entry.get("locked", False)),
        is_mesh=bool(entry.get("mesh", False)),
        is_flipbook=bool(entry.get("flipbook", False)),
        matrix=matrix,  # pyright: ignore[reportArgumentType] # four rows of four were checked
        program=program,
        groups=_groups_from_json(fields, program.count_after(count)) if "groups" in entry else (),
    )
    return item, count


def _groups_to_json(item: SceneItem, project: Project) -> dict[str, object]:
    """Each name with its Gaussians, out of all that the edited scene has."""
    count = item.program.count_after(project.counts.get(item.scene_id, 0))
    return {name: mask.grown(count).to_json() for name, mask in item.groups}


def _groups_from_json(fields: JsonFields, count: int) -> tuple[tuple[str, IndexMask], ...]:
    groups = fields.object("groups")
    return tuple((name, IndexMask.from_json(groups.object(name), count=count)) for name in groups.values)


def _keyframe_from_json(value: object, number: int) -> Keyframe:
    fields = JsonFields.of(value, f"keyframes[{number}]")
    return Keyframe(camera=_camera_from_json(fields.object("camera")), seconds=fields.number("seconds"))


def _camera_to_json(camera: Camera) -> dict[str, Any]:
    return {
        "viewmat": camera.viewmat.tolist(),
        "intrinsics": [camera.fx, camera.fy, camera.cx, camera.cy],
        "size": [camera.width, camera.height],
    }


def _camera_from_json(fields: JsonFields) -> Camera:
    fx, fy, cx, cy = fields.numbers("intrinsics", 4)
    width, height = (int(value) for value in fields.numbers("size", 2))
    if not (0 < width <= 16384 and 0 < height <= 16384):
        raise fields.error("size", f"expected 1 to 16384 px, found {width} x {height}")
    viewmat = np.array(fields.matrix("viewmat", 4, 4))
    try:
        return Camera(viewmat=viewmat, fx=fx, fy=fy, cx=cx, cy=cy, width=width, height=height)
    except ValueError as error:
        raise fields.error("intrinsics", str(error)) from None


def _look_to_json(look: Look) -> dict[str, Any]:
    return {
        "blend": look.blend.value,
        "mode": look.mode.value,
        "shape": look.shape.value,
        "background": look.background,
        "max_sh_degree": look.max_sh_degree,
    }


def _look_from_json(fields: JsonFields) -> Look:
    red, green, blue = fields.numbers("background", 3)
    return Look(
        blend=_choice(fields, "blend", Blend),
        mode=_choice(fields, "mode", RenderMode),
        shape=_choice(fields, "shape", Shape),
        background=(red, green, blue),
        max_sh_degree=fields.whole("max_sh_degree", 0, 3),
    )


def _choice(fields: JsonFields, name: str, kind: Any) -> Any:
    text = fields.text(name)
    try:
        return kind(text)
    except ValueError:
        known = ", ".join(entry.value for entry in kind)
        raise fields.error(name, f"expected one of {known}, found {text!r}") from None


def _relative(source: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(source, folder)).as_posix()
    except ValueError:  # another drive
        return source.as_posix()
