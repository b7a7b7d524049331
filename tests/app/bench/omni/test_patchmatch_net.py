"""PatchmatchNet: its parts by brute force, its files, and its depth of a real room."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from rowsplat.app.bench.omni.network_views import in_unit_square, relative_projection
from rowsplat.app.bench.omni.patchmatch_net import PatchmatchNet, depth_map, load_patchmatch_net
from rowsplat.app.bench.omni.yardsticks import PATCHMATCH_NET_FILE, PatchmatchNetYardstick
from rowsplat.kernels.errors import SceneFileError
from rowsplat.scenes import Camera
from rowsplat.scenes.photo_sets import load_photo_set

_RANGE = (2.0, 7.0)


def _cameras(count: int, width: int = 50, height: int = 41) -> list[Camera]:
    return [
        Camera.look_at((0.3 * i, 0.1 * i, -4.0), (0.0, 0.0, 0.0), width=width, height=height)
        for i in range(count)
    ]


def _photos(cameras: list[Camera]) -> list[np.ndarray]:
    rng = np.random.default_rng(3)
    return [rng.random((camera.height, camera.width, 3), dtype=np.float32) for camera in cameras]


def _model() -> PatchmatchNet:
    torch.manual_seed(0)
    return PatchmatchNet().eval()


def _saved(model: PatchmatchNet, path: Path, **changes: np.ndarray | None) -> Path:
    arrays = {name: tensor.numpy() for name, tensor in model.state_dict().items()} | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


def test_projection_of_cells_is_projection_of_points() -> None:
    reference, source = _cameras(2)
    matrix, offset = relative_projection(source, reference, 4)
    cell, depth = torch.tensor([3.0, 5.0, 1.0]), 3.5
    pixel = np.array([4 * 3 + 0.5, 4 * 5 + 0.5, 1.0])
    world = reference.camtoworld @ np.append(np.linalg.solve(reference.K, pixel) * depth, 1.0)
    seen = source.K @ (source.viewmat @ world)[:3]
    found = (depth * matrix @ cell + offset).numpy()
    np.testing.assert_allclose(found[2], seen[2], rtol=1e-5)
    np.testing.assert_allclose(4 * found[:2] / found[2] + 0.5, seen[:2] / seen[2], rtol=1e-5)
    corners = in_unit_square(torch.tensor([[0.0, 0.0], [9.0, 4.0]]), 10, 5)
    np.testing.assert_allclose(corners, [[-1.0, -1.0], [1.0, 1.0]], atol=1e-6)


def test_depth_has_the_size_of_the_first_photo_and_comes_out_the_same_again() -> None:
    cameras = [*_cameras(2), *_cameras(3, 64, 33)[2:]]
    photos = _photos(cameras)
    depth, confidence = depth_map(_model(), photos, cameras, _RANGE)
    assert depth.shape == confidence.shape == (41, 50)
    assert depth.dtype == confidence.dtype == np.float32
    assert np.isfinite(depth).all()
    assert 0.0 <= confidence.min() <= confidence.max() <= 1.0
    again, _ = depth_map(_model(), photos, cameras, _RANGE)
    np.testing.assert_array_equal(depth, again)


def test_source_photos_are_equal_in_rank() -> None:
    cameras = _cameras(3)
    photos = _photos(cameras)
    depth, _ = depth_map(_model(), photos, cameras, _RANGE)
    turned, _ = depth_map(_model(), [photos[i] for i in (0, 2, 1)], [cameras[i] for i in (0, 2, 1)], _RANGE)
    np.testing.assert_allclose(depth, turned, rtol=1e-3)


def test_depth_scales_with_the_world() -> None:
    cameras = _cameras(2)
    photos = _photos(cameras)
    depth, _ = depth_map(_model(), photos, cameras, _RANGE)
    larger = [
        Camera.look_at(4.0 * camera.position, (0.0, 0.0, 0.0), width=50, height=41) for camera in cameras
    ]
    scaled, _ = depth_map(_model(), photos, larger, (8.0, 28.0))
    np.testing.assert_allclose(scaled, 4.0 * depth, rtol=1e-3)


def test_photos_without_cameras_and_bad_depths_are_refused() -> None:
    cameras = _cameras(2)
    photos = _photos(cameras)
    with pytest.raises(ValueError, match="at least 2 photos"):
        depth_map(_model(), photos[:1], cameras[:1], _RANGE)
    with pytest.raises(ValueError, match=r"photo must be \[41, 50, 3\]"):
        depth_map(_model(), [photos[0], photos[1][:-1]], cameras, _RANGE)
    with pytest.raises(ValueError, match="0 < near < far"):
        depth_map(_model(), photos, cameras, (2.0, 1.0))


def test_weights_come_back_from_a_file(tmp_path: Path) -> None:
    model = _model()
    loaded = PatchmatchNetYardstick.of_folder(_saved(model, tmp_path / PATCHMATCH_NET_FILE).parent).model
    assert not loaded.training
    for name, tensor in loaded.state_dict().items():
        torch.testing.assert_close(tensor, model.state_dict()[name], rtol=0, atol=0)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"feature.inner1.bias": None}, "feature.inner1.bias: this array is missing"),
        ({"feature.inner3.bias": np.zeros(3)}, "feature.inner3.bias: this array is unknown"),
        ({"feature.inner1.bias": np.zeros(3)}, r"expected shape \[64\], found \[3\]"),
        ({"feature.inner1.bias": np.array(["x"] * 64)}, "expected an array of numbers"),
        ({"feature.inner1.bias": np.array([None] * 64)}, "expected an array of numbers"),
    ],
)
def test_other_arrays_are_refused_in_one_line(
    tmp_path: Path, changes: dict[str, np.ndarray | None], problem: str
) -> None:
    path = _saved(_model(), tmp_path / "weights.npz", **changes)
    with pytest.raises(SceneFileError, match=problem) as error:
        load_patchmatch_net(path)
    assert "\n" not in str(error.value)


def test_missing_and_damaged_files_are_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("no arrays")
    for name in ("text.npz", "nothing.npz"):
        with pytest.raises(SceneFileError, match=name) as error:
            load_patchmatch_net(tmp_path / name)
        assert "\n" not in str(error.value)


@pytest.mark.shared_data
@pytest.mark.parametrize("reference", [0, 1, 2])  # the photos of the set that overlap
def test_depth_of_a_real_room_is_found(shared_data_dir: Path, reference: int) -> None:
    folder = shared_data_dir / "posed" / "room8"
    photos = [photo.image(320) for photo in load_photo_set(folder).photos[:3]]
    order = sorted(range(3), key=lambda index: index != reference)
    yardstick = PatchmatchNetYardstick.of_folder(shared_data_dir / "models" / "mvs")
    chosen = [photos[index] for index in order]
    depth = yardstick.depth([photo.rgb for photo in chosen], [photo.camera for photo in chosen], (0.8, 7.0))
    truth = np.load(folder / "condition.npz", allow_pickle=False)["depths"][reference]
    assert depth is not None
    rows, columns = (
        ((np.arange(side) + 0.5) * full / side).astype(int)
        for side, full in zip(depth.shape, truth.shape, strict=True)
    )
    truth = truth[np.ix_(rows, columns)]
    errors = (np.abs(depth - truth) / np.maximum(truth, 1e-6))[truth > 0]
    assert np.median(errors) < 0.1
