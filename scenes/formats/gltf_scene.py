"""The splat primitives of a glTF scene and where its nodes put them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .gltf_container import GltfDocument

EXTENSION = "KHR_gaussian_splatting"
"""Name of the extension and prefix of its attributes."""

COLOR_SPACE = "srgb_rec709_display"
"""The one colour space that the renderers know: what 3DGS training gives."""

_POINTS = 0
_MAX_INSTANCES = 1024


@dataclass(frozen=True, eq=False, kw_only=True)
class SplatInstance:
    """One splat primitive under one node.

    Args:
        place: Name for messages.
        attributes: Accessor number by attribute name.
        matrix: Node -> glTF world, `[4, 4]`.
        antialiased: Our own tag for it.
    """

    place: str
    attributes: dict[str, Any]
    matrix: NDArray[np.float64]
    antialiased: bool

    @property
    def sh_degree(self) -> int:
        """Highest degree of which any coefficient is there."""
        degrees = (
            degree for degree in (3, 2, 1) if f"{EXTENSION}:SH_DEGREE_{degree}_COEF_0" in self.attributes
        )
        return next(degrees, 0)


def splat_instances(document: GltfDocument) -> list[SplatInstance]:
    """Splat primitives of the default scene, with the transforms of their nodes.

    Raises:
        SceneFileError: There are none, or they need what is not supported.
    """
    found: list[SplatInstance] = []
    for node, matrix in _nodes(document):
        if "mesh" not in node:
            continue
        if len(found) >= _MAX_INSTANCES:
            problem = f"expected at most {_MAX_INSTANCES} placed primitives, more cannot come from this file"
            raise document.error("nodes", problem, "Do not trust this file; ask for a clean export")
        mesh = document.entry("meshes", node["mesh"])
        for number, primitive in enumerate(document.items(mesh, "primitives", "mesh")):
            place = f"mesh {node['mesh']} primitive {number}"
            if isinstance(primitive, dict) and EXTENSION in document.mapping(primitive, "extensions", place):
                found.append(_instance(document, place, primitive, matrix))
    if not found:
        problem = f"expected points with {EXTENSION}, found none"
        raise document.error("", problem, "Open it as a mesh, or export splats with that extension")
    return found


def _instance(
    document: GltfDocument, place: str, primitive: dict[str, Any], matrix: NDArray[Any]
) -> SplatInstance:
    extension = document.mapping(document.mapping(primitive, "extensions", place), EXTENSION, place)
    wanted = {"kernel": "ellipse", "colorSpace": COLOR_SPACE, "projection": "perspective"}
    for key, value in wanted.items():
        if extension.get(key, value) != value:
            problem = f"expected {key} {value!r}, found {str(extension[key])[:40]!r}"
            raise document.error(place, problem, "Export it with the default of that setting")
    if document.mapping(extension, "extensions", place):
        names = ", ".join(extension["extensions"])[:80]
        raise document.error(
            place, f"expected plain splat attributes, found {names}", "Export it uncompressed"
        )
    if primitive.get("mode") != _POINTS:
        raise document.error(place, f"expected points (mode 0), found mode {str(primitive.get('mode'))[:20]}")
    extras = primitive.get("extras")
    return SplatInstance(
        place=place,
        attributes=document.mapping(primitive, "attributes", place),
        matrix=matrix,
        antialiased=isinstance(extras, dict) and extras.get("antialiased") is True,
    )


def _nodes(document: GltfDocument) -> Iterator[tuple[dict[str, Any], NDArray[np.float64]]]:
    """Nodes of the default scene with their world matrices."""
    pending = deque((root, np.eye(4)) for root in _roots(document))
    visited: set[Any] = set()
    while pending:
        index, parent = pending.popleft()
        node = document.entry("nodes", index)
        if index in visited:
            raise document.error(f"node {index}", "expected a tree of nodes, found it twice")
        visited.add(index)
        matrix = parent @ _local_matrix(document, index, node)
        yield node, matrix
        pending.extend((child, matrix) for child in document.items(node, "children", f"node {index}"))


def _roots(document: GltfDocument) -> list[Any]:
    """Root nodes of the default scene; without scenes, all nodes that are nobody's child."""
    if document.items(document.json, "scenes", "scenes"):
        scene = document.entry("scenes", document.json.get("scene", 0))
        return document.items(scene, "nodes", "scene")
    everything = range(len(document.items(document.json, "nodes", "nodes")))
    lists = (document.items(document.entry("nodes", index), "children", "node") for index in everything)
    children = {child for children in lists for child in children if type(child) is int}
    return [index for index in everything if index not in children]


def _local_matrix(document: GltfDocument, index: int, node: dict[str, Any]) -> NDArray[np.float64]:
    if not {"matrix", "rotation", "scale", "translation"} & node.keys():
        return np.eye(4)
    if "matrix" in node:
        return _numbers(document, index, node, "matrix", [0.0] * 16).reshape(4, 4).T
    x, y, z, w = _numbers(document, index, node, "rotation", [0.0, 0.0, 0.0, 1.0])
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    matrix = np.eye(4)
    matrix[:3, :3] = rotation * _numbers(document, index, node, "scale", [1.0] * 3)
    matrix[:3, 3] = _numbers(document, index, node, "translation", [0.0] * 3)
    return matrix


def _numbers(
    document: GltfDocument, index: int, node: dict[str, Any], key: str, default: list[float]
) -> NDArray[np.float64]:
    value = node.get(key, default)
    good = isinstance(value, list) and len(value) == len(default)
    if not good or not all(type(v) in (int, float) and abs(v) < 1e30 for v in value):
        raise document.error(f"node {index}", f"expected {len(default)} numbers as {key}")
    return np.array(value, dtype=np.float64)
