"""PlayCanvas SOG: every attribute in a lossless image, harmonics as labels into a palette."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from ..gaussians import SH_COEFFS_PER_DEGREE, FloatArray, Gaussians
from .activations import LOGITS_OF_BYTES
from .byte_source import ByteSource
from .lossless_images import decode_image, image_size
from .smallest_three import restore_largest
from .sog_members import SogMembers
from .sog_meta import MAX_PALETTE, SH_COUNTS, SogMeta, parse_sog_meta
from .validation import checked_gaussians

PALETTE_COLUMNS = 64
"""Palette entries in one row of the centroid image."""

_FIRST_TAG = 252
_MAX_PALETTE_PIXELS = MAX_PALETTE * SH_COUNTS[-1]
_DECODER_THREADS = 2  # Pillow decodes WebP without the interpreter's lock

# Real scenes take 8 bytes or more per Gaussian. Far less means a decompression bomb.
_MIN_BYTES_PER_GAUSSIAN = 1
_FREE_GAUSSIANS = 1 << 16


def read_sog(members: SogMembers) -> Gaussians:
    """Gaussians of a SOG scene, version 1 or 2.

    Raises:
        SceneFileError: A member is missing or damaged.
    """
    meta = parse_sog_meta(members)
    sources = {name: members.fetch(name) for files in meta.files.values() for name in files}
    _refuse_bomb(members, meta, sources)
    images = _decode_all(meta, sources)
    attribute = {name: [images[file] for file in files] for name, files in meta.files.items()}
    colors = _pixels(members, meta, "sh0", attribute["sh0"][0])
    return checked_gaussians(
        members.path,
        means=_means(members, meta, attribute["means"]),
        quats=_quats(members, _pixels(members, meta, "quats", attribute["quats"][0])),
        log_scales=_look_up(meta.scale_tables, _pixels(members, meta, "scales", attribute["scales"][0])),
        logit_opacities=_logits(meta, colors[:, 3]),
        sh_coeffs=_sh_coeffs(members, meta, colors, attribute.get("shN")),
        antialiased=meta.antialiased,
    )


def describe_sog(members: SogMembers) -> dict[str, object]:
    """Facts from meta.json and the palette's image header."""
    meta = parse_sog_meta(members)
    degree = 0 if meta.sh_table is None else _sh_degree(members, meta, members.fetch(meta.files["shN"][0]))
    asset = members.meta.get("asset")
    generator = asset.get("generator") if isinstance(asset, dict) else None
    return {
        "version": meta.version,
        "num_gaussians": meta.count,
        "sh_degree": degree,
        "antialiased": meta.antialiased,
        "compression": "lossless WebP"
        + (f", palette of {meta.palette_count} harmonics" if meta.palette_count else ""),
        **({"generator": str(generator)} if generator else {}),
    }


def _refuse_bomb(members: SogMembers, meta: SogMeta, sources: dict[str, ByteSource]) -> None:
    total = sum(len(source) for source in sources.values())
    if meta.count > total // _MIN_BYTES_PER_GAUSSIAN + _FREE_GAUSSIANS:
        raise members.error("count", f"{meta.count} Gaussians cannot come from {total} bytes of images")


def _decode_all(meta: SogMeta, sources: dict[str, ByteSource]) -> dict[str, NDArray[np.uint8]]:
    palette = meta.files.get("shN", ("",))[0]
    per_gaussian = 2 * meta.count + (1 << 16)  # images are padded to whole rows and blocks

    def decode(name: str) -> NDArray[np.uint8]:
        return decode_image(sources[name], _MAX_PALETTE_PIXELS if name == palette else per_gaussian)

    with ThreadPoolExecutor(_DECODER_THREADS) as pool:
        return dict(zip(sources, pool.map(decode, sources), strict=True))


def _pixels(members: SogMembers, meta: SogMeta, name: str, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pixels of the Gaussians, `[N, 4]`."""
    pixels = image.reshape(-1, 4)
    if len(pixels) < meta.count:
        raise members.error(f"image of {name}", f"expected {meta.count} pixels, found {len(pixels)}")
    return pixels[: meta.count]


def _look_up(tables: NDArray[np.float64], pixels: NDArray[np.uint8]) -> FloatArray:
    """Value of each of the first three bytes by its channel's table, `[N, 3]`."""
    values = tables.astype(np.float32)
    return np.stack([values[channel][pixels[:, channel]] for channel in range(3)], axis=1)


def _means(members: SogMembers, meta: SogMeta, images: list[NDArray[np.uint8]]) -> FloatArray:
    low, high = (_pixels(members, meta, "means", image) for image in images)
    levels = np.arange(1 << 16) / 65535.0
    means = np.empty((meta.count, 3), dtype=np.float32)
    for axis in range(3):
        minimum, maximum = meta.mean_bounds[:, axis]
        logs = minimum + ((maximum - minimum) or 1.0) * levels
        with np.errstate(over="ignore"):  # absurd bounds give infinities, which are reported by Gaussian
            table = (np.sign(logs) * np.expm1(np.abs(logs))).astype(np.float32)
        means[:, axis] = table[low[:, axis] | high[:, axis].astype(np.uint16) << 8]
    return means


def _quats(members: SogMembers, pixels: NDArray[np.uint8]) -> FloatArray:
    if pixels[:, 3].min() < _FIRST_TAG:
        row = int(np.argmin(pixels[:, 3]))
        problem = f"expected a tag of {_FIRST_TAG}-255, found {pixels[row, 3]}"
        raise members.error(
            f"Gaussian {row}, rotation", problem, "Export the scene again with lossless images"
        )
    table = ((np.arange(256) / 255.0 * 2.0 - 1.0) / math.sqrt(2.0)).astype(np.float64)
    return restore_largest(pixels[:, 3] - _FIRST_TAG, table[pixels[:, :3]])


def _logits(meta: SogMeta, alphas: NDArray[np.uint8]) -> FloatArray:
    if meta.logit_bounds is None:
        return LOGITS_OF_BYTES[alphas]
    low, high = meta.logit_bounds
    return (low + (high - low) * (np.arange(256) / 255.0)).astype(np.float32)[alphas]


def _sh_coeffs(
    members: SogMembers, meta: SogMeta, colors: NDArray[np.uint8], palette: list[NDArray[np.uint8]] | None
) -> FloatArray:
    dc = _look_up(meta.color_tables, colors)
    if palette is None or meta.sh_table is None:
        return dc[:, None]
    centroids, labels = palette
    degree = _degree_of_width(members, meta, centroids.shape[1])
    rows = centroids.reshape(-1, SH_COUNTS[degree], 4)[: meta.palette_count, :, :3]
    table = meta.sh_table.astype(np.float32)[rows]
    low, high = _pixels(members, meta, "shN labels", labels)[:, :2].T
    index = low | high.astype(np.uint16) << 8
    if index.max() >= len(table):
        row = int(np.argmax(index))
        problem = f"expected a palette label below {len(table)}, found {index[row]}"
        raise members.error(f"Gaussian {row}, harmonics", problem)
    sh_coeffs = np.empty((meta.count, SH_COEFFS_PER_DEGREE[degree], 3), dtype=np.float32)
    sh_coeffs[:, 0] = dc
    sh_coeffs[:, 1:] = table[index]
    return sh_coeffs


def _sh_degree(members: SogMembers, meta: SogMeta, centroids: ByteSource) -> int:
    return _degree_of_width(members, meta, image_size(centroids)[0])


def _degree_of_width(members: SogMembers, meta: SogMeta, width: int) -> int:
    """Degree of the palette from its image's width, which must agree with meta.json."""
    widths = [PALETTE_COLUMNS * count for count in SH_COUNTS]
    degree = widths.index(width) if width in widths[1:] else 0
    if degree == 0 or meta.sh_degree not in (None, degree):
        problem = f"expected a palette 192, 512 or 960 pixels wide as its bands say, found {width}"
        raise members.error("shN", problem)
    return degree
