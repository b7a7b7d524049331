"""Label maps lifted to Gaussians."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.render.label_lifting import lifted_labels
from rowsplat.scenes import Camera, Gaussians


def _two_blobs() -> Gaussians:
    """Two opaque Gaussians side by side, and one behind the camera."""
    return Gaussians(
        means=np.float32([[-0.5, 0, 0], [0.5, 0, 0], [0, 0, -9]]),
        quats=np.tile(np.float32([1, 0, 0, 0]), (3, 1)),
        log_scales=np.full((3, 3), np.log(0.1), np.float32),
        logit_opacities=np.full(3, 4.0, np.float32),
        sh_coeffs=np.zeros((3, 1, 3), np.float32),
    )


CAMERA = Camera.look_at((0.0, 0.0, -3.0), (0.0, 0.0, 0.0), width=64, height=48)


def test_each_gaussian_gets_the_label_of_its_pixels_and_hidden_ones_none() -> None:
    halves = np.where(np.arange(64) < 32, 0, 1)[None].repeat(48, axis=0)
    labels = lifted_labels(_two_blobs(), [CAMERA], [halves], ["left", "right"])
    assert labels["left"][:2] == pytest.approx([1.0, 0.0], abs=1e-3)
    assert labels["right"][:2] == pytest.approx([0.0, 1.0], abs=1e-3)
    assert np.isnan(labels["left"][2])


def test_pixels_without_a_label_take_from_all_labels() -> None:
    none = np.full((48, 64), -1)
    labels = lifted_labels(_two_blobs(), [CAMERA], [none], ["thing"])
    assert np.array_equal(labels["thing"][:2], [0.0, 0.0])


def test_a_map_with_more_labels_than_names_is_refused() -> None:
    with pytest.raises(ValueError, match="below 1"):
        lifted_labels(_two_blobs(), [CAMERA], [np.ones((48, 64), dtype=int)], ["thing"])
