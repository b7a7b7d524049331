"""Weight files: the paper's sizes under the released names, and nothing else gets in."""

from __future__ import annotations

import pickle
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from rowsplat.kernels.errors import SceneFileError
from rowsplat.render.omni_recon import OmniConfig, OmniRecon, load_weights, save_weights
from rowsplat.render.omni_recon.weights import released_name
from torch import Tensor

_SMALL = OmniConfig(volume_resolution=8)
Shapes = dict[str, tuple[int, ...]]


def _released_shapes() -> Shapes:
    """Names and shapes of the release, by rule."""
    return dict((*_pyramid(), *_volume(), *_transformers(), *_heads(), ("deviation_network.variance", ())))


def _norm(name: str, channels: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    for part in ("weight", "bias", "running_mean", "running_var"):
        yield f"{name}.{part}", (channels,)
    yield f"{name}.num_batches_tracked", ()


def _affine(name: str, *shape: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]


def _pyramid() -> Iterator[tuple[str, tuple[int, ...]]]:
    convs = [("conv1", 3, 16)]
    for layer, (before, after) in enumerate(((16, 32), (32, 64), (64, 96)), start=1):
        convs += [(f"layer{layer}.0.conv1", before, after), (f"layer{layer}.0.downsample", before, after)]
        convs += [(f"layer{layer}.{conv}", after, after) for conv in ("0.conv2", "1.conv1", "1.conv2")]
    for name, before, after in convs:
        yield f"feat_extractor.{name}.conv.weight", (after, before, 3, 3)
        yield from _norm(f"feat_extractor.{name}.bn", after)
    yield from _affine("feat_extractor.inner", 96, 64, 1, 1)
    for name, before, after in (
        ("output", 96, 32),
        ("output_feat1", 32, 16),
        ("output_feat2", 64, 16),
        ("output_feat3", 96, 24),
    ):
        yield from _affine(f"feat_extractor.{name}", after, before, 3, 3)


def _volume() -> Iterator[tuple[str, tuple[int, ...]]]:
    top = "feature_volume.volume_regularization"
    for name, channels in (
        ("cnn3d0", 32),
        ("cnn3d1", 32),
        ("cnn3d2", 48),
        ("d_cnn3d1.0", 48),
        ("d_cnn3d2.0", 32),
    ):
        yield from _affine(f"{top}.{name}.conv", channels, channels, 3, 3, 3)
        yield from _norm(f"{top}.{name}.BN", channels)
    for name, channels in (("d_cnn3d1.1", 48), ("d_cnn3d2.1", 32)):
        yield f"{top}.{name}.conv.weight", (channels, 32, 3, 3, 3)
        yield from _norm(f"{top}.{name}.BN", 32)
    yield from _affine(f"{top}.last", 32, 32, 3, 3, 3)


def _transformers() -> Iterator[tuple[str, tuple[int, ...]]]:
    for kind in ("fv_trans", "view_trans", "ray_trans"):
        for block in (0, 1):
            top = f"ray_transformer.{kind}.{block}"
            yield from _affine(f"{top}.attn_norm", 64)
            yield from _affine(f"{top}.ff_norm", 64)
            yield from _affine(f"{top}.ff.fc1", 256, 64)
            yield from _affine(f"{top}.ff.fc2", 64, 256)
            for projection in "qkv":
                yield f"{top}.attn.{projection}_fc.weight", (64, 64)
            yield from _affine(f"{top}.attn.out_fc", 64, 64)
            if kind == "view_trans":
                yield from _affine(f"{top}.attn.pos_fc.0", 8, 4)
                yield from _affine(f"{top}.attn.pos_fc.2", 64, 8)
                yield from _affine(f"{top}.attn.attn_fc.0", 8, 64)
                yield from _affine(f"{top}.attn.attn_fc.2", 64, 8)


def _heads() -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, *shape in (
        ("fv_upsampler.0", 64, 32),
        ("q_fcs.0.0", 64, 127),
        ("q_fcs.0.2", 64, 64),
        ("norm", 64),
        ("DensityMLP.0", 32, 64),
        ("DensityMLP.2", 16, 32),
        ("DensityMLP.4", 1, 16),
        ("radiance_fc.0", 32, 32),
        ("linear_radianceweight_1_softmax.0", 16, 35),
        ("linear_radianceweight_1_softmax.2", 8, 16),
        ("linear_radianceweight_1_softmax.4", 1, 8),
    ):
        yield from _affine(f"ray_transformer.{name}", *shape)


def _shapes(model: OmniRecon) -> Shapes:
    return {released_name(name): tuple(value.shape) for name, value in model.state_dict().items()}


def test_names_and_shapes_are_those_of_the_release() -> None:
    assert _shapes(OmniRecon(_SMALL)) == _released_shapes()
    assert len(_released_shapes()) == 272


@pytest.mark.shared_data
def test_names_and_shapes_are_those_of_the_published_list(shared_data_dir: Path) -> None:
    listing = shared_data_dir.parent / "design" / "omni-recon-state-dict.txt"
    if not listing.is_file():
        pytest.skip("no list of the release's tensors beside the shared data")
    lines = [line.split("\t") for line in listing.read_text(encoding="utf-8").splitlines() if "\t" in line]
    published = {name: tuple(int(n) for n in re.findall(r"\d+", shape)) for name, shape in lines}
    assert published == _released_shapes()


@pytest.mark.parametrize(
    ("part", "count"),
    [
        ("", 1_240_699),
        ("features.", 614_664),
        ("volume.", 304_864),
        ("geometry.", 319_393),
        ("appearance.", 1_777),
    ],
)
def test_each_part_has_as_many_parameters_as_the_papers(part: str, count: int) -> None:
    model = OmniRecon(_SMALL)
    sizes = (value.numel() for name, value in model.named_parameters() if name.startswith(part))
    assert sum(sizes) == count


def _drawn(seed: int) -> OmniRecon:
    torch.manual_seed(seed)
    model = OmniRecon(_SMALL)
    for buffer in model.buffers():
        buffer.copy_(torch.rand_like(buffer.float()) * 3.0)
    return model


def _same(first: OmniRecon, second: OmniRecon) -> bool:
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def _released(model: OmniRecon) -> dict[str, Tensor]:
    return {released_name(name): value for name, value in model.state_dict().items()}


def test_weights_written_are_read_back(tmp_path: Path) -> None:
    written, other = _drawn(0), _drawn(1)
    save_weights(written, tmp_path / "omni.safetensors", {"steps": "7"})
    assert not _same(written, other)
    load_weights(other, tmp_path / "omni.safetensors")
    assert _same(written, other)
    assert [file.name for file in tmp_path.iterdir()] == ["omni.safetensors"]


@pytest.mark.parametrize("wrapped", ["plain", "state_dict", "model", "module."])
def test_a_released_checkpoint_is_read_however_it_was_wrapped(tmp_path: Path, wrapped: str) -> None:
    written, other = _drawn(0), _drawn(1)
    content: dict[str, object] = dict(_released(written))
    if wrapped == "module.":
        content = {"state_dict": {f"module.{name}": value for name, value in content.items()}, "epoch": 3}
    elif wrapped != "plain":
        content = {wrapped: content, "epoch": 3}
    torch.save(content, tmp_path / "epoch.ckpt")
    load_weights(other, tmp_path / "epoch.ckpt")
    assert _same(written, other)


def _faulty(tensors: dict[str, Tensor], fault: str) -> dict[str, Tensor]:
    name = "ray_transformer.norm.weight"
    if fault == "missing":
        del tensors[name]
    elif fault == "shape":
        tensors[name] = torch.zeros(65)
    else:
        tensors["ray_transformer.norm.scale"] = torch.zeros(64)
    return tensors


@pytest.mark.parametrize("kind", ["safetensors", "ckpt"])
@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("missing", "ray_transformer.norm.weight: this tensor is missing"),
        ("shape", r"ray_transformer.norm.weight: expected shape \[64\], found \[65\]"),
        ("unknown", "ray_transformer.norm.scale: this tensor is unknown"),
    ],
)
def test_a_wrong_tensor_is_named_in_one_line_and_the_model_stays(
    tmp_path: Path, kind: str, fault: str, text: str
) -> None:
    from safetensors.torch import save_file

    path, model, before = tmp_path / f"wrong.{kind}", _drawn(1), _drawn(1)
    tensors = {name: value.contiguous() for name, value in _faulty(_released(_drawn(0)), fault).items()}
    if kind == "safetensors":
        save_file(tensors, path)
    else:
        torch.save(tensors, path)
    with pytest.raises(SceneFileError, match=text) as caught:
        load_weights(model, path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert _same(model, before)


class _Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('unpickled')",))


@pytest.mark.parametrize(
    "name", ["bomb.ckpt", "noise.safetensors", "noise.pth", "empty.safetensors", "empty.pth"]
)
def test_a_file_that_is_something_else_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content = {"bomb": pickle.dumps(_Bomb()), "noise": bytes(range(256)) * 8, "empty": b""}
    path.write_bytes(content[path.stem])
    with pytest.raises(SceneFileError) as caught:
        load_weights(OmniRecon(_SMALL), path)
    assert "\n" not in str(caught.value)


def test_a_bomb_inside_a_checkpoint_does_not_go_off(tmp_path: Path) -> None:
    torch.save({"state_dict": _Bomb()}, tmp_path / "bomb.pth")
    with pytest.raises(SceneFileError, match="cannot be loaded without running code"):
        load_weights(OmniRecon(_SMALL), tmp_path / "bomb.pth")


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "large.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("large/data/0", bytes(2**28 + 1))
    assert (tmp_path / "large.pth").stat().st_size < 2**20
    with pytest.raises(SceneFileError, match="expected at most"):
        load_weights(OmniRecon(_SMALL), tmp_path / "large.pth")


def test_a_missing_file_and_other_contents_are_told(tmp_path: Path) -> None:
    with pytest.raises(SceneFileError, match="No such file"):
        load_weights(OmniRecon(_SMALL), tmp_path / "absent.safetensors")
    torch.save([1, 2, 3], tmp_path / "list.pth")
    with pytest.raises(SceneFileError, match="missing"):
        load_weights(OmniRecon(_SMALL), tmp_path / "list.pth")
    torch.save({1: torch.zeros(3)}, tmp_path / "numbers.pth")
    with pytest.raises(SceneFileError, match="missing"):
        load_weights(OmniRecon(_SMALL), tmp_path / "numbers.pth")
