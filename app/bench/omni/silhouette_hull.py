"""The visual hull of photos with alpha as a mesh: a stand-in for geometry in measurements that need some.

Source: Laurentini 1994 (the hull); Gibson 1998 (surface nets, which make the mesh).
"""

from __future__ import annotations

import itertools

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from ....kernels.errors import RowsplatError
from ....scenes.mesh import TriangleMesh
from ....scenes.photo_sets import PhotoImage, PhotoSet

_LEVEL = 0.5  # of the least alpha over the views: the surface
_GONE = 0.02  # a node with less in one view is outside, and no other view is asked
_GREY = 0.6
_CORNERS = np.array(list(itertools.product((0, 1), repeat=3)))
_EDGES = [
    (a, b) for a, b in itertools.combinations(range(8), 2) if np.abs(_CORNERS[a] - _CORNERS[b]).sum() == 1
]


def silhouette_hull(
    photo_set: PhotoSet, *, center: NDArray[np.float64], radius: float, nodes: int = 192, max_side: int = 800
) -> TriangleMesh:
    """What projects into the silhouette of every photo, grey.

    Args:
        photo_set: Photos with alpha.
        center: Middle of the cube that is searched, `[3]`, world frame.
        radius: Half its side [scene units].
        nodes: Along a side of the cube.
        max_side: Longer side that the photos are scaled down to [px].

    Raises:
        RowsplatError: A photo has no alpha, or nothing is left.
    """
    steps = torch.linspace(-radius, radius, nodes, dtype=torch.float64)
    points = torch.stack(torch.meshgrid(steps, steps, steps, indexing="ij"), dim=-1).reshape(-1, 3)
    points = points + torch.from_numpy(center)
    least, alive = torch.ones(len(points)), torch.arange(len(points))
    for photo in photo_set:
        seen = _alpha_at(photo.image(max_side), photo.name, points[alive])
        least[alive] = torch.minimum(least[alive], seen)
        alive = alive[seen > _GONE]
    least[least <= _GONE] = 0.0
    vertices, faces = surface_net(least.reshape(nodes, nodes, nodes).numpy(), _LEVEL)
    if not len(faces):
        raise RowsplatError(f"{photo_set.name}: the silhouettes have no volume in common.")
    world = vertices / (nodes - 1) * (2.0 * radius) - radius + center
    grey = np.full(world.shape, _GREY, np.float32)
    return TriangleMesh(vertices=world.astype(np.float32), faces=faces, vertex_colors=grey)


def surface_net(field: NDArray[np.float32], level: float) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Surface where `field [X, Y, Z]` passes `level`, larger values inside.

    Returns:
        `(vertices [V, 3] in nodes, faces [F, 3])`: a vertex in each cell that the surface passes, in the middle of its
        crossings with the cell's edges; counter-clockwise seen from outside.
    """
    inside = field > level
    cells = np.array(field.shape) - 1
    corners = np.stack([_shifted(inside, corner, cells) for corner in _CORNERS], axis=-1)
    mixed = corners.any(axis=-1) & ~corners.all(axis=-1)
    where = np.argwhere(mixed)
    values = np.stack([field[tuple((where + corner).T)] for corner in _CORNERS], axis=-1).astype(np.float64)
    total, count = np.zeros((len(where), 3)), np.zeros((len(where), 1))
    for a, b in _EDGES:
        crosses = (values[:, a] > level) != (values[:, b] > level)
        share = (level - values[crosses, a]) / (values[crosses, b] - values[crosses, a])
        total[crosses] += _CORNERS[a] + share[:, None] * (_CORNERS[b] - _CORNERS[a])
        count[crosses] += 1
    number = np.full(tuple(cells), -1, dtype=np.int32)
    number[mixed] = np.arange(len(where), dtype=np.int32)
    faces = np.concatenate([_quads_across(inside, number, axis) for axis in range(3)])
    return where + total / count, faces


def _quads_across(inside: NDArray[np.bool_], number: NDArray[np.int32], axis: int) -> NDArray[np.int32]:
    """Two triangles for each edge along `axis` that the surface crosses, `[F, 3]`."""
    first, second = ((axis + 1) % 3, (axis + 2) % 3)
    before, after = np.delete(inside, -1, axis), np.delete(inside, 0, axis)
    crossed = before != after
    for other in (first, second):  # an edge on the rim has no four cells around it
        crossed[tuple(slice(0, 1) if k == other else slice(None) for k in range(3))] = False
        crossed[tuple(slice(-1, None) if k == other else slice(None) for k in range(3))] = False
    edges = np.argwhere(crossed)
    outward = before[crossed]
    ring = list[NDArray[np.int32]]()
    for a, b in ((0, 0), (1, 0), (1, 1), (0, 1)):
        cell = edges.copy()
        cell[:, first] -= 1 - a
        cell[:, second] -= 1 - b
        ring.append(number[tuple(cell.T)])
    quads = np.stack(ring, axis=1)
    quads[~outward] = quads[~outward][:, ::-1]
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


def _shifted(
    inside: NDArray[np.bool_], corner: NDArray[np.int64], cells: NDArray[np.int64]
) -> NDArray[np.bool_]:
    return inside[tuple(slice(start, start + size) for start, size in zip(corner, cells, strict=True))]


def _alpha_at(picture: PhotoImage, name: str, points: torch.Tensor) -> torch.Tensor:
    """Alpha `[N]` of the photo where it sees `points [N, 3]`; 1 where it does not look."""
    if picture.alpha is None:
        raise RowsplatError(f"{name}: expected a photo with alpha. Take a set with silhouettes.")
    camera = picture.camera
    matrix = torch.from_numpy(camera.K @ camera.viewmat[:3])
    seen = (points @ matrix[:, :3].T + matrix[:, 3]).float()
    grid = seen[:, :2] / seen[:, 2:] / torch.tensor([camera.width, camera.height]) * 2.0 - 1.0
    outside = (grid.abs() > 1.0).any(dim=1) | (seen[:, 2] <= 0.0)
    alpha = torch.from_numpy(picture.alpha)[None, None]
    found = F.grid_sample(alpha, grid[None, None], align_corners=False, padding_mode="border")[0, 0, 0]
    return torch.where(outside, 1.0, found)
