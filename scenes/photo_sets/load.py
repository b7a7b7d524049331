"""One entry for all photo sets; what lies in the folder decides what it is."""

from __future__ import annotations

from pathlib import Path

from ...kernels.errors import SceneFileError
from .colmap_photos import is_colmap, load_colmap_photos
from .idr_photos import IDR_FILES, is_idr, load_idr_photos
from .image_files import photos_in
from .llff_photos import LLFF_FILE, load_llff_photos
from .npz_photos import is_posed_npz, load_npz_photos
from .photo_set import PhotoSet
from .projection_text_photos import find_projection_files, load_projection_text_photos
from .transforms_photos import TRANSFORMS_FILES, load_transforms_photos

_KINDS = (
    "transforms.json, a COLMAP model, poses_bounds.npy, cameras.npz, an .npz with K and poses, "
    "or projection matrices beside photos"
)


def load_photo_set(path: str | Path, *, at_least: int = 1) -> PhotoSet:
    """The posed photos of a file or folder; no pixel is read yet.

    Args:
        path: A folder, or the file with its cameras: transforms.json (nerfstudio, instant-ngp, NeRF-synthetic with
            its parts), a COLMAP model (text or binary, with its points), LLFF's poses_bounds.npy, cameras.npz
            of IDR and DTU, an .npz with K and poses, or a folder of photos with 3x4 projection matrices.
        at_least: How many photos the caller needs.

    Returns:
        Cameras with OpenCV axes in the file's world frame and units, each for its photo's own size.

    Raises:
        SceneFileError: Nothing is recognised, something is wrong with a file, or there are too few photos.
    """
    path = Path(path)
    photo_set = _load(path)
    if len(photo_set) < at_least:
        problem = f"expected at least {at_least} posed photos, found {len(photo_set)}"
        raise SceneFileError(path, "", problem, "Add photos of the same scene with their cameras")
    return photo_set


def _load(path: Path) -> PhotoSet:
    if path.is_dir():
        return _load_folder(path)
    if not path.exists():
        raise SceneFileError(path, "", "cannot be read (no such file or folder)", "Check the path")
    suffix = path.suffix.lower()
    if is_colmap(path):
        return load_colmap_photos(path)
    if suffix == ".json":
        return load_transforms_photos(path)
    if suffix == ".npy":
        return load_llff_photos(path)
    if suffix == ".npz":
        return load_idr_photos(path) if is_idr(path) else load_npz_photos(path)
    raise SceneFileError(
        path, "", f"expected {_KINDS}, found another file", "Give the folder with the photos"
    )


def _load_folder(folder: Path) -> PhotoSet:
    if any((folder / name).is_file() for name in TRANSFORMS_FILES):
        return load_transforms_photos(folder)
    if is_colmap(folder):
        return load_colmap_photos(folder)
    if (folder / LLFF_FILE).is_file():
        return load_llff_photos(folder)
    archives = [folder / name for name in IDR_FILES if (folder / name).is_file()]
    archives += [file for file in sorted(folder.glob("*.npz")) if file not in archives]
    for archive in archives:
        if is_idr(archive):
            return load_idr_photos(archive)
        if is_posed_npz(archive):
            return load_npz_photos(archive)
    if find_projection_files(folder):
        return load_projection_text_photos(folder)
    count = len(photos_in(folder)) + len(photos_in(folder / "images"))
    found = f"{count} photos without cameras" if count else "none of them"
    remedy = (
        "Find the photos' cameras with COLMAP first" if count else "Give the folder with the photos' cameras"
    )
    raise SceneFileError(folder, "", f"expected {_KINDS} in the folder, found {found}", remedy)
