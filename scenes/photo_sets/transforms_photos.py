"""Photos of transforms.json: NeRF-synthetic, instant-ngp, nerfstudio."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from ...kernels.errors import SceneFileError
from ..camera_files.json_fields import JsonObject, read_json
from ..camera_files.transforms_json import read_transforms
from .assembly import photo_set_of, posed_photo
from .image_files import FoundPhoto, found_photo, found_photo_around, referenced_file
from .photo import Photo
from .photo_set import PhotoSet

_SPLITS = ("train", "val", "test")
TRANSFORMS_FILES = ("transforms.json", *(f"transforms_{split}.json" for split in _SPLITS))
"""Names of the files that are looked for in a folder."""


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """A frame of the file and its photo, if that is there."""

    name: str
    fields: JsonObject
    photo: FoundPhoto | None
    mask: Path | None


def load_transforms_photos(path: Path) -> PhotoSet:
    """The photos of one transforms file, or of all parts (train, val, test) that a folder holds.

    Frames whose photo is not there are left out and counted in the notes. Intrinsics for another size are
    scaled to the photo's.

    Raises:
        SceneFileError: A field is missing or wrong, or a photo is no image, of another shape, or outside.
    """
    files = [path] if path.is_file() else _files_of(path)
    photos, missing = list[Photo](), list[str]()
    for file in files:
        for name, photo in _photos_of(file):
            photos.extend([] if photo is None else [photo])
            missing.extend([name] if photo is None else [])
    return photo_set_of(path, photos, missing=missing)


def _files_of(folder: Path) -> list[Path]:
    whole = folder / TRANSFORMS_FILES[0]
    if whole.is_file():
        return [whole]
    return [folder / name for name in TRANSFORMS_FILES if (folder / name).is_file()]


def _photos_of(path: Path) -> Iterator[tuple[str, Photo | None]]:
    content = read_json(path)
    if not isinstance(content, dict) or "frames" not in content:
        problem = "expected a transforms.json with frames, found other JSON"
        raise SceneFileError(path, "", problem, "Give the file that holds the photos' cameras")
    file = JsonObject(path=path, place="", values=cast("dict[str, object]", content))
    frames = [_frame(file, fields) for fields in file.objects("frames")]
    sized = {**file.values, "frames": [_with_size(file, frame) for frame in frames]}
    # stand-in size for frames that have no photo and are left out
    cameras = read_transforms(replace(file, values=sized), 1, 1)
    splits = _splits(file)
    for frame, camera in zip(frames, cameras.cameras, strict=True):
        if frame.photo is None:
            yield frame.name, None
            continue
        split = splits.get(frame.name) or _split_of_file(path)
        yield frame.name, posed_photo(frame.name, frame.photo, camera, mask=frame.mask, split=split)


def _frame(file: JsonObject, fields: JsonObject) -> _Frame:
    name = fields.text("file_path")
    path = referenced_file(file.path, f"{fields.place}.file_path", file.path.parent, name)
    photo = None if path is None else _oriented(path, replace(fields, inherited=file.values))
    mask_name = fields.text("mask_path")
    place = f"{fields.place}.mask_path"
    mask = referenced_file(file.path, place, file.path.parent, mask_name) if mask_name else None
    return _Frame(name=name.removeprefix("./"), fields=fields, photo=photo, mask=mask)


def _oriented(path: Path, fields: JsonObject) -> FoundPhoto:
    """The photo, upright for intrinsics that tell their size, their principal point, their angles, or nothing."""
    w, h = fields.image_side("w"), fields.image_side("h")
    if w is not None and h is not None:
        return found_photo(path, (w, h))
    cx, cy = fields.positive("cx"), fields.positive("cy")
    if cx is not None and cy is not None:
        photo = found_photo_around(path, (cx, cy))
        if cx >= photo.size[0] or cy >= photo.size[1]:
            size = "x".join(map(str, photo.size))
            problem = f"expected a principal point in the {size} photo, found {cx:g} {cy:g}"
            raise fields.error("cx", problem, "Add w and h, the size that the intrinsics are for")
        return photo
    x, y = fields.angle("camera_angle_x", math.pi), fields.angle("camera_angle_y", math.pi)
    return found_photo(path, None if x is None or y is None else (math.tan(x / 2), math.tan(y / 2)))


def _with_size(file: JsonObject, frame: _Frame) -> dict[str, object]:
    """The frame's fields, with the photo's own size where the file has none."""
    fields = replace(frame.fields, inherited=file.values)
    if frame.photo is None or (fields.value("w") is not None and fields.value("h") is not None):
        return frame.fields.values
    width, height = frame.photo.size
    return {**frame.fields.values, "w": width, "h": height}


def _splits(file: JsonObject) -> dict[str, str]:
    """Which part each named photo belongs to, where nerfstudio's fields say so."""
    parts = dict[str, str]()
    for split in _SPLITS:
        names = file.value(f"{split}_filenames")
        for name in cast("list[object]", names) if isinstance(names, list) else []:
            parts[str(name).removeprefix("./")] = split
    return parts


def _split_of_file(path: Path) -> str:
    return next((split for split in _SPLITS if path.stem == f"transforms_{split}"), "")
