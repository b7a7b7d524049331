"""The yardstick of lifting: intersection over union by hand, labellers that err as they are said to."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.app.bench.omni.labelled_scenes import erring_labels, labelled_scene, mean_iou, one_hot
from rowsplat.app.bench.omni.lifting import Figures, SceneFigures, markdown
from rowsplat.app.bench.omni.patch_labeller import trained_labeller
from rowsplat.render.omni_recon.lifting import strongest


def test_iou_is_that_of_sets_of_pixels() -> None:
    rng = np.random.default_rng(0)
    truth, found = rng.integers(0, 3, (20, 30)), rng.integers(-1, 4, (20, 30))
    expected = []
    for value in range(3):
        ours = {tuple(p) for p in np.argwhere(found == value)}
        theirs = {tuple(p) for p in np.argwhere(truth == value)}
        expected.append(len(ours & theirs) / len(ours | theirs))
    assert mean_iou(found, truth) == pytest.approx(np.mean(expected))
    assert mean_iou(truth, truth) == 1.0


def test_labels_of_few_pixels_do_not_count() -> None:
    truth = np.zeros((20, 20), int)
    truth[0, :5] = 1
    assert mean_iou(np.zeros_like(truth), truth) == pytest.approx(395 / 400)


@pytest.mark.parametrize("share", [0.1, 0.35])
def test_errors_are_patches_of_their_share_and_differ_between_views(share: float) -> None:
    labels = np.random.default_rng(0).integers(0, 5, (60, 80)).astype(np.int32)
    first, second = (erring_labels(labels, 5, view, share) for view in (0, 1))
    np.testing.assert_array_equal(first, erring_labels(labels, 5, 0, share))
    wrong, others = first != labels, second != labels
    assert wrong.mean() == pytest.approx(share, abs=0.01)
    assert (first >= 0).all()
    assert (first < 5).all()
    assert (wrong & others).mean() < 0.9 * share
    assert (wrong[:, 1:] == wrong[:, :-1]).mean() > 0.9  # patches, no dust


def test_one_hot_says_the_same() -> None:
    labels = np.random.default_rng(0).integers(0, 4, (6, 7)).astype(np.int32)
    np.testing.assert_array_equal(strongest(one_hot(labels, 4)), labels)


def test_a_labeller_learns_colours_and_is_the_same_every_time() -> None:
    rng = np.random.default_rng(0)
    labels = (rng.uniform(size=(24, 32)) > 0.5).astype(np.int32).repeat(2, 0).repeat(2, 1)
    image = np.where(labels[..., None] == 1, [0.8, 0.2, 0.2], [0.2, 0.3, 0.8]).astype(np.float32)
    first, second = (trained_labeller([image], [labels], 2, steps=40) for _ in range(2))
    said = first.predict(image)
    np.testing.assert_array_equal(said, second.predict(image))
    np.testing.assert_allclose(said.sum(axis=0), 1.0, rtol=1e-5)
    assert mean_iou(strongest(said), labels) > 0.9


def test_scenes_have_a_label_for_every_pixel() -> None:
    scene = labelled_scene(11, 32, 24)
    assert scene.labels.shape == (len(scene.photo_set), 24, 32)
    assert scene.labels.min() >= 0
    assert scene.labels.max() < scene.classes


def test_the_table_has_a_line_for_each_scene() -> None:
    figures = Figures(lifted=0.9, with_view=0.95, rendered=0.6)
    row = SceneFigures(
        name="room 1",
        classes=4,
        psnr=20.0,
        exact=0.95,
        erring=figures,
        from_sources=figures,
        from_others=figures,
    )
    lines = markdown([row, row]).splitlines()
    assert len(lines) == 4
    assert len({line.count("|") for line in lines}) == 1
    assert "| 0.900 | 0.950 | 0.600 | 1.58 |" in lines[-1]


def test_figures_of_several_views_are_averaged() -> None:
    one = Figures(lifted=0.8, with_view=0.7, rendered=0.2)
    other = Figures(lifted=0.4, with_view=0.5, rendered=0.6)
    mean = Figures.mean([one, other])
    assert (mean.lifted, mean.with_view, mean.rendered) == pytest.approx((0.6, 0.6, 0.4))
    assert mean.ratio == pytest.approx(1.5)
