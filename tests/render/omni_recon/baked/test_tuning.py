"""Fine-tuning: what is differentiated is what is drawn, mistakes get smaller, and nothing gets worse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from rowsplat.kernels.baked_types import NO_VIEW
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render.omni_recon.baked import Bake, BakedRenderer
from rowsplat.render.omni_recon.baked.files import load_bake
from rowsplat.render.omni_recon.baked.tuned_scene import TargetPixels, TunedScene
from rowsplat.render.omni_recon.baked.tuning import TuningOptions, TuningProgress, fine_tune_bake
from rowsplat.scenes import Camera
from rowsplat.scenes.mesh import TriangleMesh

from .coloured_solids import around, baked, box, quad

_TARGET = Camera.orbit([0, 0, 0], distance=3.6, width=61, height=50, azimuth_deg=21, elevation_deg=17)


def _target(bake: Bake, camera: Camera) -> tuple[TargetPixels, np.ndarray]:
    """All pixels of the mesh, and their colours as drawn."""
    renderer = BakedRenderer(bake)
    raster = renderer.rasterise(camera)
    views = renderer.select(raster)
    rows, columns = np.nonzero(raster.covered & (views[..., 0] != NO_VIEW))
    drawn = renderer.render(camera).image[rows, columns]
    target = TargetPixels(
        camera=camera,
        xy=torch.from_numpy(np.stack([columns, rows], axis=1)),
        triangles=torch.from_numpy(raster.triangles[rows, columns].astype(np.int64)),
        views=torch.from_numpy(views[rows, columns].astype(np.int64)),
        colors=torch.from_numpy(drawn),
    )
    return target, drawn


def test_what_is_differentiated_is_what_is_drawn() -> None:
    cameras = [camera.resized(40 + 6 * i, 50 - 3 * i) for i, camera in enumerate(around(5))]
    bake = baked(box(), cameras)
    target, drawn = _target(bake, _TARGET)
    assert len(drawn) > 300
    with torch.no_grad():
        predicted = TunedScene(bake).predicted(target).numpy()
    np.testing.assert_allclose(predicted, drawn, atol=5e-4)


def test_a_state_comes_back_as_a_bake() -> None:
    bake = baked(box(), around(4, side=40))
    back = TunedScene(bake).baked()
    np.testing.assert_array_equal(back.mesh.vertices, bake.mesh.vertices)
    for ours, theirs in zip(bake.views, back.views, strict=True):
        np.testing.assert_array_equal(ours.features, theirs.features)
    for name, value in bake.appearance.items():
        np.testing.assert_array_equal(back.appearance[name], value)


def test_gradients_of_the_displacements_are_those_of_what_is_drawn() -> None:
    """Against differences of the same function in a few directions."""
    scene = TunedScene(baked(box(), around(6, side=64)))
    target, _ = _target(baked(box(), around(6, side=64)), _TARGET)
    target = replace(target, colors=torch.zeros_like(target.colors))

    def loss() -> torch.Tensor:
        return (scene.predicted(target) - target.colors).square().mean()

    loss().backward()
    gradient = scene.displacements.grad
    assert gradient is not None
    generator = torch.Generator().manual_seed(1)
    for _ in range(3):
        direction = torch.randn(scene.displacements.shape, generator=generator)
        values = list[float]()
        for step in (-1e-3, 1e-3):
            with torch.no_grad():
                scene.displacements += step * direction
                values.append(float(loss()))
                scene.displacements -= step * direction
        slope = (values[1] - values[0]) / 2e-3
        assert float((gradient * direction).sum()) == pytest.approx(slope, rel=0.1, abs=1e-4)


def _waves(points: np.ndarray) -> np.ndarray:
    """Fine enough for a wrong depth to show."""
    return 0.5 + 0.4 * np.sin(6.0 * points[..., [0, 1, 0]] + np.array([0.0, 1.0, 2.0]))


def _bent(mesh: TriangleMesh, offset: float) -> TriangleMesh:
    return TriangleMesh(
        vertices=mesh.vertices + np.array([0, 0, offset], np.float32),
        faces=mesh.faces,
        vertex_colors=mesh.vertex_colors,
    )


def _wall_cameras() -> list[Camera]:
    return [
        Camera.look_at([x, y, -3.0], [0.2 * x, 0.2 * y, 0], width=72, height=64)
        for x in (-1.2, 0.0, 1.2)
        for y in (-0.7, 0.7)
    ]


def test_a_mesh_that_is_off_is_moved_to_where_the_photos_agree(tmp_path: Path) -> None:
    bake = baked(quad([0, 0, 0], 2.5), _wall_cameras(), _waves)
    wrong = replace(bake, mesh=_bent(bake.mesh, 0.06), tolerance=0.05)
    told = list[TuningProgress]()
    tuned = fine_tune_bake(
        wrong,
        minutes=2.0,
        options=TuningOptions(rays=512, vertex_rate=2e-3, rate=0.0, smoothness=0.0, steps=60, checks=3),
        checkpoint=tmp_path / "best.bake",
        on_progress=told.append,
    )
    assert tuned.psnr > tuned.first_psnr + 2.0
    assert np.abs(tuned.bake.mesh.vertices[:, 2]).max() < 0.04
    assert [progress.step for progress in told] == list(range(1, 61))
    assert told[-1].done == 1.0
    assert told[-1].best_psnr == tuned.psnr
    stored = load_bake(tmp_path / "best.bake")
    np.testing.assert_array_equal(stored.mesh.vertices, tuned.bake.mesh.vertices)
    assert len(tuned.held_out) == 1


def test_the_network_learns_which_photo_to_believe() -> None:
    """One photo is black; its features say so."""
    bake = baked(quad([0, 0, 0], 2.5), _wall_cameras(), _waves)
    views = list(bake.views)
    views[1] = replace(
        views[1], pixels=np.zeros_like(views[1].pixels), features=np.full_like(views[1].features, 3.0)
    )
    spoiled = replace(bake, views=tuple(views))
    tuned = fine_tune_bake(
        spoiled,
        minutes=2.0,
        options=TuningOptions(rays=512, vertex_rate=0.0, rate=2e-2, steps=60, checks=2),
    )
    assert tuned.psnr > tuned.first_psnr + 3.0
    np.testing.assert_array_equal(tuned.bake.mesh.vertices, bake.mesh.vertices)


def test_what_tuning_would_spoil_is_given_back() -> None:
    bake = baked(quad([0, 0, 0], 2.5), _wall_cameras(), _waves)
    wild = TuningOptions(rays=64, vertex_rate=0.5, rate=0.9, steps=4, checks=4)
    tuned = fine_tune_bake(bake, minutes=1.0, options=wild)
    assert tuned.psnr >= tuned.first_psnr
    assert tuned.bake is bake


def test_too_few_photos_are_refused_and_cancelling_ends_it() -> None:
    few = baked(quad([0, 0, 0], 2.5), _wall_cameras()[:3], _waves)
    with pytest.raises(RowsplatError, match="at least 4 photos"):
        fine_tune_bake(few)

    def cancel(_: TuningProgress) -> None:
        raise KeyboardInterrupt

    enough = baked(quad([0, 0, 0], 2.5), _wall_cameras(), _waves)
    with pytest.raises(KeyboardInterrupt):
        fine_tune_bake(enough, options=TuningOptions(rays=32, steps=5), on_progress=cancel)
