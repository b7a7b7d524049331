"""What a reconstruction follows from, as JSON values that can be compared with those of an earlier run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...render.omni_recon import FusionOptions, ReconstructionOptions
from ...scenes.photo_sets import PhotoSet


def settings_of(
    photo_set: PhotoSet,
    weights: Path,
    options: ReconstructionOptions,
    fusion: FusionOptions,
    depths: tuple[float | None, float | None],
) -> dict[str, Any]:
    """All that the result depends on.

    Args:
        photo_set: As it was opened.
        weights: File of the network's weights.
        options: How depths are found.
        fusion: How they are fused.
        depths: Near and far as the user gave them.
    """
    return {
        "photos": photos_digest(photo_set),
        "weights": file_digest(weights),
        "views": options.views,
        "source_views": options.source_views,
        "max_side": options.max_side,
        "volume_resolution": options.volume_resolution,
        "samples": options.samples,
        "planes": options.planes,
        "large_planes": options.large_planes,
        "network": options.network,
        "least_confidence": options.least_confidence,
        "near": depths[0],
        "far": depths[1],
        "voxel_size": fusion.voxel_size,
        "tolerance": fusion.tolerance,
        "max_triangles": fusion.max_triangles,
    }


def differences(settings: Mapping[str, Any], earlier: object) -> tuple[str, ...]:
    """Names of the settings that are not as they were."""
    if not isinstance(earlier, dict):
        return ("settings",)
    return tuple(name for name, value in settings.items() if name not in earlier or earlier[name] != value)


def file_digest(path: Path) -> str:
    """Of the content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def photos_digest(photo_set: PhotoSet) -> str:
    """Of names, cameras and what the file system says of the photos; no picture is read."""
    digest = hashlib.sha256()
    for photo in photo_set:
        digest.update(f"{photo.name!r} {photo.size} {photo.near_far}".encode())
        digest.update(photo.camera.viewmat.tobytes() + photo.camera.K.tobytes())
        if photo.path is not None:
            status = photo.path.stat()
            digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()
