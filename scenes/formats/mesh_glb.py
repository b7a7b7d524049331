"""A coloured triangle mesh as .glb.

Written here: Open3D 0.20 writes .glb files that no reader opens, and trimesh 5.2 rounds linear colours to 8 bits,
which shows as bands in dark places.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..mesh import TriangleMesh
from .gltf_container import glb_chunks

GLTF_AXES = np.array([-1.0, -1.0, 1.0], dtype=np.float32)
"""Turns the scene's frame (y down) into glTF's (y up), half a turn about z, and back."""

_UINT32, _UINT16, _FLOAT = 5125, 5123, 5126
_ARRAY_BUFFER, _ELEMENT_BUFFER = 34962, 34963
_LIGHT_IS_BAKED = "KHR_materials_unlit"


def encode_mesh_glb(mesh: TriangleMesh) -> list[bytes]:
    """Buffers of a .glb: 16-bit linear vertex colours, drawn unlit from both sides, since the light is in them."""
    positions = (mesh.vertices * GLTF_AXES).astype("<f4")
    linear = np.ones((len(mesh.vertices), 4), dtype=np.float32)
    linear[:, :3] = linear_from_srgb(np.clip(mesh.vertex_colors, 0.0, 1.0))
    colors = np.round(linear * 65535.0).astype("<u2")
    parts = [mesh.faces.astype("<u4").tobytes(), positions.tobytes(), colors.tobytes()]
    bounds = {"min": positions.min(axis=0).tolist(), "max": positions.max(axis=0).tolist()}
    accessors = [
        {"bufferView": 0, "componentType": _UINT32, "count": mesh.faces.size, "type": "SCALAR"},
        {"bufferView": 1, "componentType": _FLOAT, "count": len(positions), "type": "VEC3"} | bounds,
        {
            "bufferView": 2,
            "componentType": _UINT16,
            "normalized": True,
            "count": len(colors),
            "type": "VEC4",
        },
    ]
    document = _document() | {
        "accessors": accessors,
        "bufferViews": _views(parts),
        "buffers": [{"byteLength": sum(map(len, parts))}],
    }
    return glb_chunks(json.dumps(document, separators=(",", ":")).encode(), parts)


def linear_from_srgb(colors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear light of display values in [0, 1]; IEC 61966-2-1."""
    return np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4).astype(np.float32)


def srgb_from_linear(colors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Inverse of `linear_from_srgb`."""
    bent = 1.055 * np.maximum(colors, 0.0) ** (1.0 / 2.4) - 0.055
    return np.where(colors <= 0.0031308, colors * 12.92, bent).astype(np.float32)


def _views(parts: list[bytes]) -> list[dict[str, int]]:
    views: list[dict[str, int]] = []
    offset = 0
    for part, target in zip(parts, (_ELEMENT_BUFFER, _ARRAY_BUFFER, _ARRAY_BUFFER), strict=True):
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": len(part), "target": target})
        offset += len(part)
    return views


def _document() -> dict[str, Any]:
    primitive = {"attributes": {"POSITION": 1, "COLOR_0": 2}, "indices": 0, "material": 0, "mode": 4}
    fallback = {"metallicFactor": 0.0, "roughnessFactor": 1.0}  # for viewers that light everything
    return {
        "asset": {"version": "2.0", "generator": "rowsplat"},
        "extensionsUsed": [_LIGHT_IS_BAKED],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive]}],
        "materials": [
            {"pbrMetallicRoughness": fallback, "doubleSided": True, "extensions": {_LIGHT_IS_BAKED: {}}}
        ],
    }
