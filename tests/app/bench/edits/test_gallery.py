"""Pictures of the gallery: small, each with a name of its own, all those of the documentation can be made again."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rowsplat.app.bench.edits.gallery import MOST_BYTES, SHOTS, write_small_jpeg
from rowsplat.kernels.errors import RowsplatError

ROOT = Path(__file__).parents[4]
MOST_BYTES_IN_ALL = 2_000_000


def test_pictures_have_different_names() -> None:
    assert len({shot.name for shot in SHOTS}) == len(SHOTS)


def test_the_documentation_shows_pictures_of_the_script_with_their_sentences() -> None:
    text = (ROOT / "docs/edits.md").read_text(encoding="utf-8")
    shown = re.findall(r"images/edits/([\w-]+)\.jpg", text)
    prompts = {shot.name: shot.prompt for shot in SHOTS}
    assert set(shown) <= set(prompts)
    assert all(prompts[name] in text for name in shown)
    pictures = sorted((ROOT / "docs/images/edits").iterdir())
    assert sorted(f"{name}.jpg" for name in set(shown)) == [path.name for path in pictures]
    assert all(path.stat().st_size < MOST_BYTES for path in pictures)
    assert sum(path.stat().st_size for path in pictures) < MOST_BYTES_IN_ALL


def test_a_busy_picture_is_written_worse_until_it_is_small(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    plain = np.full((200, 300, 3), 0.5, np.float32)
    busy = rng.uniform(0.3, 0.7, (400, 700, 3)).astype(np.float32)
    for name, picture in (("plain", plain), ("busy", busy)):
        path = tmp_path / f"{name}.jpg"
        write_small_jpeg(path, picture)
        assert path.stat().st_size < MOST_BYTES
        with Image.open(path) as written:
            assert written.size == picture.shape[1::-1]
            error = np.abs(np.asarray(written, np.float32) / 255.0 - picture).mean()
        assert error < (0.01 if name == "plain" else 0.2)


def test_a_picture_that_stays_large_is_refused_and_not_written(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(0.0, 1.0, (1500, 1500, 3)).astype(np.float32)
    with pytest.raises(RowsplatError, match="takes more than 150,000 bytes"):
        write_small_jpeg(tmp_path / "noise.jpg", noise)
    assert not list(tmp_path.iterdir())
