"""An .npz file with intrinsics and poses of a folder of photos.

Intrinsics: `intrinsics`, `K` or `Ks`, `[N, 3, 3]` or `[3, 3]` in pixels. Poses: camera -> world as `poses`, `c2w`,
`camtoworld` or `camtoworlds`, or world -> camera as `w2c`, `viewmat`, `viewmats` or `extrinsics`; `[N, 4, 4]` or
`[N, 3, 4]`, OpenCV axes. Photos follow in natural order of their names.

Many programs put pixel centres at integers. A principal point at exactly (W-1)/2, (H-1)/2 says so, and
is moved by half a pixel.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import SceneFileError
from ..camera import Camera
from ..camera_files.frames import rotation_of
from ..camera_files.limits import MAX_COORDINATE
from ..poses import inverse_pose
from .assembly import fitted_cameras, photo_set_of, posed_photo
from .image_files import first_folder_with_photos, found_photo_around
from .numpy_files import array_names, read_npz
from .photo_set import PhotoSet

_INTRINSICS = ("intrinsics", "K", "Ks")
_CAMTOWORLD = ("poses", "c2w", "camtoworld", "camtoworlds")
_WORLD_TO_CAMERA = ("w2c", "viewmat", "viewmats", "extrinsics")
_PHOTO_FOLDERS = ("rgb", "images", "image", "")
_LAST_ROW = np.array([0.0, 0.0, 0.0, 1.0])
_EXPORT = "Export the cameras again"


def is_posed_npz(path: Path) -> bool:
    """Whether an .npz file holds intrinsics and poses."""
    names = set(array_names(path))
    return bool(names & set(_INTRINSICS)) and bool(names & {*_CAMTOWORLD, *_WORLD_TO_CAMERA})


def load_npz_photos(path: Path) -> PhotoSet:
    """The photos beside an .npz file with K and poses.

    Raises:
        SceneFileError: An array is missing or wrong, photos are not as many as poses, or one does not fit.
    """
    names = array_names(path)
    of_K = next((name for name in _INTRINSICS if name in names), None)
    of_poses = next((name for name in (*_CAMTOWORLD, *_WORLD_TO_CAMERA) if name in names), None)
    if of_K is None or of_poses is None:
        kind = "intrinsics" if of_K is None else "poses"
        wanted = _INTRINSICS if of_K is None else (*_CAMTOWORLD, *_WORLD_TO_CAMERA)
        problem = f"expected {kind} ({', '.join(wanted)}), found {', '.join(names)[:80] or 'nothing'}"
        raise SceneFileError(path, "", problem, f"Add {kind} to the file")
    arrays = read_npz(path, [of_K, of_poses])
    poses = arrays[of_poses]
    if poses.ndim != 3 or poses.shape[1:] not in ((4, 4), (3, 4)) or len(poses) < 1:
        problem = f"expected poses of shape [N, 4, 4] or [N, 3, 4], found {list(poses.shape)}"
        raise SceneFileError(path, of_poses, problem, _EXPORT)
    matrices = _intrinsics(path, of_K, arrays[of_K], len(poses))
    folder, files = first_folder_with_photos(path.parent, *_PHOTO_FOLDERS)
    if len(files) != len(poses):
        problem = f"expected {len(poses)} photos in {folder.name}/, one for each pose, found {len(files)}"
        raise SceneFileError(path, of_poses, problem, "Keep just the photos that the poses are for")
    found = [
        found_photo_around(file, (float(K[0, 2]), float(K[1, 2])))
        for file, K in zip(files, matrices, strict=True)
    ]
    viewmats = [
        _viewmat(path, f"{of_poses}[{index}]", pose, is_camtoworld=of_poses in _CAMTOWORLD)
        for index, pose in enumerate(poses)
    ]
    cameras = [
        _camera(K, viewmat, photo.size) for K, viewmat, photo in zip(matrices, viewmats, found, strict=True)
    ]
    fitted, notes = fitted_cameras(path, cameras, found)
    photos = [
        posed_photo(file.name, photo, camera)
        for file, photo, camera in zip(files, found, fitted, strict=True)
    ]
    return photo_set_of(path, photos, notes=notes)


def _intrinsics(path: Path, name: str, array: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """K of every photo `[count, 3, 3]`, checked."""
    matrices = np.broadcast_to(array, (count, 3, 3)) if array.shape == (3, 3) else array
    if matrices.shape != (count, 3, 3):
        problem = f"expected intrinsics of shape [{count}, 3, 3] or [3, 3], found {list(array.shape)}"
        raise SceneFileError(path, name, problem, _EXPORT)
    for index, K in enumerate(matrices):
        below = [K[1, 0], K[2, 0], K[2, 1]]
        if not ((np.abs(K) <= MAX_COORDINATE).all() and np.allclose(below, 0) and np.isclose(K[2, 2], 1)):
            problem = "expected finite numbers fx 0 cx, 0 fy cy, 0 0 1, found something else"
            raise SceneFileError(path, f"{name}[{index}]", problem, _EXPORT)
        if not (K[0, 0] > 0 and K[1, 1] > 0):
            problem = f"expected positive focal lengths, found {K[0, 0]:g} {K[1, 1]:g}"
            raise SceneFileError(path, f"{name}[{index}]", problem, _EXPORT)
        if K[0, 2] < 2 and K[1, 2] < 2:
            problem = (
                f"expected intrinsics in pixels, found shares of the picture (cx {K[0, 2]:g}, cy {K[1, 2]:g})"
            )
            remedy = "Multiply the first row by the width and the second by the height"
            raise SceneFileError(path, f"{name}[{index}]", problem, remedy)
    return matrices


def _viewmat(
    path: Path, place: str, pose: NDArray[np.float64], *, is_camtoworld: bool
) -> NDArray[np.float64]:
    if not (np.abs(pose) <= MAX_COORDINATE).all():
        raise SceneFileError(path, place, "expected finite numbers, found NaN or huge ones", _EXPORT)
    matrix = np.vstack([pose[:3], _LAST_ROW])
    if len(pose) == 4 and not np.allclose(pose[3], _LAST_ROW, atol=1e-5):
        found = " ".join(f"{value:g}" for value in pose[3])
        raise SceneFileError(
            path, place, f"expected the last row 0 0 0 1, found {found}", "Save it rows first"
        )
    matrix[:3, :3] = rotation_of(path, place, matrix[:3, :3])
    return inverse_pose(matrix) if is_camtoworld else matrix


def _camera(K: NDArray[np.float64], viewmat: NDArray[np.float64], size: tuple[int, int]) -> Camera:
    middle = (np.array(size) - 1) / 2
    half = 0.5 if np.abs(K[:2, 2] - middle).max() < 1e-3 else 0.0
    return Camera(
        viewmat=viewmat,
        fx=K[0, 0],
        fy=K[1, 1],
        cx=K[0, 2] + half,
        cy=K[1, 2] + half,
        width=size[0],
        height=size[1],
    )
