"""Smooth camera paths through keyframes.

Notation: keyframe i is passed at time t_i with velocity v_i; a segment of h = t_{i+1} - t_i seconds is the cubic Bezier
curve with the control values p_i, p_i + v_i h/3, p_{i+1} - v_{i+1} h/3, p_{i+1}. Rotations follow the same rule with
rotation vectors for differences (de Casteljau's construction with slerp: Shoemake, "Animating rotation with quaternion
curves", 1985), so signs of quaternions never come up. Velocities are those of the parabola through three keyframes,
cut to three times the slower neighbour's mean velocity (Fritsch and Carlson's bound): two equal keyframes stand still.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..kernels.errors import RowsplatError
from .camera import Camera, CameraPath
from .poses import inverse_pose

if TYPE_CHECKING:
    from scipy.spatial.transform import Rotation

FloatArray = NDArray[np.float64]

MAX_FRAMES = 100_000
"""Frames of a path: an hour at 27 frames a second. More is a mistyped time."""

_MONOTONE = 3.0  # times the slower mean velocity


@dataclass(frozen=True, eq=False, kw_only=True)
class Keyframe:
    """A camera that a path passes.

    Args:
        camera: The view.
        time: When it is passed [s].

    Raises:
        ValueError: `time` is not finite.
    """

    camera: Camera
    time: float

    def __post_init__(self) -> None:
        """Check the time."""
        if not math.isfinite(self.time):
            raise ValueError(f"time must be finite, got {self.time}")


@dataclass(frozen=True, eq=False, kw_only=True)
class CameraSpline:
    """A camera for every moment, continuous in position, rotation, lens and their velocities.

    Args:
        keyframes: At least one, in any order; they are sorted by time. Pictures have the size of the first one's.
        closing_s: Time from the last keyframe back to the first [s], which makes a loop; `None` for an open path.

    Raises:
        ValueError: There is no keyframe, or `closing_s` is not positive and finite.
        RowsplatError: Two keyframes have the same time.
    """

    keyframes: tuple[Keyframe, ...]
    closing_s: float | None = None

    def __post_init__(self) -> None:
        """Sort the keyframes and give their cameras one size."""
        if not self.keyframes:
            raise ValueError("a camera spline needs at least one keyframe, got none")
        if self.closing_s is not None and not 0.0 < self.closing_s < math.inf:
            raise ValueError(f"closing_s must be positive and finite, got {self.closing_s}")
        ordered = sorted(self.keyframes, key=lambda keyframe: keyframe.time)
        if (np.diff([keyframe.time for keyframe in ordered]) <= 0.0).any():
            raise RowsplatError("Two keyframes of the camera path have the same time. Move one of them.")
        size = ordered[0].camera.width, ordered[0].camera.height
        same_size = tuple(replace(keyframe, camera=_of_size(keyframe.camera, size)) for keyframe in ordered)
        object.__setattr__(self, "keyframes", same_size)

    @property
    def start(self) -> float:
        """When the first keyframe is passed [s]."""
        return self.keyframes[0].time

    @property
    def duration(self) -> float:
        """From the first keyframe to the last, in a loop back to the first [s]; 0 for one keyframe."""
        if len(self.keyframes) == 1:
            return 0.0
        return self.keyframes[-1].time - self.start + (self.closing_s or 0.0)

    def at(self, time: float) -> Camera:
        """The camera at `time` [s]: at a keyframe exactly that one. Loops repeat; open paths rest before and after.

        Raises:
            ValueError: `time` is not finite.
        """
        if not math.isfinite(time):
            raise ValueError(f"time must be finite, got {time}")
        return self._cameras([time])[0]

    def path(self, fps: float) -> CameraPath:
        """The path at `fps` frames a second.

        Keyframes move to the nearest frame, by half a frame at most, so that each is one of the frames; where two
        would meet, all stay where they are. The first view of a loop does not come again at its end.

        Raises:
            ValueError: `fps` is not positive and finite.
            RowsplatError: The path would have more than `MAX_FRAMES` frames.
        """
        if not 0.0 < fps < math.inf:
            raise ValueError(f"fps must be positive and finite, got {fps}")
        if self.duration * fps >= MAX_FRAMES:
            raise RowsplatError(
                f"The camera path of {self.duration:g} s at {fps:g} frames a second is longer than {MAX_FRAMES} "
                "frames. Lower the frame rate or move the keyframes together."
            )
        spline = self._on_frames(fps)
        is_open = self.closing_s is None or len(self.keyframes) == 1
        count = max(1, round(spline.duration * fps) + is_open)
        return CameraPath(cameras=spline._cameras(spline.start + np.arange(count) / fps), fps=fps)

    def _on_frames(self, fps: float) -> CameraSpline:
        """The spline that begins at 0, with its keyframes on whole frames if that keeps them apart."""
        seconds = [keyframe.time - self.start for keyframe in self.keyframes]
        frames = [round(time * fps) for time in seconds]
        if len(set(frames)) == len(frames):
            seconds = [frame / fps for frame in frames]
        closing = None if self.closing_s is None else max(1, round(self.closing_s * fps)) / fps
        pairs = zip(self.keyframes, seconds, strict=True)
        return CameraSpline(
            keyframes=tuple(replace(keyframe, time=time) for keyframe, time in pairs), closing_s=closing
        )

    def _cameras(self, times: ArrayLike) -> tuple[Camera, ...]:
        """The cameras at `times [M]` [s]."""
        if len(self.keyframes) == 1:
            return (self.keyframes[0].camera,) * len(np.atleast_1d(times))
        exact = {keyframe.time - self.start: keyframe.camera for keyframe in self.keyframes}
        offsets = np.asarray(times, np.float64) - self.start
        offsets = np.clip(offsets, 0.0, self.duration) if self.closing_s is None else offsets % self.duration
        poses, lenses = self._curves.at(offsets)
        first = self.keyframes[0].camera
        return tuple(
            exact.get(offset) or _camera(pose, lens, first.width, first.height)
            for offset, pose, lens in zip(offsets.tolist(), poses, lenses, strict=True)
        )

    @cached_property
    def _curves(self) -> _Curves:
        keyframes = self.keyframes if self.closing_s is None else (*self.keyframes, self.keyframes[0])
        knots = np.array([keyframe.time - self.start for keyframe in keyframes])
        if self.closing_s is not None:
            knots[-1] = self.duration
        return _Curves.through(tuple(k.camera for k in keyframes), knots, is_loop=self.closing_s is not None)


def spline_path(
    keyframes: Iterable[Keyframe], *, fps: float = 24.0, loop: bool = False, closing_s: float | None = None
) -> CameraPath:
    """Frames of a smooth way through `keyframes`, at `fps` frames a second; see `CameraSpline.path`.

    Args:
        keyframes: At least one; a single one gives a single frame.
        fps: Frames a second.
        loop: Go back to the first keyframe.
        closing_s: Time that this takes [s]; by default the mean time between keyframes.

    Raises:
        ValueError: There is no keyframe, or a number is out of its range.
        RowsplatError: Two keyframes have the same time, or there would be more than `MAX_FRAMES` frames.
    """
    keys = tuple(keyframes)
    if not loop:
        return CameraSpline(keyframes=keys).path(fps)
    times = [keyframe.time for keyframe in keys]
    if closing_s is None:
        closing_s = (max(times) - min(times)) / (len(keys) - 1) if len(keys) > 1 else 1.0
    return CameraSpline(keyframes=keys, closing_s=closing_s or 1.0).path(fps)


@dataclass(frozen=True, eq=False, kw_only=True)
class _Curves:
    """Bezier segments between S + 1 knots [s]: control values `[S, 4, D]`, quaternions `[4, S, 4]` xyzw."""

    knots: FloatArray
    positions: FloatArray
    lenses: FloatArray
    rotations: FloatArray

    @classmethod
    def through(cls, cameras: tuple[Camera, ...], knots: FloatArray, *, is_loop: bool) -> _Curves:
        from scipy.spatial.transform import Rotation

        durations = np.diff(knots)
        poses = np.stack([camera.camtoworld for camera in cameras])
        focals = np.log([[camera.fx, camera.fy] for camera in cameras])
        centres = np.array([[camera.cx, camera.cy] for camera in cameras])
        turned = Rotation.from_matrix(poses[:, :3, :3])
        velocities = _velocities((turned[:-1].inv() * turned[1:]).as_rotvec(), durations, is_loop)
        third = durations[:, None] / 3.0
        after = turned[:-1] * Rotation.from_rotvec(velocities[:-1] * third)
        before = turned[1:] * Rotation.from_rotvec(-velocities[1:] * third)
        controls = (turned[:-1], after, before, turned[1:])
        return cls(
            knots=knots,
            positions=_controls(poses[:, :3, 3], durations, is_loop),
            lenses=np.concatenate(
                [_controls(focals, durations, is_loop), _controls(centres, durations, is_loop)], axis=2
            ),
            rotations=np.stack([rotation.as_quat() for rotation in controls]),
        )

    def at(self, offsets: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Poses `[M, 4, 4]` and lenses `[M, 4]` (log fx, log fy, cx, cy) at `offsets [M]` from the first knot [s]."""
        from scipy.spatial.transform import Rotation

        segment = np.clip(np.searchsorted(self.knots, offsets, side="right") - 1, 0, len(self.knots) - 2)
        u = (offsets - self.knots[segment]) / (self.knots[segment + 1] - self.knots[segment])
        weights = np.stack([(1 - u) ** 3, 3 * u * (1 - u) ** 2, 3 * u**2 * (1 - u), u**3], axis=1)[:, None]
        poses = np.tile(np.eye(4), (len(u), 1, 1))
        poses[:, :3, 3] = (weights @ self.positions[segment])[:, 0]
        rows = [Rotation.from_quat(self.rotations[control, segment]) for control in range(4)]
        while len(rows) > 1:
            rows = [_slerp(one, other, u) for one, other in pairwise(rows)]
        poses[:, :3, :3] = rows[0].as_matrix()
        return poses, (weights @ self.lenses[segment])[:, 0]


def _controls(values: FloatArray, durations: FloatArray, is_loop: bool) -> FloatArray:
    """Control values `[S, 4, D]` of the curve through `values [S + 1, D]`."""
    velocities = _velocities(np.diff(values, axis=0), durations, is_loop)
    start = values[:-1] + velocities[:-1] * durations[:, None] / 3.0
    end = values[1:] - velocities[1:] * durations[:, None] / 3.0
    return np.stack([values[:-1], start, end, values[1:]], axis=1)


def _velocities(steps: FloatArray, durations: FloatArray, is_loop: bool) -> FloatArray:
    """Velocities `[S + 1, D]` at the knots between `steps [S, D]` that take `durations [S]` [s]."""
    means, h = steps / durations[:, None], durations[:, None]
    if is_loop:
        means, h = np.concatenate([means[-1:], means, means[:1]]), np.concatenate([h[-1:], h, h[:1]])
    before, after, h_before, h_after = means[:-1], means[1:], h[:-1], h[1:]
    inner = _cut((before * h_after + after * h_before) / (h_before + h_after), before, after)
    if is_loop:
        return inner
    if len(steps) == 1:
        return np.concatenate([means, means])
    first = _cut(1.5 * means[:1] - 0.5 * inner[:1], means[:1], means[:1])
    last = _cut(1.5 * means[-1:] - 0.5 * inner[-1:], means[-1:], means[-1:])
    return np.concatenate([first, inner, last])


def _cut(velocities: FloatArray, before: FloatArray, after: FloatArray) -> FloatArray:
    """`velocities [M, D]`, none longer than `_MONOTONE` times the shorter of its two neighbours."""
    lengths, *neighbours = (np.linalg.norm(v, axis=1, keepdims=True) for v in (velocities, before, after))
    limit = _MONOTONE * np.minimum(*neighbours)
    return velocities * np.divide(limit, lengths, out=np.ones_like(lengths), where=lengths > limit)


def _slerp(one: Rotation, other: Rotation, u: FloatArray) -> Rotation:
    """Rotations a share `u [M]` of the shortest way from `one` to `other`."""
    from scipy.spatial.transform import Rotation

    return one * Rotation.from_rotvec((one.inv() * other).as_rotvec() * u[:, None])


def _camera(pose: FloatArray, lens: FloatArray, width: int, height: int) -> Camera:
    fx, fy = np.exp(lens[:2]).tolist()
    cx, cy = lens[2:].tolist()
    return Camera(viewmat=inverse_pose(pose), fx=fx, fy=fy, cx=cx, cy=cy, width=width, height=height)


def _of_size(camera: Camera, size: tuple[int, int]) -> Camera:
    """`camera` for pictures of that size, without the distortion that no renderer draws."""
    if (camera.width, camera.height) != size:
        camera = camera.reframed(*size)
    return replace(camera, distortion=()) if camera.distortion else camera
