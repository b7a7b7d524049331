"""Which vertices, edges and triangles of a mesh belong together, and displacements that are smooth along them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import cg

from ....scenes import Camera
from ....scenes.mesh import TriangleMesh

_MOST_WEIGHT = 3.0
_STIFFNESS = 1e-3  # epsilon
_STEPS, _EXACTNESS = 60, 1e-3  # of the conjugate gradients


class MeshTopology:
    """What follows from the triangles alone: N vertices, F triangles."""

    def __init__(self, mesh: TriangleMesh) -> None:
        """Find neighbours and owners."""
        self._faces = mesh.faces
        count = len(mesh.vertices)
        ends = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]])
        ends = np.unique(np.sort(ends, axis=1), axis=0)
        rows, columns = np.concatenate([ends, ends[:, ::-1]]).T
        neighbours: Any = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), (count, count))
        self._laplacian: Any = sparse.diags(np.asarray(neighbours.sum(axis=1)).ravel()) - neighbours
        owners = np.repeat(np.arange(len(mesh.faces)), 3)
        self._around: Any = sparse.csr_matrix(
            (np.ones(len(owners)), (mesh.faces.ravel(), owners)), (count, len(mesh.faces))
        )
        self._counts = np.asarray(self._around.sum(axis=1)).ravel()

    def normals(self, vertices: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of triangles, as long as twice their area, `[F, 3]`, and unit ones of vertices, `[N, 3]`."""
        p, q, r = np.moveaxis(vertices[self._faces], 1, 0)
        faces = np.cross(q - p, r - p)
        summed: NDArray[np.float64] = self._around @ faces
        return faces, summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-30)

    def turning(
        self, vertices: NDArray[np.float64], face_normals: NDArray[np.float64], camera: Camera
    ) -> NDArray[np.intp]:
        """Numbers of the vertices between triangles that face the camera and such that do not."""
        towards = camera.position - vertices[self._faces[:, 0]]
        facing = self._around @ ((face_normals * towards).sum(axis=1) > 0).astype(np.float64)
        return np.nonzero((facing > 0) & (facing < self._counts))[0]

    def smoothed(
        self, totals: NDArray[np.float64], weights: NDArray[np.float64], smoothness: float
    ) -> NDArray[np.float64]:
        """Displacements that are near what was asked for and vary smoothly; far from all that was asked for they are 0.

        The sum over vertices of w (d - t)^2 + epsilon d^2, and over edges of lambda (d_i - d_j)^2, is least.

        Args:
            totals: Sums of what was asked for times its weight, `[N]`; t is their quotient by the weights.
            weights: Sums of these weights, `[N]`; w is no more than 3.
            smoothness: lambda.
        """
        wanted, bounded = totals / np.maximum(weights, 1e-9), np.minimum(weights, _MOST_WEIGHT)
        matrix = smoothness * self._laplacian + sparse.diags(bounded + _STIFFNESS)
        found, _ = cg(matrix.tocsr(), bounded * wanted, maxiter=_STEPS, rtol=_EXACTNESS)
        return found


def moved_along_normals(
    mesh: TriangleMesh, normals: NDArray[np.float64], distances: NDArray[np.float64]
) -> TriangleMesh:
    """The mesh with its vertices moved by `distances [N]` along unit `normals [N, 3]`; triangles and colours stay."""
    vertices = mesh.vertices.astype(np.float64) + distances[:, None] * normals
    return TriangleMesh(
        vertices=vertices.astype(np.float32), faces=mesh.faces, vertex_colors=mesh.vertex_colors
    )
