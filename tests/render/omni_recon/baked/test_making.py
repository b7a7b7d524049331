"""Baking photos: what is kept of them, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rowsplat.render.omni_recon.baked.making
import torch
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render import RenderOptions, psnr
from rowsplat.render.omni_recon import OmniRecon
from rowsplat.render.omni_recon.baked import BakedOptions, BakedRenderer
from rowsplat.render.omni_recon.baked.making import bake_photos
from rowsplat.scenes.photo_sets import Photo, PhotoSet

from .coloured_solids import BACKGROUND, around, box, true_picture


def _photo_set(count: int, side: int = 60) -> PhotoSet:
    photos = list[Photo]()
    for index, camera in enumerate(around(count, side=side)):
        picture, _ = true_picture(box(), camera)
        photos.append(Photo(name=f"{index}", camera=camera, source=np.round(picture * 255).astype(np.uint8)))
    return PhotoSet(name="box", photos=tuple(photos))


def test_features_and_network_are_those_of_the_model_and_views_are_predicted(model: OmniRecon) -> None:
    photo_set, told = _photo_set(9), list[tuple[str, int, int]]()
    model.train()
    bake = bake_photos(photo_set, box(), model, on_progress=lambda *step: told.append(step))
    assert model.training
    assert told == [("features", done, 9) for done in range(10)]
    model.eval()
    pixels = torch.from_numpy(bake.views[4].pixels).permute(2, 0, 1)[None] / 255.0
    with torch.no_grad():
        expected = model.features(pixels).map[0].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(bake.views[4].features, expected, atol=1e-5)
    for name, value in model.appearance.state_dict().items():
        np.testing.assert_array_equal(bake.appearance[name], value.numpy())
    renderer = BakedRenderer(bake)
    target = around(9, side=60, first_deg=15.0)[4]
    truth, _ = true_picture(box(), target)
    assert psnr(renderer.render(target, RenderOptions(background=BACKGROUND)).image, truth) > 27.0


def test_photos_are_scaled_down_and_left_out_evenly(model: OmniRecon) -> None:
    bake = bake_photos(_photo_set(7), box(), model, BakedOptions(max_side=34, most_views=3))
    assert [view.name for view in bake.views] == ["0", "3", "6"]
    assert all((view.camera.width, view.camera.height) == (34, 30) for view in bake.views)


def test_what_cannot_be_baked_is_refused(model: OmniRecon, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = box()
    with pytest.raises(RowsplatError, match="no triangle"):
        bake_photos(_photo_set(3), replace(mesh, faces=np.zeros((0, 3), np.int32)), model)
    with pytest.raises(RowsplatError, match="at least 16 px"):
        bake_photos(_photo_set(3, side=12), mesh, model)
    monkeypatch.setattr(rowsplat.render.omni_recon.baked.making, "free_bytes", lambda: 100_000)
    with pytest.raises(RowsplatError, match="Take smaller or fewer photos"):
        bake_photos(_photo_set(3), mesh, model)


@pytest.mark.parametrize("wrong", [{"max_side": 8}, {"most_views": 0}, {"tolerance": 0.0}])
def test_options_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        BakedOptions(**wrong)  # type: ignore[arg-type]
