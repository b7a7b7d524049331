"""`rowsplat reconstruct`: a whole folder or none, going on where it stopped, and projects that are drawn."""

from __future__ import annotations

import json
import os
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rowsplat.assets
from PIL import Image
from rowsplat.app.omni import reconstructing
from rowsplat.app.project import load_project
from rowsplat.render.omni_recon import ReconstructionProgress
from rowsplat.scenes.formats.mesh_files import load_mesh

from .generated_photos import shots

_FILES = [
    "depth",
    "mesh.glb",
    "mesh.ply",
    "pictures",
    "points.npy",
    "project.rowsplat",
    "reconstruct.json",
    "report.html",
]


def _content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _vertices(ply: bytes) -> list[list[float]]:
    """Sorted: Open3D gives them in the order in which its threads finish."""
    import trimesh

    mesh = trimesh.load(BytesIO(ply), file_type="ply", process=False)
    return sorted(mesh.vertices.tolist())


def test_the_folder_holds_all_that_is_promised(finished: Path) -> None:
    run = finished
    assert sorted(path.name for path in run.iterdir()) == _FILES
    record = json.loads((run / "reconstruct.json").read_text())
    assert [view["name"] for view in record["views"]] == [f"images/{index}.png" for index in range(3)]
    report = (run / "report.html").read_text()
    for shot, view in zip(shots(), record["views"], strict=False):
        for file in view["files"].values():
            assert (run / file).is_file()
        for picture in ("photo", "depth_picture", "confidence", "mesh"):
            assert f'src="{view["files"][picture]}"' in report
        with np.load(run / view["files"]["depth"], allow_pickle=False) as fields:
            assert fields["depth"].shape == fields["confidence"].shape == (view["height"], view["width"])
            np.testing.assert_allclose(fields["viewmat"], shot.camera.viewmat, atol=1e-9)
            assert view["known"] == pytest.approx((fields["depth"] > 0).mean())
            known = fields["depth"][fields["depth"] > 0]
            assert view["near"] <= known.min() * 1.0001
            assert known.max() <= view["far"] * 1.0001
        true = shot.depth[shot.depth > 0]
        assert view["near"] <= np.percentile(true, 5)
        assert np.percentile(true, 90) <= view["far"]
    for name in ("mesh.ply", "mesh.glb"):
        mesh = load_mesh(run / name)
        assert (len(mesh.faces), len(mesh.vertices)) == (
            record["mesh"]["triangles"],
            record["mesh"]["vertices"],
        )
    assert set(record["seconds"]) == set(record["cpu_seconds"]) >= {"check cameras", "find depths", "write"}


def test_the_project_shows_the_mesh_and_knows_how_views_are_made(
    reconstruct: Any, photos: Path, tmp_path: Path, weights: Path
) -> None:
    assert reconstruct(photos, "--source-views", "2", "--near", "0.5", "--far", "30").code == 0
    shutil.move(tmp_path / "run", tmp_path / "moved")
    assert len(load_project(tmp_path / "moved" / "project.rowsplat").document.scenes) == 1
    shutil.move(tmp_path / "moved", tmp_path / "run")
    project = load_project(tmp_path / "run" / "project.rowsplat")
    (mesh,) = project.document.scenes
    assert mesh.is_mesh
    assert mesh.source == tmp_path / "run" / "mesh.ply"
    assert project.photos == photos
    assert project.omni is not None
    assert (project.omni.source_views, project.omni.near, project.omni.far) == (2, 0.5, 30.0)
    assert project.omni.weights == weights
    assert project.omni.points == tmp_path / "run" / "points.npy"
    assert project.omni.options().max_side == 24
    np.testing.assert_allclose(project.view.camera.viewmat, shots()[0].camera.viewmat, atol=1e-12)


def test_a_second_run_says_that_it_is_finished_and_touches_nothing(reconstruct: Any, finished: Path) -> None:
    before = _content(finished)
    outcome = reconstruct(finished.parent / "photos")
    assert outcome.code == 0
    assert "finished already" in outcome.out
    assert "--force" in outcome.out
    assert _content(finished) == before


def test_other_settings_are_refused_until_forced(reconstruct: Any, finished: Path) -> None:
    photos, before = finished.parent / "photos", _content(finished)
    refused = reconstruct(photos, "--views", "2")
    assert refused.code == 2
    assert refused.err.endswith("--force.\n")
    assert "other views" in refused.err
    assert _content(finished) == before
    assert reconstruct(photos, "--views", "2", "--force", "--skip-check").code == 0
    assert sorted(path.name for path in (finished / "depth").iterdir()) == ["images_0.npz", "images_2.npz"]
    assert json.loads((finished / "reconstruct.json").read_text())["photos"]["cameras"] is None


def test_photos_that_changed_are_noticed(reconstruct: Any, finished: Path) -> None:
    os.utime(finished.parent / "photos" / "images" / "1.png", (1, 1))
    refused = reconstruct(finished.parent / "photos")
    assert refused.code == 2
    assert "other photos" in refused.err


def test_a_stopped_run_keeps_its_views_and_goes_on_to_the_same_result(
    reconstruct: Any, finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, photos = _content(finished), tmp_path / "photos"
    shutil.rmtree(finished)
    real = reconstructing.reconstruct

    def _stopped(*arguments: Any, on_progress: Any, **options: Any) -> Any:
        def _tell(progress: ReconstructionProgress) -> None:
            on_progress(progress)
            if progress.done > 0.7 * progress.total:
                raise KeyboardInterrupt

        return real(*arguments, on_progress=_tell, **options)

    with monkeypatch.context() as patch:
        patch.setattr(reconstructing, "reconstruct", _stopped)
        stopped = reconstruct(photos)
    assert stopped.code == 130
    assert stopped.err.splitlines()[-1].startswith("cancelled; 2 views are kept in run/unfinished")
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["unfinished"]
    resumed = reconstruct(photos)
    assert resumed.code == 0
    assert "run: 3 views (2 from an earlier start), " in resumed.out
    assert "The cameras fit the photos" in resumed.out
    assert "near " in resumed.out
    assert " GB" in resumed.out
    again = _content(tmp_path / "run")
    assert again.keys() == whole.keys()
    other = ("reconstruct.json", "report.html", "mesh.glb")  # times, and the order that threads finish in
    same = [name for name in whole if name not in (*other, "mesh.ply")]
    assert [name for name in same if again[name] != whole[name]] == []
    assert _vertices(again["mesh.ply"]) == _vertices(whole["mesh.ply"])


def test_stopping_while_files_are_written_leaves_the_old_folder(
    reconstruct: Any, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _content(finished)

    def _stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(reconstructing, "write_meshes", _stop)
    assert reconstruct(finished.parent / "photos", "--force", "--skip-check").code == 130
    unfinished = {f"unfinished/depth-{index:05d}.npz" for index in range(3)}
    left = _content(finished)
    assert unfinished <= left.keys()
    assert {name: left[name] for name in left.keys() - unfinished} == before


def test_stopping_before_any_view_is_found_leaves_nothing(
    reconstruct: Any, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _stop(*_: object, resume_folder: Path, **__: object) -> None:
        resume_folder.mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(reconstructing, "reconstruct", _stop)
    stopped = reconstruct(photos)
    assert (stopped.code, stopped.err.splitlines()[-1]) == (130, "cancelled; nothing was written")
    assert not (tmp_path / "run").exists()


def test_leavings_of_a_killed_run_are_removed(reconstruct: Any, photos: Path, tmp_path: Path) -> None:
    (tmp_path / "run" / ".reconstruct-123" / "depth").mkdir(parents=True)
    assert reconstruct(photos).code == 0
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == _FILES


def test_views_that_agree_nowhere_are_one_line_with_pictures_to_look_at(
    reconstruct: Any, photos: Path, tmp_path: Path
) -> None:
    outcome = reconstruct(photos, "--tolerance", "1e-6", "--least-confidence", "0", anything_goes=False)
    assert outcome.code == 2
    line = outcome.err.splitlines()[-1]
    assert "agree nowhere" in line
    assert line.endswith("run/unfinished/pictures.")
    assert len(list((tmp_path / "run" / "unfinished" / "pictures").glob("*-depth.png"))) == 3
    assert not (tmp_path / "run" / "reconstruct.json").exists()


def test_a_folder_of_something_else_is_left_alone(
    reconstruct: Any, photos: Path, cli: Any, weights: Path
) -> None:
    before = _content(photos)
    outcome = cli("reconstruct", photos, "--out", photos, "--weights", weights, "--force")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert "holds something else" in outcome.err
    assert _content(photos) == before


def test_without_shipped_weights_the_flag_is_named(
    cli: Any, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rowsplat.app.omni import network

    monkeypatch.setattr(network, "omni_recon_weights_path", lambda: tmp_path / "none.safetensors")
    outcome = cli("reconstruct", photos, "--out", "run")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert "--weights FILE" in outcome.err
    assert not (tmp_path / "run").exists()


def test_shipped_weights_are_taken_when_they_are_there(
    reconstruct: Any, cli: Any, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, weights: Path
) -> None:
    from rowsplat.app.omni import network

    monkeypatch.setattr(network, "omni_recon_weights_path", lambda: weights)
    outcome = cli("reconstruct", photos, "--out", "run", "--least-confidence", "0", "--tolerance", "1")
    assert outcome.code == 0, outcome.err
    project = load_project(tmp_path / "run" / "project.rowsplat")
    assert project.omni is not None
    assert project.omni.weights is None
    assert rowsplat.assets.omni_recon_weights_path().name == "omni_recon.safetensors"


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--resolution", "8"], "--resolution must make the longer side 16 to 2048 px"),
        (["--resolution", "wide"], "--resolution must be a side as 320, or a size as 320x240, got 'wide'"),
        (["--near", "2", "--far", "1"], "--near must be less than --far"),
        (["--near", "1e6"], "Give both."),
        (["--views", "0"], "--views must be between"),
        (["--source-views", "1"], "--source-views must be between 2 and 16"),
        (["--device", "tpu"], "--device must be cpu or cuda"),
        (["--weights", "no.safetensors"], "no.safetensors: no such file or folder"),
    ],
)
def test_a_wrong_flag_is_one_line(
    reconstruct: Any, photos: Path, tmp_path: Path, flags: list[str], words: str
) -> None:
    outcome = reconstruct(photos, *flags)
    assert outcome.code == 2
    assert words in outcome.err.splitlines()[-1]
    assert not (tmp_path / "run").exists()


def test_the_size_asked_for_is_the_size_of_the_maps(reconstruct: Any, photos: Path, tmp_path: Path) -> None:
    assert reconstruct(photos, "--resolution", "32x18", "--views", "1").code == 0
    with Image.open(tmp_path / "run" / "pictures" / "images_0-depth.png") as picture:
        assert picture.size == (24, 18)  # photos are 240x180
