"""Styles are called by the names of their files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.edit_styles import StyleLibrary
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render import write_image
from rowsplat.scenes.text_edits.planning import FileRule


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    picture = np.random.default_rng(0).uniform(0.0, 1.0, (8, 8, 3)).astype(np.float32)
    for name in ("mosaic.png", "Starry Night.small.jpg"):
        write_image(tmp_path / name, picture)
    (tmp_path / "LICENSE").write_text("all of it", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("nothing", encoding="utf-8")
    return tmp_path


def test_only_what_is_a_style_is_listed_and_by_its_name_before_the_first_dot(folder: Path) -> None:
    assert StyleLibrary(folder=folder).names == ("Starry Night", "mosaic")


@pytest.mark.parametrize("said", ["mosaic", "Mosaic", "starry night", "starry night.small"])
def test_a_style_is_found_by_its_name_in_any_case(folder: Path, said: str) -> None:
    assert StyleLibrary(folder=folder).editor(said).name


@pytest.mark.parametrize("said", ["LICENSE", "notes", "mosaics"])
def test_what_is_no_style_is_refused_with_the_known_ones(folder: Path, said: str) -> None:
    with pytest.raises(RowsplatError, match=r"Known styles are Starry Night, mosaic"):
        StyleLibrary(files=FileRule(folder=folder / "elsewhere"), folder=folder).editor(said)
