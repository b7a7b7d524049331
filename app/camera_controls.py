"""Moving the camera: orbiting about a pivot and flying. Immutable; every event gives the controls that follow.

Notation: a pose is camera -> world with the columns right, down, forward, centre (OpenCV axes). Up is -y of the world.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..scenes import Camera
from ..scenes.poses import DEFAULT_UP, look_at_pose, nearest_rotation
from .camera_events import (
    Button,
    CameraEvent,
    FlyKey,
    KeyChanged,
    Modifier,
    ModifiersChanged,
    Moved,
    Point,
    Pressed,
    Released,
    Wheel,
)

Vector = NDArray[np.float64]
Pose = NDArray[np.float64]

_UP = np.array(DEFAULT_UP)
_MAX_ELEVATION = math.radians(89.0)
_ORBIT_RADIANS = math.pi  # for a drag across the whole height
_LOOK_RADIANS = math.pi / 2
_DOLLY = 0.88  # of the distance, a notch
_NEAREST, _FARTHEST = 1e-3, 1e4  # distances from the pivot [scene sizes]
_FLY_SPEED = 0.6  # scene sizes a second
_FAST, _SLOW = 4.0, 0.25
_TRANSITION_S = 0.25


@dataclass(frozen=True, eq=False, kw_only=True)
class _Transition:
    """A smooth way from one pose to another."""

    start: Pose
    end: Pose
    done: float = 0.0


@dataclass(frozen=True, eq=False)
class CameraControls:
    """A camera and how it is being moved.

    Args:
        camera: Of the window's size.
        pivot: What is orbited, `[3]`, world frame; by default a scene size before the camera.
        size: Radius of what is looked at [scene units]; speeds and limits follow it.
        is_flying: Flying instead of orbiting.
    """

    camera: Camera
    pivot: Vector = field(default_factory=lambda: np.zeros(3))
    size: float = 1.0
    is_flying: bool = False
    _keys: frozenset[FlyKey] = frozenset()
    _modifiers: frozenset[Modifier] = frozenset()
    _button: Button | None = None
    _at: Point = (0.0, 0.0)
    _transition: _Transition | None = None

    @property
    def is_moving(self) -> bool:
        """Whether the camera moves by itself with the next tick."""
        return self._transition is not None or (self.is_flying and bool(self._keys))

    @property
    def is_dragged(self) -> bool:
        """Whether a button is held."""
        return self._button is not None

    @property
    def pivot_depth(self) -> float:
        """View-space depth of the pivot [scene units], never 0 or less."""
        depth = float((self.camera.viewmat @ np.array([*self.pivot, 1.0]))[2])
        return max(depth, _NEAREST * self.size)

    def looking_from(self, camera: Camera, *, size: float | None = None) -> CameraControls:
        """Jump to a camera; the pivot stays as far before it as it was."""
        moved = replace(self, camera=camera, size=self.size if size is None else size, _transition=None)
        depth = self.pivot_depth if size is None else max(self.pivot_depth, size)
        return replace(moved, pivot=(camera.camtoworld @ np.array([0.0, 0.0, depth, 1.0]))[:3])

    def around(self, pivot: Vector) -> CameraControls:
        """Orbit another point; the picture stays."""
        return replace(self, pivot=np.asarray(pivot, np.float64))

    def toggled(self) -> CameraControls:
        """Fly instead of orbiting, or the other way round; the picture stays."""
        orbiting = replace(self, is_flying=not self.is_flying, _keys=frozenset[FlyKey]())
        return orbiting if orbiting.is_flying else orbiting.looking_from(self.camera)

    def focused_on(self, center: Vector, radius: float) -> CameraControls:
        """Move so that a sphere fills the picture, within a quarter of a second of ticks."""
        half = 0.5 * min(self.camera.height / self.camera.fy, self.camera.width / self.camera.fx)
        distance = 1.15 * radius / max(math.sin(math.atan(half)), 1e-3)
        end = self.camera.camtoworld.copy()
        end[:3, 3] = np.asarray(center) - distance * end[:3, 2]
        way = _Transition(start=self.camera.camtoworld, end=end)
        return replace(self, pivot=np.asarray(center, np.float64), size=max(radius, 1e-9), _transition=way)

    def handle(self, event: CameraEvent) -> CameraControls:
        """The controls after an event."""
        if isinstance(event, Pressed):
            return replace(self, _button=event.button, _at=event.at, _transition=None)
        if isinstance(event, Released):
            return replace(self, _button=None) if event.button is self._button else self
        if isinstance(event, Moved):
            return self._dragged(event.at)
        if isinstance(event, Wheel):
            return self._dollied(event.notches)
        if isinstance(event, KeyChanged):
            keys = self._keys | {event.key} if event.down else self._keys - {event.key}
            return replace(self, _keys=keys)
        assert isinstance(event, ModifiersChanged)
        return replace(self, _modifiers=event.held)

    def tick(self, seconds: float) -> CameraControls:
        """The controls after some time: flying and transitions."""
        if self._transition is not None:
            return self._passed(self._transition, seconds)
        if not (self.is_flying and self._keys):
            return self
        direction = np.sum([key.value for key in self._keys], axis=0)
        speed = _FLY_SPEED * self.size * self._pace * min(seconds, 0.1)
        pose = self.camera.camtoworld.copy()
        pose[:3, 3] += pose[:3, :3] @ direction * speed
        return self._at_pose(pose)

    @property
    def _pace(self) -> float:
        if Modifier.SHIFT in self._modifiers:
            return _FAST
        return _SLOW if Modifier.ALT in self._modifiers else 1.0

    def _passed(self, way: _Transition, seconds: float) -> CameraControls:
        done = min(way.done + seconds / _TRANSITION_S, 1.0)
        smooth = done * done * (3.0 - 2.0 * done)
        pose = (1.0 - smooth) * way.start + smooth * way.end
        pose[:3, :3] = nearest_rotation(pose[:3, :3])
        moved = self._at_pose(way.end.copy() if done >= 1.0 else pose)
        return replace(moved, _transition=None if done >= 1.0 else replace(way, done=done))

    def _dragged(self, at: Point) -> CameraControls:
        if self._button is None:
            return replace(self, _at=at)
        dx, dy = ((new - old) / self.camera.height for new, old in zip(at, self._at, strict=True))
        moved = replace(self, _at=at)
        if self._button is Button.MIDDLE:
            return moved._panned(dx, dy)
        if self.is_flying or self._button is Button.RIGHT:
            return moved._looked(dx * _LOOK_RADIANS, dy * _LOOK_RADIANS)
        return moved._orbited(dx * _ORBIT_RADIANS, dy * _ORBIT_RADIANS)

    def _orbited(self, yaw: float, pitch: float) -> CameraControls:
        """Turn camera and view together about the pivot; the horizon stays level."""
        pose = self.camera.camtoworld
        turn = _turn(_UP, -yaw) @ _turn(pose[:3, 0], self._allowed_pitch(-pitch))
        turned = pose.copy()
        turned[:3, :3] = nearest_rotation(turn @ pose[:3, :3])
        turned[:3, 3] = self.pivot + turn @ (pose[:3, 3] - self.pivot)
        return self._at_pose(turned)

    def _looked(self, yaw: float, pitch: float) -> CameraControls:
        """Turn the view where the camera stands."""
        pose = self.camera.camtoworld.copy()
        turn = _turn(_UP, -yaw) @ _turn(pose[:3, 0], self._allowed_pitch(-pitch))
        pose[:3, :3] = nearest_rotation(turn @ pose[:3, :3])
        looked = self._at_pose(pose)
        return replace(looked, pivot=(pose @ np.array([0.0, 0.0, self.pivot_depth, 1.0]))[:3])

    def _allowed_pitch(self, pitch: float) -> float:
        """`pitch` about the camera's right, cut off where the view would pass the pole."""
        elevation = math.asin(float(np.clip(self.camera.camtoworld[:3, 2] @ _UP, -1.0, 1.0)))
        wanted = min(max(elevation + pitch, -_MAX_ELEVATION), _MAX_ELEVATION)
        # a camera that begins beyond the limit may only come back
        return (
            wanted - elevation
            if abs(elevation) <= _MAX_ELEVATION
            else min(max(pitch, -abs(pitch)), abs(pitch))
        )

    def _panned(self, dx: float, dy: float) -> CameraControls:
        pose = self.camera.camtoworld.copy()
        per_height = self.pivot_depth * self.camera.height / self.camera.fy
        shift = -(pose[:3, 0] * dx + pose[:3, 1] * dy) * per_height
        pose[:3, 3] += shift
        return replace(self._at_pose(pose), pivot=self.pivot + shift)

    def _dollied(self, notches: float) -> CameraControls:
        pose = self.camera.camtoworld.copy()
        if self.is_flying:
            pose[:3, 3] += pose[:3, 2] * notches * 0.1 * self.size * self._pace
            return self._at_pose(pose)
        offset = pose[:3, 3] - self.pivot
        distance = float(np.linalg.norm(offset))
        if distance < 1e-12:
            offset, distance = -pose[:3, 2] * self.size, self.size
        wanted = distance * _DOLLY ** min(max(notches, -40.0), 40.0)
        wanted = min(max(wanted, _NEAREST * self.size), _FARTHEST * self.size)
        pose[:3, 3] = self.pivot + offset * (wanted / distance)
        return self._at_pose(pose)

    def _at_pose(self, pose: Pose) -> CameraControls:
        camera = Camera.from_camtoworld(
            pose,
            width=self.camera.width,
            height=self.camera.height,
            fx=self.camera.fx,
            fy=self.camera.fy,
            cx=self.camera.cx,
            cy=self.camera.cy,
        )
        return replace(self, camera=camera)


def level(camera: Camera) -> Camera:
    """The camera with its horizon level, looking the same way."""
    pose = camera.camtoworld
    return replace(camera, viewmat=np.linalg.inv(look_at_pose(pose[:3, 3], pose[:3, 3] + pose[:3, 2])))


def _turn(axis: Vector, radians: float) -> NDArray[np.float64]:
    """Rodrigues' rotation `[3, 3]` about a unit axis."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + math.sin(radians) * cross + (1.0 - math.cos(radians)) * cross @ cross
