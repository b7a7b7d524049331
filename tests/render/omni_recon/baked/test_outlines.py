"""Meshes get the outlines of photos, and only as far as it helps."""

from __future__ import annotations

import time

import numpy as np
import pytest
from rowsplat.render.mesh_rendering import MeshRenderer
from rowsplat.render.omni_recon.baked.fitting import PhotosOfBake
from rowsplat.render.omni_recon.baked.outline_tuning import ROUNDS, fit_outlines
from rowsplat.render.omni_recon.baked.outlines import PhotoOutline, fitted_to_outlines
from rowsplat.render.omni_recon.baked.types import APPEARANCE_SHAPES, Bake, BakedView, feature_cells
from rowsplat.scenes import Camera
from rowsplat.scenes.mesh import TriangleMesh
from rowsplat.scenes.photo_sets import Photo, PhotoImage, PhotoSet

from .coloured_solids import ball

_SIDE, _VIEWS = 96, 12


def _ball(radius: float) -> TriangleMesh:
    return ball(radius, resolution=24)


def _cameras() -> list[Camera]:
    angles = np.linspace(0.0, 2.0 * np.pi, _VIEWS, endpoint=False)
    return [
        Camera.look_at(
            (4.0 * np.cos(a), 1.5 * np.sin(3.0 * a), 4.0 * np.sin(a)),
            (0.0, 0.0, 0.0),
            width=_SIDE,
            height=_SIDE,
        )
        for a in angles
    ]


def _alpha(camera: Camera, radius: float) -> np.ndarray:
    """Of a ball at the origin, by the distance of rays to it, soft by about a pixel."""
    x, y = np.meshgrid(np.arange(_SIDE) + 0.5, np.arange(_SIDE) + 0.5)
    rays = np.stack([x, y, np.ones_like(x)], axis=-1) @ np.linalg.inv(camera.K).T @ camera.viewmat[:3, :3]
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    distances = np.linalg.norm(np.cross(rays, -camera.position), axis=-1)
    pixel = np.linalg.norm(camera.position) / camera.fx
    return np.clip(0.5 + (radius - distances) / pixel, 0.0, 1.0).astype(np.float32)


def _photo(index: int, camera: Camera, radius: float) -> Photo:
    alpha = np.rint(255 * _alpha(camera, radius)).astype(np.uint8)
    rgb = np.full((_SIDE, _SIDE, 3), 51, np.uint8)
    return Photo(name=str(index), camera=camera, source=np.dstack([rgb, alpha]))


def _photo_set(radius: float) -> PhotoSet:
    return PhotoSet(
        name="ball", photos=tuple(_photo(i, camera, radius) for i, camera in enumerate(_cameras()))
    )


def _bake(mesh: TriangleMesh, photo_set: PhotoSet) -> Bake:
    views = tuple(
        BakedView(
            name=photo.name,
            camera=photo.camera,
            pixels=np.rint(255 * photo.image().rgb).astype(np.uint8),
            features=np.zeros((*feature_cells(_SIDE, _SIDE), 32), np.float32),
        )
        for photo in photo_set
    )
    appearance = {name: np.zeros(shape, np.float32) for name, shape in APPEARANCE_SHAPES.items()}
    return Bake(mesh=mesh, views=views, appearance=appearance)


def _radii(mesh: TriangleMesh) -> np.ndarray:
    return np.linalg.norm(mesh.vertices, axis=1)


@pytest.mark.parametrize("radius", [0.93, 1.07])
def test_a_ball_grows_or_shrinks_to_the_photos(radius: float) -> None:
    mesh = _ball(radius)
    outlines = [PhotoOutline.of(photo.image()) for photo in _photo_set(1.0)]
    for _ in range(3):
        caster = MeshRenderer(mesh)
        mesh = fitted_to_outlines(
            mesh, [o for o in outlines if o is not None], lambda camera, c=caster: c.render(camera).depth > 0
        )
    assert np.median(np.abs(_radii(mesh) - 1.0)) < 0.012
    assert np.median(np.abs(_radii(mesh) - 1.0)) < 0.25 * abs(radius - 1.0)


def test_distances_are_those_to_the_circle() -> None:
    camera = _cameras()[0]
    outline = PhotoOutline.of(_photo(0, camera, 1.0).image())
    assert outline is not None
    radius = camera.fx / np.sqrt(np.linalg.norm(camera.position) ** 2 - 1.0)  # of the circle [px]
    for away in (-5.0, 0.0, 4.0):
        place = np.array([[camera.cx + radius + away, camera.cy]])
        assert outline.at(place)[0] == pytest.approx(away, abs=0.5)


def test_what_is_already_right_hardly_moves() -> None:
    mesh = _ball(1.0)
    outlines = [PhotoOutline.of(photo.image()) for photo in _photo_set(1.0)]
    caster = MeshRenderer(mesh)
    moved = fitted_to_outlines(
        mesh, [o for o in outlines if o is not None], lambda camera: caster.render(camera).depth > 0
    )
    assert np.abs(moved.vertices - mesh.vertices).max() < 0.02


def test_photos_without_transparency_have_no_outline() -> None:
    camera, rgb = _cameras()[0], np.zeros((_SIDE, _SIDE, 3), np.float32)
    for alpha in (None, np.ones((_SIDE, _SIDE), np.float32), np.zeros((_SIDE, _SIDE), np.float32)):
        assert PhotoOutline.of(PhotoImage(rgb=rgb, alpha=alpha, camera=camera)) is None


def test_held_out_photos_say_when_to_stop() -> None:
    photo_set = _photo_set(1.0)
    told = list[tuple[int, int]]()
    bake = _bake(_ball(0.93), photo_set)
    tuned = fit_outlines(bake, PhotosOfBake(bake, photo_set), on_progress=lambda *step: told.append(step))
    assert tuned is not None
    assert tuned.rounds >= 1
    assert tuned.psnr > tuned.first_psnr + 3.0
    assert np.median(np.abs(_radii(tuned.bake.mesh) - 1.0)) < 0.02
    tried = tuned.rounds + (tuned.rounds < ROUNDS)
    assert told == [(done, ROUNDS) for done in range(tried + 1)]
    assert set(tuned.held_out) < set(photo_set.names)


def test_opaque_photos_leave_the_bake_alone() -> None:
    photo_set = _photo_set(1.0)
    opaque = PhotoSet(
        name="ball",
        photos=tuple(
            Photo(name=photo.name, camera=photo.camera, source=photo.image().rgb) for photo in photo_set
        ),
    )
    bake = _bake(_ball(1.0), photo_set)
    assert fit_outlines(bake, PhotosOfBake(bake, opaque)) is None


def test_a_missing_photo_is_named() -> None:
    photo_set = _photo_set(1.0)
    bake = _bake(_ball(1.0), photo_set)
    with pytest.raises(Exception, match="photo 5 of the bake is missing"):
        PhotosOfBake(bake, photo_set.taking([0, 1, 2, 3, 4]))


def test_when_the_time_is_over_nothing_is_tried() -> None:
    photo_set = _photo_set(1.0)
    bake = _bake(_ball(0.93), photo_set)
    tuned = fit_outlines(bake, PhotosOfBake(bake, photo_set), deadline=time.monotonic())
    assert tuned is not None
    assert tuned.bake is bake
    assert tuned.rounds == 0
