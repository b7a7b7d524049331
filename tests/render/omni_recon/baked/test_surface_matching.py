"""Meshes are moved to where photos agree, and only as far as it helps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render.mesh_rendering import MeshRenderer
from rowsplat.render.omni_recon.baked.fitting import PhotosOfBake
from rowsplat.render.omni_recon.baked.photo_tuning import tune_to_photos
from rowsplat.render.omni_recon.baked.surface_matching import matched_to_photos
from rowsplat.render.omni_recon.baked.surface_tuning import fit_surface
from rowsplat.render.omni_recon.baked.tuning import TuningOptions
from rowsplat.render.omni_recon.baked.types import Bake
from rowsplat.scenes import Camera
from rowsplat.scenes.mesh import TriangleMesh
from rowsplat.scenes.photo_sets import PhotoSet

from .coloured_solids import WHITE, baked, ball, photos_of

_SIDE, _AWAY = 96, 4.0


def _texture(points: np.ndarray) -> np.ndarray:
    waves = (
        np.sin(23.0 * points)
        + np.sin(17.0 * points[..., [1, 2, 0]] + 1.0)
        + np.sin(31.0 * points[..., [2, 0, 1]])
    )
    return 0.5 + 0.15 * waves


def _ball(radius: float) -> TriangleMesh:
    return ball(radius, resolution=40)


def _cameras() -> list[Camera]:
    """Close together: photos far apart hardly show the same."""
    angles = np.linspace(-0.5, 0.5, 12)
    return [
        Camera.look_at(
            (_AWAY * np.sin(a), 0.8 * np.sin(7.0 * a), _AWAY * np.cos(a)),
            (0.0, 0.0, 0.0),
            width=_SIDE,
            height=_SIDE,
        )
        for a in angles
    ]


def _bake(radius: float) -> tuple[Bake, PhotoSet]:
    """A ball of `radius` with photos of a ball of radius 1 on white."""
    true = baked(_ball(1.0), _cameras(), _texture, background=WHITE)
    return replace(true, mesh=_ball(radius)), photos_of(true)


def _seen_radii(mesh: TriangleMesh) -> np.ndarray:
    """Of the vertices in the middle of the photos."""
    return np.linalg.norm(mesh.vertices, axis=1)[mesh.vertices[:, 2] > 0.75]


@pytest.mark.parametrize("radius", [0.985, 1.015])
def test_a_ball_grows_or_shrinks_to_the_photos(radius: float) -> None:
    bake, photo_set = _bake(radius)
    mesh = bake.mesh
    for _ in range(2):
        caster = MeshRenderer(mesh)
        mesh = matched_to_photos(
            mesh, photo_set, range(12), lambda camera, c=caster: c.render(camera).depth, max_side=_SIDE
        )
    assert np.median(np.abs(_seen_radii(mesh) - 1.0)) < 0.2 * abs(radius - 1.0)
    np.testing.assert_array_equal(mesh.faces, bake.mesh.faces)


def test_what_no_photo_sees_stays() -> None:
    bake, photo_set = _bake(0.985)
    caster = MeshRenderer(bake.mesh)
    mesh = matched_to_photos(
        bake.mesh, photo_set, range(12), lambda camera: caster.render(camera).depth, max_side=_SIDE
    )
    behind = bake.mesh.vertices[:, 2] < -0.8
    assert np.abs(mesh.vertices - bake.mesh.vertices)[behind].max() < 0.005


def test_photos_that_see_nothing_of_the_mesh_move_nothing() -> None:
    bake, photo_set = _bake(0.985)
    nothing = np.zeros((_SIDE, _SIDE), np.float32)
    mesh = matched_to_photos(bake.mesh, photo_set, range(3), lambda _: nothing, max_side=_SIDE)
    np.testing.assert_allclose(mesh.vertices, bake.mesh.vertices, atol=1e-6)


def test_held_out_photos_say_what_helps() -> None:
    bake, photo_set = _bake(0.985)
    fitted = fit_surface(bake, PhotosOfBake(bake, photo_set))
    assert fitted is not None
    assert fitted.rounds >= 1
    assert fitted.psnr > fitted.first_psnr + 1.0
    assert np.median(np.abs(_seen_radii(fitted.bake.mesh) - 1.0)) < 0.005


def test_all_stages_together_tell_what_each_gave() -> None:
    bake, photo_set = _bake(0.985)
    told = list[tuple[str, int, int]]()
    tuned = tune_to_photos(
        bake,
        photo_set,
        minutes=2.0,
        on_progress=lambda stage, done, total, _: told.append((stage, done, total)),
        options=TuningOptions(rays=64, steps=4),
    )
    assert [part.name for part in tuned.parts] == [
        "surface",
        "backdrop",
        "colours",
    ]  # photos have no outlines
    assert all(part.psnr >= part.first_psnr and part.seconds > 0 for part in tuned.parts)
    assert tuned.parts[0].psnr > tuned.parts[0].first_psnr + 1.0
    assert tuned.bake.backdrop is None  # the photos are white there already
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == ["fit surface", "fit backdrop", "fit colours"]
    assert told[-1] == ("fit colours", 1000, 1000)


def test_too_few_photos_are_refused() -> None:
    bake, photo_set = _bake(0.985)
    few = replace(bake, views=bake.views[:3])
    with pytest.raises(RowsplatError, match="at least 4 photos"):
        tune_to_photos(few, photo_set)
