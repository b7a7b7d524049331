"""Pictures and videos in files: what is stored, and that files appear whole or not at all."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from PIL import Image
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render import RenderMode, psnr, tone_map, write_image
from rowsplat.render.output_files import filling_folder, replacing_file
from rowsplat.render.tone_mapping import depth_range
from rowsplat.render.video import open_video


@pytest.fixture
def picture() -> np.ndarray:
    y, x = np.mgrid[0:24, 0:36].astype(np.float32)
    return np.stack([x / 36, y / 24, 0.5 + 0.3 * np.sin(x / 6)], axis=2).astype(np.float32)


def _read(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(("name", "least_psnr"), [("a.png", np.inf), ("a.jpg", 35.0), ("a.webp", 33.0)])
def test_eight_bit_files_hold_the_tone_mapped_picture(
    tmp_path: Path, picture: np.ndarray, name: str, least_psnr: float
) -> None:
    write_image(tmp_path / name, picture)
    assert psnr(_read(tmp_path / name), tone_map(picture), peak=255.0) >= least_psnr


def test_png_rounds_to_the_nearest_level_and_clamps(tmp_path: Path) -> None:
    row = np.array([-1.0, 0.0, 0.4 / 255, 0.6 / 255, 127.4 / 255, 1.0, 7.0, np.nan], dtype=np.float32)
    write_image(tmp_path / "a.png", np.repeat(row[None, :, None], 3, axis=2))
    assert _read(tmp_path / "a.png")[0, :, 0].tolist() == [0, 0, 0, 1, 127, 255, 255, 0]


@pytest.mark.parametrize("mode", list(RenderMode))
def test_npy_and_exr_give_back_the_floats_of_every_mode(tmp_path: Path, mode: RenderMode) -> None:
    image = np.random.default_rng(0).normal(size=(6, 5, mode.channels)).astype(np.float32) * 100
    write_image(tmp_path / "a.npy", image, mode)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy", allow_pickle=False), image)
    write_image(tmp_path / "a.exr", image, mode)
    with OpenEXR.File(str(tmp_path / "a.exr"), separate_channels=True) as file:
        channels = {name: channel.pixels for name, channel in file.channels().items()}
    assert len(channels) == mode.channels
    stored = sorted(channels.values(), key=lambda pixels: float(pixels[0, 0]))
    expected = sorted((image[:, :, k] for k in range(mode.channels)), key=lambda pixels: float(pixels[0, 0]))
    np.testing.assert_array_equal(np.stack(stored), np.stack(expected))


def test_exr_colours_keep_their_names(tmp_path: Path, picture: np.ndarray) -> None:
    write_image(tmp_path / "a.exr", picture)
    with OpenEXR.File(str(tmp_path / "a.exr"), separate_channels=True) as file:
        for k, name in enumerate("RGB"):
            np.testing.assert_array_equal(file.channels()[name].pixels, picture[:, :, k])


def test_normals_map_minus_one_to_black_and_nothing_to_mid_grey() -> None:
    normals = np.array([[[0, 0, 0], [-1, 0, 1]]], dtype=np.float32)
    assert tone_map(normals, RenderMode.NORMAL)[0].tolist() == [[128, 128, 128], [0, 128, 255]]


def test_alpha_is_grey() -> None:
    alpha = np.array([[[0.0], [0.5], [1.0]]], dtype=np.float32)
    assert tone_map(alpha, RenderMode.ALPHA)[0].tolist() == [[0, 0, 0], [128, 128, 128], [255, 255, 255]]


def test_near_is_red_far_is_blue_and_nothing_is_black() -> None:
    depth = np.array([[[1.0], [9.0], [0.0]]], dtype=np.float32)
    near, far, nothing = tone_map(depth, RenderMode.DEPTH, depths=(1.0, 9.0))[0].astype(int)
    assert near[0] > near[2]
    assert far[2] > far[0]
    assert nothing.tolist() == [0, 0, 0]


def test_depth_range_ignores_holes_and_outliers() -> None:
    depth = np.concatenate([np.zeros(500), np.linspace(2.0, 4.0, 1000), [1e6]]).astype(np.float32)
    near, far = depth_range(depth)
    assert 2.0 <= near < 2.1
    assert 3.9 < far <= 4.0
    assert depth_range(np.zeros(3, np.float32)) == (0.0, 1.0)


def test_a_flat_depth_map_is_still_a_picture() -> None:
    assert tone_map(np.full((2, 2, 1), 3.0, np.float32), RenderMode.DEPTH).any()


def test_the_cost_map_has_one_scale_for_all_pictures() -> None:
    few, many = np.full((1, 1, 2), 10, np.float32), np.array([[[10, 10], [4000, 10]]], np.float32)
    np.testing.assert_array_equal(tone_map(few, RenderMode.COST)[0, 0], tone_map(many, RenderMode.COST)[0, 0])
    assert (tone_map(many, RenderMode.COST)[0, 0] != tone_map(many, RenderMode.COST)[0, 1]).any()


def test_a_picture_with_the_wrong_channels_is_refused() -> None:
    with pytest.raises(ValueError, match=r"mode depth must have shape \[H, W, 1\], got \[2, 2, 3\]"):
        tone_map(np.zeros((2, 2, 3), np.float32), RenderMode.DEPTH)


def test_an_unknown_suffix_is_a_clear_error_and_writes_nothing(tmp_path: Path, picture: np.ndarray) -> None:
    with pytest.raises(RowsplatError, match=r"written as .png, .jpg, .jpeg, .webp, .exr, .npy, not '.gif'"):
        write_image(tmp_path / "a.gif", picture)
    assert list(tmp_path.iterdir()) == []


def _cancel_after(work: Callable[[], object]) -> None:
    work()
    raise KeyboardInterrupt


def test_a_failure_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing_file(path) as temporary:
        _cancel_after(lambda: temporary.write_text("half"))
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


def test_a_cancelled_folder_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), filling_folder(tmp_path / "frames") as temporary:
        _cancel_after(lambda: (temporary / "0.png").write_text("frame"))
    assert list(tmp_path.iterdir()) == []


def test_a_finished_folder_keeps_its_other_files(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with filling_folder(folder) as temporary:
        (temporary / "0.png").write_text("frame")
    assert sorted(file.name for file in folder.iterdir()) == ["0.png", "notes.txt"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["frames"]


def _decoded(path: Path, width: int, height: int) -> np.ndarray:
    import imageio_ffmpeg

    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-i",
        str(path),
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_a_video_holds_its_frames_in_order_and_in_their_colours(tmp_path: Path, name: str) -> None:
    colors = np.array([[200, 40, 40], [40, 200, 40], [40, 40, 200], [128, 128, 128]], np.uint8)
    frames = np.broadcast_to(colors[:, None, None, :], (4, 32, 48, 3))
    with open_video(tmp_path / name, width=48, height=32, fps=10.0) as video:
        for frame in frames:
            video.write(frame)
    decoded = _decoded(tmp_path / name, 48, 32)
    assert decoded.shape == frames.shape
    assert np.abs(decoded[:, 8:24, 8:40].astype(int) - frames[:, 8:24, 8:40]).max() <= 6


def test_a_video_of_odd_size_is_padded(tmp_path: Path) -> None:
    with open_video(tmp_path / "a.mp4", width=33, height=31, fps=24.0) as video:
        video.write(np.full((31, 33, 3), 90, np.uint8))
    assert len(_decoded(tmp_path / "a.mp4", 34, 32)) == 1


def test_a_cancelled_video_leaves_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        open_video(tmp_path / "a.mp4", width=32, height=32, fps=24.0) as video,
    ):
        _cancel_after(lambda: video.write(np.zeros((32, 32, 3), np.uint8)))
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_fails_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    def _write_too_wide_a_video() -> None:
        with open_video(tmp_path / "a.mp4", width=40_000, height=16, fps=24.0) as video:
            for _ in range(3):
                video.write(np.zeros((16, 40_000, 3), np.uint8))

    with pytest.raises(RowsplatError, match="the video encoder failed: ") as raised:
        _write_too_wide_a_video()
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_a_video_with_another_suffix_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(RowsplatError, match=r"videos are written as .mp4, .webm, not '.avi'"),
        open_video(tmp_path / "a.avi", width=2, height=2, fps=1.0),
    ):
        pass
