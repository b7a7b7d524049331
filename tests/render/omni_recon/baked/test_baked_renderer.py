"""The compiled renderer of bakes against the PyTorch one, and against scenes whose pictures are known."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.render import RenderMode, RenderOptions
from rowsplat.render.mesh_rendering import MeshRenderer
from rowsplat.render.omni_recon.baked import Bake, BakedPicture, BakedRenderer
from rowsplat.render.omni_recon.baked.reference import ReferencePicture, render_reference
from rowsplat.scenes import Camera
from rowsplat.scenes.mesh import TriangleMesh

from .coloured_solids import (
    BACKGROUND,
    GREEN,
    around,
    baked,
    box,
    joined,
    quad,
    random_appearance,
    smooth_color,
    true_picture,
)

_OPTIONS = RenderOptions(background=BACKGROUND)
_TARGET = Camera.orbit([0, 0, 0], distance=3.6, width=131, height=90, azimuth_deg=21, elevation_deg=17)


def _both(bake: Bake, camera: Camera, *, exclude: str | None = None) -> tuple[BakedPicture, ReferencePicture]:
    renderer = BakedRenderer(bake)
    picture = renderer.render(camera, _OPTIONS, exclude=exclude)
    reference = render_reference(
        bake,
        camera,
        picture.depth,
        [renderer.rasterise(view.camera).depth for view in bake.views],
        np.broadcast_to(GREEN, picture.image.shape),
        background=BACKGROUND,
        exclude=-1 if exclude is None else bake.index(exclude),
    )
    return picture, reference


def _differing(picture: BakedPicture, reference: ReferencePicture) -> np.ndarray:
    """Pixels for which another photo was chosen: two are equally good, or a visibility test is within rounding."""
    return (picture.views != reference.views).any(axis=-1)


@pytest.mark.parametrize("views", [1, 2, 3, 14])
def test_the_kernels_do_what_the_reference_does(views: int) -> None:
    picture, reference = _both(baked(box(), around(views)), _TARGET)
    differing = _differing(picture, reference)
    assert differing.mean() < 2e-3
    np.testing.assert_allclose(picture.image[~differing], reference.image[~differing], atol=2e-4)
    if views == 14:
        spread = reference.weights[picture.alpha > 0].std(axis=0)
        assert (spread > 0.05).all()  # else equal pictures would say nothing about the network


def test_photos_of_several_sizes_are_looked_up_where_they_are() -> None:
    cameras = [camera.resized(30 + 9 * i, 90 - 5 * i) for i, camera in enumerate(around(5))]
    picture, reference = _both(baked(box(), cameras), _TARGET)
    differing = _differing(picture, reference)
    assert differing.mean() < 5e-3
    np.testing.assert_allclose(picture.image[~differing], reference.image[~differing], atol=2e-4)


def test_a_textured_box_is_reproduced_whatever_the_weights_are() -> None:
    mesh = box()
    for seed in (0, 1):
        bake = baked(mesh, around(14, side=160), appearance=random_appearance(seed))
        picture = BakedRenderer(bake).render(_TARGET, _OPTIONS)
        truth, depth = true_picture(mesh, _TARGET)
        np.testing.assert_array_equal(picture.alpha > 0, depth > 0)
        np.testing.assert_allclose(picture.depth, depth, rtol=1e-4)
        seen = (picture.views >= 0).all(axis=-1)
        assert seen.sum() > 0.5 * (depth > 0).sum()
        error = np.abs(picture.image - truth).max(axis=-1)
        # photos mix in what is beside an edge of the box, and a third of a pixel is lost to look-ups
        assert np.percentile(error[seen], 97) < 0.02
        assert error[seen].mean() < 0.008


def test_pixels_without_mesh_are_the_background_and_those_no_photo_sees_have_the_colour_of_the_mesh() -> None:
    bake = baked(quad([0, 0, 0], 1.0), [_TARGET.resized(60, 50)])
    away = Camera.look_at([0, 0, 3], [0, 0, 6], width=20, height=10)
    lonely = Bake(mesh=bake.mesh, views=bake.views, appearance=bake.appearance, tolerance=bake.tolerance)
    picture = BakedRenderer(lonely).render(away, _OPTIONS)
    assert (picture.alpha == 0).all()
    np.testing.assert_allclose(picture.image, np.broadcast_to(BACKGROUND, picture.image.shape), atol=1e-6)
    unseen = BakedRenderer(lonely).render(_TARGET, _OPTIONS, exclude="photo 0")
    covered = unseen.alpha > 0
    assert covered.any()
    assert not covered.all()
    np.testing.assert_allclose(unseen.image[covered], np.tile(GREEN, (covered.sum(), 1)), atol=1e-6)
    assert (unseen.views == -1).all()


def _two_colours(points: np.ndarray) -> np.ndarray:
    """Red before z = 0.5, blue behind."""
    return np.where(points[..., 2:] < 0.5, [1.0, 0.0, 0.0], [0.0, 0.0, 1.0])


def test_a_photo_that_sees_something_before_a_point_has_no_part_in_it() -> None:
    """A red square hides the middle of a blue wall from the photo that looks most alike, not from the other one."""
    wall, square = quad([0, 0, 2], 20.0), quad([0, 0, 0], 0.4)
    mesh = joined([wall, square])
    like, other = (Camera.look_at([x, 0, -4], [x / 2, 0, 2], width=160, height=120) for x in (0.2, 2.5))
    target = Camera.look_at([1.0, 0, -4], [0.5, 0, 2], width=150, height=110)
    bake = baked(mesh, [like, other], _two_colours)
    picture = BakedRenderer(bake).render(target, _OPTIONS)
    truth, depth = true_picture(mesh, target, _two_colours)
    hidden = _hidden_from(like, mesh, target, depth)
    assert hidden.sum() > 100
    assert (picture.views[hidden] != 0).all()
    blue = (picture.depth > 5) & (picture.views[..., 0] >= 0)
    assert (
        picture.image[blue][:, 0].max() < 0.02
    )  # no red on the wall, not even from half covered photo pixels
    red = truth[..., 0] == 1.0
    assert red.sum() > 100
    assert np.percentile(picture.image[red][:, 0], 20) > 0.98


def _hidden_from(camera: Camera, mesh: TriangleMesh, target: Camera, depth: np.ndarray) -> np.ndarray:
    """Pixels of `target` whose point `camera` does not see, by casting rays from it through them."""
    v, u = np.mgrid[0 : target.height, 0 : target.width] + 0.5
    rays = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(target.K).T * depth[..., None]
    points = (rays @ target.camtoworld[:3, :3].T + target.position).reshape(-1, 3)
    scene = MeshRenderer(mesh)._scene
    from open3d.core import Tensor

    toward = points - camera.position
    cast = np.concatenate([np.broadcast_to(camera.position, toward.shape), toward], axis=1).astype(np.float32)
    distance = scene.cast_rays(Tensor(cast))["t_hit"].numpy().reshape(depth.shape)
    return (depth > 0) & (distance < 0.99)


def test_a_photo_can_be_left_out() -> None:
    bake = baked(box(), around(6))
    picture, reference = _both(bake, bake.views[2].camera, exclude="photo 2")
    assert 2 not in picture.views
    assert (picture.views >= 0).any()
    assert _differing(picture, reference).mean() < 2e-3


def test_order_of_the_photos_changes_nothing() -> None:
    bake = baked(box(), around(7))
    turned = Bake(mesh=bake.mesh, views=bake.views[::-1], appearance=bake.appearance)
    first, second = (BakedRenderer(each).render(_TARGET, _OPTIONS) for each in (bake, turned))
    same = (first.views == np.where(second.views < 0, -1, 6 - second.views)).all(axis=-1)
    assert same.mean() > 0.998
    np.testing.assert_allclose(first.image[same], second.image[same], atol=1e-5)


def test_the_scene_may_be_far_from_the_origin() -> None:
    far = np.array([3000.0, -2000.0, 1000.0])
    mesh = box()
    moved = TriangleMesh(vertices=mesh.vertices + far, faces=mesh.faces, vertex_colors=mesh.vertex_colors)

    def shifted(camera: Camera) -> Camera:
        pose = camera.camtoworld.copy()
        pose[:3, 3] += far
        return Camera.from_camtoworld(
            pose,
            width=camera.width,
            height=camera.height,
            fx=camera.fx,
            fy=camera.fy,
            cx=camera.cx,
            cy=camera.cy,
        )

    cameras = around(6)
    here = BakedRenderer(baked(mesh, cameras)).render(_TARGET, _OPTIONS)
    there = BakedRenderer(
        baked(moved, [shifted(camera) for camera in cameras], lambda points: smooth_color(points - far))
    ).render(shifted(_TARGET), _OPTIONS)
    assert np.mean(np.abs(here.image - there.image).max(axis=-1) > 0.03) < 0.02


def test_a_bake_can_stand_in_for_a_renderer_of_gaussians() -> None:
    picture = BakedRenderer(baked(box(), around(3))).render(_TARGET, _OPTIONS)
    result = picture.as_render_result()
    assert result.image is picture.image
    assert result.stage_times.total == picture.stage_times.total > 0
    np.testing.assert_array_equal(picture.as_render_result(RenderMode.DEPTH).image[..., 0], picture.depth)
    with pytest.raises(ValueError, match="cost"):
        picture.as_render_result(RenderMode.COST)
