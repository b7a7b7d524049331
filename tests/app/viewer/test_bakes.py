"""A bake is opened like a scene: drawn as its renderer draws it, wherever it is placed, alone and among splats."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.held_bakes import PlacedBake
from rowsplat.app.messages import IDENTITY, Draw, Look, SceneFailed, SceneLoaded, SceneSpec
from rowsplat.app.overlay import overlay_lines
from rowsplat.app.render_service import RenderService
from rowsplat.app.scene_stack import SceneStack
from rowsplat.app.viewer import Viewer
from rowsplat.render import Backend, RenderMode, RenderOptions, create_renderer
from rowsplat.render.omni_recon.baked import BakedRenderer
from rowsplat.render.omni_recon.baked.files import load_bake, save_bake
from rowsplat.scenes import Camera, Gaussians, save_gaussians
from rowsplat.scenes.edits.similarity import matrix_tuple

from ...render.omni_recon.baked.coloured_solids import around, baked, box
from .fakes import FakeWindow, frame_of, new_session

pytest.importorskip("trimesh", reason="trimesh is not installed")

_BACKGROUND = (0.9, 0.1, 0.8)
_CAMERA = Camera.orbit([0, 0, 0], distance=5.0, azimuth_deg=20.0, elevation_deg=15.0, width=96, height=64)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bakes") / "box.bake"
    save_bake(baked(box(), around(5, side=32)), path)
    return path


@pytest.fixture(scope="module")
def renderer(file: Path) -> BakedRenderer:
    return BakedRenderer(load_bake(file))


def _spec(file: Path, **changes: object) -> SceneSpec:
    return replace(SceneSpec(scene_id=1, source=file, is_mesh=True), **changes)  # type: ignore[arg-type]


def _shown(*specs: SceneSpec) -> tuple[SceneStack, list[SceneLoaded | SceneFailed]]:
    stack = SceneStack()
    stack.show(specs)
    news: list[SceneLoaded | SceneFailed] = []
    until = time.monotonic() + 60.0
    while len(news) < len(specs) and time.monotonic() < until:
        news += stack.collect()
        time.sleep(0.01)
    return stack, news


def _alone(stack: SceneStack) -> PlacedBake:
    found = stack.bake_alone(Look())
    assert found is not None
    return found


@pytest.mark.parametrize("mode", [RenderMode.RGB, RenderMode.ALPHA, RenderMode.DEPTH])
def test_a_bake_alone_is_drawn_as_its_renderer_draws_it(
    file: Path, renderer: BakedRenderer, mode: RenderMode
) -> None:
    stack, (news,) = _shown(_spec(file))
    assert isinstance(news, SceneLoaded)
    expected = renderer.render(_CAMERA, RenderOptions(background=_BACKGROUND)).as_render_result(mode)
    result, note = _alone(stack).alone(_CAMERA, mode, _BACKGROUND)
    assert np.array_equal(result.image, expected.image)
    assert 0.05 < expected.alpha.mean() < 0.95
    assert note.startswith("baked")


def test_a_bake_that_is_placed_is_seen_from_a_camera_that_is_placed_alike(
    file: Path, renderer: BakedRenderer
) -> None:
    turn = Camera.orbit([0, 0, 0], distance=3.0, azimuth_deg=50.0, elevation_deg=30.0, width=8, height=8)
    scale, matrix = 2.5, np.eye(4)
    matrix[:3, :3] = scale * turn.viewmat[:3, :3]
    matrix[:3, 3] = (1.0, -2.0, 0.5)
    pose = matrix @ _CAMERA.camtoworld
    pose[:3, :3] /= scale
    placed = replace(_CAMERA, viewmat=np.linalg.inv(pose))
    stack, _ = _shown(_spec(file, matrix=matrix_tuple(matrix)))
    expected = renderer.render(_CAMERA, RenderOptions(background=_BACKGROUND))
    picture = _alone(stack).picture(placed, _BACKGROUND)
    same = np.abs(picture.image - expected.image).max(axis=2) < 1e-2
    assert same.mean() > 0.99  # rounding moves edges
    both = same & (expected.depth > 0)
    assert np.allclose(picture.depth[both], scale * expected.depth[both], rtol=1e-3)


def test_placing_a_bake_reads_nothing_again(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.bake"
    copy.write_bytes(file.read_bytes())
    stack, _ = _shown(_spec(copy))
    copy.unlink()
    moved = matrix_tuple(np.diag([2.0, 2.0, 2.0, 1.0]))
    stack.show([_spec(copy, matrix=moved)])
    assert not stack.is_loading
    assert _alone(stack).matrix == moved


def test_a_bake_is_looked_at_from_its_first_photo_and_its_middle_is_orbited(file: Path) -> None:
    _, (news,) = _shown(_spec(file))
    assert isinstance(news, SceneLoaded)
    assert np.allclose(news.view.viewmat, around(5, side=32)[0].viewmat)
    assert np.allclose(news.center, 0.0, atol=0.1)
    assert 0.9 < news.radius < 2.0
    assert news.nbytes > 5 * 32 * 32 * 3


def test_a_damaged_bake_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "bad.bake").write_bytes(b"PK\x03\x04 no more")
    _, (news,) = _shown(_spec(tmp_path / "bad.bake"))
    assert isinstance(news, SceneFailed)
    assert "bad.bake" in news.problem
    assert "\n" not in news.problem


class _Pipe:
    """Neither says nor hears anything."""

    def send(self, message: object) -> None:
        pass


def test_splats_before_a_bake_hide_it_and_those_behind_are_hidden(file: Path, tmp_path: Path) -> None:
    def dot(depth: float) -> Path:
        place = (_CAMERA.camtoworld @ np.array([0.0, 0.0, depth, 1.0]))[:3]
        path = tmp_path / f"{depth:g}.ply"
        save_gaussians(
            Gaussians(
                means=place[None].astype(np.float32),
                quats=np.array([[1.0, 0.0, 0.0, 0.0]], np.float32),
                log_scales=np.full((1, 3), np.log(0.05), np.float32),
                logit_opacities=np.full(1, 9.0, np.float32),
                sh_coeffs=np.full((1, 1, 3), 9.0, np.float32),
            ),
            path,
        )
        return path

    service = RenderService(_Pipe(), lambda: create_renderer(Backend.CPU))  # type: ignore[arg-type]
    middles = {}
    for depth in (0.0, 2.0, 8.0):
        specs = [_spec(file)]
        if depth:
            specs.append(SceneSpec(scene_id=2, source=dot(depth)))
        service._stack, _ = _shown(*specs)
        draw = _draw(Look(background=_BACKGROUND))
        (result, note), *_ = service._drawn(draw)[1]
        assert bool(note) is (depth == 0.0)
        middles[depth] = result.image[32, 48]
    assert np.abs(middles[2.0] - middles[0.0]).max() > 0.2
    assert np.allclose(middles[8.0], middles[0.0], atol=1e-3)


def _draw(look: Look) -> Draw:
    return Draw(generation=1, camera=_CAMERA, looks=(look,))


def test_a_bake_is_opened_like_a_scene_and_its_times_are_shown(file: Path, tmp_path: Path) -> None:
    session, service = new_session()
    viewer = Viewer(session, FakeWindow(tmp_path))
    viewer.files.open_all([file])
    (item,) = session.state.document.scenes
    assert (item.source, item.is_mesh, item.is_editable, item.matrix) == (file, True, False, IDENTITY)
    service.load_all()
    frame = frame_of(service.client.draws[-1])
    planes = (replace(frame.planes[0], note="baked: 20 ms"),)
    service.receive(replace(frame, planes=planes))
    assert "baked: 20 ms" in overlay_lines(viewer)
