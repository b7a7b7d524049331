"""Write one scene as .glb with KHR_gaussian_splatting."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..gaussians import Gaussians
from .activations import base_colors, opacities, to_bytes
from .axes import to_gltf_axes
from .gltf_container import glb_chunks
from .gltf_scene import COLOR_SPACE, EXTENSION

_FLOAT, _BYTE, _ARRAY_BUFFER = 5126, 5121, 34962
_KINDS = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}


def encode_glb(gaussians: Gaussians) -> Iterable[Any]:
    """Buffers of a .glb; only opacities within a millionth of 0 and 1 lose anything but rounding."""
    attributes: dict[str, int] = {}
    accessors: list[dict[str, Any]] = []
    views: list[dict[str, Any]] = []
    parts: list[bytes] = []
    offset = 0
    for name, values in _attributes(to_gltf_axes(gaussians)):
        data = values.tobytes()
        attributes[name] = len(accessors)
        accessors.append(_accessor(name, values, len(views)))
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": len(data), "target": _ARRAY_BUFFER})
        parts.append(data)
        offset += len(data)
    document = _document(gaussians, attributes) | {
        "buffers": [{"byteLength": offset}],
        "bufferViews": views,
        "accessors": accessors,
    }
    return glb_chunks(json.dumps(document, separators=(",", ":")).encode(), parts)


def _attributes(gaussians: Gaussians) -> Iterator[tuple[str, NDArray[Any]]]:
    alphas = opacities(gaussians.logit_opacities)
    colors = base_colors(gaussians.sh_coeffs[:, 0])
    unit = gaussians.quats / np.linalg.norm(gaussians.quats, axis=1, keepdims=True)
    yield "POSITION", gaussians.means.astype("<f4")
    fallback = np.concatenate([colors, alphas[:, None]], axis=1)  # for viewers without the extension
    yield "COLOR_0", to_bytes(fallback)
    yield f"{EXTENSION}:ROTATION", unit[:, [1, 2, 3, 0]].astype("<f4")
    yield f"{EXTENSION}:SCALE", np.exp(gaussians.log_scales.astype(np.float64)).astype("<f4")
    yield f"{EXTENSION}:OPACITY", alphas.astype("<f4")[:, None]
    index = 0
    for degree in range(gaussians.sh_degree + 1):
        for coefficient in range(2 * degree + 1):
            values = gaussians.sh_coeffs[:, index].astype("<f4")
            yield f"{EXTENSION}:SH_DEGREE_{degree}_COEF_{coefficient}", values
            index += 1


def _accessor(name: str, values: NDArray[Any], view: int) -> dict[str, Any]:
    is_byte = values.dtype == np.uint8
    accessor: dict[str, Any] = {
        "bufferView": view,
        "componentType": _BYTE if is_byte else _FLOAT,
        "count": len(values),
        "type": _KINDS[values.shape[1]],
    }
    if is_byte:
        accessor["normalized"] = True
    if name == "POSITION":
        accessor |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
    return accessor


def _document(gaussians: Gaussians, attributes: dict[str, int]) -> dict[str, Any]:
    extension = {
        "kernel": "ellipse",
        "colorSpace": COLOR_SPACE,
        "sortingMethod": "cameraDistance",
        "projection": "perspective",
    }
    primitive = {"attributes": attributes, "mode": 0, "extensions": {EXTENSION: extension}}
    if gaussians.antialiased:  # the extension has no field for it
        primitive["extras"] = {"antialiased": True}
    return {
        "asset": {"version": "2.0", "generator": "rowsplat"},
        "extensionsUsed": [EXTENSION],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive]}],
    }
