"""Baking photos with one command: what is made, what is not made twice, and what is shown afterwards."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rowsplat.app.actions import action
from rowsplat.app.jobs import JobEnded, JobProgress, paced
from rowsplat.app.omni.scene import OmniScene
from rowsplat.app.photo_baking import BakePhotos
from rowsplat.app.project import load_project
from rowsplat.app.questions import FoundPhotos
from rowsplat.app.texts import BAKE_PHOTOS_CANCELLED, UNTRAINED, time_left
from rowsplat.app.viewer import Viewer
from rowsplat.render import omni_recon
from rowsplat.render.omni_recon import FusionOptions, ReconstructionOptions
from rowsplat.render.omni_recon.baked.files import load_bake
from rowsplat.scenes.formats.mesh_files import load_mesh

from ..omni.generated_photos import shots, write_photos
from .fakes import FakeClock, FakeJob, FakeWindow, camera, new_session

pytest.importorskip("trimesh", reason="trimesh is not installed")
pytest.importorskip("open3d", reason="Open3D is not installed")

_TINY = ReconstructionOptions(max_side=24, volume_resolution=8, samples=2, least_confidence=0.0)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_photos(tmp_path_factory.mktemp("baking"), shots()[:3])


@pytest.fixture(autouse=True)
def _keep_the_niceness(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "nice", lambda _: 0)


@pytest.fixture
def _anything_fuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 24 px no two depths agree within a hundredth."""
    coarse = FusionOptions(tolerance=1.0, voxel_size=0.15)
    monkeypatch.setattr(omni_recon, "FusionOptions", lambda: coarse)


def _job(photos: Path, out: Path, **changes: Any) -> BakePhotos:
    job = BakePhotos(photos=photos, scene=OmniScene(source_views=2), mesh=None, out=out, options=_TINY)
    return replace(job, **changes)


@pytest.mark.usefixtures("_anything_fuses")
def test_a_bake_of_photos_leaves_bake_mesh_and_project_and_finds_depths_once(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rowsplat.app.omni.network.omni_recon_weights_path", lambda: Path("none"))
    told: list[tuple[str, int, int]] = []
    job = _job(photos, tmp_path / "room.bake")
    said = job.run(lambda stage, done, total, left=None, /: told.append((stage, done, total)))
    assert said.startswith("room.bake: 3 photos on ")
    assert UNTRAINED in said
    assert {path.name for path in tmp_path.iterdir()} == {"room", "room.bake", "room.glb"}
    assert [view.name for view in load_bake(job.out).views] == [f"images/{n}.png" for n in range(3)]
    assert len(load_mesh(tmp_path / "room.glb").faces) == len(load_bake(job.out).mesh.faces) > 0
    project = load_project(job.project)
    assert project.omni is not None
    assert project.omni.weights is None
    assert {"read photos", "find depths", "features", "write"} <= {stage for stage, _, _ in told}
    assert all(0 <= done <= total for _, done, total in told)
    assert capsys.readouterr().out == ""

    monkeypatch.setattr("rowsplat.app.omni.reconstructing.Reconstructing", None)
    job.out.unlink()
    assert job.run(lambda *_: None) == said
    assert job.out.is_file()

    again = _job(photos, tmp_path / "other.bake", mesh=tmp_path / "room" / "mesh.ply")
    again.run(lambda *_: None)
    assert again.out.is_file()
    assert not again.folder.exists()


def test_what_a_bake_cannot_be_written_to_is_told_before_any_work(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="absent") as caught:
        _job(photos, tmp_path / "absent" / "room.bake").run(lambda *_: None)
    assert "\n" not in str(caught.value)


# In the viewer


@pytest.fixture
def viewer(tmp_path: Path) -> Viewer:
    session, service = new_session()
    made = Viewer(session, FakeWindow(tmp_path), clock=FakeClock())
    cameras = tuple(camera(azimuth=90.0 * n) for n in range(4))
    names = tuple(f"{n}.png" for n in range(4))
    found = FoundPhotos(path=tmp_path / "photos", name="ring", cameras=cameras, names=names, notes=())
    made.photos.take(found)
    service.finish_all()
    return made


def _started(viewer: Viewer) -> tuple[FakeJob, BakePhotos]:
    action("bake-photos").run(viewer)
    fake = viewer.window.jobs[-1]  # type: ignore[attr-defined]
    assert isinstance(fake.job, BakePhotos)
    return fake, fake.job


def test_photos_without_a_project_are_baked_where_the_user_says(viewer: Viewer, tmp_path: Path) -> None:
    action("more-sources").run(viewer)
    _, job = _started(viewer)
    assert job.out == tmp_path / "saved.bake"
    assert (job.photos, job.mesh, job.scene.source_views) == (tmp_path / "photos", None, 4)


def test_a_reconstructed_project_is_baked_beside_it_from_its_mesh(viewer: Viewer, tmp_path: Path) -> None:
    mesh = tmp_path / "run" / "mesh.ply"
    viewer.files.project_path, viewer.files.omni = tmp_path / "run" / "project.rowsplat", OmniScene()
    viewer.session.open(mesh, is_mesh=True)
    _, job = _started(viewer)
    assert (job.out, job.mesh) == (tmp_path / "run" / "project.bake", mesh)


def test_a_finished_bake_is_shown_alone_as_look_a_and_undone_in_one_step(
    viewer: Viewer, tmp_path: Path
) -> None:
    viewer.files.project_path, viewer.files.omni = tmp_path / "project.rowsplat", OmniScene()
    viewer.session.open(tmp_path / "mesh.ply", is_mesh=True)
    before = viewer.state.document
    fake, job = _started(viewer)
    fake.end(JobEnded(result="project.bake: done"))
    shown = [item.source for item in viewer.state.document.scenes if item.visible]
    assert shown == [job.out]
    assert viewer.state.view.look.photos is None
    assert viewer.state.view.other.photos == tmp_path / "photos"
    assert viewer.state.message == "project.bake: done"
    viewer.session.undo()
    assert viewer.state.document == before


def test_a_cancelled_bake_says_that_depth_maps_are_kept(viewer: Viewer) -> None:
    fake, _ = _started(viewer)
    viewer.cancel()
    assert fake.cancelled
    fake.end(JobEnded())
    assert viewer.state.message == BAKE_PHOTOS_CANCELLED
    assert viewer.state.document.scenes == ()


def test_the_time_left_follows_the_pace_of_the_stage_unless_the_job_knows() -> None:
    told: list[JobProgress] = []
    clock = FakeClock()
    report = paced(told.append, clock)
    report("a", 0, 10)
    clock.now = 4.0
    report("a", 1, 10)
    report("b", 0, 10)
    clock.now = 5.0
    report("b", 5, 10)
    clock.now = 8.0
    report("b", 8, 10)
    report("b", 8, 10, 77.0)
    assert [progress.seconds_left for progress in told] == [None, 36.0, None, None, 1.0, 77.0]
    assert [time_left(seconds) for seconds in (None, 36.0, 600.0)] == ["", ", 36 s left", ", 10 min left"]
