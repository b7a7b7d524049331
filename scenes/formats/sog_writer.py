"""Write PlayCanvas SOG version 2 as one .sog zip."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..gaussians import FloatArray, Gaussians
from .activations import opacities, to_bytes
from .clustering import codebook, nearest_in_codebook, palette
from .lossless_images import encode_image
from .morton import morton_order
from .smallest_three import drop_largest
from .sog import PALETTE_COLUMNS

_PALETTE_UNIT, _MAX_PALETTE_UNITS = 1024, 64
_ENCODER_THREADS = 2  # Pillow encodes WebP without the interpreter's lock
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the same scene gives the same file

Images = dict[str, NDArray[np.uint8]]


def encode_sog(gaussians: Gaussians) -> Iterable[Any]:
    """The one buffer of a .sog; the Gaussians are reordered along a Z-curve and quantised."""
    ordered = gaussians.select(morton_order(gaussians.means))
    images: Images = {}
    meta: dict[str, Any] = {
        "version": 2,
        "asset": {"generator": "rowsplat"},
        "count": len(ordered),
        **({"model": "antialiased"} if ordered.antialiased else {}),
        "means": _encode_means(ordered.means, images),
        "scales": _encode_scales(ordered.log_scales, images),
        "quats": _encode_quats(ordered.quats, images),
        "sh0": _encode_colors(ordered, images),
    }
    if ordered.sh_degree:
        meta["shN"] = _encode_harmonics(ordered, images)
    with ThreadPoolExecutor(_ENCODER_THREADS) as pool:
        encoded = dict(zip(images, pool.map(encode_image, images.values()), strict=True))
    return (_zip({**encoded, "meta.json": json.dumps(meta, separators=(",", ":")).encode()}),)


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data)
    return buffer.getvalue()


def _image(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels `[N, 2..4]` as a nearly square RGBA image; missing channels are 0, missing alpha 255."""
    width = math.ceil(math.sqrt(len(pixels)) / 4) * 4
    height = math.ceil(len(pixels) / width / 4) * 4
    image = np.zeros((height * width, 4), dtype=np.uint8)
    image[:, 3] = 255
    image[: len(pixels), : pixels.shape[1]] = pixels
    return image.reshape(height, width, 4)


def _encode_means(means: FloatArray, images: Images) -> dict[str, Any]:
    logs = np.sign(means) * np.log1p(np.abs(means.astype(np.float64)))
    low, high = logs.min(axis=0), logs.max(axis=0)
    extent = np.where(high > low, high - low, 1.0)
    levels = np.rint((logs - low) / extent * 65535.0).astype(np.uint16)
    images["means_l.webp"] = _image((levels & 255).astype(np.uint8))
    images["means_u.webp"] = _image((levels >> 8).astype(np.uint8))
    return {"mins": low.tolist(), "maxs": high.tolist(), "files": ["means_l.webp", "means_u.webp"]}


def _encode_scales(log_scales: FloatArray, images: Images) -> dict[str, Any]:
    centres = codebook(log_scales)
    images["scales.webp"] = _image(nearest_in_codebook(log_scales, centres))
    return {"codebook": centres.tolist(), "files": ["scales.webp"]}


def _encode_quats(quats: FloatArray, images: Images) -> dict[str, Any]:
    largest, kept = drop_largest(quats)
    pixels = np.empty((len(quats), 4), dtype=np.uint8)
    pixels[:, :3] = to_bytes(kept * math.sqrt(0.5) + 0.5)
    pixels[:, 3] = 252 + largest
    images["quats.webp"] = _image(pixels)
    return {"files": ["quats.webp"]}


def _encode_colors(gaussians: Gaussians, images: Images) -> dict[str, Any]:
    dc = gaussians.sh_coeffs[:, 0]
    centres = codebook(dc)
    alphas = to_bytes(opacities(gaussians.logit_opacities))
    images["sh0.webp"] = _image(np.concatenate([nearest_in_codebook(dc, centres), alphas[:, None]], axis=1))
    return {"codebook": centres.tolist(), "files": ["sh0.webp"]}


def _encode_harmonics(gaussians: Gaussians, images: Images) -> dict[str, Any]:
    rest = gaussians.sh_coeffs[:, 1:]
    representatives, labels = palette(
        np.ascontiguousarray(rest.reshape(len(rest), -1)), _palette_size(len(rest))
    )
    centres = codebook(representatives)
    rows = math.ceil(len(representatives) / PALETTE_COLUMNS)
    image = np.zeros((rows * PALETTE_COLUMNS, rest.shape[1], 4), dtype=np.uint8)
    image[: len(representatives), :, :3] = nearest_in_codebook(representatives, centres).reshape(
        -1, rest.shape[1], 3
    )
    image[..., 3] = 255
    images["shN_centroids.webp"] = image.reshape(rows, -1, 4)
    images["shN_labels.webp"] = _image(labels.astype("<u2")[:, None].view(np.uint8))
    return {
        "count": len(representatives),
        "bands": gaussians.sh_degree,
        "codebook": centres.tolist(),
        "files": ["shN_centroids.webp", "shN_labels.webp"],
    }


def _palette_size(count: int) -> int:
    """The reference writer's rule: about one entry per Gaussian, a power of two of 1024s, at most 65536."""
    units = 2 ** int(math.log2(max(1, count // _PALETTE_UNIT)))
    return min(_MAX_PALETTE_UNITS, units) * _PALETTE_UNIT
