"""Figures are kept, and methods that know the truth get full marks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.bench.omni import surface_figures
from rowsplat.app.bench.omni.figure_store import FigureStore
from rowsplat.app.bench.omni.known_scenes import KnownScene, drawn_gaussians, drawn_mesh, generated
from rowsplat.app.bench.omni.surface_figures import depth_table, measure_depths, measure_mesh, mesh_table
from rowsplat.app.bench.omni.view_figures import SETS, view_table
from rowsplat.app.bench.omni.yardsticks import PlaneWarp
from rowsplat.assets import DEMO_TARGET, demo_scene_path
from rowsplat.render.omni_recon import (
    DepthRange,
    OmniConfig,
    OmniRecon,
    Reconstruction,
    ReconstructionOptions,
    ViewDepth,
)

_TRIANGLES = """v -1 -1 0
v 1 -1 0
v 1 1 0
v -1 1 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
f 1/1 2/2 3/3
f 1/1 3/3 4/4
"""


@pytest.fixture(scope="module")
def scene() -> KnownScene:
    return generated(0, 64, 48)


class _Knowing:
    """Says the true depths, times a factor."""

    name = "knowing"
    needs_weights = False

    def __init__(self, scene: KnownScene, factor: float) -> None:
        self._scene, self._factor = scene, factor

    def view(self, photos: object, cameras: object, target: object, near_far: object) -> None:
        return None

    def depth(self, photos: object, cameras: object, near_far: object) -> np.ndarray:
        return self._factor * self._scene.depths[0]


def test_what_was_measured_is_not_measured_again(tmp_path: Path) -> None:
    calls = list[int]()

    def measure() -> dict[str, float]:
        calls.append(1)
        return {"psnr": 30.0}

    for _ in range(2):
        store = FigureStore(tmp_path / "figures.json")
        assert store.measured("views/a/b", measure) == {"psnr": 30.0}
    assert len(calls) == 1
    assert dict(store.under("views/")) == {"a/b": {"psnr": 30.0}}


@pytest.mark.parametrize("factor", [1.0, 1.03])
def test_the_error_of_depths_is_that_of_the_method(scene: KnownScene, factor: float, tmp_path: Path) -> None:
    store, method = FigureStore(tmp_path / "figures.json"), _Knowing(scene, factor)
    measure_depths(store, scene, [0], [method])
    ((_, figures),) = store.under("depths/")
    assert figures["median_percent"] == pytest.approx(100.0 * (factor - 1.0), abs=1e-3)
    assert figures["within_2"] == (1.0 if factor == 1.0 else 0.0)
    assert f"{100.0 * (factor - 1.0):.2f} %" in depth_table(store, [scene], [method])


def test_exact_depths_make_an_exact_mesh(
    scene: KnownScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = generated(0, 160, 120)
    photos = scene.photo_set.photos
    views = tuple(
        ViewDepth(
            name=photo.name,
            camera=photo.camera,
            image=photo.image().rgb,
            depth=depth,
            confidence=np.ones_like(depth),
            bounds=DepthRange(near=1.0, far=2.0),
            sources=(photo.name,),
        )
        for photo, depth in zip(photos, scene.depths, strict=True)
    )
    monkeypatch.setattr(surface_figures, "reconstruct", lambda *_: Reconstruction(views=views))
    store, model = FigureStore(tmp_path / "figures.json"), OmniRecon(OmniConfig(volume_resolution=8))
    measure_mesh(store, scene, model, ReconstructionOptions())
    ((_, figures),) = store.under("meshes/")
    assert float(figures["precision"]) > 0.97
    assert float(figures["recall_alike"]) > 0.95
    assert f"{float(figures['f_score']):.3f}" in mesh_table(store)


def test_alike_views_show_no_more_than_all(scene: KnownScene) -> None:
    every, shared = scene.points(alike=False)
    same, alike = scene.points(alike=True)
    assert len(every) == len(same) == int((scene.depths > 0).sum())
    assert 0 < len(alike) <= len(shared) <= len(every)


def test_a_drawn_mesh_has_its_texture_and_depth(tmp_path: Path) -> None:
    from PIL import Image

    (tmp_path / "square.obj").write_text(_TRIANGLES)
    Image.fromarray(np.array([[[255, 0, 0], [0, 255, 0]]], np.uint8)).save(tmp_path / "paint.png")
    scene = drawn_mesh(tmp_path / "square.obj", tmp_path / "paint.png", 64, 48)
    camera, picture = scene.photo_set.cameras[3], scene.photo_set.photos[3].image().rgb
    for place, channel in (((-0.5, 0.1), 0), ((0.5, 0.1), 1)):
        seen = camera.viewmat[:3, :3] @ np.array([*place, 0.0]) + camera.viewmat[:3, 3]
        column = int(camera.fx * seen[0] / seen[2] + camera.cx)
        row = int(camera.fy * seen[1] / seen[2] + camera.cy)
        assert picture[row, column].argmax() == channel
        assert scene.depths[3, row, column] == pytest.approx(seen[2], rel=0.02)
    assert (picture[scene.depths[3] == 0] > 0.9).mean() > 0.9


def test_the_table_of_views_has_means_of_sets_and_of_all(tmp_path: Path) -> None:
    store, method = FigureStore(tmp_path / "figures.json"), PlaneWarp()
    for number, name in enumerate(SETS):
        for photo in range(2):
            figures = {"psnr": 20.0 + number + photo, "ssim": 0.5}
            store.measured(f"views/{name}/{photo}/{method.name}", lambda figures=figures: figures)
    lines = view_table(store, [method]).splitlines()
    assert lines[2] == f"| {SETS[0]} | 20.50 dB, 0.500 |"
    assert lines[-1] == "| mean | 22.50 dB, 0.500 |"


def test_drawn_gaussians_have_photos_and_depths_from_where_they_are_seen() -> None:
    x, y, z = DEMO_TARGET
    places = [(x + 0.3 * k, y - 0.5, z - 2.0) for k in range(2)]
    seen = drawn_gaussians(demo_scene_path(), "demo", [(place, (x, y, z)) for place in places], 80, 60)
    for camera, depth, place in zip(seen.photo_set.cameras, seen.depths, places, strict=True):
        np.testing.assert_allclose(camera.position, place, atol=1e-9)
        assert (depth == 0).any()
        assert abs(float(np.median(depth[depth > 0])) - 2.0) < 1.0
