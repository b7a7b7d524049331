"""Where rays may end, as far as photos agree: found by sweeping planes, it tells the network where to look."""

from .guided_sampling import RayPrior, guided_samples, ray_prior
from .hidden_views import hidden_views, view_surfaces
from .plane_sweep import LEAST_PHOTOS, DepthPrior, SweepOptions, closer_look, plane_count, sweep_planes

__all__ = [
    "LEAST_PHOTOS",
    "DepthPrior",
    "RayPrior",
    "SweepOptions",
    "closer_look",
    "guided_samples",
    "hidden_views",
    "plane_count",
    "ray_prior",
    "sweep_planes",
    "view_surfaces",
]
