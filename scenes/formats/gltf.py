"""glTF with KHR_gaussian_splatting: points with splat attributes, y up, in .gltf or .glb."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..gaussians import SH_COEFFS_PER_DEGREE, FloatArray, Gaussians
from ..transforms import merge, transform
from .activations import logits, logs_of_scales
from .axes import from_gltf_axes
from .byte_source import ByteSource
from .gltf_container import GltfDocument, open_gltf
from .validation import checked_gaussians

EXTENSION = "KHR_gaussian_splatting"
"""Name of the extension and prefix of its attributes."""

COLOR_SPACE = "srgb_rec709_display"
"""The one colour space that the renderers know: what 3DGS training gives."""

_POINTS = 0
_MAX_INSTANCES = 1024


@dataclass(frozen=True, eq=False, kw_only=True)
class _Instance:
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
        degrees = (degree for degree in (3, 2, 1) if f"{EXTENSION}:SH_DEGREE_{degree}_COEF_0" in self.attributes)
        return next(degrees, 0)


def read_gltf(source: ByteSource) -> Gaussians:
    """Gaussians of all splat primitives of the default scene, placed by their nodes.

    Raises:
        SceneFileError: The file is damaged, has no splats, or needs what is not supported (compression, kernels).
    """
    document = open_gltf(source)
    instances = _instances(document)
    _refuse_amplification(document, instances)
    scenes = [_read_instance(document, instance) for instance in instances]
    antialiased = all(scene.antialiased for scene in scenes)
    scene = merge(*(replace(scene, antialiased=antialiased) for scene in scenes)) if len(scenes) > 1 else scenes[0]
    return from_gltf_axes(scene)


def describe_gltf(source: ByteSource) -> dict[str, object]:
    """Facts from the JSON alone."""
    document = open_gltf(source)
    instances = _instances(document)
    generator = document.mapping(document.json, "asset", "asset").get("generator")
    return {
        "version": document.mapping(document.json, "asset", "asset").get("version"),
        "num_gaussians": sum(_count(document, instance) for instance in instances),
        "sh_degree": max(instance.sh_degree for instance in instances),
        "compression": "none",
        "splat_primitives": len(instances),
        **({"generator": str(generator)} if generator else {}),
    }


def _instances(document: GltfDocument) -> list[_Instance]:
    found: list[_Instance] = []
    for node, matrix in _nodes(document):
        if "mesh" not in node:
            continue
        mesh = document.entry("meshes", node["mesh"])
        for number, primitive in enumerate(document.items(mesh, "primitives", "mesh")):
            place = f"mesh {node['mesh']} primitive {number}"
            if isinstance(primitive, dict) and EXTENSION in document.mapping(primitive, "extensions", place):
                found.append(_instance(document, place, primitive, matrix))
    if not found:
        problem = f"expected points with {EXTENSION}, found none"
        raise document.error("", problem, "Open it as a mesh, or export splats with that extension")
    return found


def _instance(document: GltfDocument, place: str, primitive: dict[str, Any], matrix: NDArray[Any]) -> _Instance:
    extension = document.mapping(document.mapping(primitive, "extensions", place), EXTENSION, place)
    wanted = {"kernel": "ellipse", "colorSpace": COLOR_SPACE, "projection": "perspective"}
    for key, value in wanted.items():
        if extension.get(key, value) != value:
            problem = f"expected {key} {value!r}, found {str(extension[key])[:40]!r}"
            raise document.error(place, problem, "Export it with the default of that setting")
    if document.mapping(extension, "extensions", place):
        names = ", ".join(extension["extensions"])[:80]
        raise document.error(place, f"expected plain splat attributes, found {names}", "Export it uncompressed")
    if primitive.get("mode") != _POINTS:
        raise document.error(place, f"expected points (mode 0), found mode {str(primitive.get('mode'))[:20]}")
    extras = primitive.get("extras")
    return _Instance(
        place=place,
        attributes=document.mapping(primitive, "attributes", place),
        matrix=matrix,
        antialiased=isinstance(extras, dict) and extras.get("antialiased") is True,
    )


def _nodes(document: GltfDocument) -> Iterator[tuple[dict[str, Any], NDArray[np.float64]]]:
    """Nodes of the default scene (or of all roots, where there is none) with their world matrices."""
    scenes = document.items(document.json, "scenes", "scenes")
    scene = document.entry("scenes", document.json.get("scene", 0)) if scenes else {}
    everything = range(len(document.items(document.json, "nodes", "nodes")))
    children = {c for i in everything for c in document.items(document.entry("nodes", i), "children", "node")}
    roots = document.items(scene, "nodes", "scene") if scenes else [i for i in everything if i not in children]
    pending: list[tuple[Any, NDArray[np.float64]]] = [(root, np.eye(4)) for root in roots]
    visited: set[Any] = set()
    while pending:
        index, parent = pending.pop(0)
        node = document.entry("nodes", index)
        if index in visited:
            raise document.error(f"node {index}", "expected a tree of nodes, found it twice")
        visited.add(index)
        matrix = parent @ _local_matrix(document, index, node)
        yield node, matrix
        pending.extend((child, matrix) for child in document.items(node, "children", f"node {index}"))


def _local_matrix(document: GltfDocument, index: int, node: dict[str, Any]) -> NDArray[np.float64]:
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


def _count(document: GltfDocument, instance: _Instance) -> int:
    accessor = document.entry("accessors", instance.attributes.get("POSITION"))
    return document.whole(accessor, "count", instance.place)


def _refuse_amplification(document: GltfDocument, instances: list[_Instance]) -> None:
    """Nodes can share a mesh, so that a small file could ask for endless Gaussians."""
    total = sum(_count(document, instance) for instance in instances)
    buffers = document.items(document.json, "buffers", "buffers")
    available = sum(document.whole(document.entry("buffers", i), "byteLength", "buffer") for i in range(len(buffers)))
    if len(instances) > _MAX_INSTANCES or total > available:
        problem = f"{total} Gaussians in {len(instances)} places cannot come from {available} bytes"
        raise document.error("", problem, "Do not trust this file; ask for a clean export")


def _read_instance(document: GltfDocument, instance: _Instance) -> Gaussians:
    means = _attribute(document, instance, "POSITION", ("VEC3",))
    quats = _attribute(document, instance, f"{EXTENSION}:ROTATION", ("VEC4",), len(means))
    scales = _attribute(document, instance, f"{EXTENSION}:SCALE", ("VEC3",), len(means))
    alphas = _attribute(document, instance, f"{EXTENSION}:OPACITY", ("SCALAR",), len(means))[:, 0]
    _refuse_bad_opacity(document, alphas)
    gaussians = checked_gaussians(
        document.source.path,
        means=means,
        quats=quats[:, [3, 0, 1, 2]],
        log_scales=_log_scales(document, scales),
        logit_opacities=logits(alphas),
        sh_coeffs=_sh_coeffs(document, instance, len(means)),
        antialiased=instance.antialiased,
    )
    if np.array_equal(instance.matrix, np.eye(4)):
        return gaussians
    try:
        moved = transform(gaussians, instance.matrix)
    except ValueError as error:
        problem = "expected nodes that rotate, move and scale evenly"
        raise document.error(instance.place, problem, "Apply the node's transform before the export") from error
    return checked_gaussians(
        document.source.path,
        means=moved.means,
        quats=moved.quats,
        log_scales=moved.log_scales,
        logit_opacities=moved.logit_opacities,
        sh_coeffs=moved.sh_coeffs,
        antialiased=moved.antialiased,
    )


def _attribute(
    document: GltfDocument, instance: _Instance, name: str, kinds: tuple[str, ...], count: int | None = None
) -> NDArray[Any]:
    if name not in instance.attributes:
        raise document.error(instance.place, f"expected an attribute {name}, found none")
    values = document.accessor(instance.attributes[name], kinds)
    if count is not None and len(values) != count:
        raise document.error(instance.place, f"expected {count} values of {name}, found {len(values)}")
    return values


def _refuse_bad_opacity(document: GltfDocument, alphas: NDArray[Any]) -> None:
    bad = ~((alphas >= 0) & (alphas <= 1))  # true for NaN
    if bad.any():
        row = int(np.argmax(bad))
        raise document.error(f"Gaussian {row}, opacity", f"expected 0 to 1, found {alphas[row]:g}")


def _log_scales(document: GltfDocument, scales: NDArray[Any]) -> NDArray[np.floating]:
    """Logarithms of the scales.

    Drafts of the extension stored logarithms. Sizes are never negative and logarithms of sizes nearly always are, so
    most of the values tell which it is.
    """
    if len(scales) and np.mean(scales < 0) > 0.5:
        return scales
    return logs_of_scales(document.source, scales)


def _sh_coeffs(document: GltfDocument, instance: _Instance, count: int) -> FloatArray:
    degree = instance.sh_degree
    sh_coeffs = np.empty((count, SH_COEFFS_PER_DEGREE[degree], 3), dtype=np.float32)
    index = 0
    for band in range(degree + 1):
        for coefficient in range(2 * band + 1):
            name = f"{EXTENSION}:SH_DEGREE_{band}_COEF_{coefficient}"
            sh_coeffs[:, index] = _attribute(document, instance, name, ("VEC3",), count)
            index += 1
    return sh_coeffs
