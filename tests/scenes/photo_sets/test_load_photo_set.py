"""Every format gives the cameras that were written, in OpenCV axes, for the size of the photos that are there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from PIL import Image
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import PhotoSet, load_photo_set

from .conftest import (
    HEIGHT,
    POINTS,
    WIDTH,
    Writer,
    colmap_binary,
    colmap_text,
    idr,
    llff,
    npz,
    picture,
    projection_text,
    transforms,
    write_pictures,
)

Cameras = tuple[Camera, ...]


def _assert_cameras(found: PhotoSet, expected: Cameras) -> None:
    assert len(found) == len(expected)
    for camera, truth in zip(found.cameras, expected, strict=True):
        assert_allclose(camera.viewmat, truth.viewmat, atol=1e-6)
        assert_allclose(camera.K, truth.K, rtol=1e-6)
        assert (camera.width, camera.height) == (truth.width, truth.height)
        assert camera.distortion == ()


def test_every_format_gives_the_cameras_that_were_written(
    tmp_path: Path, write_set: Writer, cameras: Cameras
) -> None:
    photo_set = load_photo_set(write_set(tmp_path / "a scene", cameras))
    _assert_cameras(photo_set, cameras)
    assert photo_set.name == "a scene"


def test_every_format_gives_the_pixels_of_each_photo(
    tmp_path: Path, write_set: Writer, cameras: Cameras
) -> None:
    photo_set = load_photo_set(write_set(tmp_path / "scene", cameras))
    for index, photo in enumerate(photo_set):
        image = photo.image()
        assert image.alpha is None
        assert image.rgb.dtype == np.float32
        assert_allclose(image.rgb, np.asarray(picture(index), dtype=np.float32) / 255, atol=1e-6)


@pytest.mark.parametrize(
    "file", ["transforms.json", "poses_bounds.npy", "cameras.npz", "condition.npz", "sparse/0/images.txt"]
)
def test_a_camera_file_may_be_given_in_place_of_its_folder(
    tmp_path: Path, file: str, cameras: Cameras, write_set: Writer
) -> None:
    folder = write_set(tmp_path / "scene", cameras)
    if (folder / file).is_file():
        _assert_cameras(load_photo_set(folder / file), cameras)


def test_photos_of_another_size_scale_the_intrinsics(tmp_path: Path, shifted: Cameras) -> None:
    folder = transforms(tmp_path / "scene", shifted)
    for index in range(4):
        picture(index, (WIDTH // 2, HEIGHT // 2)).save(folder / "images" / f"{index:03d}.png")
    _assert_cameras(load_photo_set(folder), tuple(c.resized(WIDTH // 2, HEIGHT // 2) for c in shifted))


def test_photos_of_different_sizes_each_get_their_own_intrinsics(tmp_path: Path, shifted: Cameras) -> None:
    folder = transforms(tmp_path / "scene", shifted)
    picture(1, (WIDTH // 2, HEIGHT // 2)).save(folder / "images" / "001.png")
    expected = (shifted[0], shifted[1].resized(WIDTH // 2, HEIGHT // 2), *shifted[2:])
    _assert_cameras(load_photo_set(folder), expected)


def test_frames_without_a_photo_are_left_out_and_counted(tmp_path: Path, cameras: Cameras) -> None:
    folder = transforms(tmp_path / "scene", cameras)
    (folder / "images" / "002.png").unlink()
    photo_set = load_photo_set(folder)
    _assert_cameras(photo_set, (cameras[0], cameras[1], cameras[3]))
    assert photo_set.notes == ("1 of 4 frames have no file and are left out, such as images/002.png",)


def test_photos_missing_from_a_colmap_model_are_left_out(tmp_path: Path, cameras: Cameras) -> None:
    folder = colmap_text(tmp_path / "scene", cameras)
    (folder / "images" / "000.png").unlink()
    _assert_cameras(load_photo_set(folder), cameras[1:])


def test_intrinsics_of_a_frame_win_over_those_of_the_file(tmp_path: Path, cameras: Cameras) -> None:
    folder = transforms(tmp_path / "scene", cameras)
    content = json.loads((folder / "transforms.json").read_text())
    content["frames"][2] |= {"fl_x": 50.0, "fl_y": 60.0}
    (folder / "transforms.json").write_text(json.dumps(content))
    found = load_photo_set(folder).cameras
    assert (found[2].fx, found[2].fy) == (50.0, 60.0)
    assert found[1].fx == pytest.approx(cameras[1].fx)


def test_parts_of_a_nerf_synthetic_set_are_told_apart(tmp_path: Path, cameras: Cameras) -> None:
    folder = transforms(tmp_path / "scene", cameras)
    content = json.loads((folder / "transforms.json").read_text())
    (folder / "transforms.json").unlink()
    for split, frames in (("train", content["frames"][:3]), ("test", content["frames"][3:])):
        (folder / f"transforms_{split}.json").write_text(json.dumps({**content, "frames": frames}))
    photo_set = load_photo_set(folder)
    assert photo_set.splits == ("train", "test")
    _assert_cameras(photo_set.of_split("train"), cameras[:3])
    _assert_cameras(photo_set.of_split("test"), cameras[3:])
    _assert_cameras(load_photo_set(folder / "transforms_test.json"), cameras[3:])


def test_nerfstudios_lists_of_file_names_give_the_parts(tmp_path: Path, cameras: Cameras) -> None:
    folder = transforms(tmp_path / "scene", cameras, test_filenames=["images/001.png"])
    assert load_photo_set(folder).of_split("test").names == ("images/001.png",)


@pytest.mark.parametrize("writer", [colmap_text, colmap_binary])
def test_colmap_models_bring_their_points(tmp_path: Path, writer: Writer, cameras: Cameras) -> None:
    points = load_photo_set(writer(tmp_path / "scene", cameras)).points
    assert points is not None
    assert_allclose(points, POINTS)


def test_llff_brings_near_and_far_of_every_photo(tmp_path: Path, cameras: Cameras) -> None:
    photo_set = load_photo_set(llff(tmp_path / "scene", cameras))
    assert [photo.near_far for photo in photo_set] == [(2.0, 7.0)] * 4


def test_projection_matrices_for_twice_the_size_are_told_of(tmp_path: Path, cameras: Cameras) -> None:
    notes = load_photo_set(projection_text(tmp_path / "scene", cameras)).notes
    assert notes == ("intrinsics were taken for 192x128 pictures and fitted to photos of 96x64",)


def test_npz_intrinsics_with_pixel_centres_at_integers_are_moved_by_half_a_pixel(
    tmp_path: Path, cameras: Cameras
) -> None:

    folder = npz(tmp_path / "scene", cameras)
    K = cameras[0].K - [[0, 0, 0.5], [0, 0, 0.5], [0, 0, 0]]
    np.savez(folder / "condition.npz", K=K, c2w=[x.camtoworld for x in cameras])
    _assert_cameras(load_photo_set(folder), cameras)


def test_photos_cut_out_of_the_middle_of_a_usual_size_are_recognised(
    tmp_path: Path, cameras: Cameras
) -> None:

    size = (96, 96)
    full = tuple(camera.resized(1600, 1200) for camera in cameras)
    folder = idr(tmp_path / "scene", full)
    write_pictures(folder / "image", 4, size)
    found = load_photo_set(folder).cameras[0]
    point = np.array([0.2, 0.1, 0.4, 1.0])
    of_full = full[0].K @ (full[0].viewmat @ point)[:3]
    of_found = found.K @ (found.viewmat @ point)[:3]
    u, v = of_full[:2] / of_full[2]
    assert_allclose(of_found[:2] / of_found[2], [0.08 * (u - 200), 0.08 * v], rtol=1e-9)


def test_masks_become_alpha(tmp_path: Path, cameras: Cameras) -> None:
    folder = transforms(tmp_path / "scene", cameras)
    content = json.loads((folder / "transforms.json").read_text())
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[:, :20] = 255
    Image.fromarray(mask).save(folder / "mask.png")
    content["frames"][0]["mask_path"] = "mask.png"
    (folder / "transforms.json").write_text(json.dumps(content))
    image = load_photo_set(folder).photos[0].image()
    assert image.alpha is not None
    assert_allclose(image.alpha, mask / 255)
    assert (image.rgb[:, 20:] == 1).all()


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("folder", "count", "size", "focal"),
    [
        ("chair", 125, (400, 400), 555.5555),
        ("room8", 8, (434, 350), 252.2943),
        ("fox", 50, (360, 640), None),
        ("dtu_scan24", 49, (384, 384), 0.32 * 2892.33),
        ("buddha13", 13, (1368, 770), 930.448),
    ],
)
def test_real_sets_load(
    shared_data_dir: Path, folder: str, count: int, size: tuple[int, int], focal: float | None
) -> None:
    photo_set = load_photo_set(shared_data_dir / "posed" / folder)
    assert len(photo_set) == count
    assert {photo.size for photo in photo_set} == {size}
    if focal is not None:
        assert photo_set.cameras[0].fx == pytest.approx(focal, rel=1e-5)
    image = photo_set.photos[0].image(max_side=100)
    assert image.rgb.shape[:2] == (image.camera.height, image.camera.width)
    assert max(image.rgb.shape) == 100


@pytest.mark.shared_data
def test_the_middle_of_1600x1200_is_what_the_dtu_photos_show(shared_data_dir: Path) -> None:
    folder = shared_data_dir / "posed" / "dtu_scan24"
    camera = load_photo_set(folder).cameras[7]
    world_mat = np.load(folder / "cameras.npz", allow_pickle=False)["world_mat_7"].astype(float)
    points = np.random.default_rng(0).normal([43, -18, 613], 80, (50, 3))
    u, v, w = world_mat[:3] @ np.c_[points, np.ones(50)].T
    ours = camera.K @ (camera.viewmat[:3] @ np.c_[points, np.ones(50)].T)
    assert_allclose(ours[:2] / ours[2], [0.32 * (u / w - 200), 0.32 * v / w], atol=1e-3)
