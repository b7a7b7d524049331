"""Commands of the File menu."""

from __future__ import annotations

from collections.abc import Sequence

from .action import Action, Menu, has_scene


def file_actions() -> Sequence[Action]:
    """In the order of the menu."""
    menu = Menu.FILE
    return (
        Action(
            name="open",
            menu=menu,
            text="Open…",
            keys=("Ctrl+O",),
            tip="Add scene files, or open a project.",
            run=lambda viewer: viewer.files.ask_and_open(),
        ),
        Action(
            name="open-photos",
            menu=menu,
            text="Open photos with cameras…",
            tip="Open a posed photo set: transforms.json, COLMAP, poses_bounds.npy, cameras.npz.",
            run=lambda viewer: viewer.files.ask_photos(),
        ),
        Action(
            name="open-demo",
            menu=menu,
            text="Open the demo scene",
            tip="Add the scene that comes with the program.",
            run=lambda viewer: viewer.files.open_demo(),
        ),
        Action(
            name="save-project",
            menu=menu,
            text="Save project",
            keys=("Ctrl+S",),
            tip="Save scenes, edits, cameras and view into a .rowsplat file.",
            run=lambda viewer: viewer.files.save_project(),
        ),
        Action(
            name="save-project-as",
            menu=menu,
            text="Save project as…",
            keys=("Ctrl+Shift+S",),
            tip="Save the project under another name.",
            run=lambda viewer: viewer.files.save_project(ask=True),
        ),
        Action(
            name="export-scene",
            menu=menu,
            text="Export edited scenes…",
            keys=("Ctrl+E",),
            tip="Write all visible scenes, edited and merged, into one scene file.",
            run=lambda viewer: viewer.files.export_scene(),
            enabled=has_scene,
        ),
        Action(
            name="screenshot",
            menu=menu,
            text="Screenshot…",
            keys=("F12",),
            tip="Save the picture as it is shown.",
            run=lambda viewer: viewer.files.screenshot(transparent=False),
        ),
        Action(
            name="screenshot-transparent",
            menu=menu,
            text="Screenshot, transparent…",
            keys=("Shift+F12",),
            tip="Save the picture with a transparent background (.png).",
            run=lambda viewer: viewer.files.screenshot(transparent=True),
            enabled=has_scene,
        ),
        Action(
            name="cancel",
            menu=menu,
            text="Cancel",
            keys=("Escape",),
            tip="Drop what is being drawn with the mouse, else end the job, stop playing or stop reading scenes.",
            run=lambda viewer: viewer.cancel(),
        ),
        Action(
            name="bake",
            menu=menu,
            text="Bake to mesh…",
            tip="Make a triangle mesh of what is shown, in the background; it is then shown instead of the splats.",
            run=lambda viewer: viewer.files.bake(),
            enabled=has_scene,
        ),
        Action(
            name="quit",
            menu=menu,
            text="Quit",
            keys=("Ctrl+Q",),
            tip="Close the window.",
            run=lambda viewer: viewer.window.quit(),
        ),
    )
