"""Planes and connected parts against constructions and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.scenes.grounding.clusters import connected, main_parts, spacing
from rowsplat.scenes.grounding.contact import standing
from rowsplat.scenes.grounding.planes import PlaneKind, find_planes, thinned

UP = np.array([0.0, 0.0, 1.0])


@pytest.mark.parametrize("tilt_deg", [0.0, 8.0])
def test_a_plane_is_found_under_a_denser_object(tilt_deg: float) -> None:
    rng = np.random.default_rng(0)
    flat = np.column_stack([rng.uniform(-1, 1, (2000, 2)), rng.normal(0.0, 0.003, 2000)])
    tilt = np.radians(tilt_deg)
    turn = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    blob = rng.normal([0.2, 0.1, 0.4], 0.1, (6000, 3))
    plane = find_planes(np.concatenate([flat @ turn.T, blob]), UP, PlaneKind.LEVEL, size=2.8)[0]
    assert abs(plane.normal @ turn[:, 2]) > np.cos(np.radians(1.0))
    assert plane.holds(flat @ turn.T).mean() > 0.97
    assert plane.holds(blob).mean() < 0.05


def test_an_upright_plane_is_no_level_one() -> None:
    rng = np.random.default_rng(1)
    wall = np.column_stack([rng.uniform(-1, 1, 2000), rng.normal(0.5, 0.003, 2000), rng.uniform(-1, 1, 2000)])
    upright = find_planes(wall, UP, PlaneKind.UPRIGHT, size=2.8)[0]
    assert abs(upright.normal[1]) > 0.999
    assert all(plane.area < 0.3 * upright.area for plane in find_planes(wall, UP, PlaneKind.LEVEL, size=2.8))


def test_thinning_keeps_at_most_so_many_points_of_each_cube() -> None:
    rng = np.random.default_rng(2)
    points = rng.normal(0.0, 0.3, (5000, 3))
    kept = thinned(points, 0.2, 3, rng)
    _, counts = np.unique(np.floor((kept - points.min(axis=0)) / 0.2), axis=0, return_counts=True)
    _, before = np.unique(np.floor((points - points.min(axis=0)) / 0.2), axis=0, return_counts=True)
    assert counts.max() == 3
    assert counts.sum() == np.minimum(before, 3).sum()


def test_connected_parts_are_those_of_a_flood_over_cells() -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform(0.0, 1.0, (300, 3))
    cell = 0.11
    cells = np.floor((points - points.min(axis=0)) / cell)
    parts = connected(points, cell)
    for k in rng.integers(
        300, size=10
    ):  # brute force: grow a set of points until nothing touches it any more
        inside = (cells == cells[k]).all(axis=1)
        while True:
            grown = (np.abs(cells[:, None] - cells[inside][None]).max(axis=2) <= 1).any(axis=1)
            if (grown == inside).all():
                break
            inside = grown
        assert np.array_equal(parts == parts[k], inside)
    counts = np.bincount(parts)
    assert (np.diff(counts) <= 0).all()


def test_crumbs_join_the_nearest_part_within_reach() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.uniform(0, 1, (400, 3)), rng.uniform([5, 0, 0], [6, 1, 1], (300, 3))
    crumbs = np.array([[1.5, 0.5, 0.5], [4.5, 0.5, 0.5], [0.5, 9.0, 0.5]])
    parts = main_parts(np.concatenate([first, second, crumbs]), 0.3, least=20, reach=1.0)
    assert list(parts[-3:]) == [parts[0], parts[400], -1]


def test_spacing_grows_with_the_scene() -> None:
    points = np.random.default_rng(5).uniform(0, 1, (3000, 3))
    assert spacing(3.0 * points) == pytest.approx(3.0 * spacing(points), rel=1e-4)
    assert spacing(points[:3]) == 0.0


def test_the_foot_of_a_thing_is_told_from_the_floor_by_its_colour() -> None:
    rng = np.random.default_rng(6)
    floor = np.column_stack([rng.uniform(-1, 1, (4000, 2)), rng.normal(0.0, 0.01, 4000)])
    angle = rng.uniform(0, 2 * np.pi, 1500)
    drum = np.column_stack([0.2 * np.cos(angle), 0.2 * np.sin(angle), rng.uniform(0.0, 0.5, 1500)])
    points = np.concatenate([floor, drum])
    colors = np.repeat([[0.5, 0.5, 0.5], [0.8, 0.1, 0.1]], [len(floor), len(drum)], axis=0)
    plane = find_planes(points, UP, PlaneKind.LEVEL, size=2.8)[0]
    plane = plane if plane.normal[2] > 0 else plane.turned()
    feet = standing(points, colors, plane, 0.05)
    slab = plane.holds(points)
    assert slab[len(floor) :].sum() > 50
    assert feet[len(floor) :][slab[len(floor) :]].mean() > 0.9
    assert feet[: len(floor)].mean() < 0.02
