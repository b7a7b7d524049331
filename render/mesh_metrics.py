"""How far a mesh is from the true one.

Notation: accuracy is the mean distance from the mesh to the truth, completeness that from the truth to the mesh, both
of points drawn evenly by area; chamfer distance is their mean. Precision and recall are the fractions of these points
that are nearer than a threshold, the F-score their harmonic mean (Knapitsch et al. 2017, Tanks and Temples).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..scenes.mesh import TriangleMesh
from .open3d_module import open3d


@dataclass(frozen=True, kw_only=True)
class SurfaceDistance:
    """Distances [scene units] and fractions; the module's notation says of what."""

    accuracy: float
    completeness: float
    precision: float
    recall: float

    @property
    def chamfer(self) -> float:
        """Mean of accuracy and completeness [scene units]."""
        return (self.accuracy + self.completeness) / 2.0

    @property
    def f_score(self) -> float:
        """Harmonic mean of precision and recall, 0 to 1."""
        total = self.precision + self.recall
        return 2.0 * self.precision * self.recall / total if total else 0.0


def surface_distance(
    mesh: TriangleMesh, truth: TriangleMesh, *, threshold: float, samples: int = 100_000, seed: int = 0
) -> SurfaceDistance:
    """Compare `mesh` with `truth`, both in one frame and with at least one triangle.

    Args:
        mesh: What was made.
        truth: What it should be.
        threshold: Nearer than this counts as right [scene units].
        samples: Points on each.
        seed: Of their choice.
    """
    rng = np.random.default_rng(seed)
    to_truth = distances_to(truth, points_on(mesh, samples, rng))
    to_mesh = distances_to(mesh, points_on(truth, samples, rng))
    return SurfaceDistance(
        accuracy=float(to_truth.mean()),
        completeness=float(to_mesh.mean()),
        precision=float((to_truth < threshold).mean()),
        recall=float((to_mesh < threshold).mean()),
    )


def points_on(mesh: TriangleMesh, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """`count` points on `mesh`, even by area, `[count, 3]`; Osada et al. 2002, equation 1."""
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    a, b, c = np.moveaxis(corners[rng.choice(len(areas), size=count, p=areas / areas.sum())], 1, 0)
    r, s = np.sqrt(rng.random((count, 1))), rng.random((count, 1))
    return ((1.0 - r) * a + r * (1.0 - s) * b + r * s * c).astype(np.float32)


def distances_to(mesh: TriangleMesh, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distance of each of `points [M, 3]` to the nearest point of the triangles of `mesh`, `[M]`."""
    o3d: Any = open3d()
    tensor, scene = o3d.core.Tensor, o3d.t.geometry.RaycastingScene()
    scene.add_triangles(tensor(np.array(mesh.vertices)), tensor(mesh.faces.astype(np.uint32)))
    return scene.compute_distance(tensor(np.ascontiguousarray(points, dtype=np.float32))).numpy()
