"""The measure of baked meshes measures what it says."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.app.bench.bake_quality import distance_to_disks, fitted_truth
from rowsplat.render.mesh_metrics import distances_to, points_on
from rowsplat.scenes import Gaussians
from rowsplat.scenes.mesh import TriangleMesh


def _tetrahedron() -> TriangleMesh:
    """Without symmetry, so that every flip of it is another shape."""
    return TriangleMesh(
        vertices=np.array([[0.0, 0.0, 0.0], [1.0, 0.1, 0.0], [0.2, 0.7, 0.1], [0.1, 0.2, 0.5]]),
        faces=np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]),
        vertex_colors=np.zeros((4, 3)),
    )


def _gaussians(means: np.ndarray, quats: np.ndarray, log_scales: np.ndarray) -> Gaussians:
    return Gaussians(
        means=means,
        quats=quats,
        log_scales=log_scales,
        logit_opacities=np.zeros(len(means)),
        sh_coeffs=np.zeros((len(means), 1, 3)),
    )


@pytest.mark.parametrize("signs", [(1, 1, 1), (-1, -1, 1), (1, -1, -1), (1, 1, -1)])
def test_the_truth_is_laid_on_the_scene(signs: tuple[int, int, int]) -> None:
    truth = _tetrahedron()
    means = points_on(truth, 20_000, np.random.default_rng(0))
    means = np.concatenate([means, truth.vertices]) * np.array(signs) * 7.0 + np.array([4.0, -2.0, 1.0])
    n = len(means)
    scene = _gaussians(means, np.tile([1.0, 0, 0, 0], (n, 1)), np.zeros((n, 3)))
    fitted = fitted_truth(truth, scene)
    np.testing.assert_allclose(
        fitted.vertices, truth.vertices * np.array(signs) * 7.0 + np.array([4.0, -2.0, 1.0]), atol=1e-5
    )
    assert distances_to(fitted, scene.means).max() < 1e-4


@pytest.mark.parametrize("thin", [0, 1, 2])
def test_disks_tell_the_distance_off_their_plane_whichever_axis_is_thin(thin: int) -> None:
    """Disks on a tilted plane, whose thin axis is turned onto its normal; a mesh 0.2 above it."""
    rng = np.random.default_rng(5)
    normal = np.array([0.6, 0.0, 0.8])
    along, across = np.array([0.8, 0.0, -0.6]), np.array([0.0, 1.0, 0.0])
    spread = rng.uniform(-3.0, 3.0, (3000, 2))
    means = spread @ np.stack([along, across])
    half = np.eye(3)[thin] + normal  # half a turn about it swaps the two
    quat = np.concatenate([[0.0], half / np.linalg.norm(half)])
    log_scales = np.zeros((3000, 3))
    log_scales[:, thin] = -5.0
    square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) @ np.stack([along, across]) + 0.2 * normal
    mesh = TriangleMesh(
        vertices=square, faces=np.array([[0, 1, 2], [0, 2, 3]]), vertex_colors=np.zeros((4, 3))
    )
    found = distance_to_disks(
        mesh, _gaussians(means, np.tile(3.0 * quat, (3000, 1)), log_scales), threshold=0.21
    )
    assert found.accuracy == pytest.approx(0.2, rel=1e-3)
    assert found.precision == 1.0
    assert found.completeness > 0.5  # most disks have no mesh above them
    assert found.recall == pytest.approx(1 / 9, abs=0.03)
