"""Photos agree with depths at which they have a surface themselves, and with no others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from rowsplat.render.omni_recon import OmniRecon
from rowsplat.render.omni_recon.depth_prior import SweepOptions
from rowsplat.render.omni_recon.lifting import LiftedViews
from rowsplat.render.omni_recon.lifting.agreement import PhotoDepths, agreeing_photos
from rowsplat.render.omni_recon.reconstruction_types import ReconstructionOptions
from rowsplat.render.omni_recon.view_sources import ChosenSources, ViewSources
from rowsplat.scenes.photo_sets import Photo, PhotoSet

from ..large_planes import tiled_room
from .conftest import OPTIONS, maps_of

_WIDTH = 96
_VIEW = tiled_room.camera((2.2, 2.0, 1.3), (7.5, 4.4, 1.2), width=_WIDTH)
_SWEEP = SweepOptions(planes=48, own_photo=True)


@pytest.fixture(scope="module")
def chosen() -> ChosenSources:
    """Four photos of a room, side by side."""
    cameras = [
        tiled_room.camera((2.0 + 0.3 * i, 2.3 - 0.2 * i, 1.2 + 0.1 * (i % 2)), (7.5, 4.4, 1.2), width=_WIDTH)
        for i in range(4)
    ]
    photos = tuple(
        Photo(name=str(index), camera=camera, source=tiled_room.photo(camera).rgb, near_far=(0.8, 9.0))
        for index, camera in enumerate(cameras)
    )
    options = ReconstructionOptions(max_side=_WIDTH, source_views=4)
    return ViewSources(PhotoSet(name="room", photos=photos), options, torch.device("cpu")).of(_VIEW)


def test_photos_agree_with_the_surface_that_they_see_and_with_nothing_before_or_behind_it(
    chosen: ChosenSources,
) -> None:
    depths = PhotoDepths(_SWEEP).of(chosen, lambda: None)
    true = tiled_room.depth(_VIEW)
    assert agreeing_photos(chosen.views.cameras, depths, _VIEW, true).mean() > 0.7 * len(depths)
    for wrong in (0.7, 1.3):
        agreeing = agreeing_photos(chosen.views.cameras, depths, _VIEW, wrong * true)
        assert agreeing.mean() < 0.15 * len(depths)


def test_each_photo_is_looked_at_once_whatever_the_order(chosen: ChosenSources) -> None:
    looked = list[None]()
    finder = PhotoDepths(replace(_SWEEP, planes=16))
    first = finder.of(chosen, lambda: looked.append(None))
    turned = replace(
        chosen,
        names=chosen.names[::-1],
        views=replace(
            chosen.views, images=chosen.views.images.flip(0), cameras=tuple(chosen.views.cameras[::-1])
        ),
    )
    again = finder.of(turned, lambda: looked.append(None))
    assert len(looked) == len(first) == 4
    assert all(one is other for one, other in zip(first, again[::-1], strict=True))


def test_without_depths_all_photos_agree(chosen: ChosenSources) -> None:
    assert PhotoDepths(None).of(chosen, lambda: None) == ()
    depth = tiled_room.depth(_VIEW)
    np.testing.assert_array_equal(agreeing_photos(chosen.views.cameras, (), _VIEW, depth), 4.0)


def test_a_view_tells_who_agrees_if_that_is_asked_for(photo_set: PhotoSet, network: OmniRecon) -> None:
    maps = maps_of(lambda image: image[..., 0][None], 1)
    camera = photo_set.cameras[2].resized(22, 18)
    assert LiftedViews(photo_set, network, maps, OPTIONS).view(camera).agreeing is None
    asked = LiftedViews(photo_set, network, maps, replace(OPTIONS, planes=16), agreement=True).view(camera)
    assert asked.agreeing is not None
    assert asked.agreeing.shape == (18, 22)
    assert asked.agreeing.max() <= 3
