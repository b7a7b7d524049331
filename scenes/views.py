"""Views of a scene for which nobody gave a camera: a default view, a view on an orbit, a whole orbit.

All that is known is the Gaussians themselves. A trained scene may have stray ones far away and a shell of
large ones as background, so a bounding box says nothing; the subject is where the small opaque ones are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .camera import DEFAULT_FOV_DEG, Camera, CameraPath
from .gaussians import Gaussians
from .poses import DEFAULT_UP, FloatMatrix, inverse_pose, orbit_pose

_MAX_SAMPLES = 5_000  # enough for quantiles and a coarse depth buffer, whatever the size of the scene
_REACH = 3.2  # an object ends within so many median distances; long thin ones come close to it
_FILL = 0.88  # of the picture, by the subject
_TAIL = 0.004  # of the weight, at either end, that may stick out
_ELEVATION_DEG = 15.0
_NUM_AZIMUTHS = 12
_AZIMUTHS_DEG = tuple(30.0 * step for step in range(12))
_FRONT_BONUS = 1.15  # azimuth 0 is kept unless another shows clearly more
_MOSTLY_HIDDEN = 0.32  # an object shows 0.35 to 0.8 of its weight from outside, a furnished room less
_NEARER, _NEARER_MALUS = 0.6, 0.8  # of the distance; for subjects with walls around them
_INSIDE, _INSIDE_BONUS = 0.6, 1.5  # of the radius; for rooms, of which one sees a part only from within
_CELL = 0.08  # side of a depth buffer's cell [radii of the subject]


@dataclass(frozen=True, eq=False, kw_only=True)
class SceneExtent:
    """A sphere around the subject of a scene: `center [3]` in the world frame and `radius` [scene units]."""

    center: FloatMatrix
    radius: float


@dataclass(frozen=True, eq=False)
class _Samples:
    """Some of a scene's Gaussians: `means [M, 3]`, `weights [M]` by how much each says about the subject."""

    means: FloatMatrix
    weights: FloatMatrix
    typical_scale: float


def scene_extent(gaussians: Gaussians) -> SceneExtent:
    """Where the subject of a scene is, without stray Gaussians and background.

    An empty scene has the unit sphere around the origin.
    """
    return _extent(_samples(gaussians))


def default_camera(
    gaussians: Gaussians,
    *,
    width: int,
    height: int,
    fov_deg: float = DEFAULT_FOV_DEG,
    up: ArrayLike = DEFAULT_UP,
) -> Camera:
    """A view that shows the subject of the scene, slightly from above, nothing in front of it if possible.

    Of views all around, the one is taken that shows most of the subject; azimuth 0 (`poses.orbit_pose`) wins
    unless another is clearly better. Where walls hide the subject, nearer views and views from within are
    tried too. The same scene gives the same view.

    Args:
        gaussians: The scene.
        width: Image width [px].
        height: Image height [px].
        fov_deg: Vertical field of view [degrees].
        up: World direction that is upwards in the image, `[3]`; -y suits scenes trained from photos.
    """
    samples = _samples(gaussians)
    extent = _extent(samples)
    lens = Camera.from_camtoworld(np.eye(4), width=width, height=height, fov_deg=fov_deg)
    score, pose = _best(samples, extent, lens, _poses_outside(samples, extent, lens, up, 1.0))
    if score < _MOSTLY_HIDDEN * samples.weights.sum():
        nearer = _best(samples, extent, lens, _poses_outside(samples, extent, lens, up, _NEARER))
        inside = _best(samples, extent, lens, _poses_inside(extent, up))
        options = (
            (score, pose),
            (_NEARER_MALUS * nearer[0], nearer[1]),
            (_INSIDE_BONUS * inside[0], inside[1]),
        )
        pose = max(options, key=lambda option: option[0])[1]
    return Camera.from_camtoworld(pose, width=width, height=height, fov_deg=fov_deg)


def orbit_camera(
    gaussians: Gaussians,
    azimuth_deg: float,
    elevation_deg: float,
    distance: float,
    *,
    width: int,
    height: int,
    fov_deg: float = DEFAULT_FOV_DEG,
    up: ArrayLike = DEFAULT_UP,
) -> Camera:
    """The view of `--orbit AZ EL DIST`: on a sphere around the subject, looking at its middle.

    Args:
        gaussians: The scene.
        azimuth_deg: Around `up` [degrees]; 0 has world +x on the right, more moves the camera to its right.
        elevation_deg: Above the horizon [degrees], -90 to 90.
        distance: From the middle [radii of the subject]: 1 is at its edge, 2.5 shows it whole at 50 degrees.
        width: Image width [px].
        height: Image height [px].
        fov_deg: Vertical field of view [degrees].
        up: World direction that is upwards in the image, `[3]`.

    Raises:
        ValueError: An angle or the distance is out of its range.
    """
    extent = scene_extent(gaussians)
    return Camera.orbit(
        extent.center,
        distance=distance * extent.radius,
        azimuth_deg=azimuth_deg,
        elevation_deg=elevation_deg,
        width=width,
        height=height,
        fov_deg=fov_deg,
        up=up,
    )


def orbit_path(
    gaussians: Gaussians,
    *,
    frames: int,
    width: int,
    height: int,
    fov_deg: float = DEFAULT_FOV_DEG,
    elevation_deg: float = _ELEVATION_DEG,
    up: ArrayLike = DEFAULT_UP,
    fps: float = 24.0,
) -> CameraPath:
    """One turn around the subject, which stays wholly in the picture.

    Args:
        gaussians: The scene.
        frames: Number of views, at least 1.
        width: Image width [px].
        height: Image height [px].
        fov_deg: Vertical field of view [degrees].
        elevation_deg: Above the horizon [degrees], -90 to 90.
        up: World direction that is upwards in the image, `[3]`.
        fps: Frames a second.

    Raises:
        ValueError: A number is out of its range.
    """
    extent = scene_extent(gaussians)
    vertical = math.tan(math.radians(fov_deg) / 2.0)
    half_angle = math.atan(_FILL * vertical * min(1.0, width / height))
    return CameraPath.orbit(
        extent.center,
        distance=extent.radius / math.sin(half_angle),
        frames=frames,
        width=width,
        height=height,
        elevation_deg=elevation_deg,
        up=up,
        fov_deg=fov_deg,
        fps=fps,
    )


def _samples(gaussians: Gaussians) -> _Samples:
    """Evenly picked Gaussians, weighted by opacity and, where larger than usual, down by their size."""
    step = max(1, -(-len(gaussians) // _MAX_SAMPLES))
    means = gaussians.means[::step].astype(np.float64)
    scales = np.exp(np.clip(gaussians.log_scales[::step].astype(np.float64).max(axis=1), -30.0, 30.0))
    opacities = 1.0 / (
        1.0 + np.exp(-np.clip(gaussians.logit_opacities[::step].astype(np.float64), -30.0, 30.0))
    )
    valid = np.isfinite(means).all(axis=1) & np.isfinite(scales) & np.isfinite(opacities)
    if not valid.any():
        return _Samples(np.zeros((1, 3)), np.ones(1), 1.0 / 3.0)
    means, scales, opacities = means[valid], scales[valid], opacities[valid]
    typical = float(np.median(scales))
    return _Samples(means, opacities * np.minimum(1.0, typical / scales), typical)


def _extent(samples: _Samples) -> SceneExtent:
    """The sphere around the samples that are left when far ones are dropped."""
    middle = _quantiles(samples.means, samples.weights, 0.5)
    distances = np.linalg.norm(samples.means - middle, axis=1)
    half, most = (float(_quantiles(distances, samples.weights, q)) for q in (0.5, 0.995))
    near = distances <= min(most, _REACH * half)
    means, weights = samples.means[near], samples.weights[near]
    center = (_quantiles(means, weights, _TAIL) + _quantiles(means, weights, 1.0 - _TAIL)) / 2.0
    radius = float(_quantiles(np.linalg.norm(means - center, axis=1), weights, 1.0 - _TAIL))
    smallest = max(3.0 * samples.typical_scale, 1e-6 * float(np.abs(center).max()))
    return SceneExtent(center=center, radius=max(radius, smallest))


def _poses_outside(
    samples: _Samples, extent: SceneExtent, lens: Camera, up: ArrayLike, nearness: float
) -> Iterator[FloatMatrix]:
    """Poses `[4, 4]` all around, at `nearness` times the distance at which the subject fills the picture."""
    for azimuth in _AZIMUTHS_DEG:
        direction = orbit_pose(extent.center, extent.radius, azimuth, _ELEVATION_DEG, up)
        target, distance = _framing(samples, extent, lens, direction)
        yield orbit_pose(target, nearness * distance, azimuth, _ELEVATION_DEG, up)


def _poses_inside(extent: SceneExtent, up: ArrayLike) -> Iterator[FloatMatrix]:
    """Poses `[4, 4]` within the subject, from one side across its middle."""
    for azimuth in _AZIMUTHS_DEG:
        yield orbit_pose(extent.center, _INSIDE * extent.radius, azimuth, _ELEVATION_DEG / 3.0, up)


def _best(
    samples: _Samples, extent: SceneExtent, lens: Camera, poses: Iterable[FloatMatrix]
) -> tuple[float, FloatMatrix]:
    """Score and pose of the view that shows most; the first, frontal one unless another is clearly better."""
    scored = [(_visible_weight(samples, extent, lens, pose), pose) for pose in poses]
    best = max(scored, key=lambda option: option[0])
    return scored[0] if best[0] <= _FRONT_BONUS * scored[0][0] else best


def _framing(
    samples: _Samples, extent: SceneExtent, lens: Camera, pose: FloatMatrix
) -> tuple[FloatMatrix, float]:
    """Point to look at `[3]` in the direction of `pose`, and the distance that fills the picture."""
    offsets = samples.means - extent.center
    inside = np.linalg.norm(offsets, axis=1) <= extent.radius
    local, weights = offsets[inside] @ pose[:3, :3], samples.weights[inside]
    if not weights.any():
        return extent.center, extent.radius / math.sin(math.radians(lens.fov_deg) / 2.0)
    middle = (_quantiles(local, weights, _TAIL) + _quantiles(local, weights, 1.0 - _TAIL)) / 2.0
    middle[2] = 0.0
    local = local - middle
    tangents = _FILL * np.array([0.5 * lens.width / lens.fx, 0.5 * lens.height / lens.fy])
    needed = (np.abs(local[:, :2]) / tangents).max(axis=1) - local[:, 2]
    distance = float(_quantiles(needed, weights, 1.0 - _TAIL))
    return extent.center + pose[:3, :3] @ middle, max(distance, extent.radius)


def _visible_weight(samples: _Samples, extent: SceneExtent, lens: Camera, pose: FloatMatrix) -> float:
    """Weight of the subject's samples that are in the picture with nothing before them."""
    viewmat = inverse_pose(pose)
    local = samples.means @ viewmat[:3, :3].T + viewmat[:3, 3]
    half_width, half_height = 0.5 * lens.width / lens.fx, 0.5 * lens.height / lens.fy
    depths, limits = local[:, 2], np.array([half_width, half_height])
    index = np.flatnonzero(depths > 0.02 * extent.radius)
    tangents = local[index, :2] / depths[index, None]
    shown = (np.abs(tangents) < limits).all(axis=1)
    index, tangents = index[shown], tangents[shown]
    distance = float(np.linalg.norm(pose[:3, 3] - extent.center))
    cell = max(_CELL * extent.radius / distance, half_height / 64, half_width / 64)
    columns = int(2 * half_width / cell) + 1
    rows = int(2 * half_height / cell) + 1
    cells = ((tangents + limits) / cell).astype(np.intp) @ np.array([1, columns])
    nearest = np.full(columns * rows, np.inf)
    np.minimum.at(nearest, cells, depths[index])
    uncovered = depths[index] <= nearest[cells] + 1.5 * _CELL * extent.radius
    subject = np.linalg.norm(samples.means[index] - extent.center, axis=1) <= 1.01 * extent.radius
    return float(samples.weights[index][uncovered & subject].sum())


def _quantiles(values: FloatMatrix, weights: FloatMatrix, q: float) -> FloatMatrix:
    """Weighted quantile `q` in [0, 1] of `values [M]` or of each column of `values [M, D]`."""
    order = np.argsort(values, axis=0)
    cumulative = np.cumsum(weights[order], axis=0)
    index = (cumulative < q * cumulative[-1]).sum(axis=0)
    picked = np.take_along_axis(order, index[None], axis=0)
    return np.take_along_axis(values, picked, axis=0)[0]
