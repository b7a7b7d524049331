"""Moving the camera: orbiting about a pivot and flying. Immutable; every event gives the controls that follow."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..scenes import Camera
from .camera_events import (
    Button,
    CameraEvent,
    FlyKey,
    FocusLost,
    KeyChanged,
    Modifier,
    ModifiersChanged,
    Moved,
    Point,
    Pressed,
    Released,
    Wheel,
)
from .view_pose import Vector, ViewPose

_ORBIT_RADIANS = math.pi  # for a drag across the whole height
_LOOK_RADIANS = math.pi / 2
_DOLLY = 0.88  # of the distance, a notch
_MAX_NOTCHES = 40.0
_NEAREST, _FARTHEST = 1e-3, 1e4  # from the pivot, and from what is looked at [scene sizes]
_MAX_DRAG = 10.0  # heights of the picture in one event
_SMALLEST = 1e-9  # a scene [scene units]
_FLY_SPEED, _FLY_NOTCH = 0.6, 0.1  # scene sizes, a second and a notch
_FAST, _SLOW = 4.0, 0.25
_REACTION_S = 0.06  # flight comes within 1/e of its speed
_STOPPED = 1e-3  # of the flying speed
_MAX_TICK_S = 0.25  # a window that was stopped for longer shall not fly through the wall
_FILL = 1.0 / 1.15  # of the picture, by what F focuses on

TRANSITION_S = 0.25
"""How long the camera takes to a place that it does not jump to [s]."""


@dataclass(frozen=True, eq=False, kw_only=True)
class _Transition:
    """A smooth way from one pose to another; `passed` [s] of it are over."""

    start: ViewPose
    end: ViewPose
    passed: float = 0.0


@dataclass(frozen=True, eq=False, kw_only=True)
class _State:
    """What the controls hold: `camera` stands at `pose`, `middle [3]` is where it may not go too far from."""

    camera: Camera
    pose: ViewPose
    size: float
    middle: Vector
    is_flying: bool = False
    keys: frozenset[FlyKey] = frozenset()
    modifiers: frozenset[Modifier] = frozenset()
    button: Button | None = None
    at: Point = (0.0, 0.0)
    velocity: Vector
    transition: _Transition | None = None


class CameraControls:
    """A camera and how it is being moved.

    The camera orbits about the pivot, which stays in its place in the picture; looking around, panning and flying
    take the pivot along. Turning levels a tilted horizon, and the view stops at the poles. Distances and places are
    bounded, so that nothing overflows or reaches 0 whatever events come; those with numbers that are not finite are
    passed over.
    """

    def __init__(self, camera: Camera, *, pivot: ArrayLike = (0.0, 0.0, 0.0), size: float = 1.0) -> None:
        """Orbit from where `camera` stands.

        Args:
            camera: Of the window's size.
            pivot: What is orbited, `[3]`, world frame; if it is not before the camera, a point on the view's axis.
            size: Radius of what is looked at [scene units]; speeds and limits follow it.

        Raises:
            NotRigidError: The camera's matrix is no rigid motion.
            ValueError: `pivot` or `size` is not finite.
        """
        size = _size(size)
        pose = ViewPose.of(camera, _point(pivot), depth=size)
        self._state = _State(
            camera=camera, pose=pose, size=size, middle=pose.pivot, velocity=np.zeros(3, np.float64)
        )

    @property
    def camera(self) -> Camera:
        """The camera as it stands."""
        return self._state.camera

    @property
    def pose(self) -> ViewPose:
        """Where it stands."""
        return self._state.pose

    @property
    def pivot(self) -> Vector:
        """What is orbited, `[3]`, world frame."""
        return self._state.pose.pivot

    @property
    def pivot_depth(self) -> float:
        """View-space depth of the pivot [scene units], always positive."""
        return float(self._state.pose.offset[2])

    @property
    def size(self) -> float:
        """Radius of what is looked at [scene units]."""
        return self._state.size

    @property
    def is_flying(self) -> bool:
        """Flying instead of orbiting."""
        return self._state.is_flying

    @property
    def is_moving(self) -> bool:
        """Whether the camera moves by itself with the next tick."""
        state = self._state
        return state.transition is not None or (
            state.is_flying and (bool(state.keys) or bool(state.velocity.any()))
        )

    @property
    def is_dragged(self) -> bool:
        """Whether a button is held."""
        return self._state.button is not None

    # From commands

    def looking_from(
        self, camera: Camera, *, size: float | None = None, pivot: ArrayLike | None = None
    ) -> CameraControls:
        """Jump to a camera; one that stands where this one does only changes the lens.

        Without `pivot [3]` the pivot stays as far before the camera as it was, or goes as far as a new `size`.

        Raises:
            NotRigidError: The camera's matrix is no rigid motion.
            ValueError: `size` or `pivot` is not finite.
        """
        state = self._state
        if np.array_equal(camera.viewmat, state.camera.viewmat) and size is None and pivot is None:
            return self._with(camera=camera)
        depth = self.pivot_depth if size is None else max(self.pivot_depth, _size(size))
        ahead = (camera.camtoworld @ np.array([0.0, 0.0, depth, 1.0]))[:3]
        pose = ViewPose.of(camera, ahead if pivot is None else _point(pivot), depth=depth)
        return self._with(
            camera=camera,
            pose=pose,
            size=state.size if size is None else _size(size),
            middle=pose.pivot,
            velocity=np.zeros(3),
            transition=None,
        )

    def around(self, pivot: ArrayLike) -> CameraControls:
        """Orbit `pivot [3]`; the picture stays. One that is not before the camera is not taken.

        Raises:
            ValueError: `pivot` is not finite.
        """
        state, point = self._state, _point(pivot)
        pose = ViewPose.of(state.camera, point, depth=self.pivot_depth)
        if not np.allclose(pose.pivot, point, rtol=1e-6, atol=1e-9 * state.size):
            return self
        return self._with(pose=pose, middle=point, transition=None)

    def toggled(self) -> CameraControls:
        """Fly instead of orbiting, or the other way round; the picture stays."""
        return self._with(is_flying=not self._state.is_flying, velocity=np.zeros(3))

    def focused_on(self, center: ArrayLike, radius: float) -> CameraControls:
        """Move so that a sphere fills the picture, smoothly with the ticks of a quarter of a second.

        Raises:
            ValueError: `center [3]` or `radius` is not finite.
        """
        camera, point = self._state.camera, _point(center)
        size = _size(max(radius, 1e-4 * self._state.size) if math.isfinite(radius) else radius)
        half = math.atan(0.5 * min(camera.height / camera.fy, camera.width / camera.fx))
        distance = size / (_FILL * math.sin(half))
        end = self._state.pose.facing(point, min(distance, _FARTHEST * size))
        return self._going_to(end, middle=point, size=size)

    def moved_to(self, camera: Camera, *, pivot: ArrayLike | None = None) -> CameraControls:
        """Move to where `camera` stands, smoothly; the lens stays. The pivot is as for `looking_from`.

        Raises:
            NotRigidError: The camera's matrix is no rigid motion.
            ValueError: `pivot` is not finite.
        """
        end = self.looking_from(camera, pivot=pivot)._state.pose
        return self._going_to(end, middle=end.pivot, size=self._state.size)

    def skipped(self) -> CameraControls:
        """At the end of the way that the camera is on, if it is on one."""
        way = self._state.transition
        return self if way is None else self._standing(way.end, transition=None)

    # From the window

    def handle(self, event: CameraEvent) -> CameraControls:
        """The controls after an event. Whatever moves the camera takes over from a transition at once."""
        state = self._state
        if isinstance(event, Pressed):
            known = _is_finite(*event.at)
            return self._with(button=event.button, at=event.at, transition=None) if known else self
        if isinstance(event, Released):
            return self._with(button=None) if event.button is state.button else self
        if isinstance(event, Moved):
            return self._dragged(event.at) if _is_finite(*event.at) else self
        if isinstance(event, Wheel):
            return self._dollied(event.notches) if _is_finite(event.notches) else self
        if isinstance(event, KeyChanged):
            return self._with(keys=state.keys | {event.key} if event.down else state.keys - {event.key})
        if isinstance(event, ModifiersChanged):
            return self._with(modifiers=event.held)
        assert isinstance(event, FocusLost)
        return self._with(keys=frozenset[FlyKey](), modifiers=frozenset[Modifier](), button=None)

    def tick(self, seconds: float) -> CameraControls:
        """The controls after some time: flying and transitions, the same for many short ticks as for few long ones."""
        if not (_is_finite(seconds) and seconds > 0.0):
            return self
        seconds = min(seconds, _MAX_TICK_S)
        if self._state.is_flying and self._state.keys:
            return self._flown(seconds)  # also out of a transition
        if self._state.transition is not None:
            return self._passed(self._state.transition, seconds)
        return self._flown(seconds) if self.is_moving else self

    def _flown(self, seconds: float) -> CameraControls:
        """Velocity follows the keys by an exponential, integrated exactly."""
        state = self._state
        wanted = np.array([key.value for key in state.keys]).reshape(-1, 3).sum(axis=0)
        top = _FLY_SPEED * state.size * self._pace
        target = state.pose.rotation @ wanted * (top / max(float(np.linalg.norm(wanted)), 1.0))
        left = math.exp(-seconds / _REACTION_S)
        velocity = target + (state.velocity - target) * left
        way = target * seconds + (state.velocity - target) * (_REACTION_S * (1.0 - left))
        if not state.keys and np.linalg.norm(velocity) < _STOPPED * _FLY_SPEED * state.size:
            velocity = np.zeros(3)
        return self._at(state.pose.moved(way), velocity=velocity)

    def _passed(self, way: _Transition, seconds: float) -> CameraControls:
        passed = way.passed + seconds
        share = min(passed / TRANSITION_S, 1.0)
        pose = way.start.towards(way.end, share * share * (3.0 - 2.0 * share))
        return self._standing(pose, transition=None if share >= 1.0 else replace(way, passed=passed))

    def _dragged(self, at: Point) -> CameraControls:
        state = self._state
        moved = self._with(at=at)
        if state.button is None or at == state.at:
            return moved
        limit = _MAX_DRAG * state.camera.height
        right, down = (min(max(b - a, -limit), limit) for a, b in zip(state.at, at, strict=True))
        if state.button is Button.MIDDLE:
            per_fx = self.pivot_depth / state.camera.fx
            per_fy = self.pivot_depth / state.camera.fy
            return moved._at(state.pose.panned(right * per_fx, down * per_fy))
        looks = state.is_flying or state.button is Button.RIGHT
        scale = (_LOOK_RADIANS if looks else _ORBIT_RADIANS) / state.camera.height
        turned = state.pose.looked if looks else state.pose.orbited
        return moved._at(turned(right * scale, down * scale))

    def _dollied(self, notches: float) -> CameraControls:
        state, pose = self._state, self._state.pose
        notches = min(max(notches, -_MAX_NOTCHES), _MAX_NOTCHES)
        if state.is_flying:
            step = notches * _FLY_NOTCH * state.size * self._pace
            return self._at(pose.moved(pose.rotation[:, 2] * step))
        nearest, farthest = _NEAREST * state.size, _FARTHEST * state.size
        wanted = max(pose.distance * _DOLLY**notches, min(nearest, pose.distance))
        return self._at(pose.at_distance(min(wanted, max(farthest, pose.distance))))

    @property
    def _pace(self) -> float:
        if Modifier.SHIFT in self._state.modifiers:
            return _FAST
        return _SLOW if Modifier.ALT in self._state.modifiers else 1.0

    def _going_to(self, end: ViewPose, *, middle: Vector, size: float) -> CameraControls:
        way = _Transition(start=self._state.pose, end=end)
        return self._with(transition=way, middle=middle, size=size, velocity=np.zeros(3))

    def _at(self, pose: ViewPose, **changes: Any) -> CameraControls:
        """At `pose`, on no way to another, and no farther from the middle than is allowed, or than now."""
        state = self._state
        reach = pose.pivot - state.middle
        length = float(np.linalg.norm(reach))
        limit = max(_FARTHEST * state.size, float(np.linalg.norm(state.pose.pivot - state.middle)))
        if length > limit:
            pose = replace(pose, pivot=state.middle + reach * (limit / length))
        return self._standing(pose, transition=None, **changes)

    def _standing(self, pose: ViewPose, **changes: Any) -> CameraControls:
        return self._with(pose=pose, camera=pose.camera(self._state.camera), **changes)

    def _with(self, **changes: Any) -> CameraControls:
        changed = object.__new__(CameraControls)
        changed._state = replace(self._state, **changes)
        return changed


def _is_finite(*values: float) -> bool:
    return all(math.isfinite(value) for value in values)


def _size(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"size must be finite, got {value}")
    return max(value, _SMALLEST)


def _point(values: ArrayLike) -> Vector:
    point = np.array(values, dtype=np.float64)
    if point.shape != (3,) or not np.isfinite(point).all():
        raise ValueError(f"expected a point of three finite numbers, got {values!r}")
    return point
