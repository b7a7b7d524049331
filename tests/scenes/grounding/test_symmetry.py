"""Mirror planes of things that were made by mirroring, against brute force, and the sides that words mean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from rowsplat.scenes.grounding import GroundingContext, ground
from rowsplat.scenes.grounding.symmetry import LEAST_SCORE, mirror_planes
from rowsplat.scenes.text_edits.targets import Place, Thing

from .small_scenes import ball_points, context, iou, painted

UP = np.array([0.0, -1.0, 0.0])
MIDDLE = np.array([0.6, -1.0, 0.4])


def _wing(seed: int = 0, count: int = 1200) -> NDArray[np.float64]:
    """A bent sheet on the side of positive x, from x = 0 on."""
    u, v = np.random.default_rng(seed).uniform(0.0, 1.0, (2, count))
    return np.stack([1.5 * u, -0.5 * u + 0.1 * v, 0.6 * v * (1 - 0.6 * u) + 0.5 * u * u], axis=1)


def _turned(points: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    c, s = np.cos(angle), np.sin(angle)
    return points @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]).T + MIDDLE


def _pair(angle: float) -> NDArray[np.float64]:
    """Two wings sampled apart, joined at the plane of symmetry."""
    return _turned(np.concatenate([_wing(0), _wing(1) * [-1, 1, 1]]), angle)


@pytest.mark.parametrize("angle", [0.0, 0.5, -0.7, 1.4])
def test_the_plane_that_a_thing_was_mirrored_at_is_found(angle: float) -> None:
    points = _pair(angle)
    best = mirror_planes(points, np.full_like(points, 0.5), UP)[0]
    normal = _turned(np.array([[1.0, 0, 0]]), angle)[0] - MIDDLE
    assert abs(best.normal @ normal) > np.cos(np.radians(3))
    assert abs(best.offset - best.normal @ MIDDLE) < 0.05
    assert best.score > LEAST_SCORE
    assert best.normal @ UP == pytest.approx(0.0, abs=1e-12)


def test_no_plane_of_a_brute_force_search_is_better() -> None:
    points = _pair(0.5)[::6]
    best = mirror_planes(points, np.full_like(points, 0.5), UP)[0]

    def distance(normal: NDArray[np.float64], offset: float) -> float:
        images = points - 2.0 * (points @ normal - offset)[:, None] * normal
        return float(np.linalg.norm(images[:, None] - points[None], axis=-1).min(axis=1).mean())

    others = [
        distance(normal, float(normal @ MIDDLE) + shift)
        for azimuth in np.pi * np.arange(24) / 24
        for normal in [np.array([np.cos(azimuth), 0.0, np.sin(azimuth)])]
        for shift in (-0.1, 0.0, 0.1)
    ]
    assert distance(best.normal, best.offset) < 1.1 * min(others)


def test_what_is_not_symmetric_in_shape_or_colour_scores_low() -> None:
    wing, pair = _turned(_wing(), 0.3), _pair(0.0)
    gray = np.full_like(pair, 0.5)
    assert mirror_planes(wing, gray[: len(wing)], UP)[0].score < LEAST_SCORE
    sides = np.where(pair[:, :1] > MIDDLE[0], [0.9, 0.1, 0.1], [0.1, 0.1, 0.9])
    assert mirror_planes(pair, sides, UP)[0].score < LEAST_SCORE


def test_few_points_have_no_plane() -> None:
    assert mirror_planes(np.zeros((3, 3)), np.zeros((3, 3)), UP) == ()


def _known(parts: list[NDArray[np.float64]]) -> tuple[GroundingContext, NDArray[np.intp]]:
    gaussians, part_of = painted([(points, "gray") for points in parts])
    labels = {"wings": np.ones(len(part_of), np.float32)}
    return replace(context(gaussians), labels=labels), part_of


@pytest.mark.parametrize(("place", "part"), [(Place.LEFT, 0), (Place.RIGHT, 1)])
def test_one_piece_is_parted_at_its_mirror_plane(place: Place, part: int) -> None:
    known, part_of = _known([_turned(_wing(0) * [-1, 1, 1], 0.2), _turned(_wing(1), 0.2)])
    grounding = ground(Thing(noun="wing", place=place), known)
    assert iou(grounding.mask.to_bool(), part_of == part) > 0.95
    assert "mirror plane" in grounding.why


def test_of_more_than_two_pieces_all_on_a_side_are_meant() -> None:
    pieces = [ball_points((x, -1.0, 0.5), r, 900, k) for k, (x, r) in enumerate([(1, 0.3), (2, 0.2)])]
    known, part_of = _known([*pieces, *(piece * [-1, 1, 1] for piece in pieces)])
    found = ground(Thing(noun="wing", place=Place.LEFT), known).mask.to_bool()
    np.testing.assert_array_equal(found, part_of >= 2)


def test_a_noun_that_comes_in_no_pairs_is_never_halved() -> None:
    known, part_of = _known([_turned(_wing(0) * [-1, 1, 1], 0.2), _turned(_wing(1), 0.2)])
    known = replace(known, labels={"kite": np.ones(len(part_of), np.float32)})
    assert ground(Thing(noun="kite", place=Place.LEFT), known).mask.num_selected == len(part_of)
