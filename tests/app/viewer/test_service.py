"""A real render process draws what a renderer in this process draws, answers, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rowsplat.app.frame_ring import SLOTS
from rowsplat.app.messages import (
    Answered,
    Ask,
    Comparison,
    Draw,
    DrawFailed,
    Ended,
    FrameReady,
    FromService,
    Look,
    SceneFailed,
    SceneLoaded,
    SceneSpec,
    ShowScenes,
    Started,
    UseRing,
)
from rowsplat.app.questions import (
    AskHistogram,
    Box,
    Brush,
    Combine,
    CountWork,
    Ellipsoid,
    Floaters,
    PickPoint,
    Rectangle,
    SaveScenes,
    Select,
    SelectAll,
    Sphere,
    TakePicture,
    ValueRange,
)
from rowsplat.app.service_client import ServiceClient, _without_replaced
from rowsplat.render import Backend, Blend, Renderer, RenderMode, RenderOptions, create_renderer, tone_map
from rowsplat.scenes import Camera, Gaussians, default_camera, load_gaussians, save_gaussians, transform
from rowsplat.scenes.edits import Delete, EditProgram, Hide, IndexMask
from rowsplat.scenes.edits.attributes import Attribute, attribute_values
from rowsplat.scenes.edits.similarity import matrix_tuple

_WAIT_S = 60.0
_WIDTH, _HEIGHT = 80, 60
_COUNT = 200
_PLACED = ((0.0, -1.0, 0.0, 0.3), (1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))


class _Service:
    """A client and what it has said."""

    def __init__(self) -> None:
        self.heard: list[FromService] = []
        self._changed = threading.Condition()
        self.client = ServiceClient(self._hear, Backend.CPU, "auto")
        self.generation = 0
        self.sources: set[object] = set()

    def _hear(self, message: FromService) -> None:
        with self._changed:
            self.heard.append(message)
            self._changed.notify_all()

    def wait(self, kind: type[Any], since: int = 0, **fields: object) -> Any:
        """The first message of that kind and fields after `since` others."""

        def found() -> list[FromService]:
            return [
                message
                for message in self.heard[since:]
                if isinstance(message, kind)
                and all(getattr(message, name) == value for name, value in fields.items())
            ]

        with self._changed:
            assert self._changed.wait_for(found, _WAIT_S), f"no {kind.__name__} in {self.heard}"
            return found()[0]

    def show(self, *specs: SceneSpec) -> None:
        """Show these scenes and wait until files that were not shown before have been read."""
        since = len(self.heard)
        self.client.show(ShowScenes(scenes=specs))
        for spec in specs:
            if (spec.source, spec.is_mesh and spec.matrix) not in self.sources:
                self.wait(SceneLoaded, since, scene_id=spec.scene_id)
        self.sources = {(spec.source, spec.is_mesh and spec.matrix) for spec in specs}

    def frame(self, camera: Camera, *looks: Look, **fields: Any) -> FrameReady:
        self.generation += 1
        since = len(self.heard)
        self.client.draw(Draw(generation=self.generation, camera=camera, looks=looks or (Look(),), **fields))
        return self.wait(FrameReady, since, generation=self.generation)

    def picture(self, camera: Camera, look: Look = Look(), **fields: Any) -> np.ndarray:  # noqa: B008
        (picture,) = self.client.pictures(self.frame(camera, look, **fields), 1)
        return picture.copy()

    def answer(self, question: Any) -> Any:
        answered = self.wait(Answered, number=self.client.ask(question))
        assert answered.problem == ""
        return answered.value

    def problem(self, question: Any) -> str:
        return self.wait(Answered, number=self.client.ask(question)).problem


@pytest.fixture(scope="module")
def scene() -> Gaussians:
    rng = np.random.default_rng(3)
    return Gaussians(
        means=rng.normal(size=(_COUNT, 3)).astype(np.float32),
        quats=rng.normal(size=(_COUNT, 4)).astype(np.float32),
        log_scales=rng.normal(-1.8, 0.4, size=(_COUNT, 3)).astype(np.float32),
        logit_opacities=rng.normal(1.0, 1.0, size=_COUNT).astype(np.float32),
        sh_coeffs=(0.4 * rng.normal(size=(_COUNT, 4, 3))).astype(np.float32),
    )


@pytest.fixture(scope="module")
def path(scene: Gaussians, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("service") / "scene.ply"
    save_gaussians(scene, made)
    return made


@pytest.fixture(scope="module")
def camera(scene: Gaussians) -> Camera:
    return default_camera(scene, width=_WIDTH, height=_HEIGHT)


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return create_renderer(Backend.CPU)


@pytest.fixture(scope="module")
def running() -> Iterator[_Service]:
    made = _Service()
    pid = made.client.pid
    assert made.wait(Started).description
    yield made
    rings = list(made.client._rings)
    made.client.close()
    assert isinstance(made.heard[-1], Ended)
    assert made.heard[-1].problem == ""
    for name in rings:
        with pytest.raises(FileNotFoundError):
            SharedMemory(name=name)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.fixture
def service(running: _Service, path: Path) -> _Service:
    running.show(SceneSpec(scene_id=1, source=path))
    return running


def _expected(renderer: Renderer, scene: Gaussians, camera: Camera, look: Look) -> np.ndarray:
    options = RenderOptions(
        blend=look.blend,
        mode=look.mode,
        background=look.background,
        max_sh_degree=look.max_sh_degree,
    )
    result = renderer.render(scene, camera, options)
    return tone_map(result.image, result.mode)[..., ::-1]


@pytest.mark.parametrize(
    "look",
    [
        Look(),
        Look(blend=Blend.BASELINE, background=(1.0, 0.5, 0.25), max_sh_degree=0),
        *(Look(mode=mode) for mode in RenderMode if mode is not RenderMode.RGB),
    ],
    ids=str,
)
def test_the_picture_is_that_of_a_renderer_here(
    service: _Service, renderer: Renderer, scene: Gaussians, camera: Camera, look: Look
) -> None:
    picture = service.picture(camera, look)
    expected = _expected(renderer, scene, camera, look)
    assert (picture[..., 3] == 255).all()
    assert picture[..., :3].std() > 1
    np.testing.assert_array_equal(picture[..., :3], expected)


def test_an_edited_and_placed_scene_is_drawn_as_such(
    service: _Service, path: Path, renderer: Renderer, scene: Gaussians, camera: Camera
) -> None:
    mask = IndexMask.from_bool(scene.means[:, 0] > 0)
    program = EditProgram().then(Delete(mask=mask))
    service.show(SceneSpec(scene_id=1, source=path, program=program, matrix=_PLACED))
    left = transform(scene.select(~mask.to_bool()), np.array(_PLACED))
    expected = _expected(renderer, left, camera, Look())
    np.testing.assert_array_equal(service.picture(camera)[..., :3], expected)
    service.show()
    assert (service.picture(camera, Look(background=(0.0, 1.0, 0.0)))[..., :3] == (0, 255, 0)).all()


def test_two_looks_are_two_pictures_with_their_own_times_and_likeness(
    service: _Service, camera: Camera
) -> None:
    looks = Look(), Look(blend=Blend.BASELINE)
    alone = [service.picture(camera, look) for look in looks]
    frame = service.frame(camera, *looks, comparison=Comparison.SPLIT)
    for picture, expected in zip(service.client.pictures(frame, 2), alone, strict=True):
        np.testing.assert_array_equal(picture, expected)
    assert [plane.look for plane in frame.planes] == list(looks)
    assert all(plane.times.total > 0 and plane.counts.num_gaussians == _COUNT for plane in frame.planes)
    assert frame.psnr is not None
    assert frame.psnr > 40
    assert frame.ssim is not None
    assert 0.99 < frame.ssim < 1
    assert service.frame(camera, *looks, comparison=Comparison.SPLIT, detail=0.5).ssim is None
    same = service.frame(camera, Look(), Look(), comparison=Comparison.SPLIT)
    assert (same.psnr, same.ssim) == (np.inf, 1.0)


@pytest.mark.parametrize("modes", [(RenderMode.ALPHA, RenderMode.ALPHA), (RenderMode.RGB, RenderMode.COST)])
def test_pictures_without_colour_have_no_ssim(
    service: _Service, camera: Camera, modes: tuple[RenderMode, RenderMode]
) -> None:
    first, second = modes
    frame = service.frame(camera, Look(mode=first), Look(mode=second), comparison=Comparison.SPLIT)
    assert frame.ssim is None
    assert (frame.psnr is None) == (first is not second)


def test_the_difference_is_amplified_and_cut(service: _Service, camera: Camera) -> None:
    looks = Look(), Look(max_sh_degree=0)
    a, b = (service.picture(camera, look)[..., :3].astype(float) for look in looks)
    frame = service.frame(camera, *looks, comparison=Comparison.DIFFERENCE, gain=4.0)
    (picture,) = service.client.pictures(frame, 1)
    np.testing.assert_array_equal(picture[..., :3], np.minimum(4.0 * np.abs(a - b), 255))
    assert 0 < picture[..., :3].mean() < 255
    assert len(frame.planes) == 2


def test_selected_gaussians_are_tinted_unless_the_request_says_no(
    service: _Service, path: Path, camera: Camera
) -> None:
    plain = service.picture(camera)
    service.show(SceneSpec(scene_id=1, source=path, selection=IndexMask.all(_COUNT)))
    assert not np.array_equal(service.picture(camera), plain)
    np.testing.assert_array_equal(service.picture(camera, highlight=False), plain)


def test_fewer_gaussians_are_drawn_while_the_camera_moves(service: _Service, camera: Camera) -> None:
    frame = service.frame(camera, detail=0.25)
    assert frame.planes[0].counts.num_gaussians == _COUNT // 4
    assert frame.is_reduced
    assert service.frame(camera).planes[0].counts.num_gaussians == _COUNT


def test_a_window_that_is_enlarged_needs_few_rings_and_keeps_one(service: _Service, camera: Camera) -> None:
    names: set[str] = set()
    shown: list[np.ndarray] = []
    for width in range(_WIDTH, 6 * _WIDTH, 16):
        frame = service.frame(camera.reframed(width, _HEIGHT))
        shown += service.client.pictures(frame, 1)
        names.add(frame.ring)
    assert len(names) <= 6
    assert len(service.client._rings) == 1
    assert all(picture.shape[1] % 16 == 0 and (picture[..., 3] == 255).all() for picture in shown[:-SLOTS])


# Questions


def _pixels(scene: Gaussians, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    local = scene.means @ camera.viewmat[:3, :3].T + camera.viewmat[:3, 3]
    x = camera.fx * local[:, 0] / local[:, 2] + camera.cx
    y = camera.fy * local[:, 1] / local[:, 2] + camera.cy
    return np.stack([x, y], axis=1), local[:, 2]


def _ask_selection(service: _Service, camera: Camera, region: Any, combine: Combine = Combine.REPLACE) -> Any:
    question = Select(region=region, camera=camera, scene_ids=(1,), combine=combine)
    return service.answer(question)[1].to_bool()


def test_a_rectangle_selects_what_a_loop_over_all_centres_finds(
    service: _Service, path: Path, scene: Gaussians, camera: Camera
) -> None:
    at, depth = _pixels(scene, camera)
    inside = (at >= (20, 10)).all(axis=1) & (at <= (60, 40)).all(axis=1) & (depth > 0.01)
    region = Rectangle(first=(60, 10), second=(20, 40))
    assert 10 < inside.sum() < _COUNT - 10
    np.testing.assert_array_equal(_ask_selection(service, camera, region), inside)
    before = np.arange(_COUNT) % 3 == 0
    service.show(SceneSpec(scene_id=1, source=path, selection=IndexMask.from_bool(before)))
    np.testing.assert_array_equal(_ask_selection(service, camera, region, Combine.ADD), inside | before)
    np.testing.assert_array_equal(_ask_selection(service, camera, region, Combine.REMOVE), before & ~inside)
    inverted = service.answer(SelectAll(scene_ids=(1,), invert=True))
    np.testing.assert_array_equal(inverted[1].to_bool(), ~before)


def test_only_what_is_shown_is_selected_and_where_it_is_shown(
    service: _Service, path: Path, scene: Gaussians, camera: Camera
) -> None:
    gone, hidden = (IndexMask.from_indices(rows, _COUNT) for rows in ([1, 2], [3]))
    program = EditProgram().then(Delete(mask=gone)).then(Hide(mask=hidden))
    service.show(SceneSpec(scene_id=1, source=path, program=program, matrix=_PLACED))
    shown = ~gone.to_bool() & ~hidden.to_bool()
    np.testing.assert_array_equal(service.answer(SelectAll(scene_ids=(1,)))[1].to_bool(), shown)
    placed = transform(scene, np.array(_PLACED))
    center = (0.2, 0.1, 0.0)
    inside = np.linalg.norm(placed.means - np.array(center), axis=1) <= 1.2
    found = _ask_selection(service, camera, Sphere(center=center, radius=1.2))
    np.testing.assert_array_equal(found, inside & shown)
    assert service.answer(SelectAll(scene_ids=())) == {}


def test_every_kind_of_region_is_answered(service: _Service, scene: Gaussians, camera: Camera) -> None:
    at, depth = _pixels(scene, camera)
    dab = _ask_selection(service, camera, Brush(points=((40, 30),), radius=12.0))
    np.testing.assert_array_equal(dab, (np.linalg.norm(at - (40, 30), axis=1) <= 12) & (depth > 0.01))
    pose = camera.camtoworld.copy()
    pose[:3, 3] = 0.1
    local, placed, sizes = (scene.means - 0.1) @ pose[:3, :3], matrix_tuple(pose), (0.8, 0.7, 0.9)
    boxed = _ask_selection(service, camera, Box(pose=placed, half_sizes=sizes))
    np.testing.assert_array_equal(boxed, (np.abs(local) <= sizes).all(axis=1))
    rounded = _ask_selection(service, camera, Ellipsoid(pose=placed, semi_axes=sizes))
    np.testing.assert_array_equal(rounded, np.square(local / sizes).sum(axis=1) <= 1)
    values = attribute_values(scene, Attribute.OPACITY, camera)
    ranged = _ask_selection(service, camera, ValueRange(attribute=Attribute.OPACITY, low=0.5, high=0.8))
    np.testing.assert_array_equal(ranged, (values >= 0.5) & (values <= 0.8))
    assert _ask_selection(service, camera, Floaters()).shape == (_COUNT,)


def test_picking_finds_the_surface_that_covers_a_pixel(
    service: _Service, scene: Gaussians, camera: Camera
) -> None:
    point = service.answer(PickPoint(x=_WIDTH / 2, y=_HEIGHT / 2, camera=camera))
    assert point is not None
    seen = camera.viewmat @ np.array([*point, 1.0])
    assert np.allclose((camera.K @ seen[:3])[:2] / seen[2], (_WIDTH / 2, _HEIGHT / 2), atol=1e-3)
    assert np.linalg.norm(point) < 4 * scene.means.std()
    away = Camera.look_at((0, 0, -50), (0, 0, -100), width=8, height=8)
    assert service.answer(PickPoint(x=4, y=4, camera=away)) is None


def test_the_histogram_counts_every_shown_gaussian_once(
    service: _Service, path: Path, scene: Gaussians, camera: Camera
) -> None:
    program = EditProgram().then(Delete(mask=IndexMask.from_indices(np.arange(50), _COUNT)))
    service.show(SceneSpec(scene_id=1, source=path, program=program))
    answer = service.answer(AskHistogram(attribute=Attribute.OPACITY, camera=camera, bins=16))
    values = attribute_values(scene.select(np.arange(50, _COUNT)), Attribute.OPACITY, camera)
    assert (answer.low, answer.high) == pytest.approx((values.min(), values.max()))
    assert list(answer.counts) == np.histogram(values, 16, (answer.low, answer.high))[0].tolist()
    service.show()
    empty = service.answer(AskHistogram(attribute=Attribute.OPACITY, camera=camera, bins=16))
    assert sum(empty.counts) == 0


def test_the_work_of_every_blender_is_that_of_its_own_picture(
    service: _Service, renderer: Renderer, scene: Gaussians, camera: Camera
) -> None:
    work = service.answer(CountWork(camera=camera, look=Look()))
    assert [entry.blend for entry in work] == list(Blend)
    for entry in work:
        options = RenderOptions(blend=entry.blend, mode=RenderMode.COST)
        counts = renderer.render(scene, camera, options).counts
        assert (entry.pairs, entry.evaluated) == (counts.pairs, counts.fragments_evaluated)
        assert 0 < entry.contributing == counts.fragments_contributing
        assert entry.contributing <= entry.evaluated


def test_a_transparent_picture_over_any_background_is_the_picture_over_it(
    service: _Service, renderer: Renderer, scene: Gaussians, camera: Camera
) -> None:
    rgba = service.answer(TakePicture(camera=camera, look=Look(background=(1.0, 0.0, 0.0)))) / 255.0
    alpha = rgba[..., 3:]
    bright = (
        renderer.render(scene, camera, RenderOptions()).image.max(axis=2) > 1.0
    )  # which 8 bits cannot hold
    for background in ((0.0, 0.0, 0.0), (0.2, 0.6, 1.0)):
        expected = _expected(renderer, scene, camera, Look(background=background))[..., ::-1] / 255.0
        error = np.abs(rgba[..., :3] * alpha + (1 - alpha) * background - expected)
        assert error[~bright].max() < 2.5 / 255
    assert alpha.min() == 0 < alpha.max()


def test_saved_scenes_are_those_shown_edited_and_placed(
    service: _Service, path: Path, scene: Gaussians, tmp_path: Path
) -> None:
    program = EditProgram().then(Delete(mask=IndexMask.from_indices([0, 1], _COUNT)))
    service.show(
        SceneSpec(scene_id=1, source=path, program=program),
        SceneSpec(scene_id=2, source=path, matrix=_PLACED),
        SceneSpec(scene_id=3, source=path, visible=False),
    )
    assert service.answer(SaveScenes(path=tmp_path / "out.ply")) == 2 * _COUNT - 2
    back = load_gaussians(tmp_path / "out.ply")
    expected = [scene.means[2:], transform(scene, np.array(_PLACED)).means]
    np.testing.assert_allclose(back.means, np.concatenate(expected), atol=1e-6)


def test_a_question_that_cannot_be_answered_has_one_line_and_harms_nobody(
    service: _Service, path: Path, camera: Camera, tmp_path: Path
) -> None:
    assert "\n" not in service.problem(SaveScenes(path=tmp_path / "none" / "out.ply"))
    assert service.problem(SaveScenes(path=tmp_path / "none" / "out.ply"))
    service.show(SceneSpec(scene_id=1, source=path, visible=False))
    assert "no visible scene" in service.problem(SaveScenes(path=tmp_path / "out.ply"))
    assert service.frame(camera).planes[0].counts.num_gaussians == 0


def test_a_bad_file_fails_alone_and_a_bad_program_fails_its_picture(
    service: _Service, path: Path, camera: Camera, tmp_path: Path
) -> None:
    (tmp_path / "bad.ply").write_bytes(b"ply\nformat ascii 1.0\nend_header\n")
    since = len(service.heard)
    service.client.show(
        ShowScenes(
            scenes=(SceneSpec(scene_id=1, source=path), SceneSpec(scene_id=90, source=tmp_path / "bad.ply"))
        )
    )
    failed = service.wait(SceneFailed, since, scene_id=90)
    assert "bad.ply" in failed.problem
    assert service.frame(camera).planes[0].counts.num_gaussians == _COUNT
    program = EditProgram().then(Delete(mask=IndexMask.none(3)))
    service.client.show(ShowScenes(scenes=(SceneSpec(scene_id=1, source=path, program=program),)))
    service.generation += 1
    service.client.draw(Draw(generation=service.generation, camera=camera, looks=(Look(),)))
    problem = service.wait(DrawFailed, since, generation=service.generation).problem
    assert "mask" in problem
    assert "\n" not in problem


def test_a_mesh_among_the_splats_is_drawn_and_answers_no_question(
    service: _Service, path: Path, camera: Camera, tmp_path: Path
) -> None:
    trimesh = pytest.importorskip("trimesh", reason="trimesh is not installed")
    pytest.importorskip("open3d", reason="Open3D is not installed")
    trimesh.creation.icosphere(radius=1.5).export(tmp_path / "ball.ply")
    mesh = SceneSpec(scene_id=70, source=tmp_path / "ball.ply", is_mesh=True, matrix=_PLACED)
    plain = service.picture(camera)
    service.show(SceneSpec(scene_id=1, source=path), mesh)
    with_mesh = service.picture(camera)
    assert not np.array_equal(with_mesh, plain)
    service.show(SceneSpec(scene_id=1, source=path), replace(mesh, visible=False))
    np.testing.assert_array_equal(service.picture(camera), plain)
    service.show(mesh)
    assert service.answer(PickPoint(x=40, y=30, camera=camera)) is None
    assert sum(service.answer(AskHistogram(attribute=Attribute.OPACITY, camera=camera)).counts) == 0
    assert "no Gaussians" in service.problem(SaveScenes(path=tmp_path / "out.ply"))


# Sending and dying


def test_newer_scenes_and_pictures_replace_waiting_ones_but_not_those_a_question_is_about() -> None:
    def show(scene_id: int) -> ShowScenes:
        return ShowScenes(scenes=(SceneSpec(scene_id=scene_id, source=Path("/a.ply")),))

    def draw(generation: int) -> Draw:
        return Draw(
            generation=generation, camera=Camera.orbit((0, 0, 0), distance=1, width=4, height=4), looks=()
        )

    ring, ask = UseRing(address=None), Ask(number=1, question=Floaters())  # type: ignore[arg-type]
    first, second, third = draw(1), draw(2), show(3)
    assert _without_replaced([show(1), ring, first], third) == [ring, first]
    assert _without_replaced([show(1), first, ask, show(2)], third) == [show(1), first, ask]
    assert _without_replaced([ring, first, ask, third], second) == [ring, ask, third]
    assert _without_replaced([], second) == []


def test_a_killed_process_is_noticed_and_its_memory_given_back(path: Path, camera: Camera) -> None:
    service = _Service()
    service.show(SceneSpec(scene_id=1, source=path))
    frame = service.frame(camera)
    (shown,) = service.client.pictures(frame, 1)
    before = shown.copy()
    os.kill(service.client.pid, signal.SIGKILL)
    ended = service.wait(Ended)
    assert str(-signal.SIGKILL) in ended.problem
    assert "\n" not in ended.problem
    service.client.ask(Floaters())  # nobody hears it, nobody minds
    service.client.draw(Draw(generation=99, camera=camera.reframed(200, 100), looks=(Look(),)))
    service.client.close()
    service.client.close()
    np.testing.assert_array_equal(shown, before)  # what the window still shows stays readable
    assert service.client.pictures(frame, 1) == ()
    with pytest.raises(FileNotFoundError):
        SharedMemory(name=frame.ring)
    assert [message for message in service.heard if isinstance(message, Ended)] == [ended]


def test_closing_does_not_wait_for_a_process_that_still_starts() -> None:
    service = _Service()
    pid = service.client.pid
    service.client.close()
    assert service.heard[-1] == Ended(problem="")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
