"""What is behind the mesh is drawn from the photos, and only as far as it helps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rowsplat.render.metrics import psnr
from rowsplat.render.omni_recon.baked import BakedRenderer
from rowsplat.render.omni_recon.baked.backdrop import COLUMNS, ROWS, Backdrop, directions
from rowsplat.render.omni_recon.baked.backdrop_colors import backdrop_colors
from rowsplat.render.omni_recon.baked.backdrop_tuning import RADII, fit_backdrop
from rowsplat.render.omni_recon.baked.fitting import PhotosOfBake
from rowsplat.render.omni_recon.baked.types import Bake
from rowsplat.render.types import RenderOptions
from rowsplat.scenes import Camera
from rowsplat.scenes.mesh import TriangleMesh
from rowsplat.scenes.photo_sets import Photo, PhotoSet

from .coloured_solids import BACKGROUND, WHITE, around, baked, box, joined, photos_of

_FAR = 6.0  # radius of the room that photos show behind the box


def _ball(radius: float) -> Backdrop:
    return Backdrop(center=np.zeros(3), radius=radius, colors=np.full((ROWS, COLUMNS, 3), 200, np.uint8))


def _room_color(points: np.ndarray) -> np.ndarray:
    return 0.5 + 0.4 * np.sin(0.7 * points + np.array([0.0, 1.0, 2.0]))


def _in_a_room(cameras: list[Camera], half: float = 0.7) -> Bake:
    """A bake that knows a box only, with photos of the box in a room."""
    room = joined([box(half), _ball(_FAR).mesh])
    return replace(baked(room, cameras, _room_color), mesh=box(half))


def _cut_off(photo_set: PhotoSet) -> PhotoSet:
    """The photos with nothing in their first rows."""

    def _cut(photo: Photo) -> Photo:
        alpha = np.ones((photo.camera.height, photo.camera.width, 1), np.float32)
        alpha[:5] = 0.0
        return replace(photo, source=np.concatenate([photo.image().rgb, alpha], axis=-1))

    return replace(photo_set, photos=tuple(map(_cut, photo_set)))


def _true(camera: Camera) -> np.ndarray:
    return baked(joined([box(0.7), _ball(_FAR).mesh]), [camera], _room_color).views[0].pixels / 255.0


def test_the_ball_is_closed_and_round() -> None:
    mesh = _ball(2.0).mesh
    np.testing.assert_allclose(np.linalg.norm(mesh.vertices, axis=1), 2.0, rtol=1e-6)
    sides = mesh.vertices[mesh.faces]
    areas = np.linalg.norm(np.cross(sides[:, 1] - sides[:, 0], sides[:, 2] - sides[:, 0]), axis=1) / 2
    assert areas.min() > 0
    assert areas.sum() == pytest.approx(4 * np.pi * 4, rel=0.01)
    camera = Camera.look_at((0.1, 0.2, 0.0), (1.0, 2.0, 0.5), width=64, height=48, fov_deg=110)
    bake = replace(baked(box(0.01), around(4, side=40)), backdrop=_ball(2.0))
    assert BakedRenderer(bake).render(camera).alpha.min() == 1.0


def test_photos_of_a_room_are_reproduced_with_a_backdrop_as_far_away_as_its_walls() -> None:
    bake = _in_a_room(around(24, side=64, distance=4.0))
    fitted = fit_backdrop(bake, PhotosOfBake(bake, photos_of(bake)))
    assert fitted is not None
    assert fitted.bake.backdrop is not None
    least = 4.0
    nearest = min((factor * least for factor in RADII), key=lambda radius: abs(1 / radius - 1 / _FAR))
    assert fitted.bake.backdrop.radius == pytest.approx(nearest, rel=0.05)
    assert fitted.psnr > fitted.first_psnr + 8.0
    assert set(fitted.held_out) < {view.name for view in bake.views}
    camera = around(5, side=64, first_deg=17.0)[2]
    without, with_it = (
        psnr(BakedRenderer(each).render(camera).image, _true(camera).astype(np.float32))
        for each in (bake, fitted.bake)
    )
    assert with_it > without + 8.0


def test_where_no_photo_sees_the_backdrop_it_has_colours_from_around() -> None:
    """Cameras look one way: what is behind them is known from no photo."""
    cameras = [
        Camera.look_at((0.3 * k, 0.2 * (k % 3), 4.0), (0.0, 0.0, 0.0), width=64, height=64) for k in range(4)
    ]
    bake = _in_a_room(cameras, half=0.01)
    free = {view.name: np.ones((64, 64), dtype=np.bool_) for view in bake.views}
    colors = backdrop_colors(bake, free, np.zeros(3), _FAR) / 255.0
    ahead = directions()[..., 2] < -0.97
    true = _room_color(_FAR * directions())
    assert np.abs(colors - true)[ahead].mean() < 0.06
    low, high = colors[ahead].min(), colors[ahead].max()
    assert low - 0.2 < colors.min() <= colors.max() < high + 0.2


def test_seen_from_outside_the_backdrop_does_not_hide_the_scene() -> None:
    bake = baked(box(), around(6, side=64))
    camera = around(1, side=64, distance=9.0)[0]
    options = RenderOptions(background=BACKGROUND)
    plain = BakedRenderer(bake)
    behind = BakedRenderer(replace(bake, backdrop=_ball(5.0)))
    inside = around(1, side=64, distance=4.5)[0]
    assert behind.render(inside).alpha.min() == 1.0
    np.testing.assert_array_equal(behind.render(camera).alpha, plain.render(camera, options).alpha)
    assert behind.render(inside).alpha.min() == 1.0


def test_photos_with_transparent_parts_get_no_backdrop() -> None:
    bake = baked(box(), around(8, side=40))
    assert fit_backdrop(bake, PhotosOfBake(bake, _cut_off(photos_of(bake)))) is None


def test_a_backdrop_that_does_not_help_is_left_out() -> None:
    """Photos whose background is the white of the comparison, as exactly as nothing else can be."""
    bake = baked(box(), around(8, side=40), background=WHITE)
    fitted = fit_backdrop(bake, PhotosOfBake(bake, photos_of(bake)))
    assert fitted is not None
    assert fitted.bake.backdrop is None
    assert fitted.psnr == fitted.first_psnr


@pytest.mark.parametrize(
    "wrong",
    [
        {"radius": 0.0},
        {"radius": np.inf},
        {"center": np.full(3, np.nan)},
        {"colors": np.zeros((2, 2, 3), np.uint8)},
    ],
)
def test_what_is_no_ball_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(_ball(1.0), **wrong)  # type: ignore[arg-type]


def test_the_mesh_of_a_bake_stays_without_its_backdrop() -> None:
    bake = replace(baked(box(), around(4, side=40)), backdrop=_ball(5.0))
    mesh: TriangleMesh = bake.mesh
    assert len(mesh.faces) == len(box().faces)
