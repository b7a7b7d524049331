"""MVSNeRF: its parts by brute force, its files, and a view of a real model house."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from rowsplat.app.bench.omni.mvsnerf import MVSNeRF, encoded_position, load_mvsnerf, render_view
from rowsplat.app.bench.omni.mvsnerf_volume import BORDER, sweep_volume
from rowsplat.app.bench.omni.yardsticks import MVSNeRFYardstick, PlaneWarp
from rowsplat.kernels.errors import SceneFileError
from rowsplat.render.metrics import psnr
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import choose_source_views, load_photo_set

_RANGE = (3.0, 5.0)


def _cameras() -> list[Camera]:
    return [Camera.look_at((x, 0.0, -4.0), (0.0, 0.0, 0.0), width=32, height=32) for x in (0.0, 0.3, -0.3)]


def _stored(model: MVSNeRF) -> dict[str, np.ndarray]:
    prefixes = {"sweep": "network_mvs_state_dict", "field": "network_fn_state_dict.nerf"}
    names = {name: name.split(".", 1) for name in model.state_dict()}
    return {f"{prefixes[a]}.{b}": model.state_dict()[name].numpy() for name, (a, b) in names.items()}


def test_a_position_is_encoded_by_sines_before_cosines() -> None:
    place = [0.1, -0.4, 0.9]
    expected = [*place, *(np.sin(2**k * x) for k in range(10) for x in place)]
    expected += [np.cos(2**k * x) for k in range(10) for x in place]
    np.testing.assert_allclose(encoded_position(torch.tensor([place]))[0], expected, atol=1e-4)


def test_features_of_one_plane_vary_least_at_its_depth() -> None:
    cameras = [Camera.look_at((x, 0.0, -4.0), (x, 0.0, 0.0), width=128, height=128) for x in (0.0, 0.2, -0.2)]
    maps = [np.mgrid[:32, :32][1] * 4 + 0.5 for _ in cameras]  # pixels along x
    points = [(x - c.cx) / c.fx * 4.0 + c.position[0] for x, c in zip(maps, cameras, strict=True)]
    features = torch.from_numpy(np.sin(3.0 * np.stack(points)))[:, None].to(torch.float32)
    depths = torch.tensor([3.0, 3.5, 4.0, 4.5, 5.0])
    volume = sweep_volume(torch.zeros(3, 3, 128, 128), features, cameras, depths)
    assert volume.shape == (1, 10, 5, 32 + 2 * BORDER, 32 + 2 * BORDER)
    variance = volume[0, -1, :, BORDER + 8 : -BORDER - 8, BORDER + 8 : -BORDER - 8].mean(dim=(1, 2))
    assert int(variance.argmin()) == 2
    assert variance[2] < 0.1 * variance[[1, 3]].min()


def test_an_empty_field_is_black_and_a_dense_one_ends_at_near() -> None:
    torch.manual_seed(0)
    model, cameras = MVSNeRF().eval(), _cameras()
    photos = [np.full((32, 32, 3), 0.5, np.float32)] * 3
    target = replace(cameras[0], width=4, height=3)
    torch.nn.init.zeros_(model.field.alpha_linear.weight)
    torch.nn.init.constant_(model.field.alpha_linear.bias, -1.0)
    image, depth = render_view(model, photos, cameras, target, _RANGE)
    assert image.shape == (3, 4, 3)
    assert not image.any()
    assert not depth.any()
    torch.nn.init.constant_(model.field.alpha_linear.bias, 50.0)
    image, depth = render_view(model, photos, cameras, target, _RANGE)
    assert image.all()
    np.testing.assert_allclose(depth, _RANGE[0], rtol=1e-5)


def test_three_photos_are_needed() -> None:
    cameras = _cameras()
    photos = [np.zeros((32, 32, 3), np.float32)] * 3
    with pytest.raises(ValueError, match="at least 3 photos"):
        render_view(MVSNeRF(), photos[:2], cameras[:2], cameras[0], _RANGE)
    with pytest.raises(ValueError, match="expected 3 photos, got 4"):
        render_view(MVSNeRF(), [*photos, photos[0]], [*cameras, cameras[0]], cameras[0], _RANGE)


def test_weights_come_back_from_a_file_and_others_are_refused(tmp_path: Path) -> None:
    model, path = MVSNeRF(), tmp_path / "weights.npz"
    arrays = _stored(model)
    np.savez(path, **arrays)
    for name, tensor in load_mvsnerf(path).state_dict().items():
        torch.testing.assert_close(tensor, model.state_dict()[name], rtol=0, atol=0)
    name = "network_fn_state_dict.nerf.rgb_linear.bias"
    np.savez(path, **{**arrays, name: np.zeros(4)})
    with pytest.raises(SceneFileError, match=r"rgb_linear.bias: expected shape \[3\], found \[4\]"):
        load_mvsnerf(path)


@pytest.mark.shared_data
def test_a_view_of_a_real_model_is_better_than_a_warped_photo(shared_data_dir: Path) -> None:
    photo_set = load_photo_set(shared_data_dir / "posed" / "dtu_scan24")
    target = photo_set.photos[24].image(32)
    chosen = choose_source_views(photo_set, target.camera, 3, exclude=(photo_set.names[24],))
    sources = [photo_set.photos[index].image(192) for index in chosen]
    photos, cameras = [photo.rgb for photo in sources], [photo.camera for photo in sources]
    views = [
        yardstick.view(photos, cameras, target.camera, (425.0, 905.0))
        for yardstick in (PlaneWarp(), MVSNeRFYardstick.of_folder(shared_data_dir / "models" / "mvs"))
    ]
    warped, rendered = (psnr(view, target.rgb) for view in views if view is not None)
    assert rendered > warped + 3.0
    assert rendered > 20.0
