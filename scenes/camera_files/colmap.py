"""COLMAP's sparse models: a folder with cameras and images, in binary or text."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...kernels.errors import SceneFileError
from ...kernels.quaternions import quat_to_rotmat
from ..camera import Camera, CameraPath
from .colmap_binary import read_binary_images, read_binary_lenses
from .colmap_records import ColmapImage, ColmapLens, check_image_pose
from .colmap_text import read_text_images, read_text_lenses

COLMAP_FILES = ("cameras.bin", "images.bin", "cameras.txt", "images.txt")
"""Names of the files that make up a model; binary is preferred, as COLMAP does."""

_MODEL_FOLDERS = ("", "sparse/0", "sparse", "colmap/sparse/0", "0")


def find_colmap_model(folder: Path) -> Path | None:
    """The folder of the sparse model in or under `folder`, or `None`."""
    for name in _MODEL_FOLDERS:
        model = folder / name
        if any((model / f"images{suffix}").is_file() for suffix in (".bin", ".txt")):
            return model
    return None


def read_colmap(model: Path) -> CameraPath:
    """The cameras of a sparse model, sorted by image name.

    Raises:
        SceneFileError: A file is missing or damaged, an image has no lens, or there is no image.
    """
    suffix = ".bin" if (model / "images.bin").is_file() else ".txt"
    images_file, lenses_file = model / f"images{suffix}", model / f"cameras{suffix}"
    if suffix == ".bin":
        lenses, images = read_binary_lenses(lenses_file), read_binary_images(images_file)
    else:
        lenses, images = read_text_lenses(lenses_file), read_text_images(images_file)
    if not images:
        problem = "expected at least one posed image, found none"
        raise SceneFileError(images_file, "", problem, "Choose another model; COLMAP numbers them 0, 1, ...")
    images.sort(key=lambda image: image.name)
    cameras = tuple(_camera(images_file, image, lenses) for image in images)
    return CameraPath(cameras=cameras, names=tuple(image.name for image in images))


def _camera(path: Path, image: ColmapImage, lenses: dict[int, ColmapLens]) -> Camera:
    check_image_pose(path, image)
    lens = lenses.get(image.lens_id)
    if lens is None:
        problem = f"expected one of {len(lenses)} cameras, found CAMERA_ID {image.lens_id}"
        raise SceneFileError(path, image.place, problem, "Take cameras and images from the same model")
    viewmat = np.eye(4)
    viewmat[:3, :3] = quat_to_rotmat(np.array(image.quat))
    viewmat[:3, 3] = image.translation
    return Camera(
        viewmat=viewmat,
        fx=lens.fx,
        fy=lens.fy,
        cx=lens.cx,
        cy=lens.cy,
        width=lens.width,
        height=lens.height,
        distortion=lens.distortion,
    )
