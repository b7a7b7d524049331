"""Shapes and what is done to them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from rowsplat.scenes.procedural.assemblies import random_assembly
from rowsplat.scenes.procedural.random_shapes import random_rotation, random_solid
from rowsplat.scenes.procedural.shapes import (
    box,
    cylinder,
    extruded,
    revolved,
    sphere,
    star_polygon,
    superquadric,
    torus,
    torus_knot,
    tube,
)
from rowsplat.scenes.procedural.surfaces import Surface, intersect, subtract


def _volume(surface: Surface) -> float:
    """By the divergence theorem; negative where faces look inwards."""
    a, b, c = np.moveaxis(surface.vertices[surface.faces], 1, 0)
    return float(np.einsum("fi,fi->", a, np.cross(b, c)) / 6.0)


def _is_closed(surface: Surface) -> bool:
    """Every directed edge has its reverse exactly once."""
    edges = np.concatenate([surface.faces[:, [0, 1]], surface.faces[:, [1, 2]], surface.faces[:, [2, 0]]])
    forward = {tuple(edge) for edge in edges.tolist()}
    return len(forward) == len(edges) and all((b, a) in forward for a, b in forward)


_SQUARE = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
_CURVE = np.stack([np.linspace(0, 2, 20), np.sin(np.linspace(0, 2, 20)), np.zeros(20)], axis=1)
_SHAPES: dict[str, tuple[Callable[[], Surface], float | None]] = {
    "box": (lambda: box([1.0, 2.0, 3.0]), 6.0),
    "sphere": (lambda: sphere(64), 4.0 / 3.0 * np.pi),
    "cylinder": (lambda: cylinder(0.5, 2.0, 0.5, bevel=0.001), np.pi / 2.0),
    "cone": (lambda: cylinder(1.0, 3.0, 0.0, bevel=0.001), np.pi),
    "octahedron": (lambda: superquadric((2.0, 2.0), [1.0, 1.0, 1.0], 64), 4.0 / 3.0),
    "torus": (lambda: torus(1.0, 0.25), 2.0 * np.pi**2 * 0.25**2),
    "knot": (lambda: torus_knot(2, 3, 0.1), None),
    "prism": (lambda: extruded(_SQUARE, 2.0), 8.0),
    "frustum": (lambda: extruded(_SQUARE, 3.0, top_scale=0.5), 4.0 + 2.0 + 1.0),
    "tube": (lambda: tube(_CURVE, np.full(20, 0.1), closed=False), None),
    "bicone": (lambda: revolved(np.array([[0.0, -1.0], [1.0, 0.0], [0.0, 1.0]]), 96), 2.0 * np.pi / 3.0),
}


@pytest.mark.parametrize("name", _SHAPES)
def test_shapes_are_closed_and_have_the_volume_of_the_formula(name: str) -> None:
    make, volume = _SHAPES[name]
    surface = make()
    assert _is_closed(surface)
    assert _volume(surface) > 0.0
    if volume is not None:
        assert _volume(surface) == pytest.approx(volume, rel=0.02)


def test_a_twisted_prism_keeps_its_volume() -> None:
    straight, twisted = extruded(_SQUARE, 2.0), extruded(_SQUARE, 2.0, twist_deg=20.0)
    assert _volume(twisted) == pytest.approx(
        _volume(straight), rel=0.02
    )  # the sides are cut into flat triangles


def test_an_octant_less_is_an_eighth_less() -> None:
    ball, corner = sphere(), box([2.0, 2.0, 2.0]).moved(np.eye(3), np.ones(3))
    assert _volume(subtract(ball, corner)) == pytest.approx(7.0 / 8.0 * _volume(ball), rel=1e-3)
    half = box([4.0, 4.0, 4.0]).moved(np.eye(3), np.array([2.0, 0.0, 0.0]))
    assert _volume(intersect(ball, half)) == pytest.approx(0.5 * _volume(ball), rel=1e-3)


def test_what_would_leave_nothing_is_not_cut() -> None:
    ball = sphere()
    assert subtract(ball, box([3.0, 3.0, 3.0])) is ball
    assert intersect(ball, ball.moved(np.eye(3), np.array([5.0, 0.0, 0.0]))) is ball


def test_a_mirrored_surface_still_looks_outwards() -> None:
    mirrored = box([1.0, 1.0, 1.0]).moved(np.diag([-1.0, 1.0, 1.0]), np.zeros(3))
    assert _volume(mirrored) == pytest.approx(1.0)


def test_random_solids_are_finite_and_of_unit_radius() -> None:
    rng = np.random.default_rng(5)
    for _ in range(60):
        solid = random_solid(rng)
        assert np.isfinite(solid.vertices).all()
        assert np.linalg.norm(solid.vertices, axis=1).max() == pytest.approx(1.0)
        assert solid.faces.min() >= 0
        assert solid.faces.max() < len(solid.vertices)
        assert _volume(solid) > 0.0


def test_random_assemblies_are_of_unit_radius_together() -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        vertices = np.concatenate([part.vertices for part in random_assembly(rng)])
        assert np.linalg.norm(vertices, axis=1).max() == pytest.approx(1.0)


def test_random_rotations_are_rotations() -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        rotation = random_rotation(rng)
        np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(rotation) == pytest.approx(1.0)


def test_random_polygons_wind_once_around_the_origin() -> None:
    rng = np.random.default_rng(8)
    for corners in range(3, 13):
        polygon = star_polygon(rng, corners, 0.6)
        steps = np.diff(np.unwrap(np.arctan2(polygon[:, 1], polygon[:, 0])))
        assert (steps > 0.0).all()
        assert steps.sum() < 2.0 * np.pi
