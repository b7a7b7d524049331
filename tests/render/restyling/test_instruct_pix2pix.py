"""InstructPix2Pix with a tiny random pipeline: real loading, both scales, the noise level, folders that are wrong."""

from __future__ import annotations

import importlib.util
import json
import warnings
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import numpy as np
import pytest
import torch
from rowsplat.kernels.errors import RowsplatError, SceneFileError
from rowsplat.render.restyling.instruct_pix2pix import InstructionOptions, InstructPix2Pix, load_parts

_MISSING = [name for name in ("diffusers", "transformers") if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(bool(_MISSING), reason=f'pip install "rowsplat[diffusion]": no {_MISSING}'),
    pytest.mark.filterwarnings("ignore"),  # of libraries about each other's versions
]

FEW = InstructionOptions(steps=4, max_side=32)


def _picture(seed: int, size: tuple[int, int] = (32, 32)) -> np.ndarray:
    return np.random.default_rng(seed).random((*size, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline in diffusers' layout, 0.1 million random parameters."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
        from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("pipeline")
    common: dict[str, Any] = {"norm_num_groups": 4, "layers_per_block": 1}
    UNet2DConditionModel(
        sample_size=8, in_channels=8, out_channels=4, block_out_channels=(8, 16), attention_head_dim=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), cross_attention_dim=16, **common,
    ).save_pretrained(path / "unet")  # fmt: skip
    AutoencoderKL(
        block_out_channels=(8, 16), latent_channels=4, sample_size=32,
        down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2, **common,
    ).save_pretrained(path / "vae")  # fmt: skip
    DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False,
                  set_alpha_to_one=False, steps_offset=1).save_pretrained(path / "scheduler")  # fmt: skip
    ends = [f"{letter}</w>" for letter in ascii_lowercase]
    words = ["<|startoftext|>", "<|endoftext|>", *ends, *ascii_lowercase]
    config = CLIPTextConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=12, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip
    CLIPTextModel(config).save_pretrained(path / "text_encoder")
    (path / "tokenizer").mkdir()
    (path / "tokenizer" / "vocab.json").write_text(json.dumps({word: k for k, word in enumerate(words)}))
    (path / "tokenizer" / "merges.txt").write_text("#version: 0.2\n")
    kind = {"tokenizer_class": "CLIPTokenizer", "model_max_length": 12}
    (path / "tokenizer" / "tokenizer_config.json").write_text(json.dumps(kind))
    return path


@pytest.fixture(scope="module")
def editor(folder: Path) -> InstructPix2Pix:
    return InstructPix2Pix.of_folder(folder, "make it snow", FEW)


@pytest.mark.parametrize("size", [(32, 32), (31, 45), (90, 20)])
def test_pictures_keep_their_size_whatever_the_model_works_at(
    editor: InstructPix2Pix, size: tuple[int, int]
) -> None:
    picture = _picture(0, size)
    edited = editor.edit(picture, original=picture, noise=1.0, seed=0)
    assert edited.shape == picture.shape
    assert edited.dtype == np.float32
    assert ((edited >= 0) & (edited <= 1)).all()


def test_the_seed_decides_and_nothing_else_is_random(editor: InstructPix2Pix) -> None:
    picture = _picture(0)
    first, again, other = (editor.edit(picture, original=picture, noise=1.0, seed=k) for k in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_all_noise_forgets_the_picture_and_a_little_keeps_it(editor: InstructPix2Pix) -> None:
    original = _picture(0)
    fresh = [editor.edit(_picture(k), original=original, noise=1.0, seed=0) for k in (1, 2)]
    kept = [editor.edit(_picture(k), original=original, noise=0.25, seed=0) for k in (1, 2)]
    np.testing.assert_array_equal(*fresh)
    assert np.abs(kept[0] - kept[1]).max() > 1e-3


def test_both_scales_and_the_sentence_matter(folder: Path) -> None:
    parts, picture = load_parts(folder), _picture(0)

    def edited(prompt: str, options: InstructionOptions) -> np.ndarray:
        return InstructPix2Pix(parts, prompt, options).edit(picture, original=picture, noise=1.0, seed=0)

    plain = edited("snow", FEW)
    assert np.abs(plain - edited("rain", FEW)).max() > 1e-5
    assert np.abs(plain - edited("snow", replace(FEW, text_scale=0.0))).max() > 1e-5
    assert np.abs(plain - edited("snow", replace(FEW, image_scale=9.0))).max() > 1e-4
    without_text = replace(FEW, text_scale=0.0)
    np.testing.assert_allclose(edited("snow", without_text), edited("rain", without_text), atol=1e-6)


def test_an_empty_instruction_is_refused(folder: Path) -> None:
    with pytest.raises(RowsplatError, match="instruction is empty"):
        InstructPix2Pix(load_parts(folder), "  ")


def _copied(folder: Path, target: Path) -> Path:
    for file in folder.rglob("*"):
        if file.is_file():
            copy = target / file.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    return target


@pytest.mark.parametrize(
    ("part", "file", "content"),
    [
        ("unet", "diffusion_pytorch_model.safetensors", b"no weights"),
        ("unet", "config.json", b"{"),
        ("vae", "diffusion_pytorch_model.safetensors", None),
        ("text_encoder", "config.json", None),
        ("scheduler", "scheduler_config.json", b"[]"),
    ],
)
def test_a_broken_folder_is_one_line_that_names_the_part(
    folder: Path, tmp_path: Path, part: str, file: str, content: bytes | None
) -> None:
    broken = _copied(folder, tmp_path) / part / file
    broken.unlink() if content is None else broken.write_bytes(content)
    with pytest.raises(SceneFileError, match=part) as caught:
        load_parts(tmp_path)
    assert "\n" not in str(caught.value)


def test_pickled_weights_are_not_read(folder: Path, tmp_path: Path) -> None:
    unet = _copied(folder, tmp_path) / "unet"
    (unet / "diffusion_pytorch_model.safetensors").unlink()
    torch.save({}, unet / "diffusion_pytorch_model.bin")
    with pytest.raises(SceneFileError, match="unet"):
        load_parts(tmp_path)


def test_a_network_of_another_kind_is_refused(folder: Path, tmp_path: Path) -> None:
    config = _copied(folder, tmp_path) / "unet" / "config.json"
    values = json.loads(config.read_text())
    config.write_text(json.dumps(values | {"in_channels": 4}))
    with pytest.raises(SceneFileError, match="unet"):
        load_parts(tmp_path)
