"""Pictures in files: 8-bit png, jpg, webp through the tone mapping, raw floats in exr and npy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..kernels.errors import RowsplatError
from .output_files import replacing_file
from .tone_mapping import DepthRange, tone_map
from .types import RenderMode

EIGHT_BIT_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
"""Picture files that hold the tone-mapped 8-bit colours."""

FLOAT_SUFFIXES = (".exr", ".npy")
"""Picture files that hold the renderer's floats as they are."""

IMAGE_SUFFIXES = EIGHT_BIT_SUFFIXES + FLOAT_SUFFIXES
"""All picture files that can be written."""

_EXR_CHANNELS = {
    RenderMode.RGB: ("R", "G", "B"),
    RenderMode.ALPHA: ("A",),
    RenderMode.DEPTH: ("Z",),
    RenderMode.DEPTH_MEDIAN: ("Z",),
    RenderMode.NORMAL: ("N.X", "N.Y", "N.Z"),
    RenderMode.COST: ("cost.evaluated", "cost.contributing"),
}


def write_image(
    path: str | Path,
    image: NDArray[np.float32],
    mode: RenderMode = RenderMode.RGB,
    *,
    depths: DepthRange | None = None,
) -> None:
    """Write a picture in the format that the file's name says; an existing file is replaced as a whole.

    Args:
        path: `.png`, `.jpg`, `.webp`: 8 bits, tone-mapped. `.exr` (channels R G B, A, Z, N.X N.Y N.Z or
            cost.evaluated cost.contributing by `mode`), `.npy` (`[H, W, C]`): float32, unchanged.
        image: `[H, W, C]` as in `RenderResult.image`.
        mode: What `image` holds.
        depths: Range of an 8-bit depth map [scene units]; `None` takes the picture's own.

    Raises:
        RowsplatError: The name has another suffix.
        OSError: The file cannot be written.
    """
    path = Path(path)
    write = _writer(path)
    with replacing_file(path) as temporary:
        write(temporary, image, mode, depths)


def _writer(path: Path) -> Callable[[Path, NDArray[np.float32], RenderMode, DepthRange | None], None]:
    suffix = path.suffix.lower()
    if suffix not in IMAGE_SUFFIXES:
        raise RowsplatError(
            f"{path}: pictures are written as {', '.join(IMAGE_SUFFIXES)}, not '{path.suffix}'."
        )
    return {".exr": _write_exr, ".npy": _write_npy}.get(suffix, _write_eight_bit)


def _write_eight_bit(
    path: Path, image: NDArray[np.float32], mode: RenderMode, depths: DepthRange | None
) -> None:
    from PIL import Image

    picture = Image.fromarray(tone_map(image, mode, depths=depths))
    if path.suffix.lower() in (".jpg", ".jpeg"):
        picture.save(path, quality=95, subsampling=0)
    elif path.suffix.lower() == ".webp":
        picture.save(path, quality=95)
    else:
        picture.save(
            path, compress_level=4
        )  # 6, Pillow's own choice, takes twice the time for 2 % of the size


def _write_exr(path: Path, image: NDArray[np.float32], mode: RenderMode, depths: DepthRange | None) -> None:
    import OpenEXR

    names = _EXR_CHANNELS[mode]
    channels = {name: np.ascontiguousarray(image[:, :, k], dtype=np.float32) for k, name in enumerate(names)}
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, channels).write(str(path))


def _write_npy(path: Path, image: NDArray[np.float32], mode: RenderMode, depths: DepthRange | None) -> None:
    np.save(path, np.asarray(image, dtype=np.float32), allow_pickle=False)
