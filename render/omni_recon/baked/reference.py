"""The baked renderer as its specification: plain PyTorch in float64, every photo looked at for every pixel.

Notation: N points of pixels, V photos; X is a point, d = (X - o) / |X - o| its direction from the camera at o, and d_i
that from photo i. All in the frame of the camera, whose axes are those of the network's unit frame in training too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from ....kernels.baked_types import LOOKED_UP, NO_VIEW
from ....scenes import Camera
from ..appearance_branch import AppearanceBranch
from .types import FEATURE_STRIDE, Bake, BakedView

_HIDDEN_AWAY = 1e9

_Number = TypeVar("_Number", np.int32, np.float64)


@dataclass(frozen=True, eq=False, kw_only=True)
class ReferencePicture:
    """What `BakedPicture` holds of a picture: `image [H, W, 3]` and `views [H, W, 3]`, and the blending weights.

    `weights [H, W, 3]` sum to 1 where a photo sees the point, and are 0 elsewhere.
    """

    image: NDArray[np.float64]
    views: NDArray[np.int32]
    weights: NDArray[np.float64]


@torch.no_grad()
def render_reference(
    bake: Bake,
    camera: Camera,
    depth: NDArray[np.floating],
    source_depths: list[NDArray[np.floating]],
    fallback: NDArray[np.floating],
    *,
    background: tuple[float, float, float] = (0.0, 0.0, 0.0),
    exclude: int = NO_VIEW,
) -> ReferencePicture:
    """Draw one picture of known depth.

    Args:
        bake: What is drawn.
        camera: Where it is seen from.
        depth: `[H, W]` along the view axis, 0 where the mesh is not.
        source_depths: Of each photo the same, of any size.
        fallback: `[H, W, 3]`, colours of the mesh, shown where no photo sees it.
        background: Colour where the mesh is not.
        exclude: Number of a photo not to use.
    """
    covered = np.asarray(depth > 0)
    points = camera_points(camera, depth)[torch.from_numpy(covered)]
    views = chosen_views(bake, camera, points, source_depths, exclude)
    colors, weights = blended(bake, appearance_of(bake), camera, points, views)
    colors = torch.where(
        (views == NO_VIEW).all(dim=1)[:, None],
        torch.from_numpy(np.asarray(fallback)[covered]).double(),
        colors,
    )
    image = np.empty((*depth.shape, 3))
    image[:] = background
    image[covered] = colors.numpy()
    return ReferencePicture(
        image=image,
        views=_spread(views.numpy().astype(np.int32), covered, NO_VIEW),
        weights=_spread(weights.numpy(), covered, 0.0),
    )


def appearance_of(bake: Bake) -> AppearanceBranch:
    """The network, float64."""
    branch = AppearanceBranch().double()
    branch.load_state_dict({name: torch.tensor(value).double() for name, value in bake.appearance.items()})
    return branch


def camera_points(camera: Camera, depth: NDArray[np.floating]) -> Tensor:
    """The points seen in the pixels, `[H, W, 3]` float64, frame of the camera."""
    v, u = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    rays = np.stack([(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, np.ones_like(u)], axis=-1)
    return torch.from_numpy(rays * depth[..., None])


def chosen_views(
    bake: Bake, camera: Camera, points: Tensor, source_depths: list[NDArray[np.floating]], exclude: int
) -> Tensor:
    """The photos that see `points [N, 3]` and look at them from the most similar directions, `[N, 3]`."""
    d = F.normalize(points, dim=1)
    ranks = list[Tensor]()
    for number, view in enumerate(bake.views):
        difference = (d - directions_from(view.camera, camera, points)).norm(dim=1)
        sees = _sees(view, camera, points, torch.from_numpy(source_depths[number]).double(), bake.tolerance)
        if number == exclude:
            sees = torch.zeros_like(sees)
        ranks.append(torch.where(sees, difference, _HIDDEN_AWAY))
    while len(ranks) < LOOKED_UP:
        ranks.append(torch.full_like(ranks[0], _HIDDEN_AWAY))
    best, order = torch.stack(ranks, dim=1).topk(LOOKED_UP, dim=1, largest=False)
    return torch.where(best < _HIDDEN_AWAY, order, NO_VIEW)


def blended(
    bake: Bake, branch: AppearanceBranch, camera: Camera, points: Tensor, views: Tensor
) -> tuple[Tensor, Tensor]:
    """Colours `[N, 3]` of `points [N, 3]` from photos `views [N, 3]`, and the photos' weights `[N, 3]`."""
    d = F.normalize(points, dim=1)
    features = points.new_zeros(LOOKED_UP, 32, len(points))
    differences, colors = (points.new_zeros(LOOKED_UP, 3, len(points)) for _ in range(2))
    for number, view in enumerate(bake.views):
        for slot in range(LOOKED_UP):
            here = (views[:, slot] == number).nonzero()[:, 0]
            pixels, _ = _project(view.camera, camera, points[here])
            feature_map = torch.from_numpy(view.features).double()
            features[slot, :, here] = bilinear(feature_map, (pixels - 0.5) / FEATURE_STRIDE).t()
            colors[slot, :, here] = bilinear(torch.from_numpy(view.pixels / 255.0), pixels - 0.5).t()
            differences[slot, :, here] = (d[here] - directions_from(view.camera, camera, points[here])).t()
    weights = branch(features, differences, views.t() != NO_VIEW)
    return (weights[:, None] * colors).sum(dim=0).t(), weights.t()


def bilinear(values: Tensor, cells: Tensor) -> Tensor:
    """Of `values [h, w, C]` at cell indices `cells [N, 2]` (x, y), clamped to the outermost: `[N, C]`."""
    height, width = values.shape[:2]
    last = cells.new_tensor([width - 1, height - 1])
    clamped = torch.minimum(cells.clamp(min=0.0), last)
    before = clamped.floor().long()
    after = torch.minimum(before + 1, last.long())
    u, v = (clamped - before).unbind(dim=1)
    (x0, y0), (x1, y1) = before.unbind(dim=1), after.unbind(dim=1)
    top = values[y0, x0] * (1.0 - u)[:, None] + values[y0, x1] * u[:, None]
    bottom = values[y1, x0] * (1.0 - u)[:, None] + values[y1, x1] * u[:, None]
    return top * (1.0 - v)[:, None] + bottom * v[:, None]


def directions_from(source: Camera, camera: Camera, points: Tensor) -> Tensor:
    """Unit directions `[N, 3]` from a photo's camera to points, both in the frame of `camera`."""
    center = camera.viewmat[:3, :3] @ source.position + camera.viewmat[:3, 3]
    return F.normalize(points - torch.from_numpy(center), dim=1)


def _project(source: Camera, camera: Camera, points: Tensor) -> tuple[Tensor, Tensor]:
    """Pixels `[N, 2]` and depths `[N]` in a photo of points in the frame of `camera`."""
    matrix = torch.from_numpy(source.K @ (source.viewmat @ camera.camtoworld)[:3])
    homogeneous = points @ matrix[:, :3].T + matrix[:, 3]
    depths = homogeneous[:, 2]
    safe = torch.where(depths > 0.0, depths, 1.0)
    return homogeneous[:, :2] / safe[:, None], depths


def _sees(view: BakedView, camera: Camera, points: Tensor, depth: Tensor, tolerance: float) -> Tensor:
    """Which points are before the photo's camera, inside the picture, and not hidden by the mesh, `[N]` bool."""
    pixels, depths = _project(view.camera, camera, points)
    size = pixels.new_tensor([view.camera.width, view.camera.height])
    inside = (depths > 0.0) & (pixels >= 0.0).all(dim=1) & (pixels <= size).all(dim=1)
    height, width = depth.shape
    before = (pixels * (pixels.new_tensor([width, height]) / size) - 0.5).floor().long()
    nearest = torch.full_like(depths, _HIDDEN_AWAY)
    for step in ((0, 0), (1, 0), (0, 1), (1, 1)):
        x, y = ((before + torch.tensor(step)).clamp(min=0)).unbind(dim=1)
        found = depth[y.clamp(max=height - 1), x.clamp(max=width - 1)]
        nearest = torch.where(found > 0.0, torch.minimum(nearest, found), nearest)
    return inside & (depths <= nearest * (1.0 + tolerance))


def _spread(values: NDArray[_Number], covered: NDArray[np.bool_], empty: float) -> NDArray[_Number]:
    picture = np.full((*covered.shape, values.shape[1]), empty, values.dtype)
    picture[covered] = values
    return picture
