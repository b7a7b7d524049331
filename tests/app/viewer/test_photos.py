"""Posed photos in the viewer: opened, gone to, compared with what is drawn, kept in projects."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rowsplat.app.messages import Comparison, PhotoView
from rowsplat.app.omni.scene import OmniScene
from rowsplat.app.photo_shelf import PhotoShelf
from rowsplat.app.project import load_project, save_project
from rowsplat.app.questions import OpenPhotos
from rowsplat.app.scene_stack import SceneStack
from rowsplat.app.viewer import Viewer
from rowsplat.app.viewer_files import is_flipbook, is_photo_set
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes import Camera

from .fakes import FakeClock, FakeWindow, camera, new_session

_COLOURS = ((200, 30, 10), (20, 180, 40), (10, 30, 220))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three photos of one colour each, from three sides."""
    folder = tmp_path / "photos"
    folder.mkdir()
    frames = []
    for number, colour in enumerate(_COLOURS):
        Image.new("RGB", (64, 48), colour).save(folder / f"{number}.png")
        pose = camera(azimuth=120.0 * number).camtoworld @ np.diag([1.0, -1.0, -1.0, 1.0])
        frames.append({"file_path": f"{number}.png", "transform_matrix": pose.tolist()})
    lens = {"fl_x": 60.0, "fl_y": 60.0, "cx": 32.0, "cy": 24.0, "w": 64, "h": 48}
    (folder / "transforms.json").write_text(json.dumps({**lens, "frames": frames}))
    return folder


@pytest.fixture
def viewer(tmp_path: Path) -> Viewer:
    session, service = new_session()
    service.started()
    made = Viewer(session, FakeWindow(tmp_path), clock=FakeClock())
    made.service = service  # type: ignore[attr-defined]
    return made


def _open(viewer: Viewer, folder: Path) -> None:
    viewer.files.open_all([folder])
    client = viewer.service.client  # type: ignore[attr-defined]
    question = client.questions[client.asked]
    assert isinstance(question, OpenPhotos)
    viewer.photos.take(question.answer(SceneStack(), None))  # type: ignore[arg-type]


def test_a_folder_with_cameras_is_a_photo_set_and_nothing_else(photos: Path, tmp_path: Path) -> None:
    assert is_photo_set(photos)
    assert is_photo_set(photos / "transforms.json")
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "0.ply").touch()
    assert not is_photo_set(tmp_path / "frames")
    assert is_flipbook(tmp_path / "frames")
    assert not is_photo_set(tmp_path / "a.ply")


def test_photos_alone_are_looked_at_from_the_first_and_compared(viewer: Viewer, photos: Path) -> None:
    _open(viewer, photos)
    view = viewer.state.view
    assert np.allclose(view.camera.viewmat, camera().viewmat)
    assert view.comparison is Comparison.SPLIT
    assert view.other.photos == photos
    assert view.other.photo_view is PhotoView.NEAREST
    assert view.look.is_image_based
    assert "3 photos" in viewer.state.message
    viewer.photos.compare()
    assert viewer.state.view.comparison is Comparison.OFF
    assert viewer.state.view.other.photos is None


def test_stepping_goes_round_all_photos_and_back(viewer: Viewer, photos: Path) -> None:
    _open(viewer, photos)
    seen = []
    for by in (1, 1, 1, -1):
        viewer.photos.step(by)
        seen.append(viewer.state.view.camera.viewmat)
    for number, viewmat in zip((1, 2, 0, 2), seen, strict=True):
        assert np.allclose(viewmat, camera(azimuth=120.0 * number).viewmat)


def test_a_project_keeps_its_photos(viewer: Viewer, photos: Path, tmp_path: Path) -> None:
    _open(viewer, photos)
    viewer.files._save_project_to(tmp_path / "p.rowsplat")
    assert json.loads((tmp_path / "p.rowsplat").read_text())["photos"] == "photos"
    assert load_project(tmp_path / "p.rowsplat").photos == photos
    viewer.photos.found = None
    viewer.files.open_project(tmp_path / "p.rowsplat")
    client = viewer.service.client  # type: ignore[attr-defined]
    assert client.questions[client.asked] == OpenPhotos(path=photos)


@pytest.mark.parametrize("number", range(3))
def test_the_nearest_photo_is_drawn_where_it_was_taken(photos: Path, number: int) -> None:
    near = Camera.orbit((0, 0, 0), distance=3.9, azimuth_deg=120.0 * number + 5, width=40, height=30)
    result = PhotoShelf().nearest(photos, near, 3.9, (0.0, 0.0, 0.0))
    assert np.allclose(result.image[15, 20], np.array(_COLOURS[number]) / 255, atol=0.01)
    assert result.alpha[15, 20] == 1


def _middle(stack: SceneStack, photos: Path) -> np.ndarray:
    return stack.photos.nearest(photos, camera(), 3.9, (0.0, 0.0, 0.0)).image[15, 20]


def test_photos_that_were_opened_are_drawn_without_reading_the_set_again(photos: Path) -> None:
    stack = SceneStack()
    OpenPhotos(path=photos).answer(stack, None)  # type: ignore[arg-type]
    (photos / "transforms.json").unlink()
    assert np.allclose(_middle(stack, photos), np.array(_COLOURS[0]) / 255, atol=0.01)


def test_opening_photos_again_shows_what_has_changed(photos: Path) -> None:
    stack = SceneStack()
    OpenPhotos(path=photos).answer(stack, None)  # type: ignore[arg-type]
    before = _middle(stack, photos)
    Image.new("RGB", (64, 48), _COLOURS[1]).save(photos / "0.png")
    assert np.array_equal(_middle(stack, photos), before)
    OpenPhotos(path=photos).answer(stack, None)  # type: ignore[arg-type]
    assert np.allclose(_middle(stack, photos), np.array(_COLOURS[1]) / 255, atol=0.01)


def test_a_set_that_cannot_be_read_again_stays_as_it_was(photos: Path) -> None:
    stack = SceneStack()
    OpenPhotos(path=photos).answer(stack, None)  # type: ignore[arg-type]
    before = _middle(stack, photos)
    (photos / "transforms.json").write_text("{")
    with pytest.raises(RowsplatError):
        OpenPhotos(path=photos).answer(stack, None)  # type: ignore[arg-type]
    assert np.array_equal(_middle(stack, photos), before)


def test_photos_that_cannot_be_read_are_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "transforms.json").write_text("{")
    with pytest.raises(RowsplatError) as caught:
        OpenPhotos(path=tmp_path).answer(SceneStack(), None)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_what_a_reconstruction_needs_stays_in_the_project_until_other_photos_are_opened(
    viewer: Viewer, photos: Path, tmp_path: Path
) -> None:
    scene = OmniScene(
        weights=tmp_path / "w.safetensors", points=tmp_path / "p.npy", source_views=4, near=0.5, samples=8
    )
    first, second = tmp_path / "first.rowsplat", tmp_path / "second.rowsplat"
    project = viewer.files.project()
    save_project(first, replace(project, photos=photos, omni=scene))
    viewer.files.open_project(first)
    viewer.files._save_project_to(second)
    assert load_project(second).omni == scene
    viewer.files.open_photos(photos)
    viewer.files._save_project_to(second)
    assert load_project(second).omni is None
