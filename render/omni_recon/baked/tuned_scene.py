"""A bake whose network, features and mesh can be differentiated: what tuning changes.

The mesh is moved by a displacement field on a coarse grid. Free vertices were tried: each is seen by so few pixels of a
step that Adam walks at random, and held-out photos got worse.

Notation: N pixels of one photo, which is the target; K = 3 source photos each. Everything is in the world frame but the
differences of directions, which are in the frame of the target's camera, as when it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ....kernels.baked_types import HIDDEN, LOOKED_UP, NO_VIEW
from ....scenes import Camera
from ....scenes.mesh import TriangleMesh
from ..appearance_branch import AppearanceBranch
from .types import FEATURE_STRIDE, Bake, BakedView

GRID = 40
"""Nodes along a side of the grid of displacements."""


@dataclass(frozen=True, eq=False, kw_only=True)
class TargetPixels:
    """Pixels of a photo that are to be predicted from others.

    Args:
        camera: The photo's.
        xy: Columns and rows, `[N, 2]`.
        triangles: What is seen there, `[N]`.
        views: Numbers of the source photos, `[N, 3]`, the most similar first, `NO_VIEW` for none.
        colors: What the photo shows, `[N, 3]` in [0, 1].
    """

    camera: Camera
    xy: Tensor
    triangles: Tensor
    views: Tensor
    colors: Tensor


class _Atlas:
    """Where the pixels or features of each photo begin in one long table, and how they lie there."""

    def __init__(self, shapes: list[tuple[int, ...]]) -> None:
        counts = np.array([height * width for height, width, *_ in shapes])
        self.starts = torch.from_numpy(np.cumsum([0, *counts])[:-1])
        self.heights = torch.tensor([shape[0] for shape in shapes])
        self.widths = torch.tensor([shape[1] for shape in shapes])
        self.total = int(counts.sum())

    def around(self, views: Tensor, cells: Tensor) -> tuple[Tensor, Tensor]:
        """The four rows of the table `[N, 4]` around cell indices `cells [N, 2]` (x, y) of photos `views [N]`, and
        their bilinear weights `[N, 4]`; beyond the outermost, those."""
        height, width = self.heights[views], self.widths[views]
        x = torch.minimum(cells[:, 0].clamp(min=0.0), width - 1.0)
        y = torch.minimum(cells[:, 1].clamp(min=0.0), height - 1.0)
        column, row = x.detach().long(), y.detach().long()
        u, v = x - column, y - row
        right, below = (column + 1).minimum(width - 1), (row + 1).minimum(height - 1)
        top, bottom = self.starts[views] + row * width, self.starts[views] + below * width
        rows = torch.stack([top + column, top + right, bottom + column, bottom + right], dim=1)
        return rows, torch.stack([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v], dim=1)


class TunedScene(nn.Module):
    """A bake as parameters: `appearance`, `features` (a table of all cells, for sparse gradients) and `displacements`.

    `displacements [1, 3, G, G, G]` are those of the nodes of a grid around the mesh, axes z, y, x [scene units]; a
    vertex has the trilinear value at its first place.
    """

    def __init__(self, bake: Bake) -> None:
        """Starts at `bake`."""
        super().__init__()
        self._bake = bake
        self.appearance = AppearanceBranch()
        self.appearance.load_state_dict(
            {name: torch.tensor(value) for name, value in bake.appearance.items()}
        )
        self._cells = _Atlas([view.features.shape for view in bake.views])
        self._pixels = _Atlas([view.pixels.shape for view in bake.views])
        self.features = nn.Embedding.from_pretrained(
            torch.cat([torch.tensor(view.features).reshape(-1, HIDDEN) for view in bake.views]),
            freeze=False,
            sparse=True,
        )
        self._first_vertices = torch.tensor(bake.mesh.vertices)
        low, high = self._first_vertices.amin(dim=0), self._first_vertices.amax(dim=0)
        self._middle, self._reach = (low + high) / 2.0, (high - low).max().clamp(min=1e-20) / 2.0
        self.displacements = nn.Parameter(torch.zeros(1, 3, GRID, GRID, GRID))
        self._faces = torch.tensor(bake.mesh.faces, dtype=torch.long)
        self._colors = torch.cat([torch.tensor(view.pixels).reshape(-1, 3) for view in bake.views])
        cameras = [view.camera for view in bake.views]
        self._matrices = torch.tensor(np.stack([c.K @ c.viewmat[:3] for c in cameras]), dtype=torch.float32)
        self._centers = torch.tensor(np.stack([c.position for c in cameras]), dtype=torch.float32)

    def predicted(self, target: TargetPixels) -> Tensor:
        """Colours `[N, 3]` of the pixels, blended from the source photos."""
        points, ray_dirs = self._points(target)
        visible = target.views != NO_VIEW
        views = torch.where(visible, target.views, target.views[:, :1]).reshape(-1)
        repeated = points.repeat_interleave(LOOKED_UP, dim=0)
        pixels = self._project(views, repeated)
        features = self._features_at(views, pixels)
        seen = F.normalize(repeated - self._centers[views], dim=1)
        rotation = torch.tensor(target.camera.viewmat[:3, :3], dtype=torch.float32)
        differences = (ray_dirs.repeat_interleave(LOOKED_UP, dim=0) - seen) @ rotation.T
        weights = self.appearance(_by_slot(features), _by_slot(differences), visible.t())
        return torch.einsum("kn,kcn->nc", weights, _by_slot(self._colors_at(views, pixels)))

    def vertices(self, numbers: Tensor) -> Tensor:
        """Where the vertices `numbers [...]` are now, `[..., 3]`."""
        first = self._first_vertices[numbers]
        places = ((first - self._middle) / self._reach).reshape(1, 1, 1, -1, 3)
        moved = F.grid_sample(self.displacements, places, padding_mode="border", align_corners=True)
        return first + moved[0, :, 0, 0].t().reshape(first.shape)

    def roughness(self) -> Tensor:
        """Mean squared difference of neighbouring nodes' displacements, in their distance."""
        spacing = 2.0 * self._reach / (GRID - 1)
        steps = [self.displacements.diff(dim=axis).square().mean() for axis in (2, 3, 4)]
        return torch.stack(steps).sum() / spacing.square()

    def baked(self) -> Bake:
        """The present state."""
        mesh = self._bake.mesh
        table = self.features.weight.detach().numpy()
        views = list[BakedView]()
        for view, start in zip(self._bake.views, self._cells.starts.tolist(), strict=True):
            height, width = view.features.shape[:2]
            cells = table[start : start + height * width].reshape(height, width, HIDDEN).copy()
            views.append(replace(view, features=cells))
        vertices = self.vertices(torch.arange(len(mesh.vertices))).detach().numpy().copy()
        return replace(
            self._bake,
            mesh=TriangleMesh(vertices=vertices, faces=mesh.faces, vertex_colors=mesh.vertex_colors),
            views=tuple(views),
            appearance={
                name: value.detach().numpy().copy() for name, value in self.appearance.state_dict().items()
            },
        )

    def _points(self, target: TargetPixels) -> tuple[Tensor, Tensor]:
        """Where the rays meet the planes of their triangles `[N, 3]`, and the rays' unit directions `[N, 3]`.

        The derivative with respect to the corners is that of the interpolated corners, with barycentric weights that
        keep the point on its ray.
        """
        camera = target.camera
        x = (target.xy[:, 0] + 0.5 - camera.cx) / camera.fx
        y = (target.xy[:, 1] + 0.5 - camera.cy) / camera.fy
        rotation = torch.tensor(camera.viewmat[:3, :3], dtype=torch.float32)
        rays = torch.stack([x, y, torch.ones_like(x)], dim=1).float() @ rotation
        origin = torch.tensor(camera.position, dtype=torch.float32)
        p, q, r = self.vertices(self._faces[target.triangles]).unbind(dim=1)
        normals = torch.linalg.cross(q - p, r - p)
        depths = (normals * (p - origin)).sum(dim=1) / (normals * rays).sum(dim=1)
        return origin + depths[:, None] * rays, F.normalize(rays, dim=1)

    def _project(self, views: Tensor, points: Tensor) -> Tensor:
        matrices = self._matrices[views]
        homogeneous = (matrices[:, :, :3] @ points[:, :, None])[..., 0] + matrices[:, :, 3]
        return homogeneous[:, :2] / homogeneous[:, 2:].clamp(min=1e-6)

    def _features_at(self, views: Tensor, pixels: Tensor) -> Tensor:
        rows, weights = self._cells.around(views, (pixels - 0.5) / FEATURE_STRIDE)
        return torch.einsum("ni,nic->nc", weights, self.features(rows))

    def _colors_at(self, views: Tensor, pixels: Tensor) -> Tensor:
        rows, weights = self._pixels.around(views, pixels - 0.5)
        return torch.einsum("ni,nic->nc", weights, self._colors[rows].float() / 255.0)


def _by_slot(values: Tensor) -> Tensor:
    """`[N * K, C]` -> `[K, C, N]`."""
    return values.unflatten(0, (-1, LOOKED_UP)).permute(1, 2, 0)
