"""Commands of the Camera menu."""

from __future__ import annotations

from collections.abc import Sequence

from .action import Action, Menu, has_scene


def camera_actions() -> Sequence[Action]:
    """In the order of the menu."""
    menu = Menu.CAMERA
    return (
        Action(
            name="toggle-fly",
            menu=menu,
            text="Orbit or fly",
            keys=("V",),
            tip="Orbit around the pivot, or fly with W A S D Q E.",
            run=lambda viewer: viewer.toggle_fly(),
        ),
        Action(
            name="focus",
            menu=menu,
            text="Focus",
            keys=("F",),
            tip="Bring the scenes into view.",
            run=lambda viewer: viewer.focus(),
            enabled=has_scene,
        ),
        Action(
            name="reset-camera",
            menu=menu,
            text="Reset the camera",
            keys=("Shift+F",),
            tip="Look from where the first scene was first seen.",
            run=lambda viewer: viewer.reset_camera(),
        ),
        Action(
            name="add-keyframe",
            menu=menu,
            text="Add a keyframe",
            keys=("K",),
            tip="Add the present camera to the camera path.",
            run=lambda viewer: viewer.path.add_keyframe(),
        ),
        Action(
            name="clear-keyframes",
            menu=menu,
            text="Clear the camera path",
            tip="Remove all keyframes.",
            run=lambda viewer: viewer.path.clear(),
            enabled=lambda viewer: bool(viewer.path.keyframes),
        ),
        Action(
            name="play",
            menu=menu,
            text="Play the camera path",
            keys=("Space",),
            tip="Fly along the camera path, or stop.",
            run=lambda viewer: viewer.path.play(),
            enabled=lambda viewer: len(viewer.path.keyframes) > 1 or viewer.path.playing,
        ),
        Action(
            name="play-time",
            menu=menu,
            text="Play flipbooks",
            keys=("Shift+Space",),
            tip="Let the time of flipbooks run, or stop.",
            run=lambda viewer: viewer.play_time(),
            enabled=lambda viewer: viewer.state.duration > 0,
            checked=lambda viewer: viewer.time_runs,
        ),
        Action(
            name="load-path",
            menu=menu,
            text="Load a camera path…",
            tip="Read a nerfstudio camera path.",
            run=lambda viewer: viewer.path.load(),
        ),
        Action(
            name="save-path",
            menu=menu,
            text="Save the camera path…",
            tip="Write a nerfstudio camera path.",
            run=lambda viewer: viewer.path.save(),
            enabled=lambda viewer: bool(viewer.path.keyframes),
        ),
        Action(
            name="export-video",
            menu=menu,
            text="Export a video…",
            tip="Draw the camera path into .mp4, .webm or numbered pictures, in the background.",
            run=lambda viewer: viewer.path.export_video(),
            enabled=lambda viewer: len(viewer.path.keyframes) > 1,
        ),
    )
