"""The style network against a brute-force copy in numpy, and its files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from rowsplat.kernels.errors import SceneFileError
from rowsplat.render.restyling.fast_style import FastStyle, StyleNetwork, load_style
from torch.nn import functional

SHAPES = [(9, 9, 3, 32), (3, 3, 32, 64), (3, 3, 64, 128), *[(3, 3, 128, 128)] * 10,
          (3, 3, 64, 128), (3, 3, 32, 64), (9, 9, 32, 3)]  # fmt: skip
UP = (13, 14)


def _arrays(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    arrays: list[np.ndarray] = []
    for layer, shape in enumerate(SHAPES):
        outputs = shape[2] if layer in UP else shape[3]
        fan = shape[0] * shape[1] * (shape[3] if layer in UP else shape[2])
        arrays += [
            rng.normal(size=shape) / fan**0.5,
            0.1 * rng.normal(size=outputs),
            1 + 0.1 * rng.normal(size=outputs),
        ]
    names = ["Variable", *(f"Variable_{k}" for k in range(1, len(arrays)))]
    return {name: array.astype(np.float32) for name, array in zip(names, arrays, strict=True)}


@pytest.fixture(scope="module")
def style_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("style") / "brush.f16.npz"
    np.savez(file, **_arrays())
    return file


def _same(x: np.ndarray, kernel: int, stride: int) -> np.ndarray:
    """Padding SAME of TensorFlow for `[H, W, C]`, from its definition."""
    pads = []
    for size in x.shape[:2]:
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads.append((total // 2, total - total // 2))
    return np.pad(x, (*pads, (0, 0)))


def _convolved(x: np.ndarray, weight: np.ndarray, stride: int) -> np.ndarray:
    kernel = weight.shape[0]
    padded = _same(x, kernel, stride)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(0, 1))[
        ::stride, ::stride
    ]
    return np.einsum("hwcij,ijco->hwo", windows, weight, optimize=True)


def _transposed(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Every input pixel stamps its kernel on the output; SAME padding of the forward convolution cuts the rest."""
    height, width = x.shape[:2]
    out = np.zeros((2 * height + 1, 2 * width + 1, weight.shape[2]))
    for i in range(3):
        for j in range(3):
            out[i : i + 2 * height : 2, j : j + 2 * width : 2] += x @ weight[i, j].T
    return out[: 2 * height, : 2 * width]


def _normalised(x: np.ndarray, shift: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return (x - x.mean((0, 1))) / np.sqrt(x.var((0, 1)) + 1e-3) * scale + shift


def _brute_force(x: np.ndarray) -> np.ndarray:
    values = [array.astype(np.float64) for array in _arrays().values()]
    layers = [values[3 * k : 3 * k + 3] for k in range(16)]

    def layer(k: int, x: np.ndarray, stride: int = 1) -> np.ndarray:
        weight, shift, scale = layers[k]
        out = _transposed(x, weight) if k in UP else _convolved(x, weight, stride)
        return _normalised(out, shift, scale)

    for k, stride in ((0, 1), (1, 2), (2, 2)):
        x = np.maximum(layer(k, x, stride), 0)
    for k in range(3, 13, 2):
        x = x + layer(k + 1, np.maximum(layer(k, x), 0))
    for k in UP:
        x = np.maximum(layer(k, x), 0)
    return np.clip((150 * np.tanh(layer(15, x)) + 127.5) / 255, 0, 1)


def test_the_network_is_the_one_that_was_trained(style_file: Path) -> None:
    picture = np.random.default_rng(1).random((24, 32, 3)).astype(np.float32)
    edited = FastStyle.of_file(style_file).edit(picture, original=picture, noise=1.0, seed=0)
    np.testing.assert_allclose(edited, _brute_force(picture.astype(np.float64)), atol=2e-4)
    assert edited.std() > 0.05


@pytest.mark.parametrize("size", [(17, 30), (1, 1), (16, 16)])
def test_pictures_of_any_size_keep_it(style_file: Path, size: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).random((*size, 3)).astype(np.float32)
    edited = FastStyle.of_file(style_file).edit(picture, original=picture, noise=1.0, seed=0)
    assert edited.shape == picture.shape
    assert edited.dtype == np.float32
    assert ((edited >= 0) & (edited <= 1)).all()


def test_all_noise_forgets_the_picture_and_little_keeps_it(style_file: Path) -> None:
    first, second, original = (
        np.random.default_rng(k).random((16, 16, 3)).astype(np.float32) for k in range(3)
    )
    editor = FastStyle.of_file(style_file)
    fresh = [editor.edit(image, original=original, noise=1.0, seed=0) for image in (first, second)]
    kept = [editor.edit(image, original=original, noise=0.2, seed=0) for image in (first, second)]
    np.testing.assert_array_equal(*fresh)
    assert np.abs(kept[0] - kept[1]).max() > 0.01


def _broken(kind: str, arrays: dict[str, np.ndarray], file: Path) -> str:
    """Write a file that is broken in this way; gives what the error must name."""
    if kind == "missing":
        del arrays["Variable_7"]
    elif kind == "unknown":
        arrays["surprise"] = np.zeros(3)
    elif kind == "shape":
        arrays["Variable_3"] = np.zeros((3, 3, 32, 65), np.float32)
    elif kind == "integers":
        arrays["Variable_4"] = np.zeros(64, np.int32)
    elif kind == "objects":
        arrays["Variable_4"] = np.array([print] * 64, object)
    elif kind == "not finite":
        arrays["Variable_4"] = np.full(64, np.nan, np.float32)
    np.savez(file, **arrays)
    return {"missing": "Variable_7", "unknown": "surprise", "shape": "Variable_3"}.get(kind, "Variable_4")


@pytest.mark.parametrize("kind", ["missing", "unknown", "shape", "integers", "objects", "not finite"])
def test_a_broken_file_is_one_line_and_changes_nothing(tmp_path: Path, kind: str) -> None:
    file, network = tmp_path / "broken.npz", StyleNetwork()
    place = _broken(kind, _arrays(), file)
    with pytest.raises(SceneFileError) as caught:
        load_style(network, file)
    assert place in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not any(layer.weight.any() for layer in network.layers)


def test_a_header_that_promises_more_than_the_file_holds_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "short.npz"
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in _arrays().items():
            stream = io.BytesIO()
            np.save(stream, array)
            data = stream.getvalue()
            archive.writestr(f"{name}.npy", data[:-8] if name == "Variable_5" else data)
    with pytest.raises(SceneFileError, match="Variable_5"):
        FastStyle.of_file(file)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"text"])
def test_what_is_no_archive_is_one_line(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "no.npz"
    file.write_bytes(content)
    with pytest.raises(SceneFileError, match=r"no\.npz"):
        FastStyle.of_file(file)


@pytest.mark.shared_data
@pytest.mark.parametrize("style", ["rain_princess", "udnie", "wave"])
def test_trained_networks_change_a_picture_and_keep_its_edges(shared_data_dir: Path, style: str) -> None:
    file = shared_data_dir / "models" / "fast_style" / f"{style}.f16.npz"
    picture = np.zeros((64, 64, 3), np.float32)
    picture[:, 32:] = (0.9, 0.6, 0.2)
    editor = FastStyle.of_file(file)
    edited = editor.edit(picture, original=picture, noise=1.0, seed=0)
    columns = torch.from_numpy(edited.mean((0, 2)))
    steps = functional.conv1d(columns[None, None], torch.tensor([[[-1.0, -1, -1, 0, 1, 1, 1]]]))[0, 0].abs()
    assert editor.name == style
    assert np.abs(edited - picture).mean() > 0.05
    assert abs(int(steps[8:-8].argmax()) + 8 + 3 - 32) <= 3
