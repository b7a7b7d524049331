"""Where a view stands and how it may move: turning about a pivot, looking around, panning, coming closer. Immutable.

Notation: the pose is camera -> world, R = R_level(azimuth, elevation) R_z(roll) with the angles of `poses.orbit_pose`
and OpenCV axes (x right, y down, z forward); its centre is `pivot - R offset`. Holding angles instead of a matrix
keeps the horizon level for ever and leaves nothing to flip at the poles; holding the pivot in the camera's frame
keeps it at its place in the picture while the camera turns about it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera
from ..scenes.poses import DEFAULT_UP, inverse_pose, nearest_rotation, orbit_pose

Vector = NDArray[np.float64]

_POLE = 1e-6  # sine of the angle to the pole below which azimuth and roll cannot be told apart
_LEVELLING = 4.0  # a turn of so many radians takes all but 1/e of a tilt
_MIN_COSINE = 1e-3  # a pivot that is farther from the view's axis than that is taken to be beside it

_UP = np.array(DEFAULT_UP)
_LEVEL_AXES = orbit_pose(np.zeros(3), 1.0, 0.0, 0.0)[:3, :3]


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewPose:
    """A camera's place about its pivot.

    Args:
        pivot: What is orbited, `[3]`, world frame.
        offset: The pivot in the camera's frame, `[3]` [scene units]; its depth is positive.
        azimuth: As `poses.orbit_pose` [rad].
        elevation: As `poses.orbit_pose` [rad], -pi/2 to pi/2.
        roll: About the view's axis [rad]; 0 where the horizon is level.
    """

    pivot: Vector
    offset: Vector
    azimuth: float
    elevation: float
    roll: float = 0.0

    @classmethod
    def of(cls, camera: Camera, pivot: Vector, *, depth: float) -> ViewPose:
        """The pose of a camera about `pivot [3]`; one that is not before the camera gives way to one on its axis.

        `depth` is how far before the camera that one is [scene units].

        Raises:
            NotRigidError: The camera's matrix is no rigid motion.
        """
        rotation = nearest_rotation(camera.camtoworld[:3, :3])
        azimuth, elevation, roll = _angles(rotation)
        offset = rotation.T @ (pivot - camera.position)
        if not offset[2] > _MIN_COSINE * np.linalg.norm(offset):
            offset = np.array([0.0, 0.0, depth])
        pose = cls(pivot=pivot, offset=offset, azimuth=azimuth, elevation=elevation, roll=roll)
        return replace(pose, pivot=camera.position + pose.rotation @ offset)

    @cached_property
    def rotation(self) -> Vector:
        """Camera -> world, `[3, 3]`."""
        c, s = math.cos(self.roll), math.sin(self.roll)
        roll = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
        return _level_rotation(self.azimuth, self.elevation) @ roll

    @cached_property
    def position(self) -> Vector:
        """The camera's centre, `[3]`, world frame."""
        return self.pivot - self.rotation @ self.offset

    @property
    def distance(self) -> float:
        """From the camera to the pivot [scene units]."""
        return float(np.linalg.norm(self.offset))

    def camera(self, lens: Camera) -> Camera:
        """The camera here, with the size and intrinsics of `lens`."""
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = self.rotation, self.position
        return replace(lens, viewmat=inverse_pose(pose))

    def orbited(self, right: float, down: float) -> ViewPose:
        """Turned about the pivot as if the scene was dragged by so many radians in the picture."""
        c, s = math.cos(self.roll), math.sin(self.roll)
        azimuth = self.azimuth - (c * right - s * down)
        elevation = self.elevation + s * right + c * down
        return replace(
            self,
            azimuth=math.remainder(azimuth, 2.0 * math.pi),
            elevation=min(max(elevation, -math.pi / 2.0), math.pi / 2.0),
            roll=self.roll * math.exp(-_LEVELLING * math.hypot(right, down)),
        )

    def looked(self, right: float, down: float) -> ViewPose:
        """Turned where it stands, right and down by so many radians; the pivot stays in its place in the view."""
        turned = self.orbited(right, down)
        return turned.moved(self.position - turned.position)

    def moved(self, shift: Vector) -> ViewPose:
        """Shifted with its pivot by `shift [3]` [scene units, world frame]."""
        return replace(self, pivot=self.pivot + shift)

    def panned(self, right: float, down: float) -> ViewPose:
        """Shifted with its pivot, so that what is in the picture moves right and down by so many scene units."""
        return self.moved(-self.rotation @ np.array([right, down, 0.0]))

    def at_distance(self, distance: float) -> ViewPose:
        """On the line to the pivot at `distance` > 0 [scene units]; the pivot stays in its place in the picture."""
        return replace(self, offset=self.offset * (distance / self.distance))

    def facing(self, pivot: Vector, distance: float) -> ViewPose:
        """Looking the same way, with `pivot [3]` in the middle at `distance` [scene units]."""
        return replace(self, pivot=np.asarray(pivot, np.float64), offset=np.array([0.0, 0.0, distance]))

    def towards(self, other: ViewPose, share: float) -> ViewPose:
        """A share, 0 to 1, of the way to `other`: the shortest turn, distances in equal ratios."""
        if share >= 1.0:
            return other
        kept = 1.0 - share
        direction = kept * self.offset / self.distance + share * other.offset / other.distance
        distance = self.distance**kept * other.distance**share
        return ViewPose(
            pivot=kept * self.pivot + share * other.pivot,
            offset=direction * (distance / float(np.linalg.norm(direction))),
            azimuth=_mixed_angle(self.azimuth, other.azimuth, share),
            elevation=kept * self.elevation + share * other.elevation,
            roll=_mixed_angle(self.roll, other.roll, share),
        )


def _level_rotation(azimuth: float, elevation: float) -> Vector:
    """The rotation `[3, 3]` of `poses.orbit_pose`, without its checks: every event of the pointer needs it."""
    ca, sa, ce, se = math.cos(azimuth), math.sin(azimuth), math.cos(elevation), math.sin(elevation)
    return _LEVEL_AXES @ np.array([[ca, se * sa, -sa * ce], [0.0, ce, se], [sa, -se * ca, ca * ce]])


def _angles(rotation: Vector) -> tuple[float, float, float]:
    """Azimuth, elevation and roll [rad] of a rotation camera -> world `[3, 3]`."""
    forward, right = rotation[:, 2], rotation[:, 0]
    ahead = math.hypot(forward @ _LEVEL_AXES[:, 0], forward @ _LEVEL_AXES[:, 2])
    elevation = math.atan2(-float(forward @ _UP), ahead)
    if ahead < _POLE:
        return math.atan2(right @ _LEVEL_AXES[:, 2], right @ _LEVEL_AXES[:, 0]), elevation, 0.0
    azimuth = math.atan2(-float(forward @ _LEVEL_AXES[:, 0]), forward @ _LEVEL_AXES[:, 2])
    tilt = _level_rotation(azimuth, elevation).T @ rotation
    return azimuth, elevation, math.atan2(tilt[1, 0], tilt[0, 0])


def _mixed_angle(one: float, other: float, share: float) -> float:
    """Between two angles [rad], the shorter way round."""
    return math.remainder(one + share * math.remainder(other - one, 2.0 * math.pi), 2.0 * math.pi)
