"""Encoders of what rowsplat reads but does not write, from the formats' descriptions."""

from __future__ import annotations

import base64
import gzip
import io
import json
import struct

import numpy as np
from PIL import Image
from rowsplat.kernels.constants import SH_C0
from rowsplat.scenes import Gaussians

_KSPLAT_SIZES = {0: (12, 12, 16, 4), 1: (6, 6, 8, 2), 2: (6, 6, 8, 1)}


def _alphas(gaussians: Gaussians) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-gaussians.logit_opacities.astype(np.float64)))


def _rgba(gaussians: Gaussians) -> np.ndarray:
    colors = np.concatenate([0.5 + SH_C0 * gaussians.sh_coeffs[:, 0], _alphas(gaussians)[:, None]], axis=1)
    return np.clip(np.rint(colors * 255), 0, 255).astype(np.uint8)


def encode_ksplat(
    gaussians: Gaussians, level: int, *, block_size: float = 5.0, bucket_size: int = 64, sections: int = 1
) -> bytes:
    """A .ksplat of `sections` equal parts, with buckets of which the last of each part is not full."""
    low, high = (
        float(gaussians.sh_coeffs[:, 1:].min(initial=0)),
        float(gaussians.sh_coeffs[:, 1:].max(initial=0)),
    )
    header = bytearray(4096)
    n = len(gaussians)
    struct.pack_into("<BB2xIIII", header, 0, 0, 1, sections, sections, n, n)
    struct.pack_into("<H", header, 20, level)
    struct.pack_into("<ff", header, 36, low, high)
    headers, bodies = [], []
    for rows in np.array_split(np.arange(n), sections):
        part = gaussians.select(rows)
        section, body = _ksplat_section(part, level, block_size, bucket_size, (low, high))
        headers.append(section)
        bodies.append(body)
    return b"".join([bytes(header), *headers, *bodies])


def _ksplat_section(
    part: Gaussians, level: int, block_size: float, bucket_size: int, sh_range: tuple[float, float]
) -> tuple[bytes, bytes]:
    n = len(part)
    starts = range(0, n, bucket_size)
    centres = np.array([part.means[s : s + bucket_size].mean(axis=0) for s in starts], dtype="<f4")
    lengths = [min(bucket_size, n - s) for s in starts]
    full = [length for length in lengths if length == bucket_size]
    partial = [length for length in lengths if length < bucket_size]
    header = bytearray(1024)
    buckets = len(starts) if level else 0
    struct.pack_into("<IIII", header, 0, n, n, bucket_size if level else 0, buckets)
    struct.pack_into("<fH", header, 16, block_size if level else 0.0, 12 if level else 0)
    struct.pack_into("<I", header, 24, 32767 if level else 0)
    struct.pack_into("<II", header, 32, len(full) if level else 0, len(partial) if level else 0)
    struct.pack_into("<H", header, 40, part.sh_degree)
    rows = [_ksplat_rows(part, level, centres, bucket_size, block_size, sh_range)]
    if level:
        rows = [np.array(partial, dtype="<u4").tobytes(), centres.tobytes(), *rows]
    return bytes(header), b"".join(rows)


def _ksplat_rows(
    part: Gaussians,
    level: int,
    centres: np.ndarray,
    bucket_size: int,
    block_size: float,
    sh_range: tuple[float, float],
) -> bytes:
    n = len(part)
    small = "<f4" if level == 0 else "<f2"
    if level == 0:
        means = part.means.astype("<f4")
    else:
        delta = part.means - centres[np.arange(n) // bucket_size]
        means = np.clip(np.rint(delta * (32767 / (block_size / 2))) + 32767, 0, 65535).astype("<u2")
    columns = [means, np.exp(part.log_scales).astype(small), part.quats.astype(small), _rgba(part)]
    bands = [part.sh_coeffs[:, 1:4], part.sh_coeffs[:, 4:9]][: part.sh_degree]
    for band in bands:  # all of red, then green, then blue, within a degree
        stored = band.transpose(0, 2, 1).reshape(n, -1)
        if level == 2:
            low, high = sh_range
            stored = np.clip(np.floor((stored - low) / (high - low) * 255), 0, 255)
        columns.append(stored.astype(("<f4", "<f2", "u1")[level]))
    data = b"".join(b"".join(column[row].tobytes() for column in columns) for row in range(n))
    expected = (
        sum(_KSPLAT_SIZES[level][:3]) + 4 + _KSPLAT_SIZES[level][3] * 3 * sum(b.shape[1] for b in bands)
    )
    assert len(data) == n * expected
    return data


def encode_old_spz(gaussians: Gaussians, version: int) -> bytes:
    """An .spz of version 1 (half-float positions) or 2 (24-bit positions), rotations as three bytes."""
    signs = np.array([1, -1, -1])  # right-down-forward to right-up-back
    means = gaussians.means * signs
    if version == 1:
        positions = means.astype("<f2").tobytes()
    else:
        fixed = np.rint(means * 4096).astype("<i4")
        positions = fixed.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()
    quats = gaussians.quats * np.sign(gaussians.quats[:, :1])
    xyz = quats[:, 1:] * np.array([1, -1, -1])
    odd = np.array([-1, -1, 1, -1, 1, 1, -1, 1, -1, 1, -1, -1, 1, -1, 1])
    harmonics = gaussians.sh_coeffs[:, 1:] * odd[: gaussians.sh_coeffs.shape[1] - 1, None]
    parts = [
        struct.pack("<IIIBBBB", 0x5053474E, version, len(means), gaussians.sh_degree, 12, 0, 0),
        positions,
        np.rint(_alphas(gaussians) * 255),
        np.rint(gaussians.sh_coeffs[:, 0] * 0.15 * 255 + 127.5),
        np.rint((gaussians.log_scales + 10) * 16),
        np.rint(xyz * 127.5 + 127.5),
        np.rint(harmonics * 128) + 128,
    ]
    raw = [p if isinstance(p, bytes) else np.clip(p, 0, 255).astype(np.uint8).tobytes() for p in parts]
    return gzip.compress(b"".join(raw), mtime=0)


def encode_sog_v1(gaussians: Gaussians) -> dict[str, bytes]:
    """Files of a SOG folder of version 1: bytes between minima and maxima instead of codebooks."""
    n = len(gaussians)
    logs = np.sign(gaussians.means) * np.log1p(np.abs(gaussians.means))
    levels = _between(logs, logs.min(axis=0), logs.max(axis=0), 65535).astype(np.uint16)
    colors = np.concatenate([gaussians.sh_coeffs[:, 0], gaussians.logit_opacities[:, None]], axis=1)
    quats = np.empty((n, 4), dtype=np.uint8)
    for row, quat in enumerate(gaussians.quats):
        largest = int(np.argmax(np.abs(quat)))
        kept = np.delete(quat * np.sign(quat[largest]), largest)
        quats[row] = [*np.rint((kept * np.sqrt(0.5) + 0.5) * 255), 252 + largest]
    images = {
        "means_l.webp": levels & 255,
        "means_u.webp": levels >> 8,
        "scales.webp": _between(gaussians.log_scales, *_bounds(gaussians.log_scales), 255),
        "quats.webp": quats,
        "sh0.webp": _between(colors, *_bounds(colors), 255),
    }
    meta = {
        "means": {"shape": [n, 3], **_ranges(logs), "files": ["means_l.webp", "means_u.webp"]},
        "scales": {"shape": [n, 3], **_ranges(gaussians.log_scales), "files": ["scales.webp"]},
        "quats": {"shape": [n, 4], "encoding": "quaternion_packed", "files": ["quats.webp"]},
        "sh0": {"shape": [n, 1, 4], **_ranges(colors), "files": ["sh0.webp"]},
    }
    files = {name: _webp(_square(pixels)) for name, pixels in images.items()}
    if gaussians.sh_degree:
        rest = gaussians.sh_coeffs[:, 1:]
        low, high = float(rest.min()), float(rest.max())
        rows = -(-n // 64)
        palette = np.zeros((rows * 64, rest.shape[1], 3))
        palette[:n] = _between(rest, low, high, 255)
        files["shN_centroids.webp"] = _webp(palette.reshape(rows, -1, 3).astype(np.uint8))
        labels = np.arange(n)
        files["shN_labels.webp"] = _webp(_square(np.stack([labels & 255, labels >> 8, labels * 0], axis=1)))
        meta["shN"] = {"mins": low, "maxs": high, "files": ["shN_centroids.webp", "shN_labels.webp"]}
    return {**files, "meta.json": json.dumps(meta).encode()}


def _bounds(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values.min(axis=0), values.max(axis=0)


def _ranges(values: np.ndarray) -> dict[str, list[float]]:
    low, high = _bounds(values)
    return {"mins": low.tolist(), "maxs": high.tolist()}


def _between(values: np.ndarray, low: object, high: object, levels: int) -> np.ndarray:
    return np.rint((values - low) / (np.asarray(high) - low) * levels)


def _square(pixels: np.ndarray) -> np.ndarray:
    side = int(np.ceil(np.sqrt(len(pixels))))
    image = np.zeros((side * side, pixels.shape[1]), dtype=np.uint8)
    image[: len(pixels)] = pixels
    return image.reshape(side, side, -1)


def _webp(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", lossless=True, exact=True)
    return buffer.getvalue()


def glb_parts(data: bytes) -> tuple[dict, bytes]:
    """JSON and binary chunk of a .glb."""
    size = struct.unpack_from("<I", data, 12)[0]
    return json.loads(data[20 : 20 + size]), data[28 + size :]


def glb_from_parts(document: dict, binary: bytes) -> bytes:
    """Inverse of `glb_parts`."""
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sIIII", b"glTF", 2, 28 + len(text) + len(binary), len(text), 0x4E4F534A)
    return head + text + struct.pack("<II", len(binary), 0x004E4942) + binary


def gltf_with_embedded_buffer(glb: bytes) -> bytes:
    """The same scene as .gltf text with a base64 buffer."""
    document, binary = glb_parts(glb)
    document["buffers"][0]["uri"] = (
        "data:application/octet-stream;base64," + base64.b64encode(binary).decode()
    )
    return json.dumps(document).encode()
