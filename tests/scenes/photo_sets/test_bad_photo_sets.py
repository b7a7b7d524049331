"""What is wrong with a photo set is told in one line that names file, place, finding and remedy."""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rowsplat.kernels.errors import SceneFileError
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import load_photo_set

from .conftest import Writer, colmap_text, idr, llff, npz, picture, projection_text, transforms

Cameras = tuple[Camera, ...]
_EXIF_ORIENTATION = 0x0112


def _error(path: Path, **options: int) -> str:
    """The one line of the error that opening the set and all its photos ends in, without the folder."""
    with pytest.raises(SceneFileError) as caught:
        _read_all(path, **options)
    line = str(caught.value)
    assert "\n" not in line
    return line.replace(str(path.parent.resolve()), "…").replace(str(path.parent), "…")


def _read_all(path: Path, **options: int) -> None:
    for photo in load_photo_set(path, **options):
        photo.image()


def _edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    file = folder / "transforms.json"
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content))
    return folder


@pytest.fixture
def folder(tmp_path: Path, cameras: Cameras) -> Path:
    return transforms(tmp_path / "scene", cameras)


def test_a_missing_path(tmp_path: Path) -> None:
    assert _error(tmp_path / "no") == "…/no: cannot be read (no such file or folder). Check the path."


def test_another_file(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("hello")
    assert "expected transforms.json, a COLMAP model" in _error(tmp_path / "notes.md")


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "scene").mkdir()
    assert _error(tmp_path / "scene").endswith(
        "found none of them. Give the folder with the photos' cameras."
    )


def test_photos_without_cameras(tmp_path: Path) -> None:
    (tmp_path / "scene").mkdir()
    picture(0).save(tmp_path / "scene" / "a.jpg")
    line = _error(tmp_path / "scene")
    assert line.endswith("found 1 photos without cameras. Find the photos' cameras with COLMAP first.")


def test_cameras_without_photos(folder: Path) -> None:
    for file in (folder / "images").iterdir():
        file.unlink()
    assert _error(folder) == (
        "…/scene: expected photos, found none of the 4 that it names, such as images/000.png. "
        "Put the photos beside the camera file."
    )


@pytest.mark.parametrize("writer", [llff, idr, npz])
def test_fewer_photos_than_cameras(tmp_path: Path, cameras: Cameras, writer: Writer) -> None:
    folder = writer(tmp_path / "scene", cameras)
    next(folder.glob("*/003.png")).unlink()
    line = _error(folder)
    assert "expected 4 photos in" in line
    assert "found 3. Keep just the photos that the" in line


def test_one_photo_where_several_are_needed(tmp_path: Path, cameras: Cameras) -> None:
    folder = transforms(tmp_path / "scene", cameras[:1])
    assert len(load_photo_set(folder)) == 1
    assert _error(folder, at_least=2) == (
        "…/scene: expected at least 2 posed photos, found 1. Add photos of the same scene with their cameras."
    )


def test_a_cut_off_jpeg(folder: Path) -> None:
    picture(1, (96, 64)).save(folder / "images" / "whole.jpg", quality=95)
    data = (folder / "images" / "whole.jpg").read_bytes()
    (folder / "images" / "cut.jpg").write_bytes(data[: len(data) // 2])
    _edit(folder, lambda content: content["frames"][1].update(file_path="images/cut.jpg"))
    line = _error(folder)
    assert line.startswith(
        "…/scene/images/cut.jpg: expected a whole image, found a damaged or foreign file ("
    )
    assert line.endswith("Copy the photo again or leave it out.")


def test_a_photo_that_is_no_image(folder: Path) -> None:
    (folder / "images" / "001.png").write_bytes(b"<html>not found</html>")
    assert "images/001.png: expected a whole image, found a damaged or foreign file" in _error(folder)


def test_missing_intrinsics(folder: Path) -> None:
    _edit(folder, lambda content: [content.pop(name) for name in ("fl_x", "fl_y")])
    assert _error(folder) == (
        "…/scene/transforms.json: frames[0].fl_x: expected fl_x or camera_angle_x, found neither. "
        "Add one of them."
    )


def test_missing_intrinsics_in_an_npz(tmp_path: Path, cameras: Cameras) -> None:
    folder = npz(tmp_path / "scene", cameras)
    np.savez(folder / "condition.npz", c2w=[camera.camtoworld for camera in cameras])
    line = _error(folder / "condition.npz")
    assert line.endswith("expected intrinsics (intrinsics, K, Ks), found c2w. Add intrinsics to the file.")


def test_intrinsics_as_shares_of_the_picture(tmp_path: Path, cameras: Cameras) -> None:
    folder = npz(tmp_path / "scene", cameras)
    K = np.diag([1 / 96, 1 / 64, 1.0]) @ cameras[0].K
    np.savez(folder / "condition.npz", K=K, c2w=[camera.camtoworld for camera in cameras])
    assert "expected intrinsics in pixels, found shares of the picture (cx 0.5, cy 0.5)" in _error(folder)


def test_intrinsics_for_no_plausible_size(tmp_path: Path, shifted: Cameras) -> None:
    folder = npz(tmp_path / "scene", shifted)
    K = shifted[0].K * [[1, 1, 0.1], [1, 1, 0.7], [1, 1, 1]]
    np.savez(folder / "condition.npz", K=K, c2w=[camera.camtoworld for camera in shifted])
    assert "expected a principal point near the middle of the 96x64 photos, found 5.1 21.0" in _error(folder)


@pytest.mark.parametrize("name", ["../../elsewhere/a.png", "/etc/passwd"])
def test_references_out_of_the_folders_parent(folder: Path, name: str) -> None:
    _edit(folder, lambda content: content["frames"][1].update(file_path=name))
    assert _error(folder) == (
        f"…/scene/transforms.json: frames[1].file_path: expected a photo in or beside the folder, found {name} "
        "outside. Put the photos beside the camera file and name them relative to it."
    )


def test_references_beside_the_folder_work(folder: Path) -> None:
    (folder / "images" / "001.png").rename(folder.parent / "beside.png")
    _edit(folder, lambda content: content["frames"][1].update(file_path="../beside.png"))
    assert len(load_photo_set(folder)) == 4


def test_references_out_of_a_colmap_model(tmp_path: Path, cameras: Cameras) -> None:
    folder = colmap_text(tmp_path / "a" / "scene", cameras)
    file = folder / "sparse" / "0" / "images.txt"
    file.write_text(file.read_text().replace(" 002.png", " ../../../secret.png"))
    assert "image ../../../secret.png: expected a photo in or beside the folder" in _error(folder)


def _with_nan(content: dict[str, Any]) -> None:
    content["frames"][2]["transform_matrix"][0][3] = float("nan")


def test_nan_in_a_pose(folder: Path) -> None:
    assert "frames[2].transform_matrix: expected finite numbers, found nan" in _error(
        _edit(folder, _with_nan)
    )


def test_nan_in_a_pose_of_an_npz(tmp_path: Path, cameras: Cameras) -> None:
    folder = npz(tmp_path / "scene", cameras)
    poses = np.array([camera.camtoworld for camera in cameras])
    poses[2, 0, 0] = np.nan
    np.savez(folder / "condition.npz", K=cameras[0].K, c2w=poses)
    assert "c2w[2]: expected finite numbers, found NaN or huge ones" in _error(folder)


def test_nan_in_a_projection_matrix(tmp_path: Path, cameras: Cameras) -> None:
    folder = projection_text(tmp_path / "scene", cameras)
    (folder / "001_P.txt").write_text("1 2 3 nan\n" * 3)
    assert "001_P.txt: expected finite numbers, found NaN or infinity" in _error(folder)


def test_a_projection_matrix_without_inverse(tmp_path: Path, cameras: Cameras) -> None:
    folder = projection_text(tmp_path / "scene", cameras)
    (folder / "001_P.txt").write_text("1 2 3 4\n" * 3)
    assert "001_P.txt: expected a projection matrix, found one without inverse" in _error(folder)


def _with_scale(content: dict[str, Any]) -> None:
    matrix = content["frames"][1]["transform_matrix"]
    content["frames"][1]["transform_matrix"] = (np.array(matrix) @ np.diag([2.0, 2, 2, 1])).tolist()


def _with_mirror(content: dict[str, Any]) -> None:
    matrix = content["frames"][1]["transform_matrix"]
    content["frames"][1]["transform_matrix"] = (np.array(matrix) @ np.diag([1.0, 1, -1, 1])).tolist()


@pytest.mark.parametrize(
    ("change", "found"),
    [(_with_scale, "scale or shear (axes of length 2 2 2)"), (_with_mirror, "a mirror image")],
)
def test_matrices_that_are_no_rotations(folder: Path, change: Callable[..., None], found: str) -> None:
    expected = f"frames[1].transform_matrix: expected a rotation, found {found}"
    assert expected in _error(_edit(folder, change))


def _save_turned(path: Path, size: tuple[int, int], orientation: int) -> None:
    exif = Image.Exif()
    exif[_EXIF_ORIENTATION] = orientation
    picture(0, size).save(path, exif=exif, quality=95)


def test_exif_rotation_that_the_intrinsics_agree_with_is_applied(folder: Path) -> None:
    _save_turned(folder / "images" / "turned.jpg", (64, 96), 6)
    _edit(folder, lambda content: content["frames"][0].update(file_path="images/turned.jpg"))
    photo = load_photo_set(folder).photos[0]
    assert photo.size == (96, 64)
    upright = np.rot90(np.asarray(picture(0, (64, 96)), dtype=np.float32) / 255, -1)
    np.testing.assert_allclose(photo.image().rgb, upright, atol=0.05)


@pytest.mark.parametrize("orientation", [3, 6])
def test_exif_rotation_that_the_intrinsics_do_not_know_is_not_applied(folder: Path, orientation: int) -> None:
    _save_turned(folder / "images" / "turned.jpg", (96, 64), orientation)
    _edit(folder, lambda content: content["frames"][0].update(file_path="images/turned.jpg"))
    image = load_photo_set(folder).photos[0].image()
    np.testing.assert_allclose(image.rgb, np.asarray(picture(0), dtype=np.float32) / 255, atol=0.05)


def test_exif_rotation_is_heeded_where_only_a_principal_point_tells(tmp_path: Path, cameras: Cameras) -> None:
    folder = projection_text(tmp_path / "scene", cameras)
    for file in (folder / "photos").iterdir():
        _save_turned(file.with_suffix(".jpg"), (64, 96), 8)
        file.unlink()
    assert {photo.size for photo in load_photo_set(folder)} == {(96, 64)}


def test_photos_that_lie_on_their_side(folder: Path) -> None:
    picture(0, (64, 96)).save(folder / "images" / "001.png")
    assert _error(folder) == (
        "…/scene/images/001.png: expected a photo of the camera's shape 96x64, found 64x96. "
        "Turn the photo upright."
    )


def test_exif_rotation_that_contradicts_the_intrinsics_either_way(folder: Path) -> None:
    _save_turned(folder / "images" / "turned.jpg", (90, 80), 6)
    _edit(folder, lambda content: content["frames"][0].update(file_path="images/turned.jpg"))
    line = _error(folder)
    assert "expected a photo of the camera's shape 96x64, found 90x80 (EXIF orientation 6). " in line


def test_photos_in_4k_work_and_are_scaled_down_on_demand(folder: Path) -> None:
    picture(0, (4096, 2731)).save(folder / "images" / "big.jpg")
    _edit(folder, lambda content: content["frames"][0].update(file_path="images/big.jpg"))
    photo = load_photo_set(folder).photos[0]
    assert photo.size == (4096, 2731)
    image = photo.image(max_side=128)
    assert image.rgb.shape == (85, 128, 3)
    assert image.camera.fx == pytest.approx(photo.camera.fx / 32)
    np.testing.assert_allclose(
        image.rgb, np.asarray(picture(0, (128, 85)), dtype=np.float32) / 255, atol=0.03
    )


def test_absurdly_large_photos_are_refused_before_they_are_decoded(folder: Path) -> None:
    png = bytearray((folder / "images" / "001.png").read_bytes())
    png[16:24] = (30000).to_bytes(4, "big") + (20000).to_bytes(4, "big")
    png[29:33] = zlib.crc32(bytes(png[12:29])).to_bytes(4, "big")
    (folder / "images" / "001.png").write_bytes(bytes(png))
    assert "expected a photo of at most 160 million pixels" in _error(folder)


def test_a_photo_that_changed_after_the_set_was_opened(folder: Path) -> None:
    photo = load_photo_set(folder).photos[0]
    picture(0, (48, 32)).save(folder / "images" / "000.png")
    with pytest.raises(SceneFileError, match="that was there when the set was opened, found 48x32"):
        photo.image()


def test_arrays_of_objects_are_not_unpickled(tmp_path: Path, cameras: Cameras) -> None:
    folder = npz(tmp_path / "scene", cameras)
    np.savez(folder / "condition.npz", K=cameras[0].K, c2w=np.array([{"a": 1}], dtype=object))
    assert "expected an array of numbers, found one of object" in _error(folder)


def test_counts_in_headers_are_not_believed(tmp_path: Path, cameras: Cameras) -> None:
    folder = llff(tmp_path / "scene", cameras)
    data = (folder / "poses_bounds.npy").read_bytes()
    (folder / "poses_bounds.npy").write_bytes(data.replace(b"(4, 17), ", b"(9999999999, 17), ", 1))
    assert "poses_bounds.npy" in _error(folder)


def test_damaged_camera_files_of_every_kind_end_in_one_line(
    tmp_path: Path, write_set: Callable[[Path, Sequence[Camera]], Path], cameras: Cameras
) -> None:
    folder = write_set(tmp_path / "scene", cameras)
    chance = random.Random(0)
    files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.suffix != ".png"]
    for _ in range(60):
        file = chance.choice(files)
        whole = file.read_bytes()
        file.write_bytes(_damaged(chance, whole))
        with suppress(SceneFileError):  # which is one line by construction; a change may also do no harm
            load_photo_set(folder)
        file.write_bytes(whole)


def _damaged(chance: random.Random, data: bytes) -> bytes:
    """`data` cut off, or with some bytes changed."""
    if chance.random() < 0.3:
        return data[: chance.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 4, 20])):
        changed[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(changed)
