"""What the mouse, dialogs and time do to session and camera."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.camera_events import Modifier, Wheel
from rowsplat.app.jobs import JobEnded, JobProgress
from rowsplat.app.messages import Comparison
from rowsplat.app.project import load_project, save_project
from rowsplat.app.questions import Brush, Combine, Lasso, Rectangle, Select, Sphere
from rowsplat.app.state import Tool
from rowsplat.app.tool_geometry import motion
from rowsplat.app.viewer import REST_S, Viewer
from rowsplat.app.viewer_jobs import BakeMesh, ExportVideo
from rowsplat.app.viewer_tools import resized, sizes_of
from rowsplat.scenes.edits import Delete

from .fakes import FakeClock, FakeService, FakeWindow, camera, select, some, with_scenes


class _Bench:
    """A viewer of one scene with everything around it faked."""

    def __init__(self, folder: Path) -> None:
        self.session, self.service, (self.scene,) = with_scenes("a")
        self.window, self.clock = FakeWindow(folder), FakeClock()
        self.viewer = Viewer(self.session, self.window, clock=self.clock)

    def stroke(self, *points: tuple[float, float], modifiers: frozenset[Modifier] = frozenset()) -> None:
        self.viewer.tools.press(points[0], modifiers)
        for point in points[1:]:
            self.viewer.tools.move(point)
        self.viewer.tools.release(points[-1])

    @property
    def question(self) -> Select:
        return self.service.client.questions[self.service.client.asked]

    def measure(self, *points: tuple[float, float, float]) -> None:
        self.viewer.tools.measured = points

    @property
    def matrix(self) -> np.ndarray:
        return np.array(self.session.state.document.scenes[0].matrix)


_PIXEL = 4.0 / camera().fx
"""Size of a pixel at the depth of the pivot, which no scene has moved yet."""


def _motion(viewer: Viewer, first: tuple[float, float], last: tuple[float, float]) -> np.ndarray:
    controls = viewer.controls
    return motion(Tool.MOVE, viewer.state.view.camera, controls.pivot, controls.pivot_depth, first, last)


@pytest.fixture
def bench(tmp_path: Path) -> _Bench:
    return _Bench(tmp_path)


# Strokes


def test_each_tool_asks_for_its_own_region(bench: _Bench) -> None:
    found = {}
    for tool in (Tool.RECTANGLE, Tool.LASSO, Tool.BRUSH, Tool.SPHERE, Tool.BOX, Tool.ELLIPSOID):
        bench.viewer.tools.choose(tool)
        bench.stroke((1, 1), (20, 1), (20, 20))
        found[tool] = bench.question.region
    assert found[Tool.RECTANGLE] == Rectangle(first=(1, 1), second=(20, 20))
    assert found[Tool.LASSO] == Lasso(points=((1, 1), (20, 1), (20, 20), (20, 20)))
    brush, sphere = found[Tool.BRUSH], found[Tool.SPHERE]
    box, ellipsoid = found[Tool.BOX], found[Tool.ELLIPSOID]
    assert isinstance(brush, Brush)
    assert isinstance(sphere, Sphere)
    assert brush.radius == bench.viewer.tools.brush_radius
    assert sphere.radius == pytest.approx(np.hypot(19, 19) * _PIXEL)
    assert box.half_sizes == pytest.approx((9.5 * _PIXEL,) * 3)
    assert (ellipsoid.pose, ellipsoid.semi_axes) == (box.pose, box.half_sizes)


def test_a_box_drawn_between_two_corners_is_seen_between_them(bench: _Bench) -> None:
    bench.viewer.tools.choose(Tool.BOX)
    bench.stroke((10, 30), (40, 12))
    view, box = bench.session.state.view.camera, bench.question.region
    corners = np.array([[x, y, 0.0, 1.0] for x in (-1, 1) for y in (-1, 1)])
    corners[:, :3] *= box.half_sizes
    seen = corners @ np.array(box.pose).T @ view.viewmat.T
    pixels = seen[:, :2] / seen[:, 2:3] * (view.fx, view.fy) + (view.cx, view.cy)
    assert np.allclose(pixels.min(axis=0), (10, 12))
    assert np.allclose(pixels.max(axis=0), (40, 30))
    assert box.half_sizes[2] == max(box.half_sizes)


@pytest.mark.parametrize("tool", [Tool.SPHERE, Tool.BOX, Tool.ELLIPSOID])
def test_the_volume_stays_drawn_can_be_resized_and_crops_to_what_is_inside(bench: _Bench, tool: Tool) -> None:
    bench.viewer.tools.choose(tool)
    bench.stroke((10, 10), (30, 30))
    drawn = bench.viewer.drawing().segments
    assert len(drawn) >= 12
    assert bench.viewer.tools.volume is not None
    bench.viewer.tools.set_volume(resized(bench.viewer.tools.volume, (0.5, 0.5, 0.5)))
    assert sizes_of(bench.viewer.tools.volume) == (0.5, 0.5, 0.5)
    assert bench.viewer.drawing().segments != drawn
    bench.service.client.questions.clear()
    bench.viewer.tools.crop_to_volume()
    assert bench.question.region == bench.viewer.tools.volume
    bench.service.answer_all()
    (scene,) = bench.session.state.document.scenes
    assert isinstance(scene.program.operations[-1], Delete)
    bench.viewer.tools.choose(tool)
    bench.viewer.cancel()
    assert bench.viewer.drawing().segments == ()


@pytest.mark.parametrize("tool", [Tool.MOVE, Tool.ROTATE, Tool.SCALE])
@pytest.mark.parametrize("selected", [False, True])
def test_a_drag_is_drawn_before_it_is_a_step_and_is_one_step(
    bench: _Bench, tool: Tool, selected: bool
) -> None:
    if selected:
        select(bench.session, bench.service, {bench.scene: some(1)})
    bench.viewer.tools.choose(tool)
    before, steps = bench.session.state.document, len(bench.session.state.history.labels)
    bench.viewer.tools.press((10, 10), frozenset())
    bench.viewer.tools.move((20, 20))
    bench.service.finish_all()
    assert bench.session.state.document is before
    assert bench.service.client.shown[-1].scenes != before.specs()
    assert bench.session.state.moving
    bench.viewer.tools.move((30, 25))
    previewed = bench.service.client.shown[-1].scenes
    bench.viewer.tools.release((30, 25))
    assert bench.session.state.document.specs() == bench.service.client.shown[-1].scenes == previewed
    assert len(bench.session.state.history.labels) == steps + 1
    assert not bench.session.state.moving
    bench.session.undo()
    assert bench.session.state.document == before


def test_cancelling_a_drag_shows_the_document_again(bench: _Bench) -> None:
    bench.viewer.tools.choose(Tool.MOVE)
    shown = bench.session.state.document.specs()
    bench.viewer.tools.press((10, 10), frozenset())
    bench.viewer.tools.move((20, 20))
    assert bench.service.client.shown[-1].scenes != shown
    bench.viewer.cancel()
    assert bench.service.client.shown[-1].scenes == shown
    assert not bench.session.state.moving


@pytest.mark.parametrize(
    ("held", "combine"),
    [(set(), Combine.REPLACE), ({Modifier.SHIFT}, Combine.ADD), ({Modifier.CTRL}, Combine.REMOVE)],
)
def test_shift_adds_and_ctrl_removes(bench: _Bench, held: set[Modifier], combine: Combine) -> None:
    bench.viewer.tools.choose(Tool.RECTANGLE)
    bench.stroke((1, 1), (9, 9), modifiers=frozenset(held))
    assert bench.question.combine is combine


def test_a_stroke_ends_with_its_tool_and_by_cancelling(bench: _Bench) -> None:
    for drop in (lambda: bench.viewer.tools.choose(Tool.MOVE), bench.viewer.cancel):
        bench.viewer.tools.choose(Tool.NAVIGATE)
        bench.viewer.tools.choose(Tool.RECTANGLE)
        bench.viewer.tools.press((1, 1), frozenset())
        bench.viewer.tools.move((30, 30))
        drop()
        before = bench.session.state.document
        bench.viewer.tools.release((30, 30))
        assert bench.service.client.asked == 0
        assert bench.session.state.document is before


def test_moving_follows_the_pointer_at_the_depth_of_the_pivot(bench: _Bench) -> None:
    view, pivot = bench.session.state.view.camera, bench.viewer.controls.pivot
    bench.viewer.tools.choose(Tool.MOVE)
    bench.stroke((32, 24), (42, 19))
    moved = view.viewmat @ bench.matrix @ np.array([*pivot, 1.0])
    still = view.viewmat @ np.array([*pivot, 1.0])
    pixels = [np.array([view.fx, view.fy]) * point[:2] / point[2] for point in (moved, still)]
    assert np.allclose(pixels[0] - pixels[1], [10, -5])


@pytest.mark.parametrize("tool", [Tool.ROTATE, Tool.SCALE])
def test_turning_and_scaling_keep_the_pivot(bench: _Bench, tool: Tool) -> None:
    pivot = np.array([*bench.viewer.controls.pivot, 1.0])
    bench.viewer.tools.choose(tool)
    bench.stroke((10, 40), (30, 10))
    assert not np.allclose(bench.matrix, np.eye(4))
    assert np.allclose(bench.matrix @ pivot, pivot)


def test_moving_a_selection_in_a_placed_scene_moves_it_in_the_world(bench: _Bench) -> None:
    placed = np.diag([2.0, 2.0, 2.0, 1.0])
    bench.session.place_scenes("Scale", placed)
    select(bench.session, bench.service, {bench.scene: some(1)})
    bench.viewer.tools.choose(Tool.MOVE)
    world = _motion(bench.viewer, (10, 10), (20, 10))
    bench.stroke((10, 10), (20, 10))
    (item,) = bench.session.state.document.scenes
    assert np.allclose(item.matrix, placed)
    operation = item.program.operations[-1]
    assert np.allclose(placed @ np.array(operation.matrix) @ np.linalg.inv(placed), world)  # pyright: ignore[reportAttributeAccessIssue]


def test_the_slider_is_dragged_and_the_camera_is_not(bench: _Bench) -> None:
    bench.viewer.compare(Comparison.SPLIT)
    before = bench.session.state.view.camera
    assert bench.viewer.tools.press((32, 5), frozenset())
    for x in (16, -50):
        bench.viewer.tools.move((x, 5))
    assert bench.session.state.view.split == 0.0
    assert bench.viewer.tools.release((16, 5))
    assert bench.session.state.view.camera is before
    assert bench.session.state.view.look.blend is not bench.session.state.view.other.blend


# Measuring


def test_the_measured_distance_gets_its_true_length_in_all_scenes(bench: _Bench) -> None:
    bench.measure((0, 0, 0), (0, 3, 0))
    bench.window.number = 6.0
    bench.viewer.tools.set_measured_length()
    assert np.allclose(bench.matrix[:3, :3], 2 * np.eye(3))
    assert bench.viewer.tools.measured == ()


def test_three_points_come_to_lie_on_the_ground(bench: _Bench) -> None:
    points = ((0.0, 1.0, 0.0), (1.0, 1.5, 0.0), (0.0, 1.2, 1.0))
    bench.measure(*points)
    bench.viewer.tools.align_to_ground()
    assert np.allclose([(bench.matrix @ np.array([*p, 1.0]))[1] for p in points], 0.0, atol=1e-9)


def test_points_that_say_nothing_are_told_and_nothing_moves(bench: _Bench) -> None:
    bench.measure((0, 0, 0), (1, 1, 1), (2, 2, 2))
    bench.viewer.tools.align_to_ground()
    assert "on a line" in bench.session.state.message
    bench.measure((1, 1, 1), (1, 1, 1))
    bench.viewer.tools.set_measured_length()
    assert "two different points" in bench.session.state.message
    assert np.array_equal(bench.matrix, np.eye(4))


def test_a_dialog_that_is_answered_late_scales_by_what_it_asked_about(bench: _Bench) -> None:
    bench.measure((0, 0, 0), (0, 1, 0))
    bench.window.answers = False
    bench.viewer.tools.set_measured_length()
    bench.measure()
    bench.window.waiting.pop()()
    assert np.allclose(bench.matrix[:3, :3], 2 * np.eye(3))


# Camera


def test_the_camera_rests_a_while_after_its_last_movement(bench: _Bench) -> None:
    bench.viewer.camera_event(Wheel(1.0))
    assert bench.session.state.moving
    bench.clock.now += 0.5 * REST_S
    bench.viewer.tick(0.01)
    assert bench.viewer.needs_ticks
    bench.clock.now += REST_S
    bench.viewer.tick(0.01)
    assert not bench.session.state.moving
    assert not bench.viewer.needs_ticks


def test_resizing_keeps_the_pose_and_the_vertical_field_of_view(bench: _Bench) -> None:
    before = bench.session.state.view.camera
    bench.viewer.resize(200, 100)
    after = bench.session.state.view.camera
    assert (after.width, after.height) == (200, 100)
    assert np.array_equal(after.viewmat, before.viewmat)
    assert after.fov_deg == pytest.approx(before.fov_deg)


def test_playing_ends_at_the_last_keyframe(bench: _Bench) -> None:
    cameras = [camera(azimuth=angle) for angle in (0.0, 40.0, 80.0)]
    for stop in cameras:
        bench.viewer.look_from(stop)
        bench.viewer.path.add_keyframe()
    bench.viewer.path.play()
    while bench.viewer.path.playing:
        bench.clock.now += 0.3
        bench.viewer.tick(0.3)
    assert np.allclose(bench.session.state.view.camera.viewmat, cameras[-1].viewmat)


def test_keyframes_at_one_time_are_told_and_not_played(bench: _Bench) -> None:
    bench.viewer.path.add_keyframe()
    bench.viewer.path.add_keyframe()
    first, second = bench.viewer.path.keyframes
    bench.viewer.path.keyframes = (first, replace(second, seconds=first.seconds))
    bench.viewer.path.play()
    bench.viewer.tick(0.1)
    assert not bench.viewer.path.playing
    assert "same time" in bench.session.state.message
    bench.viewer.path.export_video()
    assert bench.window.jobs == []


@pytest.mark.parametrize("ask", ["save", "export_video"])
def test_a_path_that_was_cleared_while_a_dialog_was_open_is_told(bench: _Bench, ask: str) -> None:
    bench.window.answers = False
    bench.viewer.path.add_keyframe()
    bench.viewer.path.add_keyframe()
    getattr(bench.viewer.path, ask)()
    bench.viewer.path.clear()
    bench.window.waiting.pop()()
    assert "no keyframes" in bench.session.state.message
    assert bench.window.jobs == []


def test_a_saved_camera_path_comes_back(bench: _Bench, tmp_path: Path) -> None:
    for angle in (0.0, 45.0):
        bench.viewer.look_from(camera(azimuth=angle))
        bench.viewer.path.add_keyframe()
    before = bench.viewer.path.keyframes
    bench.viewer.path.save()
    bench.viewer.path.clear()
    bench.window.to_open = [tmp_path / "saved.json"]
    bench.viewer.path.load()
    for one, other in zip(bench.viewer.path.keyframes, before, strict=True):
        assert one.seconds == pytest.approx(other.seconds)
        assert np.allclose(one.camera.viewmat, other.camera.viewmat, atol=1e-6)


# Files


def test_a_missing_or_broken_file_is_told(bench: _Bench, tmp_path: Path) -> None:
    bench.viewer.files.open_all([tmp_path / "none.ply"])
    assert "no such file" in bench.session.state.message
    (tmp_path / "bad.rowsplat").write_text("{")
    before = bench.session.state.document
    bench.viewer.files.open_all([tmp_path / "bad.rowsplat"])
    assert "expected JSON" in bench.session.state.message
    assert bench.session.state.document is before


def test_a_project_that_is_saved_again_before_its_scenes_are_read_keeps_its_edits(tmp_path: Path) -> None:
    bench = _Bench(tmp_path)
    bench.session.edit(lambda item, mask: Delete(mask=some(3)))
    save_project(tmp_path / "one.rowsplat", bench.viewer.files.project())
    bench.viewer.files.open_project(tmp_path / "one.rowsplat")
    assert bench.session.state.is_loading
    save_project(tmp_path / "two.rowsplat", bench.viewer.files.project())
    one, two = (load_project(tmp_path / f"{name}.rowsplat") for name in ("one", "two"))
    assert [item.program for item in two.document.scenes] == [item.program for item in one.document.scenes]
    assert list(two.counts.values()) == list(one.counts.values())


def test_a_project_that_could_not_be_saved_has_no_name_yet(bench: _Bench, tmp_path: Path) -> None:
    bench.window.folder = tmp_path / "none"
    bench.viewer.files.save_project()
    assert "does not exist" in bench.session.state.message
    assert bench.viewer.files.project_path is None
    bench.window.folder = tmp_path
    bench.viewer.files.save_project()
    assert bench.viewer.files.project_path == tmp_path / "saved.rowsplat"
    assert json.loads((tmp_path / "saved.rowsplat").read_text())["rowsplat_project"] == 1


# Jobs


def test_jobs_come_one_at_a_time_and_tell_how_they_end(bench: _Bench) -> None:
    bench.viewer.files.bake()
    bench.viewer.files.bake()
    assert "Another job" in bench.session.state.message
    (job,) = bench.window.jobs
    assert isinstance(job.job, BakeMesh)
    bench.viewer.receive_job(JobProgress(stage="fusing", done=1, total=2))
    assert bench.viewer.job_progress.stage == "fusing"
    bench.viewer.cancel()
    assert job.cancelled
    before = bench.session.state.document
    job.end(JobEnded())
    assert (bench.viewer.job, bench.session.state.document) == (None, before)
    assert "Cancelled" in bench.session.state.message


def test_a_baked_mesh_is_shown_instead_of_its_splats(bench: _Bench) -> None:
    bench.viewer.files.bake()
    bench.window.jobs[0].end(JobEnded(result="saved.glb: 7 triangles written"))
    splats, mesh = bench.session.state.document.scenes
    assert (splats.visible, mesh.visible, mesh.is_mesh) == (False, True, True)
    bench.session.undo()
    assert bench.session.state.document.scenes[0].visible


def test_a_failed_job_changes_nothing_and_says_why(bench: _Bench) -> None:
    bench.viewer.files.bake()
    before = bench.session.state.document
    bench.window.jobs[0].end(JobEnded(problem="not enough memory"))
    assert bench.session.state.document is before
    assert bench.session.state.message == "not enough memory"


def test_a_video_has_the_frames_of_the_path_and_the_shown_look(bench: _Bench) -> None:
    bench.viewer.path.add_keyframe()
    bench.viewer.look_from(camera(azimuth=20.0))
    bench.viewer.path.add_keyframe()
    bench.viewer.path.export_video()
    job = bench.window.jobs[0].job
    assert isinstance(job, ExportVideo)
    assert len(job.path) == 61
    assert job.look == bench.session.state.view.look
    assert job.scenes == bench.session.state.document.specs()


def test_the_viewer_closes_with_its_process_and_job(bench: _Bench) -> None:
    bench.viewer.files.bake()
    bench.viewer.close()
    assert bench.window.jobs[0].cancelled
    assert bench.service.client.closed


def test_a_viewer_without_pictures_shows_none() -> None:
    session, service, _ = with_scenes("a")
    viewer = Viewer(session, FakeWindow(Path()))
    assert len(viewer.pictures()) == 1
    service.die()
    assert viewer.pictures() == ()
    assert isinstance(service, FakeService)
