"""Dropping small parts and decimating, on Open3D's `geometry.TriangleMesh`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...scenes.mesh import TriangleMesh


def drop_small_parts(model: Any, smallest_part: float) -> int:
    """Remove in place the connected parts with fewer triangles than `smallest_part` of the largest; how many."""
    labels, counts, _ = model.cluster_connected_triangles()
    sizes = np.asarray(counts)
    too_small = sizes < smallest_part * sizes.max(initial=0)
    model.remove_triangles_by_mask(too_small[np.asarray(labels)])
    model.remove_unreferenced_vertices()
    return int(too_small.sum())


def decimated(model: Any, max_triangles: int) -> Any:
    """At most `max_triangles` triangles by quadric error, with their colours; Garland and Heckbert 1997."""
    smaller = model.simplify_quadric_decimation(max_triangles)
    smaller.remove_degenerate_triangles()
    smaller.remove_unreferenced_vertices()
    return smaller


def as_triangle_mesh(model: Any) -> TriangleMesh:
    """Our value of Open3D's."""
    return TriangleMesh(
        vertices=np.asarray(model.vertices, dtype=np.float32),
        faces=np.asarray(model.triangles, dtype=np.int32),
        vertex_colors=np.clip(np.asarray(model.vertex_colors, dtype=np.float32), 0.0, 1.0),
    )
