"""gsply, an independent library, decodes what we write to the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rowsplat.scenes import Gaussians
from rowsplat.scenes.formats import load_gaussians, save_gaussians
from rowsplat.scenes.formats.axes import RUB_FLIP, flip_axes

from .sample_scenes import angles_between, random_gaussians


@pytest.mark.parametrize("ending", ["ply", "compressed.ply", "spz"])
def test_gsply_decodes_the_same_numbers(tmp_path: Path, ending: str) -> None:
    gsply = pytest.importorskip("gsply")
    path = tmp_path / f"scene.{ending}"
    save_gaussians(random_gaussians(300), path)
    ours: Gaussians = load_gaussians(path)
    if ending == "spz":  # gsply leaves the axes as they are stored
        theirs, ours = gsply.read_spz(path), flip_axes(ours, RUB_FLIP)
    else:
        theirs = gsply.plyread(path)
    assert np.abs(theirs.means - ours.means).max() < 1e-6
    assert np.abs(theirs.scales - ours.log_scales).max() < 1e-6
    assert np.abs(theirs.opacities - ours.logit_opacities).max() < 1e-5
    assert angles_between(np.asarray(theirs.quats), ours.quats).max() < 1e-5
    assert np.abs(theirs.sh0 - ours.sh_coeffs[:, 0]).max() < 1e-6
    assert np.abs(theirs.shN - ours.sh_coeffs[:, 1:]).max() < 1e-6
