"""Image-based views in the viewer: what is asked for, what is shown, from which photos, and how the process does it."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.actions import action
from rowsplat.app.messages import Comparison, Draw, FrameReady, Look, PhotoView, PlaneInfo, SeenView
from rowsplat.app.omni.scene import OmniScene
from rowsplat.app.overlay import overlay_lines
from rowsplat.app.photo_shelf import picture_of
from rowsplat.app.project import load_project
from rowsplat.app.questions import FoundPhotos
from rowsplat.app.texts import UNTRAINED, seen_view
from rowsplat.app.view_making import ViewMaking
from rowsplat.app.view_process import ViewProcess
from rowsplat.app.view_requests import (
    MOST_SIDE,
    ViewMade,
    ViewMessage,
    ViewProgress,
    ViewRefused,
    ViewRequest,
)
from rowsplat.app.viewer import REST_S, Viewer
from rowsplat.kernels.errors import RowsplatError

from ..omni.generated_photos import shots, write_photos
from .fakes import COUNTS, TIMES, FakeClock, FakeService, FakeViewing, FakeWindow, camera, new_session

_PHOTOS = Path("/photos")
_TINY = OmniScene(source_views=2, volume_resolution=8, samples=2)


def _found(path: Path = _PHOTOS) -> FoundPhotos:
    cameras = tuple(camera(azimuth=90.0 * n) for n in range(4))
    names = tuple(f"{n}.png" for n in range(4))
    return FoundPhotos(path=path, name="ring", cameras=cameras, names=names, notes=(), middle=(0.0, 0.0, 0.0))


@pytest.fixture
def service() -> FakeService:
    return FakeService()


@pytest.fixture
def viewer(tmp_path: Path, service: FakeService) -> Viewer:
    """Photos are open and nothing else; the first view has been asked for."""
    session, _ = new_session(service)
    made = Viewer(session, FakeWindow(tmp_path), clock=FakeClock())
    made.photos.take(_found())
    service.finish_all()
    made.follow()
    return made


def _viewing(viewer: Viewer) -> FakeViewing:
    (viewing,) = viewer.window.viewings  # type: ignore[attr-defined]
    return viewing


def _made(request: ViewRequest, *, is_last: bool, is_trained: bool = True, size: int = -1) -> ViewMade:
    small = request.cameras()[size]
    seen = SeenView(
        photos=request.photos,
        camera=small,
        pixels=np.full((small.height, small.width, 3), 90, np.uint8),
        sources=("1.png", "2.png"),
        is_trained=is_trained,
        is_last=is_last,
    )
    return ViewMade(number=request.number, seen=seen)


def _asked(viewer: Viewer) -> ViewRequest:
    request = _viewing(viewer).requests[-1]
    assert request is not None
    return request


def test_photos_alone_are_shown_as_image_based_views_beside_the_nearest_photo(viewer: Viewer) -> None:
    view = viewer.state.view
    assert (view.look.photos, view.look.photo_view) == (_PHOTOS, PhotoView.IMAGE_BASED)
    assert (view.other.photos, view.other.photo_view) == (_PHOTOS, PhotoView.NEAREST)
    assert view.comparison is Comparison.SPLIT
    assert np.array_equal(_asked(viewer).camera.viewmat, view.camera.viewmat)


def test_the_same_view_is_asked_for_once_and_none_while_the_camera_moves(viewer: Viewer) -> None:
    clock: FakeClock = viewer._clock  # type: ignore[assignment]
    for _ in range(3):
        viewer.follow()
    assert len(_viewing(viewer).requests) == 1
    viewer.look_from(camera(azimuth=10.0), moving=True)
    viewer.follow()
    viewer.follow()
    assert _viewing(viewer).requests[1:] == [None]
    clock.now += 2 * REST_S
    viewer.tick(0.01)
    viewer.follow()
    requests = _viewing(viewer).requests
    assert len(requests) == 3
    assert requests[0] is not None
    assert _asked(viewer).number > requests[0].number
    assert np.array_equal(_asked(viewer).camera.viewmat, camera(azimuth=10.0).viewmat)


def test_a_view_is_drawn_where_it_was_seen_from_and_nowhere_else(
    viewer: Viewer, service: FakeService
) -> None:
    viewer.views.receive(_made(_asked(viewer), is_last=False, size=0))
    service.finish_all()
    drawn: Draw = service.client.draws[-1]
    assert drawn.seen is viewer.state.seen
    assert drawn.seen is not None
    viewer.look_from(camera(azimuth=10.0), moving=True)
    service.finish_all()
    assert service.client.draws[-1].seen is None
    viewer.look_from(drawn.camera)
    service.finish_all()
    assert service.client.draws[-1].seen is drawn.seen


def test_a_finished_view_is_not_made_again_but_a_half_made_one_is(viewer: Viewer) -> None:
    first = _asked(viewer)
    viewer.views.receive(_made(first, is_last=False, size=0))
    viewer.follow()
    assert len(_viewing(viewer).requests) == 1
    viewer.views.receive(_made(first, is_last=True))
    viewer.look_from(first.camera, moving=True)
    viewer.follow()
    viewer.look_from(first.camera)
    viewer.follow()
    assert [request is None for request in _viewing(viewer).requests] == [False, True]


def test_a_view_that_another_took_the_place_of_is_made_again(viewer: Viewer) -> None:
    first = _asked(viewer)
    viewer.views.receive(_made(first, is_last=True))
    viewer.look_from(camera(azimuth=40.0))
    viewer.follow()
    viewer.views.receive(_made(_asked(viewer), is_last=False, size=0))
    viewer.look_from(first.camera)
    viewer.follow()
    assert np.array_equal(_asked(viewer).camera.viewmat, first.camera.viewmat)
    assert _asked(viewer).number > first.number


def test_what_an_older_request_says_is_passed_over(viewer: Viewer) -> None:
    old = _asked(viewer)
    viewer.look_from(camera(azimuth=20.0))
    viewer.follow()
    viewer.views.receive(_made(old, is_last=True))
    viewer.views.receive(ViewProgress(number=old.number, line="old"))
    viewer.views.receive(ViewRefused(number=old.number, problem="old"))
    assert viewer.state.seen is None
    assert viewer.views.progress == ""
    assert viewer.state.message != "old"


def test_a_refusal_is_told_once_and_the_same_is_not_asked_for_again(viewer: Viewer) -> None:
    viewer.views.receive(ViewRefused(number=_asked(viewer).number, problem="no such photo"))
    assert viewer.state.message == "no such photo"
    viewer.follow()
    assert len(_viewing(viewer).requests) == 1
    viewer.look_from(camera(azimuth=30.0))
    viewer.follow()
    assert len(_viewing(viewer).requests) == 2


def test_without_an_image_based_look_nothing_is_made(viewer: Viewer) -> None:
    action("image-based").run(viewer)
    assert viewer.state.view.look.photos is None
    viewer.follow()
    assert _viewing(viewer).requests[-1] is None
    action("image-based").run(viewer)
    viewer.follow()
    assert _viewing(viewer).requests[-1] is not None
    viewer.close()
    assert _viewing(viewer).closed


def test_sources_can_be_more_fewer_pinned_and_chosen_again(viewer: Viewer) -> None:
    for name, count in (("more-sources", 4), ("more-sources", 5), ("fewer-sources", 4)):
        action(name).run(viewer)
        viewer.follow()
        assert _asked(viewer).scene.source_views == count
    for _ in range(10):
        action("more-sources").run(viewer)
    assert viewer.views.scene.source_views == 8
    for _ in range(10):
        action("fewer-sources").run(viewer)
    assert viewer.views.scene.source_views == 2
    for number in (0, 2, 3):
        viewer.look_from(_found().cameras[number])
        action("pin-photo").run(viewer)
        assert viewer.views.is_pinned
    viewer.follow()
    assert _asked(viewer).scene.pinned == ("0.png", "2.png", "3.png")
    assert _asked(viewer).scene.source_views == 3
    assert viewer.views.marked == {0, 2, 3}
    action("pin-photo").run(viewer)
    assert viewer.views.scene.pinned == ("0.png", "2.png")
    action("unpin-photos").run(viewer)
    assert viewer.views.scene.pinned == ()
    assert not action("unpin-photos").enabled(viewer)


def test_a_project_keeps_number_and_choice_of_the_source_photos(viewer: Viewer, tmp_path: Path) -> None:
    action("more-sources").run(viewer)
    action("pin-photo").run(viewer)
    viewer.files._save_project_to(tmp_path / "p.rowsplat")
    scene = load_project(tmp_path / "p.rowsplat").omni
    assert scene is not None
    assert (scene.source_views, scene.pinned) == (4, ("0.png",))
    content = json.loads((tmp_path / "p.rowsplat").read_text())
    content["omni_recon"]["pinned"] = [7]
    (tmp_path / "p.rowsplat").write_text(json.dumps(content))
    with pytest.raises(RowsplatError, match=r"omni_recon\.pinned"):
        load_project(tmp_path / "p.rowsplat")


def test_the_text_over_the_picture_says_what_is_shown(viewer: Viewer, service: FakeService) -> None:
    request = _asked(viewer)
    viewer.views.receive(ViewProgress(number=request.number, line="half"))
    made = _made(request, is_last=True, is_trained=False)
    look = viewer.state.view.look
    frame = FrameReady(
        generation=10**6, ring="fake", slot=0, width=64, height=48, psnr=None, scale=1.0, detail=1.0,
        milliseconds=1.0,
        planes=(PlaneInfo(look=look, times=TIMES, counts=COUNTS, note=seen_view(made.seen)),),
    )  # fmt: skip
    service.receive(frame)
    text = "\n".join(overlay_lines(viewer))
    assert "half" in text
    assert "64 x 48 from 1.png, 2.png" in text
    assert UNTRAINED in text
    assert UNTRAINED not in seen_view(replace(made.seen, is_trained=True))
    viewer.views.receive(made)
    assert "half" not in "\n".join(overlay_lines(viewer))


def test_sizes_grow_up_to_that_of_the_window_or_the_largest() -> None:
    for width, height, expected in (
        (1200, 600, [(96, 48), (192, 96), (MOST_SIDE, MOST_SIDE // 2)]),
        (150, 75, [(96, 48), (150, 75)]),
        (64, 48, [(64, 48)]),
    ):
        request = ViewRequest(number=1, photos=_PHOTOS, scene=_TINY, camera=camera(width, height))
        assert [(c.width, c.height) for c in request.cameras()] == expected
        assert all(
            SeenView(photos=_PHOTOS, camera=c, pixels=np.zeros((1, 1, 3), np.uint8), sources=(),
                     is_trained=True, is_last=True).fits(request.camera)
            for c in request.cameras()
        )  # fmt: skip


def test_a_view_does_not_fit_another_place_or_lens() -> None:
    here = camera(64, 48)
    seen = SeenView(
        photos=_PHOTOS, camera=here, pixels=np.zeros((48, 64, 3), np.uint8), sources=(), is_trained=True, is_last=True
    )  # fmt: skip
    assert seen.fits(here)
    assert not seen.fits(camera(64, 48, azimuth=1.0))
    assert not seen.fits(replace(here, fx=here.fx * 1.2, fy=here.fy * 1.2))
    assert not seen.fits(here.reframed(96, 48))
    assert np.allclose(picture_of(seen, camera(128, 96)).image, 0.0)


# The process


class _Heard:
    def __init__(self) -> None:
        self.messages: list[ViewMessage] = []

    def __call__(self, message: ViewMessage) -> None:
        self.messages.append(message)

    @property
    def made(self) -> list[SeenView]:
        return [message.seen for message in self.messages if isinstance(message, ViewMade)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_photos(tmp_path_factory.mktemp("views"), shots()[:3])


def _request(folder: Path, side: int = 24, **changes: object) -> ViewRequest:
    taken = shots()[0].camera
    small = taken.resized(side, round(side * taken.height / taken.width))
    return ViewRequest(number=7, photos=folder, scene=replace(_TINY, **changes), camera=small)  # type: ignore[arg-type]


def _never() -> bool:
    return False


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures begin at 20 px."""
    monkeypatch.setattr("rowsplat.app.view_requests._FIRST_SIDE", 20)


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation has none."""
    monkeypatch.setattr("rowsplat.app.omni.network.omni_recon_weights_path", lambda: Path("none"))


@pytest.mark.usefixtures("small_steps", "no_weights")
def test_a_small_picture_comes_before_a_large_one_and_says_whether_weights_were_trained(folder: Path) -> None:
    heard = _Heard()
    ViewMaking().answer(_request(folder, 28), heard, _never)
    assert [seen.pixels.shape[:2] for seen in heard.made] == [(15, 20), (21, 28)]
    assert [seen.is_last for seen in heard.made] == [False, True]
    assert all(not seen.is_trained for seen in heard.made)
    assert all(message.number == 7 for message in heard.messages)
    own = np.asarray(shots()[0].image)
    apart = np.abs(heard.made[-1].pixels.mean(axis=(0, 1)) - own.mean(axis=(0, 1)))
    assert apart.max() < 25


def test_what_is_pinned_is_among_the_sources_and_the_set_is_read_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    making, heard = ViewMaking(), _Heard()
    making.answer(_request(folder), heard, _never)
    monkeypatch.setattr("rowsplat.app.view_making.load_photo_set", None)
    chosen = set(heard.made[0].sources)
    (other,) = {f"images/{n}.png" for n in range(3)} - chosen
    making.answer(_request(folder, pinned=(other, "absent.png")), heard, _never)
    assert heard.made[-1].sources[0] == other
    assert len(heard.made[-1].sources) == 2


@pytest.mark.usefixtures("small_steps")
def test_a_newer_request_ends_the_work_on_an_older_one(folder: Path) -> None:
    heard, looks = _Heard(), iter(range(100))
    ViewMaking().answer(_request(folder, 28), heard, lambda: next(looks) >= 1)
    assert heard.made == []
    assert not any(isinstance(message, ViewRefused) for message in heard.messages)


def test_what_cannot_be_read_is_refused_in_one_line(folder: Path, tmp_path: Path) -> None:
    for request in (
        _request(tmp_path / "absent"),
        _request(folder, weights=tmp_path / "absent.safetensors"),
        _request(folder, points=tmp_path / "absent.npy"),
    ):
        heard = _Heard()
        ViewMaking().answer(request, heard, _never)
        refused = heard.messages[-1]
        assert isinstance(refused, ViewRefused)
        assert "absent" in refused.problem
        assert "\n" not in refused.problem
        assert refused.details == ""


def test_a_real_process_answers_is_stopped_and_leaves_nothing_behind(tmp_path: Path) -> None:
    heard, done = _Heard(), threading.Semaphore(0)

    def hear(message: ViewMessage) -> None:
        heard(message)
        if isinstance(message, ViewRefused):
            done.release()

    process = ViewProcess(hear)
    process.ask(None)
    assert process._process is None
    process.ask(_request(tmp_path / "absent"))
    assert done.acquire(timeout=60)
    running = process._process
    assert running is not None
    running.kill()
    running.join()
    process.ask(replace(_request(tmp_path / "gone"), number=8))
    assert done.acquire(timeout=60)
    assert heard.messages[-1].number == 8
    process.close()
    process.wait()
    assert process._process is None


def test_looks_that_show_a_photo_set_show_the_one_that_is_opened_next(viewer: Viewer) -> None:
    viewer.photos.take(_found(Path("/others")))
    view = viewer.state.view
    assert {view.look.photos, view.other.photos} == {Path("/others")}
    assert Look().photos is None
