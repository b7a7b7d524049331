"""Taichi and Quadrants compile the same source to the same picture, with any number of threads."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from rowsplat.render import Blend, max_abs_error, psnr

from .language_processes import LANGUAGES, draw
from .random_scenes import random_scene, save_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scene") / "scene.npz"
    save_scene(path, random_scene(2000, seed=3, sh_degree=2))
    return path


@pytest.mark.skipif(
    not (importlib.util.find_spec("taichi") and importlib.util.find_spec("quadrants")),
    reason="needs taichi and quadrants",
)
def test_both_languages_draw_the_same_picture(scene: Path, tmp_path: Path) -> None:
    ours, theirs = (draw(tmp_path, scene, language=name) for name in ("taichi", "quadrants"))
    assert set(ours) == {blend.value for blend in Blend}
    for name, picture in ours.items():
        assert picture.std() > 0.05
        assert psnr(picture, theirs[name]) >= 90.0, f"{name}: {max_abs_error(picture, theirs[name])}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_thread_draws_the_same_bits_as_two(scene: Path, tmp_path: Path, language: str) -> None:
    one, two = (draw(tmp_path, scene, language=language, threads=threads) for threads in (1, 2))
    for name, picture in one.items():
        np.testing.assert_array_equal(picture, two[name], err_msg=name)
