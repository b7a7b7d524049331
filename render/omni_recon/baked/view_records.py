"""The records of a bake: a JSON file with version, tolerance, the camera of every photo, and where the backdrop is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ....kernels.errors import SceneFileError
from ....scenes import Camera
from ....scenes.camera_files.json_fields import JsonObject

VERSION = 1
"""Of the records; others are refused."""

_REMEDY = "Bake the scene again"
_NUMBERS = ("fx", "fy", "cx", "cy")
_MOST_VIEWS = 100_000


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewRecord:
    """A photo's name and camera."""

    name: str
    camera: Camera


@dataclass(frozen=True, eq=False, kw_only=True)
class BallRecord:
    """Centre `[3]` and radius of a backdrop [scene units]."""

    center: NDArray[np.float64]
    radius: float


@dataclass(frozen=True, eq=False, kw_only=True)
class BakeRecords:
    """What the file holds; `backdrop` is `None` where the bake has none."""

    tolerance: float
    views: Sequence[ViewRecord]
    backdrop: BallRecord | None


def written_records(records: BakeRecords) -> bytes:
    """The content of the file."""
    content: dict[str, Any] = {
        "version": VERSION,
        "tolerance": records.tolerance,
        "views": [_record_of(record.name, record.camera) for record in records.views],
    }
    if records.backdrop is not None:
        content["backdrop"] = {"center": records.backdrop.center.tolist(), "radius": records.backdrop.radius}
    return json.dumps(content, indent=1, allow_nan=False).encode()


def _record_of(name: str, camera: Camera) -> dict[str, Any]:
    numbers = {field: float(getattr(camera, field)) for field in _NUMBERS}
    size = {"width": camera.width, "height": camera.height}
    return {"name": name, **size, **numbers, "viewmat": camera.viewmat.tolist()}


def read_records(path: Path, data: bytes) -> BakeRecords:
    """From the content of the file `path`.

    Raises:
        SceneFileError: It is not JSON, of another version, or a field is wrong.
    """
    try:
        content: object = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SceneFileError(path, "", f"expected JSON, found a fault: {str(error)[:80]}", _REMEDY) from None
    if not isinstance(content, dict):
        raise SceneFileError(path, "", "expected an object", _REMEDY)
    root = JsonObject(path=path, place="", values=cast("dict[str, object]", content))
    if root.value("version") != VERSION:
        raise SceneFileError(
            path, "version", f"expected {VERSION}, found {str(root.value('version'))[:40]}", _REMEDY
        )
    tolerance = root.required_number("tolerance")
    if not 0.0 < tolerance < 1.0:
        raise root.error("tolerance", f"expected a number between 0 and 1, found {tolerance:g}", _REMEDY)
    objects = root.objects("views")
    if len(objects) > _MOST_VIEWS:
        raise root.error("views", f"expected at most {_MOST_VIEWS} photos, found {len(objects)}", _REMEDY)
    records = tuple(_record(each) for each in objects)
    if len({record.name for record in records}) != len(records):
        raise root.error("views", "expected photos of different names", _REMEDY)
    return BakeRecords(tolerance=tolerance, views=records, backdrop=_ball(root))


def _ball(root: JsonObject) -> BallRecord | None:
    value = root.value("backdrop")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise root.error("backdrop", "expected an object", _REMEDY)
    values = JsonObject(path=root.path, place="backdrop", values=cast("dict[str, object]", value))
    radius = values.required_number("radius")
    if not radius > 0.0:
        raise values.error("radius", f"expected a positive number, found {radius:g}", _REMEDY)
    return BallRecord(center=values.array("center", (3,)), radius=radius)


def _record(values: JsonObject) -> ViewRecord:
    name = values.text("name")
    width, height = (values.image_side(side) for side in ("width", "height"))
    if not name or width is None or height is None:
        raise values.error("", "expected a name, a width and a height", _REMEDY)
    fx, fy, cx, cy = (values.required_number(field) for field in _NUMBERS)
    viewmat = values.array("viewmat", (4, 4))
    try:
        camera = Camera(viewmat=viewmat, fx=fx, fy=fy, cx=cx, cy=cy, width=width, height=height)
    except ValueError as error:
        raise values.error("", str(error), _REMEDY) from None
    return ViewRecord(name=name, camera=camera)
