"""Bakes on disk: a folder, or one file `*.bake`, which is a zip with the same members, stored.

Members: `bake.json` (version, tolerance, cameras), `mesh.glb`, `photos/00000.png` and so on, `backdrop.png` where there
is a backdrop, and `weights.safetensors` with the appearance branch (float32) and the features of every photo (float16:
they differ from float32 by at most one part in 2048, which changes no picture by a level of 255). Nothing is unpickled,
and no name in a file leads anywhere.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....kernels.baked_types import HIDDEN
from ....kernels.errors import SceneFileError, one_line
from ....scenes.formats.mesh_files import load_mesh, save_mesh
from ...output_files import filling_folder, replacing_file
from .backdrop import COLUMNS, ROWS, Backdrop
from .types import APPEARANCE_SHAPES, Bake, BakedView, feature_cells
from .view_records import BakeRecords, BallRecord, ViewRecord, read_records, written_records

SUFFIX = ".bake"
"""Of a bake in one file; any other name is a folder."""

_RECORDS, _MESH, _WEIGHTS, _BACKDROP = "bake.json", "mesh.glb", "weights.safetensors", "backdrop.png"
_REMEDY = "Bake the scene again"
_MOST_BYTES = {_RECORDS: 2**26, _MESH: 2**32, _WEIGHTS: 2**36}
_MOST_PHOTO_BYTES = 2**29
_FEATURES, _APPEARANCE = "features.", "appearance."

_Fetch = Callable[[str, int], bytes]
"""The content of a member of at most so many bytes."""


def save_bake(bake: Bake, path: Path) -> None:
    """Write a bake, replacing what is there: one file if `path` ends in `.bake`, else a folder.

    Raises:
        RowsplatError: trimesh, which writes meshes, is missing, or the mesh is empty.
        SceneFileError: It cannot be written.
    """
    try:
        if path.suffix.lower() == SUFFIX:
            _save_file(bake, path)
            return
        with filling_folder(path) as folder:
            (folder / _RECORDS).write_bytes(_records(bake))
            (folder / _WEIGHTS).write_bytes(_weights(bake))
            save_mesh(bake.mesh, folder / _MESH)
        (path / "photos").mkdir(exist_ok=True)
        for name, pixels in _pictures(bake):
            with replacing_file(path / name) as temporary:
                temporary.write_bytes(_png(pixels))
    except OSError as error:
        problem = f"cannot be written ({error.strerror or error})"
        raise SceneFileError(
            path, "", problem, "Check that the folder exists, is writable and has room"
        ) from error


def load_bake(path: Path) -> Bake:
    """Read a bake.

    Raises:
        RowsplatError: trimesh, which reads meshes, is missing.
        SceneFileError: It cannot be read, is damaged, or its parts do not belong together.
    """
    if path.is_dir():
        return _loaded(path, lambda name, limit: _from_folder(path, name, limit))
    try:
        with zipfile.ZipFile(path) as archive:
            return _loaded(path, lambda name, limit: _from_archive(path, archive, name, limit))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SceneFileError(path, "", f"is no bake: {reason}", _REMEDY) from error


def is_bake(path: Path) -> bool:
    """Whether `path` looks like a bake: a folder with its records, or a file of this suffix."""
    return (path / _RECORDS).is_file() if path.is_dir() else path.suffix.lower() == SUFFIX and path.is_file()


def _save_file(bake: Bake, path: Path) -> None:
    import tempfile

    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".bake-") as folder:
        mesh = Path(folder) / _MESH
        save_mesh(bake.mesh, mesh)
        with (
            replacing_file(path) as temporary,
            zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive,
        ):
            archive.writestr(_RECORDS, _records(bake))
            archive.write(mesh, _MESH)
            archive.writestr(_WEIGHTS, _weights(bake))
            for name, pixels in _pictures(bake):
                archive.writestr(name, _png(pixels))


def _loaded(path: Path, fetch: _Fetch) -> Bake:
    records = read_records(path / _RECORDS, fetch(_RECORDS, _MOST_BYTES[_RECORDS]))
    tensors = _read_weights(path / _WEIGHTS, fetch(_WEIGHTS, _MOST_BYTES[_WEIGHTS]), records.views)
    views = list[BakedView]()
    for number, record in enumerate(records.views):
        name, size = _photo(number), (record.camera.width, record.camera.height)
        views.append(
            BakedView(
                name=record.name,
                camera=record.camera,
                pixels=_read_png(path / name, fetch(name, _MOST_PHOTO_BYTES), size),
                features=tensors[f"{_FEATURES}{number}"].astype(np.float32),
            )
        )
    appearance = {name: tensors[_APPEARANCE + name] for name in APPEARANCE_SHAPES}
    mesh = _read_mesh(path, fetch(_MESH, _MOST_BYTES[_MESH]))
    backdrop = None
    if records.backdrop is not None:
        colors = _read_png(path / _BACKDROP, fetch(_BACKDROP, _MOST_PHOTO_BYTES), (COLUMNS, ROWS))
        backdrop = Backdrop(center=records.backdrop.center, radius=records.backdrop.radius, colors=colors)
    return Bake(
        mesh=mesh,
        views=tuple(views),
        appearance=appearance,
        tolerance=records.tolerance,
        backdrop=backdrop,
    )


def _records(bake: Bake) -> bytes:
    behind = bake.backdrop
    ball = None if behind is None else BallRecord(center=behind.center, radius=behind.radius)
    views = [ViewRecord(name=view.name, camera=view.camera) for view in bake.views]
    return written_records(BakeRecords(tolerance=bake.tolerance, views=views, backdrop=ball))


def _pictures(bake: Bake) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Names and pixels of the members that are pictures."""
    for number, view in enumerate(bake.views):
        yield _photo(number), view.pixels
    if bake.backdrop is not None:
        yield _BACKDROP, bake.backdrop.colors


def _weights(bake: Bake) -> bytes:
    from safetensors.numpy import save

    tensors: dict[str, NDArray[Any]] = {
        _APPEARANCE + name: np.ascontiguousarray(value) for name, value in bake.appearance.items()
    }
    for number, view in enumerate(bake.views):
        tensors[f"{_FEATURES}{number}"] = view.features.astype(np.float16)
    return save(tensors)


def _read_weights(path: Path, data: bytes, records: Sequence[ViewRecord]) -> Mapping[str, NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise SceneFileError(path, "", f"is no safetensors file: {one_line(error)}", _REMEDY) from error
    expected: dict[str, tuple[tuple[int, ...], type]] = {
        _APPEARANCE + name: (shape, np.float32) for name, shape in APPEARANCE_SHAPES.items()
    }
    for number, record in enumerate(records):
        cells = feature_cells(record.camera.height, record.camera.width)
        expected[f"{_FEATURES}{number}"] = ((*cells, HIDDEN), np.float16)
    for name, (shape, dtype) in expected.items():
        found = tensors.get(name)
        if found is None or found.shape != shape or found.dtype != dtype:
            what = "nothing" if found is None else f"{found.dtype} {list(found.shape)}"
            problem = f"expected {np.dtype(dtype)} {list(shape)}, found {what}"
            raise SceneFileError(path, name, problem, _REMEDY)
        if not np.isfinite(found).all():
            raise SceneFileError(path, name, "expected finite numbers, found others", _REMEDY)
    return tensors


def _png(pixels: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=3)
    return stream.getvalue()


def _read_png(path: Path, data: bytes, size: tuple[int, int]) -> NDArray[np.uint8]:
    """The pixels of a picture of `size`, width and height."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            if image.size != size:
                expected, found = ("x".join(map(str, each)) for each in (size, image.size))
                problem = f"expected the size {expected}, found {found}"
                raise SceneFileError(path, "", problem, _REMEDY)
            return np.array(image.convert("RGB"))
    except SceneFileError:
        raise
    except Exception as error:  # Pillow raises all kinds on damaged files
        raise SceneFileError(path, "", f"is no whole PNG: {str(error)[:80]}", _REMEDY) from error


def _read_mesh(path: Path, data: bytes) -> Any:
    """The mesh, through a file of its own: readers of meshes want one with a suffix."""
    import tempfile

    if path.is_dir():
        return load_mesh(path / _MESH)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / _MESH
        copy.write_bytes(data)
        try:
            return load_mesh(copy)
        except SceneFileError as error:
            raise SceneFileError(path, _MESH, error.problem, _REMEDY) from error


def _photo(number: int) -> str:
    return f"photos/{number:05d}.png"


def _from_folder(path: Path, name: str, limit: int) -> bytes:
    file = path / name
    try:
        if file.stat().st_size > limit:
            raise SceneFileError(file, "", f"expected at most {limit:,} bytes", _REMEDY)
        return file.read_bytes()
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise SceneFileError(file, "", problem, _REMEDY) from error


def _from_archive(path: Path, archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise SceneFileError(path, name, "this member is missing", _REMEDY) from None
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        raise SceneFileError(path, name, "expected a stored member without a password", _REMEDY)
    if info.file_size > limit or info.file_size > path.stat().st_size:
        raise SceneFileError(path, name, f"expected at most {limit:,} bytes within the file", _REMEDY)
    return archive.read(info)
