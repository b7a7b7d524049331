"""glTF with KHR_gaussian_splatting: points with splat attributes, y up, in .gltf or .glb."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..gaussians import SH_COEFFS_PER_DEGREE, FloatArray, Gaussians
from ..transforms import merge, transform
from .activations import logits, logs_of_scales
from .axes import from_gltf_axes
from .byte_source import ByteSource
from .gltf_container import GltfDocument, open_gltf
from .gltf_scene import EXTENSION, SplatInstance, splat_instances
from .validation import checked_gaussians


def read_gltf(source: ByteSource) -> Gaussians:
    """Gaussians of all splat primitives of the default scene, placed by their nodes.

    Raises:
        SceneFileError: The file is damaged, has no splats, or needs an unknown compression or kernel.
    """
    document = open_gltf(source)
    instances = splat_instances(document)
    _refuse_amplification(document, instances)
    scenes = [_read_instance(document, instance) for instance in instances]
    antialiased = all(scene.antialiased for scene in scenes)
    scene = (
        merge(*(replace(scene, antialiased=antialiased) for scene in scenes))
        if len(scenes) > 1
        else scenes[0]
    )
    return from_gltf_axes(scene)


def describe_gltf(source: ByteSource) -> dict[str, object]:
    """Facts from the JSON alone."""
    document = open_gltf(source)
    instances = splat_instances(document)
    generator = document.mapping(document.json, "asset", "asset").get("generator")
    return {
        "version": document.mapping(document.json, "asset", "asset").get("version"),
        "num_gaussians": sum(_count(document, instance) for instance in instances),
        "sh_degree": max(instance.sh_degree for instance in instances),
        "compression": "none",
        "splat_primitives": len(instances),
        **({"generator": str(generator)} if generator else {}),
    }


def _count(document: GltfDocument, instance: SplatInstance) -> int:
    accessor = document.entry("accessors", instance.attributes.get("POSITION"))
    return document.whole(accessor, "count", instance.place)


def _refuse_amplification(document: GltfDocument, instances: list[SplatInstance]) -> None:
    """Nodes can share a mesh, so that a small file could ask for endless Gaussians."""
    total = sum(_count(document, instance) for instance in instances)
    buffers = document.items(document.json, "buffers", "buffers")
    available = sum(
        document.whole(document.entry("buffers", i), "byteLength", "buffer") for i in range(len(buffers))
    )
    if total > available:
        problem = f"{total} Gaussians in {len(instances)} places cannot come from {available} bytes"
        raise document.error("", problem, "Do not trust this file; ask for a clean export")


def _read_instance(document: GltfDocument, instance: SplatInstance) -> Gaussians:
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
        raise document.error(
            instance.place, problem, "Apply the node's transform before the export"
        ) from error
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
    document: GltfDocument,
    instance: SplatInstance,
    name: str,
    kinds: tuple[str, ...],
    count: int | None = None,
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

    Drafts of the extension stored logarithms. Sizes are never negative, their logarithms nearly always are:
    most of the values tell which it is.
    """
    if len(scales) and np.mean(scales < 0) > 0.5:
        return scales
    return logs_of_scales(document.source, scales)


def _sh_coeffs(document: GltfDocument, instance: SplatInstance, count: int) -> FloatArray:
    degree = instance.sh_degree
    sh_coeffs = np.empty((count, SH_COEFFS_PER_DEGREE[degree], 3), dtype=np.float32)
    index = 0
    for band in range(degree + 1):
        for coefficient in range(2 * band + 1):
            name = f"{EXTENSION}:SH_DEGREE_{band}_COEF_{coefficient}"
            sh_coeffs[:, index] = _attribute(document, instance, name, ("VEC3",), count)
            index += 1
    return sh_coeffs
