"""Depth maps that were found before, kept in a folder so that work that was stopped goes on where it was.

A file holds a digest of all that its depths follow from. One of another digest, a damaged one, or one of another shape
counts as none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError, SceneFileError
from ...scenes import Camera
from ...scenes.photo_sets.numpy_files import read_npz
from ..output_files import replacing_file
from .model import OmniRecon
from .types import DepthRange

_FORMAT = b"rowsplat depth map 2"  # changes whenever the same input would give other depths

DepthAndConfidence = tuple[NDArray[np.float32], NDArray[np.float32]]


def weights_digest(model: OmniRecon) -> bytes:
    """A digest of all parameters and running statistics."""
    digest = hashlib.sha256()
    for name, tensor in model.state_dict().items():
        digest.update(f"{name} {list(tensor.shape)} {tensor.dtype}".encode())
        digest.update(np.ascontiguousarray(tensor.detach().cpu().numpy()).tobytes())
    return digest.digest()


def view_digest(
    weights: bytes, settings: str, bounds: DepthRange, sources: Iterable[tuple[str, Camera, torch.Tensor]]
) -> bytes:
    """A digest of all that a depth map follows from.

    Args:
        weights: Digest of the network.
        settings: How it looks.
        bounds: Where it looks.
        sources: Name, camera and picture of each source view.
    """
    digest = hashlib.sha256(_FORMAT + weights)
    digest.update(f"{settings} {bounds.near!r} {bounds.far!r}".encode())
    for name, camera, image in sources:
        digest.update(f"{name!r} {list(image.shape)}".encode())
        digest.update(camera.viewmat.tobytes() + camera.K.tobytes())
        digest.update(np.ascontiguousarray(image.cpu().numpy()).tobytes())
    return digest.digest()


def make_resume_folder(folder: Path) -> None:
    """Make the folder unless it is there.

    Raises:
        RowsplatError: It cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RowsplatError(f"{folder}: cannot be made: {error.strerror}. Choose another folder.") from error


def store_view(folder: Path, index: int, digest: bytes, found: DepthAndConfidence) -> None:
    """Keep the depth and confidence `[H, W]` of photo number `index`; replaces what was there."""
    depth, confidence = found
    with replacing_file(_path(folder, index)) as temporary:
        np.savez_compressed(
            temporary, digest=np.frombuffer(digest, dtype=np.uint8), depth=depth, confidence=confidence
        )


def stored_view(folder: Path, index: int, digest: bytes, camera: Camera) -> DepthAndConfidence | None:
    """What `store_view` kept for this very `digest`, or `None`."""
    path = _path(folder, index)
    if not path.is_file():
        return None
    try:
        fields = read_npz(path, ("digest", "depth", "confidence"))
    except SceneFileError:
        return None
    shape = (camera.height, camera.width)
    if not np.array_equal(fields["digest"], np.frombuffer(digest, dtype=np.uint8)):
        return None
    if fields["depth"].shape != shape or fields["confidence"].shape != shape:
        return None
    return fields["depth"].astype(np.float32), fields["confidence"].astype(np.float32)


def _path(folder: Path, index: int) -> Path:
    return folder / f"depth-{index:05d}.npz"  # names of photos may hold slashes
