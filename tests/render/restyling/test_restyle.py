"""The whole procedure with editors made for testing: rounds, noise, masks, cancelling, and where editors come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render.restyling import (
    ColourTransfer,
    Picture,
    RestyleOptions,
    RestyleStage,
    camera_ring,
    editor_of,
    restyle,
    restyle_views,
)
from rowsplat.render.restyling.restyle import draw_view
from rowsplat.scenes import Gaussians, scene_extent

from ...kernels.taichi.random_scenes import random_scene

SMALL = RestyleOptions(views=4, picture_size=32)


@dataclass(eq=False, kw_only=True)
class Painter:
    """Paints everything in one colour and keeps what it was given."""

    color: tuple[float, float, float] = (0.1, 0.7, 0.2)
    name: str = "painter"
    rounds: int = 1
    given: list[tuple[Picture, Picture, float, int]] = field(default_factory=list)

    def fitted(self, views: Sequence[Picture], alphas: Sequence[NDArray[np.float32]]) -> Painter:
        assert len(views) == len(alphas) == 4
        return self

    def edit(self, image: Picture, *, original: Picture, noise: float, seed: int) -> Picture:
        self.given.append((image, original, noise, seed))
        return np.broadcast_to(np.array(self.color, np.float32), image.shape).copy()


@pytest.fixture
def scene() -> Gaussians:
    return random_scene(200, seed=1, sh_degree=1)


def test_a_painted_scene_has_the_paint_where_it_is_solid(scene: Gaussians) -> None:
    made = restyle_views(scene, Painter(), SMALL)
    for view, share in enumerate(made.shares):
        drawn = draw_view(made.gaussians, made.weights, view)[share > 0.99]
        assert np.abs(drawn - (0.1, 0.7, 0.2)).mean() < 0.05
    assert any((share > 0.99).any() for share in made.shares)


def test_later_rounds_start_from_the_scene_and_keep_the_original_as_condition(scene: Gaussians) -> None:
    painter = Painter(rounds=2)
    made = restyle_views(scene, painter, SMALL)
    first, second = painter.given[:4], painter.given[4:]
    assert [noise for _, _, noise, _ in painter.given] == [1.0] * 4 + [0.3] * 4
    for view in range(4):
        np.testing.assert_array_equal(first[view][0], made.originals[view])
        np.testing.assert_array_equal(second[view][1], made.originals[view])
        assert np.abs(second[view][0] - made.originals[view]).max() > 0.1
    assert len({seed for _, _, _, seed in painter.given}) == 8


def test_options_say_how_often_whatever_the_editor_likes(scene: Gaussians) -> None:
    painter = Painter(rounds=7)
    restyle(scene, painter, RestyleOptions(views=4, picture_size=32, rounds=1))
    assert len(painter.given) == 4


@pytest.mark.parametrize("editor", [Painter(), ColourTransfer(np.full((4, 4, 3), 0.8, np.float32))])
def test_only_the_selected_change(scene: Gaussians, editor: Painter | ColourTransfer) -> None:
    mask = np.random.default_rng(0).random(len(scene)) < 0.5
    found = restyle(scene, editor, SMALL, mask=mask)
    for name in ("means", "quats", "log_scales", "logit_opacities"):
        np.testing.assert_array_equal(getattr(found, name), getattr(scene, name))
    np.testing.assert_array_equal(found.sh_coeffs[~mask], scene.sh_coeffs[~mask])
    assert (found.sh_coeffs[mask] != scene.sh_coeffs[mask]).any()


def test_the_same_seed_gives_the_same_scene(scene: Gaussians) -> None:
    first, second = (restyle(scene, Painter(), SMALL) for _ in range(2))
    np.testing.assert_array_equal(first.sh_coeffs, second.sh_coeffs)


def test_progress_runs_to_the_end_and_is_told_often_while_colours_are_solved(scene: Gaussians) -> None:
    told: list[tuple[RestyleStage, int, int]] = []
    restyle(scene, Painter(rounds=2), SMALL, on_progress=lambda *step: told.append(step))
    edits = [done for stage, done, _ in told if stage is RestyleStage.EDIT]
    assert told[0] == (RestyleStage.DRAW, 0, 4)
    assert told[-1] == (RestyleStage.EDIT, 8, 8)
    assert edits == sorted(edits)
    assert edits.count(4) > 10


@pytest.mark.parametrize("after", [0, 3, 6, 30])
def test_raising_from_progress_ends_the_work(scene: Gaussians, after: int) -> None:
    told = 0

    def cancel(stage: RestyleStage, done: int, total: int) -> None:
        nonlocal told
        told += 1
        if told > after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restyle(scene, Painter(), SMALL, on_progress=cancel)
    assert told == after + 1


def test_nothing_selected_is_refused_in_one_line(scene: Gaussians) -> None:
    with pytest.raises(RowsplatError, match="nothing is selected"):
        restyle(scene, Painter(), SMALL, mask=np.zeros(len(scene), np.bool_))


def test_an_editor_that_gives_nonsense_is_named(scene: Gaussians) -> None:
    with pytest.raises(RowsplatError, match="painter: expected a picture of 32x32"):
        restyle(scene, Painter(color=(np.nan, 0.0, 0.0)), SMALL)


def test_options_out_of_range_are_refused() -> None:
    for wrong in ({"views": 0}, {"picture_size": 8}, {"later_noise": 0.0}, {"rounds": 0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            RestyleOptions(**wrong)


def test_the_ring_goes_around_the_subject_and_neighbours_are_near(scene: Gaussians) -> None:
    ring, center = camera_ring(scene, 12, 64), scene_extent(scene).center
    apart = [np.linalg.norm(camera.position - center) for camera in ring]
    steps = [np.linalg.norm(a.position - b.position) for a, b in zip(ring, ring[1:] + ring[:1], strict=True)]
    np.testing.assert_allclose(apart, apart[0], rtol=1e-6)
    assert max(steps) < apart[0]
    assert len({camera.position[1].round(3) for camera in ring}) == 3


def test_a_style_is_found_by_what_the_path_is(tmp_path: Path) -> None:
    picture = tmp_path / "reference.png"
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(picture)
    assert isinstance(editor_of(picture), ColourTransfer)
    assert isinstance(editor_of(str(picture), prompt="ignored"), ColourTransfer)


@pytest.mark.parametrize("style", ["", "nothing.npz", "winter", "x" * 5000, "a\0b", "/", "😀.png"])
def test_what_is_no_style_is_one_line(style: str) -> None:
    with pytest.raises(RowsplatError) as caught:
        editor_of(style)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_pipeline_without_an_instruction_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "unet").mkdir()
    with pytest.raises(RowsplatError, match="got none"):
        editor_of(tmp_path)
    with pytest.raises(RowsplatError, match="vae"):
        editor_of(tmp_path, prompt="make it winter")
