"""Triangle meshes in .ply, .obj and .glb files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError, SceneFileError
from ..gaussians import FloatArray
from ..mesh import TriangleMesh
from ..optional_modules import optional_module
from .atomic_writing import write_atomically
from .mesh_glb import GLTF_AXES, encode_mesh_glb, srgb_from_linear

MESH_SUFFIXES = (".ply", ".obj", ".glb")
"""File names that say how a mesh is stored."""

_NO_COLOR = 0.7  # grey of vertices whose file gives no colour
_MOST_VERTICES = 100_000_000  # of all placed meshes: a small file may place a large one very often
_REMEDY = "Export it again as a triangle mesh"


def require_mesh_suffix(path: Path) -> None:
    """Check, before long work, that the name of `path` says a mesh format.

    Raises:
        RowsplatError: It does not.
    """
    if path.suffix.lower() not in MESH_SUFFIXES:
        known = ", ".join(MESH_SUFFIXES)
        raise RowsplatError(f"{path}: a mesh file must end in one of {known}, got '{path.suffix}'.")


def save_mesh(mesh: TriangleMesh, path: Path) -> None:
    """Write `mesh` whole or not at all, replacing what is there; the suffix says the format.

    .ply and .obj keep the scene's frame and 8-bit display colours; .glb is turned to glTF's axes (y up) and holds
    linear colours, as glTF demands.

    Raises:
        RowsplatError: The suffix says no format, the mesh is empty, or the library for it is missing.
        SceneFileError: The file cannot be written.
    """
    require_mesh_suffix(path)
    if not len(mesh.faces):
        raise RowsplatError(f"{path}: there is no triangle to write.")
    write_atomically(path, _encoded(mesh, path.suffix.lower()), overwrite=True)


def load_mesh(path: Path) -> TriangleMesh:
    """Read a mesh; what `save_mesh` wrote comes back in the scene's frame.

    Textures and other files that it refers to are not read; vertices without colour are grey.

    Raises:
        RowsplatError: The suffix says no format, or the library for it is missing.
        SceneFileError: The file cannot be read, is damaged, or holds no triangle.
    """
    require_mesh_suffix(path)
    suffix = path.suffix.lower()
    parts = _parts(path, _read(path, suffix))
    if not parts:
        raise SceneFileError(
            path, "", "expected triangles, found none", "Open it as a scene or export a mesh"
        )
    vertices, faces, colors = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    if suffix == ".glb":
        vertices, colors = vertices * GLTF_AXES, srgb_from_linear(colors)
    try:
        return TriangleMesh(vertices=vertices, faces=faces, vertex_colors=colors)
    except ValueError as error:
        raise SceneFileError(path, "", str(error), _REMEDY) from error


def _encoded(mesh: TriangleMesh, suffix: str) -> Iterable[bytes]:
    if suffix == ".glb":
        return encode_mesh_glb(mesh)
    trimesh = _trimesh()
    colors = np.round(255.0 * np.clip(mesh.vertex_colors, 0.0, 1.0)).astype(np.uint8)
    model = trimesh.Trimesh(mesh.vertices, mesh.faces, vertex_colors=colors, process=False)
    encoded: bytes | str = model.export(file_type=suffix[1:])
    return [encoded.encode() if isinstance(encoded, str) else encoded]


def _read(path: Path, suffix: str) -> Any:
    """The file as trimesh's scene. From an open file it has no way to other files."""
    trimesh = _trimesh()
    order = (
        {"maintain_order": True} if suffix == ".obj" else {}
    )  # else the vertices of an .obj are renumbered
    try:
        with path.open("rb") as file:
            return trimesh.load_scene(file, file_type=suffix[1:], process=False, **order)
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise SceneFileError(path, "", problem, "Check the path and its permissions") from error
    except Exception as error:  # whatever a parser stumbles over in a damaged file
        problem = f"expected a {suffix} mesh, found what cannot be parsed ({type(error).__name__}: {error})"
        raise SceneFileError(path, "", problem[:300], _REMEDY) from error


def _parts(path: Path, scene: Any) -> list[tuple[FloatArray, NDArray[np.int32], FloatArray]]:
    """Vertices, faces and colours of every placed mesh; its faces count on from those before it.

    Not left to trimesh, which drops the vertex colours of meshes with a material when it joins them.
    """
    parts: list[tuple[FloatArray, NDArray[np.int32], FloatArray]] = []
    first = 0
    for node in scene.graph.nodes_geometry:
        matrix, name = scene.graph[node]
        model = scene.geometry[name]
        if not len(getattr(model, "faces", ())):
            continue
        vertices = model.vertices @ matrix[:3, :3].T + matrix[:3, 3]
        parts.append(
            (
                vertices.astype(np.float32),
                (model.faces + first).astype(np.int32),
                _colors(model.visual, vertices),
            )
        )
        first += len(vertices)
        if first > _MOST_VERTICES:
            problem = f"expected at most {_MOST_VERTICES} vertices, found more"
            raise SceneFileError(path, "", problem, "Decimate the mesh")
    return parts


def _colors(visual: Any, vertices: NDArray[Any]) -> FloatArray:
    """`[V, 3]` in [0, 1] as the file has them."""
    if visual.kind == "vertex":
        colors = np.asarray(visual.vertex_colors)
    else:  # with a material, the colours are kept beside it
        colors = np.asarray(getattr(visual, "vertex_attributes", {}).get("color", ()))
    if colors.shape[:1] != (len(vertices),):
        return np.full((len(vertices), 3), _NO_COLOR, dtype=np.float32)
    most = np.float32(np.iinfo(colors.dtype).max if colors.dtype.kind in "iu" else 1.0)
    return (colors[:, :3] / most).astype(np.float32, copy=False)


def _trimesh() -> Any:
    return optional_module("trimesh", extra="mesh", feature="Reading and writing meshes")
