"""A coloured sphere, a few views of it, and geometry that knows where it is."""

from __future__ import annotations

import numpy as np
import torch
from rowsplat.render.omni_recon import SceneBox, SourceViews
from rowsplat.render.omni_recon.sample_inputs import SampleInputs
from rowsplat.scenes import Camera
from torch import Tensor, nn

CENTER = (2.0, -1.0, 5.0)
BOX = SceneBox(center=CENTER, radius=3.0)
SPHERE_RADIUS = 2.0
WIDTH, HEIGHT = 44, 36  # neither is a multiple of 8


def colour_at(points: np.ndarray) -> np.ndarray:
    """A smooth colour in [0, 1] for world points `[..., 3]`."""
    return 0.5 + 0.4 * np.sin(0.9 * (points - CENTER) + np.array([0.0, 1.0, 2.0]))


def world_rays(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """Centre `[3]` and unit directions `[H, W, 3]` through the pixel centres, by inverting K and the pose."""
    v, u = np.mgrid[0 : camera.height, 0 : camera.width] + 0.5
    pixels = np.stack([u, v, np.ones_like(u)], axis=-1)
    dirs = pixels @ np.linalg.inv(camera.K).T @ np.linalg.inv(camera.viewmat)[:3, :3].T
    return np.linalg.inv(camera.viewmat)[:3, 3], dirs / np.linalg.norm(dirs, axis=-1, keepdims=True)


def sphere_distances(camera: Camera) -> np.ndarray:
    """Distance along each pixel's ray to the sphere, `[H, W]`; nan where it is missed."""
    origin, dirs = world_rays(camera)
    b = dirs @ (origin - CENTER)
    gap = b**2 - np.sum((origin - CENTER) ** 2) + SPHERE_RADIUS**2
    return -b - np.sqrt(np.where(gap > 0, gap, np.nan))


def sphere_picture(camera: Camera) -> np.ndarray:
    """The sphere coloured by `colour_at` on grey, `[H, W, 3]`."""
    origin, dirs = world_rays(camera)
    distances = sphere_distances(camera)
    return np.where(np.isnan(distances)[..., None], 0.5, colour_at(origin + distances[..., None] * dirs))


def orbiting(
    count: int, *, step_deg: float = 14.0, width: int = WIDTH, height: int = HEIGHT
) -> tuple[Camera, ...]:
    """`count` cameras side by side that look at the sphere."""
    return tuple(
        Camera.orbit(
            CENTER,
            distance=7.0,
            width=width,
            height=height,
            azimuth_deg=step_deg * index,
            elevation_deg=8.0 * (index % 2),
        )
        for index in range(count)
    )


def sphere_views(count: int, *, width: int = WIDTH, height: int = HEIGHT) -> SourceViews:
    cameras = orbiting(count, width=width, height=height)
    pictures = np.stack([sphere_picture(camera) for camera in cameras])
    return SourceViews(
        images=torch.from_numpy(pictures).permute(0, 3, 1, 2).to(torch.float32).contiguous(), cameras=cameras
    )


class SphereGeometry(nn.Module):
    """Exact distances along the ray to the sphere, unit frame; a ray that misses it never gets there."""

    def __init__(self, radius: float) -> None:
        super().__init__()
        self.radius = radius

    def forward(self, samples: SampleInputs) -> Tensor:
        points = samples.points.unflatten(0, samples.rays)
        dirs = nn.functional.normalize(points[:, -1:] - points[:, :1], dim=-1)
        b = (points * dirs).sum(-1)
        gap = b.square() - points.square().sum(-1) + self.radius**2
        return torch.where(gap > 0, -b - gap.clamp(min=0).sqrt(), torch.full_like(b, 10.0))
