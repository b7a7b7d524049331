"""Camera controls: what each drag, notch, key and moment does to the picture, and what no sequence of them may do."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rowsplat.app.camera_controls import TRANSITION_S, CameraControls
from rowsplat.app.camera_events import (
    Button,
    CameraEvent,
    FlyKey,
    FocusLost,
    KeyChanged,
    Modifier,
    ModifiersChanged,
    Moved,
    Pressed,
    Released,
    Wheel,
)
from rowsplat.app.view_pose import ViewPose
from rowsplat.scenes import Camera

_WIDTH, _HEIGHT = 640, 480
_UP = np.array([0.0, -1.0, 0.0])
_PIVOT = np.array([0.4, -0.2, 0.7])


def _camera(
    eye: tuple[float, float, float] = (1.0, -1.5, -4.0), target: np.ndarray = _PIVOT, **lens: float
) -> Camera:
    return Camera.look_at(eye, target, width=_WIDTH, height=_HEIGHT, **lens)


def _controls(pivot: np.ndarray = _PIVOT, size: float = 1.5) -> CameraControls:
    return CameraControls(_camera(), pivot=pivot, size=size)


def _tilted(degrees: float) -> Camera:
    """A camera whose horizon is not level."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([[c, -s, 0, 0], [s, c, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    camera = _camera()
    return replace(camera, viewmat=turn @ camera.viewmat)


def _pixel(camera: Camera, point: np.ndarray) -> np.ndarray:
    x, y, z, _ = camera.viewmat @ np.array([*point, 1.0])
    assert z > 0
    return np.array([camera.fx * x / z + camera.cx, camera.fy * y / z + camera.cy])


def _roll(camera: Camera) -> float:
    """Sine of the angle between the picture's horizontal and the horizon."""
    return float(camera.camtoworld[:3, 0] @ _UP)


def _after(controls: CameraControls, *events: CameraEvent) -> CameraControls:
    for event in events:
        controls = controls.handle(event)
    return controls


def _drag(controls: CameraControls, button: Button, right: float, down: float) -> CameraControls:
    start = (300.0, 200.0)
    end = (start[0] + right, start[1] + down)
    return _after(controls, Pressed(button, start), Moved(end), Released(button))


def _ticked(controls: CameraControls, seconds: float, *, steps: int = 1) -> CameraControls:
    for _ in range(steps):
        controls = controls.tick(seconds / steps)
    return controls


def _assert_same_picture(one: Camera, other: Camera) -> None:
    assert np.allclose(one.viewmat, other.viewmat, atol=1e-9)
    assert np.allclose(one.K, other.K)


# Orbiting

_PIXELS = st.floats(-400, 400)


@given(right=_PIXELS, down=_PIXELS, pivot=st.tuples(*[st.floats(-0.8, 0.8)] * 3))
def test_orbiting_keeps_the_pivot_s_pixel_its_distance_and_a_level_horizon(
    right: float, down: float, pivot: tuple
) -> None:
    before = _controls(np.array(pivot))
    after = _drag(before, Button.LEFT, right, down)
    assert np.allclose(after.pivot, pivot, atol=1e-9)
    assert np.allclose(_pixel(after.camera, after.pivot), _pixel(before.camera, before.pivot), atol=1e-6)
    distances = [np.linalg.norm(c.camera.position - c.pivot) for c in (before, after)]
    assert distances[0] == pytest.approx(distances[1])
    assert abs(_roll(after.camera)) < 1e-12


@pytest.mark.parametrize("tilt", [0.0, 90.0, 180.0])
def test_the_scene_follows_a_dragging_pointer(tilt: float) -> None:
    before = CameraControls(_tilted(tilt), pivot=_PIVOT)
    nearer = _PIVOT + 0.3 * (before.camera.position - _PIVOT)  # between pivot and camera
    at = _pixel(before.camera, nearer)
    for right, down in ((4.0, 0.0), (0.0, 4.0), (-4.0, 0.0), (0.0, -4.0)):
        moved = _pixel(_drag(before, Button.LEFT, right, down).camera, nearer) - at
        assert moved @ np.array([right, down]) > 0


@pytest.mark.parametrize("down", [5000.0, -5000.0])
def test_orbiting_over_a_pole_stops_there_and_comes_back(down: float) -> None:
    controls = _controls()
    steps = [controls := _drag(controls, Button.LEFT, 0.0, math.copysign(25.0, down)) for _ in range(60)]
    forward = controls.camera.camtoworld[:3, 2]
    assert forward @ _UP == pytest.approx(-math.copysign(1.0, down))
    rights = np.array([step.camera.camtoworld[:3, 0] for step in steps])
    assert np.allclose(rights, rights[0], atol=1e-9)  # nothing ever turned round
    turned = _drag(controls, Button.LEFT, 60.0, 0.0)
    back = _drag(turned, Button.LEFT, 0.0, -math.copysign(160.0, down))
    assert abs(_roll(back.camera)) < 1e-9
    assert -back.camera.camtoworld[:3, 1] @ _UP > 0.5


def test_a_drag_in_many_steps_ends_where_one_step_does() -> None:
    many = _controls().handle(Pressed(Button.LEFT, (0.0, 0.0)))
    for step in range(1, 51):
        many = many.handle(Moved((2.0 * step, -1.0 * step)))
    one = _after(_controls(), Pressed(Button.LEFT, (0.0, 0.0)), Moved((100.0, -50.0)))
    _assert_same_picture(many.camera, one.camera)


def test_turning_levels_a_tilted_camera_bit_by_bit() -> None:
    controls = CameraControls(_tilted(20.0), pivot=_PIVOT)
    _assert_same_picture(controls.camera, _tilted(20.0))
    tilts = [abs(_roll(controls.camera))]
    for _ in range(30):
        before = controls.camera
        controls = _drag(controls, Button.LEFT, 20.0, 0.0)
        assert np.linalg.norm(controls.camera.viewmat[:3, :3] - before.viewmat[:3, :3]) < 0.5
        tilts.append(abs(_roll(controls.camera)))
    assert (np.diff(tilts) < 0).all()
    assert tilts[-1] < 1e-3


@given(azimuth=st.floats(-180, 180), elevation=st.floats(-90, 90))
def test_angles_are_those_of_orbits(azimuth: float, elevation: float) -> None:
    camera = Camera.orbit(_PIVOT, distance=2, azimuth_deg=azimuth, elevation_deg=elevation, width=8, height=8)
    pose = ViewPose.of(camera, _PIVOT, depth=1.0)
    _assert_same_picture(pose.camera(camera), camera)
    assert math.degrees(pose.elevation) == pytest.approx(elevation, abs=1e-4)
    assert abs(math.remainder(math.degrees(pose.azimuth) - azimuth, 360.0)) < 1e-4
    assert abs(pose.roll) < 1e-9


# Panning, dolly, looking


@given(right=_PIXELS, down=_PIXELS)
def test_panning_carries_the_pivot_with_the_pointer(right: float, down: float) -> None:
    before = _controls()
    after = _drag(before, Button.MIDDLE, right, down)
    moved = _pixel(after.camera, _PIVOT) - _pixel(before.camera, _PIVOT)
    assert np.allclose(moved, [right, down], atol=1e-6)
    assert np.allclose(after.camera.viewmat[:3, :3], before.camera.viewmat[:3, :3])
    assert np.allclose(_pixel(after.camera, after.pivot), _pixel(before.camera, before.pivot), atol=1e-6)


@given(st.floats(-200, 200), st.tuples(*[st.floats(-0.8, 0.8)] * 3))
def test_the_wheel_comes_nearer_to_the_pivot_on_a_straight_line(notches: float, pivot: tuple) -> None:
    before = _controls(np.array(pivot))
    after = before.handle(Wheel(notches))
    assert np.allclose(_pixel(after.camera, before.pivot), _pixel(before.camera, before.pivot), atol=1e-5)
    way = [np.linalg.norm(c.camera.position - before.pivot) for c in (before, after)]
    assert way[1] > 0
    assert notches == 0 or (way[1] < way[0]) == (notches > 0) or abs(notches) < 1e-9


def test_the_wheel_back_undoes_the_wheel() -> None:
    there_and_back = _after(_controls(), *[Wheel(1.0)] * 9, *[Wheel(-3.0)] * 3)
    _assert_same_picture(there_and_back.camera, _camera())


@given(right=_PIXELS, down=_PIXELS)
def test_looking_around_stays_where_it_is_and_level(right: float, down: float) -> None:
    before = _controls()
    after = _drag(before, Button.RIGHT, right, down)
    assert np.allclose(after.camera.position, before.camera.position, atol=1e-12)
    assert abs(_roll(after.camera)) < 1e-12
    assert after.pivot_depth == pytest.approx(before.pivot_depth)


def test_dragging_right_looks_to_the_right_and_down_downwards() -> None:
    before = _controls()
    axes = before.camera.camtoworld[:3, :3]
    assert _drag(before, Button.RIGHT, 50, 0).camera.camtoworld[:3, 2] @ axes[:, 0] > 0.1
    assert _drag(before, Button.RIGHT, 0, 50).camera.camtoworld[:3, 2] @ axes[:, 1] > 0.1


# Pivot and modes


@given(st.tuples(st.floats(-2, 2), st.floats(-2, 2), st.floats(-2, 2)))
def test_another_pivot_and_another_mode_keep_the_picture(pivot: tuple) -> None:
    before = _controls()
    after = before.around(pivot)
    _assert_same_picture(after.camera, before.camera)
    assert np.allclose(after.pivot, pivot, atol=1e-9)
    for controls in (after.toggled(), after.toggled().toggled()):
        _assert_same_picture(controls.camera, before.camera)
        assert np.allclose(controls.pivot, pivot, atol=1e-9)


def test_a_pivot_behind_the_camera_is_not_taken() -> None:
    before = _controls()
    behind = before.camera.position - before.camera.camtoworld[:3, 2]
    assert np.array_equal(before.around(behind).pivot, before.pivot)
    assert CameraControls(_camera(), pivot=behind, size=2.0).pivot_depth == pytest.approx(2.0)


@given(azimuth=st.floats(-180, 180), down=st.booleans())
def test_a_view_along_a_pole_keeps_its_picture_and_comes_up_level(azimuth: float, down: bool) -> None:
    elevation = 90.0 if down else -90.0
    camera = Camera.orbit(
        _PIVOT, distance=3, azimuth_deg=azimuth, elevation_deg=elevation, width=_WIDTH, height=_HEIGHT
    )
    controls = CameraControls(camera, pivot=_PIVOT)
    _assert_same_picture(controls.pose.camera(camera), camera)
    raised = _drag(controls, Button.LEFT, 0.0, -100.0 if down else 100.0)
    assert abs(_roll(raised.camera)) < 1e-9
    assert raised.camera.camtoworld[:3, 0] @ camera.camtoworld[:3, 0] == pytest.approx(1.0)


def test_a_window_that_was_stopped_does_not_fly_through_the_wall() -> None:
    flying = _flying(FlyKey.FORWARD)
    assert np.allclose(flying.tick(60.0).camera.viewmat, flying.tick(0.25).camera.viewmat)


def test_flight_ends_somewhere_and_comes_back() -> None:
    controls = _flying(FlyKey.FORWARD, modifiers=frozenset({Modifier.SHIFT}))
    for _ in range(100):
        controls = controls.handle(Wheel(1e6)).focused_on((0, 0, 0), 1e-3)
    assert np.linalg.norm(controls.camera.position) < 1e7
    far = _flying(modifiers=frozenset({Modifier.SHIFT}))
    for _ in range(3000):
        far = far.handle(Wheel(1e6))
    assert 1e4 < np.linalg.norm(far.camera.position) < 2e4
    assert np.linalg.norm(far.handle(Wheel(-40.0)).camera.position - far.camera.position) > 5.0


def test_the_camera_that_was_given_is_the_camera_to_the_last_bit() -> None:
    camera = _tilted(33.0)
    controls = CameraControls(camera)
    idle = _after(controls, Moved((5.0, 5.0)), Pressed(Button.LEFT, (1.0, 1.0)), Moved((1.0, 1.0)))
    assert np.array_equal(idle.tick(0.1).camera.viewmat, camera.viewmat)
    other = _camera((3.0, 0.0, 1.0))
    assert np.array_equal(controls.looking_from(other).camera.viewmat, other.viewmat)


def test_another_window_size_changes_nothing_but_the_lens() -> None:
    way = _controls().focused_on((0, 0, 0), 1.0).tick(0.1)
    resized = way.looking_from(way.camera.reframed(200, 100))
    assert resized.camera.width == 200
    assert resized.is_moving
    assert np.allclose(resized.skipped().camera.viewmat, way.skipped().camera.viewmat)


def test_distortion_and_principal_point_survive_every_movement() -> None:
    camera = replace(_camera(), cx=300.0, fy=500.0, distortion=(0.1,))
    moved = _drag(CameraControls(camera, pivot=_PIVOT), Button.LEFT, 30.0, 10.0).camera
    assert (moved.cx, moved.fy, moved.distortion) == (300.0, 500.0, (0.1,))


# Flying


def _flying(*keys: FlyKey, modifiers: frozenset[Modifier] = frozenset()) -> CameraControls:
    events = [KeyChanged(key, True) for key in keys]
    return _after(_controls().toggled(), ModifiersChanged(modifiers), *events)


@pytest.mark.parametrize("key", FlyKey)
def test_each_key_flies_its_own_way_and_the_view_comes_along(key: FlyKey) -> None:
    before = _flying(key)
    after = _ticked(before, 0.2)
    way = before.camera.viewmat[:3, :3] @ (after.camera.position - before.camera.position)
    assert np.allclose(way / np.linalg.norm(way), key.value, atol=1e-9)
    assert np.allclose(after.camera.viewmat[:3, :3], before.camera.viewmat[:3, :3])
    assert after.pivot_depth == pytest.approx(before.pivot_depth)


@pytest.mark.parametrize("steps", [2, 7, 60])
def test_flight_does_not_depend_on_the_frame_rate(steps: int) -> None:
    flying = _flying(FlyKey.FORWARD, FlyKey.LEFT)
    one, many = _ticked(flying, 0.25), _ticked(flying, 0.25, steps=steps)
    assert np.allclose(one.camera.position, many.camera.position, atol=1e-12)
    released = [c.handle(KeyChanged(FlyKey.FORWARD, False)) for c in (one, many)]
    ends = [_ticked(released[0], 0.2).camera, _ticked(released[1], 0.2, steps=steps).camera]
    assert np.allclose(ends[0].position, ends[1].position, atol=1e-12)


def _flown(controls: CameraControls) -> float:
    start = controls.camera.position
    return float(np.linalg.norm(_ticked(controls, 2.0, steps=200).camera.position - start))


def test_shift_is_faster_alt_slower_and_the_scene_s_size_sets_the_scale() -> None:
    normal = _flown(_flying(FlyKey.FORWARD))
    assert _flown(_flying(FlyKey.FORWARD, modifiers=frozenset({Modifier.SHIFT}))) > 3 * normal
    assert _flown(_flying(FlyKey.FORWARD, modifiers=frozenset({Modifier.ALT}))) < normal / 3
    assert _flown(_flying(FlyKey.FORWARD, FlyKey.RIGHT)) == pytest.approx(normal)
    large = _controls(size=15.0).toggled().handle(KeyChanged(FlyKey.FORWARD, True))
    assert _flown(large) == pytest.approx(10 * normal)


@pytest.mark.parametrize("stop", [KeyChanged(FlyKey.FORWARD, False), FocusLost()])
def test_letting_go_stops_soon_and_then_nothing_moves(stop: CameraEvent) -> None:
    flying = _ticked(_flying(FlyKey.FORWARD), 0.25)
    assert flying.is_moving
    stopped = _ticked(flying.handle(stop), 1.0, steps=60)
    assert not stopped.is_moving
    assert np.linalg.norm(stopped.camera.position - flying.camera.position) < 0.2
    assert stopped.tick(0.1) is stopped


def test_opposite_keys_stand_still_and_keys_do_nothing_in_orbit() -> None:
    still = _ticked(_flying(FlyKey.LEFT, FlyKey.RIGHT), 0.2)
    assert np.allclose(still.camera.position, _camera().position)
    orbiting = _controls().handle(KeyChanged(FlyKey.FORWARD, True))
    assert not orbiting.is_moving
    assert np.array_equal(orbiting.tick(0.2).camera.viewmat, _camera().viewmat)


def test_dragging_looks_around_while_flying() -> None:
    flying = _controls().toggled()
    for button in (Button.LEFT, Button.RIGHT):
        looked = _drag(flying, button, 30.0, 20.0)
        assert np.allclose(looked.camera.position, flying.camera.position, atol=1e-12)
        assert not np.allclose(looked.camera.viewmat, flying.camera.viewmat)


# Transitions


def test_focus_ends_with_the_whole_sphere_in_the_middle() -> None:
    center, radius = np.array([2.0, 0.5, -1.0]), 0.8
    controls = _controls().focused_on(center, radius)
    _assert_same_picture(controls.camera, _camera())
    assert controls.is_moving
    end = _ticked(controls, TRANSITION_S + 1e-6, steps=10)
    assert not end.is_moving
    assert np.allclose(_pixel(end.camera, center), [_WIDTH / 2, _HEIGHT / 2])
    distance = np.linalg.norm(end.camera.position - center)
    seen = math.tan(math.asin(radius / distance)) * end.camera.fy
    assert 0.75 * _HEIGHT / 2 < seen < _HEIGHT / 2
    assert np.allclose(end.camera.viewmat[:3, :3], _camera().viewmat[:3, :3])
    _assert_same_picture(controls.skipped().camera, end.camera)


def test_moving_to_a_view_is_smooth_takes_the_short_way_and_ends_there() -> None:
    start = CameraControls(Camera.orbit([0, 0, 0], distance=4, azimuth_deg=170, width=64, height=48))
    goal = Camera.orbit([0, 0, 0], distance=8, azimuth_deg=-170, elevation_deg=10, width=64, height=48)
    controls = start.moved_to(goal, pivot=(0, 0, 0))
    positions = [controls.camera.position]
    while controls.is_moving:
        controls = controls.tick(TRANSITION_S / 20)
        positions.append(controls.camera.position)
        assert abs(_roll(controls.camera)) < 1e-9
        assert 4 - 1e-9 <= np.linalg.norm(positions[-1]) <= 8 + 1e-9
    assert np.allclose(controls.camera.viewmat, goal.viewmat, atol=1e-9)
    steps = np.linalg.norm(np.diff(positions, axis=0), axis=1)
    assert len(steps) in (20, 21)
    assert steps.max() < 3 * np.linalg.norm(positions[-1] - positions[0]) / len(steps)


@pytest.mark.parametrize("take", [Wheel(1.0), Pressed(Button.LEFT, (1.0, 1.0))])
def test_the_hand_takes_over_from_a_transition_where_it_is(take: CameraEvent) -> None:
    way = _controls().focused_on((3, 0, 0), 0.5).tick(0.1)
    taken = way.handle(take)
    assert not taken.is_moving
    assert np.linalg.norm(taken.camera.position - way.camera.position) < 1.0
    assert np.array_equal(taken.tick(0.1).camera.viewmat, taken.camera.viewmat)


def test_a_sphere_without_extent_is_focused_on_from_nearby() -> None:
    end = _controls().focused_on((0.1, 0.2, 0.3), 0.0).skipped()
    assert 0 < end.pivot_depth < 0.01
    assert np.allclose(_pixel(end.camera, np.array([0.1, 0.2, 0.3])), [_WIDTH / 2, _HEIGHT / 2])


def test_numbers_that_are_not_finite_are_refused_from_code_and_passed_over_from_devices() -> None:
    controls = _after(_controls(), Pressed(Button.LEFT, (0.0, 0.0)))
    calls: list[Callable[[], object]] = [
        lambda: controls.around((math.nan, 0, 0)),
        lambda: controls.focused_on((0, math.inf, 0), 1.0),
        lambda: controls.focused_on((0, 0, 0), math.nan),
        lambda: CameraControls(_camera(), size=math.inf),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="finite"):
            call()
    for event in (Moved((math.nan, 1.0)), Wheel(math.inf), Pressed(Button.MIDDLE, (0.0, math.nan))):
        assert controls.handle(event) is controls
    for seconds in (math.nan, -1.0, 0.0):
        assert controls.tick(seconds) is controls


# Everything at once

_ANY = st.floats(allow_nan=True, allow_infinity=True)
_AT = st.tuples(st.floats(-2000, 2000) | _ANY, st.floats(-2000, 2000) | _ANY)
_COORDINATE = st.floats(-5, 5) | st.floats(-1e6, 1e6)
_EVENTS: st.SearchStrategy[Callable[[CameraControls], CameraControls]] = st.one_of(
    st.builds(Pressed, st.sampled_from(Button), _AT).map(lambda e: lambda c: c.handle(e)),
    st.builds(Released, st.sampled_from(Button)).map(lambda e: lambda c: c.handle(e)),
    st.builds(Moved, _AT).map(lambda e: lambda c: c.handle(e)),
    st.builds(Wheel, st.floats(-5, 5) | _ANY).map(lambda e: lambda c: c.handle(e)),
    st.builds(KeyChanged, st.sampled_from(FlyKey), st.booleans()).map(lambda e: lambda c: c.handle(e)),
    st.builds(ModifiersChanged, st.frozensets(st.sampled_from(Modifier))).map(
        lambda e: lambda c: c.handle(e)
    ),
    st.just(lambda c: c.handle(FocusLost())),
    (st.floats(0, 0.3) | _ANY).map(lambda s: lambda c: c.tick(s)),
    st.just(lambda c: c.toggled()),
    st.just(lambda c: c.skipped()),
    st.tuples(_COORDINATE, _COORDINATE, _COORDINATE).map(lambda p: lambda c: c.around(p)),
    st.tuples(st.tuples(_COORDINATE, _COORDINATE, _COORDINATE), st.floats(0, 1e6)).map(
        lambda f: lambda c: c.focused_on(*f)
    ),
    st.just(lambda c: c.looking_from(_camera())),
    st.just(lambda c: c.moved_to(_camera())),
)


@given(actions=st.lists(_EVENTS, max_size=40), tilt=st.sampled_from([0.0, 0.0, 25.0, 180.0]))
@settings(max_examples=300, deadline=None)
def test_no_sequence_of_events_breaks_the_camera(actions: list, tilt: float) -> None:
    controls = CameraControls(_tilted(tilt), pivot=_PIVOT, size=1.5)
    if not tilt:
        assert abs(_roll(controls.camera)) < 1e-12
    for action in actions:
        controls = action(controls)
        camera, pose = controls.camera, controls.pose
        rotation = camera.viewmat[:3, :3]
        assert np.isfinite(camera.viewmat).all()
        assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
        assert np.linalg.det(rotation) == pytest.approx(1.0)
        assert 0 < controls.pivot_depth <= pose.distance < math.inf
        assert np.isfinite(controls.pivot).all()
        scale = 1.0 + np.abs(pose.pivot).max() + pose.distance
        assert np.allclose(camera.position, pose.position, atol=1e-9 * scale)
        if tilt == 0.0:
            assert abs(_roll(camera)) < 1e-9
            assert camera.camtoworld[:3, 1] @ _UP <= 1e-9  # the picture's down is never up


@settings(deadline=None)
@given(st.lists(st.sampled_from([Wheel(30.0), Wheel(-30.0), Wheel(1000.0), Wheel(-1000.0)]), max_size=60))
def test_the_wheel_never_reaches_the_pivot_or_leaves_the_scene_for_good(events: list) -> None:
    controls = _after(_controls(), *events)
    assert 1e-4 < controls.pose.distance < 1e6
    nearest, farthest = (_after(controls, *[Wheel(40.0 * sign)] * 8).pose.distance for sign in (1.0, -1.0))
    assert nearest < 0.01 < 1e3 < farthest  # and it always turns round
