"""CLIPSeg with tiny random weights: real loading, what finding gives, and folders that are wrong."""

from __future__ import annotations

import importlib.util
import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from rowsplat.kernels.errors import SceneFileError
from rowsplat.render.clipseg_finder import ClipSegFinder, load_clipseg
from rowsplat.scenes import Camera, Gaussians
from rowsplat.scenes.grounding import GroundingContext
from rowsplat.scenes.text_edits.scene_frame import SceneFrame

pytestmark = [
    pytest.mark.skipif(
        importlib.util.find_spec("transformers") is None, reason="transformers is not installed"
    ),
    pytest.mark.filterwarnings("ignore"),  # of libraries about each other's versions
]

CAMERA = Camera.look_at((0.0, 0.0, -3.0), (0.0, 0.0, 0.0), width=48, height=40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLIPSeg of a few thousand random parameters, as transformers saves it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from transformers import CLIPSegConfig, CLIPSegForImageSegmentation

    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("clipseg")
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["<|startoftext|>", "<|endoftext|>", *(f"{letter}</w>" for letter in letters), *letters]
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = CLIPSegConfig(
        text_config={**small, "vocab_size": len(words), "max_position_embeddings": 16, "bos_token_id": 0,
                     "eos_token_id": 1, "pad_token_id": 1},
        vision_config={**small, "image_size": 32, "patch_size": 8},
        projection_dim=16, extract_layers=[0, 1], reduce_dim=8, decoder_num_attention_heads=2,
        decoder_intermediate_size=16, conditional_layer=0,
    )  # fmt: skip
    CLIPSegForImageSegmentation(config).save_pretrained(path)
    (path / "vocab.json").write_text(json.dumps({word: k for k, word in enumerate(words)}))
    (path / "merges.txt").write_text("#version: 0.2\n")
    (path / "tokenizer_config.json").write_text(
        json.dumps(
            {"tokenizer_class": "CLIPTokenizer", "bos_token": words[0], "eos_token": words[1],
             "unk_token": words[1], "pad_token": words[1], "model_max_length": 16}
        )
    )  # fmt: skip
    return path


def _context() -> GroundingContext:
    rng = np.random.default_rng(0)
    means = np.concatenate([rng.uniform(-0.5, 0.5, (20, 3)), [[0.0, 0.0, -9.0]]])
    gaussians = Gaussians(
        means=means.astype(np.float32),
        quats=np.tile(np.float32([1, 0, 0, 0]), (21, 1)),
        log_scales=np.full((21, 3), np.log(0.1), np.float32),
        logit_opacities=np.full(21, 2.0, np.float32),
        sh_coeffs=rng.normal(size=(21, 1, 3)).astype(np.float32),
    )
    alive = np.ones(21, dtype=np.bool_)
    alive[3] = False
    return GroundingContext(
        gaussians=gaussians, alive=alive, frame=SceneFrame.of_camera(CAMERA), eye=CAMERA.position
    )


def test_probabilities_are_a_map_of_the_picture_that_depends_on_the_word(folder: Path) -> None:
    clipseg = load_clipseg(folder)
    picture = np.random.default_rng(1).random((40, 48, 3)).astype(np.float32)
    first, second = clipseg.probabilities(picture, "chair"), clipseg.probabilities(picture, "dog")
    assert first.shape == (40, 48)
    assert ((first >= 0) & (first <= 1)).all()
    assert not np.allclose(first, second, atol=1e-7)
    assert np.array_equal(first, clipseg.probabilities(picture, "chair"))


def test_every_seen_gaussian_gets_a_probability_between_those_of_the_pixels(folder: Path) -> None:
    clipseg, context = load_clipseg(folder), _context()
    weights = ClipSegFinder(clipseg, [CAMERA]).find("chair", context)
    assert weights is not None
    assert np.isnan(weights[[3, 20]]).all()  # deleted, behind the camera
    seen = ~np.isnan(weights)
    assert seen.sum() > 10
    assert ((weights[seen] > 0) & (weights[seen] < 1)).all()


def test_folders_that_hold_no_model_are_refused_in_a_line(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(SceneFileError, match=r"config\.json"):
        load_clipseg(tmp_path)
    for name in ("config.json", "vocab.json", "merges.txt", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    (tmp_path / "pytorch_model.bin").write_bytes(b"a pickle is never loaded")
    with pytest.raises(SceneFileError, match=r"cannot be read.*safetensors"):
        load_clipseg(tmp_path)
