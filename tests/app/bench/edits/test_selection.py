"""The measurement of selections: what it counts, and that its scenes are what they say."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.app.bench.edits import selection
from rowsplat.app.bench.edits.composed_scenes import garden
from rowsplat.app.bench.edits.known_scenes import KnownScene
from rowsplat.app.bench.edits.selection import measured, table


@pytest.fixture(scope="module")
def scene() -> KnownScene:
    return garden()


def test_every_gaussian_belongs_to_one_thing_and_things_are_apart(scene: KnownScene) -> None:
    assert len(scene.thing_of) == len(scene.gaussians)
    counts = np.bincount(scene.thing_of, minlength=len(scene.things))
    assert (counts > 100).all()
    assert scene.mask(scene.things).all()
    with pytest.raises(ValueError, match="not in tuple"):
        scene.mask(["nowhere"])


def test_the_same_scene_is_made_each_time(scene: KnownScene) -> None:
    again = garden()
    assert np.array_equal(again.gaussians.means, scene.gaussians.means)
    assert np.array_equal(again.gaussians.sh_coeffs, scene.gaussians.sh_coeffs)


def test_all_phrases_mean_things_of_their_scene(scene: KnownScene) -> None:
    for phrase in scene.phrases:
        assert scene.mask(phrase.means).any()


def test_words_select_what_is_meant_in_a_scene_without_labels(scene: KnownScene) -> None:
    rows = measured(scene)
    assert len(rows) == len(scene.phrases)
    assert np.mean([row.iou for row in rows]) > 0.75
    text = table(rows)
    assert text.count("| garden |") == len(rows)
    assert f"| others (1) | {len(rows)} |" in text


def test_only_the_scenes_asked_for_are_made() -> None:
    assert [scene.name for scene in selection.known_scenes(None, "garden")] == ["garden"]
