"""Photo sets as they go wrong: each gets its one line and leaves no folder, or works."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rowsplat.scenes import Camera

from .generated_photos import HEIGHT, WIDTH, Shot, shots, write_photos


def _refused(outcome: Any, tmp_path: Path) -> str:
    """The one line."""
    assert outcome.code == 2
    assert outcome.out == ""
    assert not (tmp_path / "run").exists()
    line = outcome.err.splitlines()[-1]
    assert line.startswith("error: ")
    assert "Traceback" not in outcome.err
    return line


def _with_camera(shot: Shot, change: Callable[[Camera], Camera]) -> Shot:
    return Shot(change(shot.camera), shot.image, shot.depth)


def _something_else() -> np.ndarray:
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(noise).resize((WIDTH, HEIGHT)))


def test_one_photo_is_refused(reconstruct: Any, tmp_path: Path) -> None:
    line = _refused(reconstruct(write_photos(tmp_path / "photos", shots()[:1])), tmp_path)
    assert "expected at least 2 posed photos, found 1" in line


@pytest.mark.parametrize("flags", [(), ("--near", "1", "--far", "5")])
def test_photos_without_overlap_are_refused(reconstruct: Any, tmp_path: Path, flags: tuple[str, ...]) -> None:
    first, second = shots()[:2]
    away = Camera.look_at(
        [0, 0, 50.0], [0, 0, 60.0], width=second.camera.width, height=second.camera.height, up=(0, 1, 0)
    )
    photos = write_photos(tmp_path / "photos", [first, Shot(away, _something_else(), second.depth)])
    line = _refused(reconstruct(photos, *flags), tmp_path)
    assert "overlap" in line
    assert "near and far" in line or "--near and --far" in line


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: replace(c, viewmat=np.diag([1.0, -1, -1, 1]) @ c.viewmat), "OpenGL and OpenCV mixed up"),
        (lambda c: replace(c, viewmat=np.linalg.inv(c.viewmat)), "world-to-camera and camera-to-world"),
    ],
)
def test_a_wrong_convention_is_named(
    reconstruct: Any, tmp_path: Path, change: Callable[[Camera], Camera], words: str
) -> None:
    photos = write_photos(tmp_path / "photos", [_with_camera(shot, change) for shot in shots()])
    line = _refused(reconstruct(photos), tmp_path)
    assert words in line
    assert line.endswith("--skip-check.")


def test_photos_of_several_sizes_work(reconstruct: Any, tmp_path: Path) -> None:
    small = shots(4, 160, 100)
    photos = write_photos(tmp_path / "photos", [shots()[0], small[1], shots()[2]])
    outcome = reconstruct(photos, "--resolution", "32")
    assert outcome.code == 0, outcome.err
    views = json.loads((tmp_path / "run" / "reconstruct.json").read_text())["views"]
    assert [(view["width"], view["height"]) for view in views] == [(32, 24), (32, 20), (32, 24)]


@pytest.mark.parametrize("keep", [0.6, 0.02, 0.0])
def test_a_corrupt_jpeg_is_named_before_any_depth_is_sought(
    reconstruct: Any, tmp_path: Path, keep: float
) -> None:
    photos = write_photos(tmp_path / "photos", shots()[:3], suffix=".jpg")
    victim = photos / "images" / "2.jpg"
    data = victim.read_bytes()
    victim.write_bytes(data[: int(keep * len(data))])
    outcome = reconstruct(photos)
    line = _refused(outcome, tmp_path)
    assert "images/2.jpg" in line
    assert "expected a whole image, found a damaged or foreign file" in line
    assert "find depths" not in outcome.err


def test_photos_turned_by_exif_give_what_upright_ones_give(
    reconstruct: Any, tmp_path: Path, finished: Path
) -> None:
    expected = np.load(finished / "depth" / "images_1.npz")["depth"]
    for path in (tmp_path / "photos" / "images").iterdir():
        with Image.open(path) as picture:
            exif = picture.getexif()
            exif[0x0112] = 6  # shown after a quarter turn clockwise
            turned = picture.transpose(Image.Transpose.ROTATE_90)
        turned.save(path, exif=exif)
    assert reconstruct(tmp_path / "photos", "--force").code == 0
    np.testing.assert_array_equal(np.load(finished / "depth" / "images_1.npz")["depth"], expected)


def test_missing_intrinsics_are_named(reconstruct: Any, tmp_path: Path) -> None:
    def _without_focal_length(content: dict[str, Any]) -> None:
        for frame in content["frames"]:
            del frame["fl_x"], frame["fl_y"]

    photos = write_photos(tmp_path / "photos", shots()[:3], change=_without_focal_length)
    line = _refused(reconstruct(photos), tmp_path)
    assert "transforms.json" in line
    assert "fl_x" in line


def test_photos_of_4k_work_in_bounded_size(reconstruct: Any, tmp_path: Path) -> None:
    large = []
    for shot in shots()[:2]:
        camera = shot.camera.resized(3840, 2880)
        image = np.asarray(Image.fromarray(shot.image).resize((3840, 2880)))
        large.append(Shot(camera, image, shot.depth))
    photos = write_photos(tmp_path / "photos", large, suffix=".jpg")
    outcome = reconstruct(photos, "--source-views", "2")
    assert outcome.code == 0, outcome.err
    record = json.loads((tmp_path / "run" / "reconstruct.json").read_text())
    assert record["photos"]["sizes"] == [[3840, 2880]]
    assert [(view["width"], view["height"]) for view in record["views"]] == [(24, 18)] * 2
