"""The one registry of commands: menus, shortcuts, the command palette and docs/viewer-keys.md are made from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from ..render import RenderMode
from ..scenes.edits import Delete, Duplicate
from .messages import Comparison, Shape
from .questions import Floaters
from .state import Tool
from .viewer import Viewer


class Menu(Enum):
    """Menus of the window, in their order."""

    FILE = "File"
    EDIT = "Edit"
    SELECT = "Select"
    VIEW = "View"
    COMPARE = "Compare"
    CAMERA = "Camera"
    HELP = "Help"


@dataclass(frozen=True, kw_only=True)
class Action:
    """One command.

    Args:
        name: For scripts and tests, never shown, never changed.
        menu: Where it is found.
        text: Shown in the menu.
        tip: One sentence for tooltip and documentation.
        keys: Shortcuts in Qt's portable spelling, the first is shown.
        run: Does it.
        enabled: Whether it can be done now.
        checked: Whether it is on, for what can be on; else `None`.
    """

    name: str
    menu: Menu
    text: str
    tip: str
    run: Callable[[Viewer], object]
    keys: tuple[str, ...] = ()
    enabled: Callable[[Viewer], bool] = lambda viewer: True
    checked: Callable[[Viewer], bool] | None = None


def _has_scene(viewer: Viewer) -> bool:
    return bool(viewer.state.loaded)


def _has_selection(viewer: Viewer) -> bool:
    return bool(viewer.state.document.selection)


def _file_actions() -> Sequence[Action]:
    menu = Menu.FILE
    return (
        Action(
            name="open",
            menu=menu,
            text="Open…",
            keys=("Ctrl+O",),
            tip="Add scene files, or open a project.",
            run=lambda viewer: viewer.ask_and_open(),
        ),
        Action(
            name="open-demo",
            menu=menu,
            text="Open the demo scene",
            tip="Add the scene that comes with the program.",
            run=lambda viewer: viewer.open_demo(),
        ),
        Action(
            name="save-project",
            menu=menu,
            text="Save project",
            keys=("Ctrl+S",),
            tip="Save scenes, edits, cameras and view into a .rowsplat file.",
            run=lambda viewer: viewer.save_project(),
        ),
        Action(
            name="save-project-as",
            menu=menu,
            text="Save project as…",
            keys=("Ctrl+Shift+S",),
            tip="Save the project under another name.",
            run=lambda viewer: viewer.save_project(ask=True),
        ),
        Action(
            name="export-scene",
            menu=menu,
            text="Export edited scenes…",
            keys=("Ctrl+E",),
            tip="Write all visible scenes, edited and merged, into one scene file.",
            run=lambda viewer: viewer.export_scene(),
            enabled=_has_scene,
        ),
        Action(
            name="screenshot",
            menu=menu,
            text="Screenshot…",
            keys=("F12",),
            tip="Save the picture as it is shown.",
            run=lambda viewer: viewer.screenshot(transparent=False),
        ),
        Action(
            name="screenshot-transparent",
            menu=menu,
            text="Screenshot, transparent…",
            keys=("Shift+F12",),
            tip="Save the picture with a transparent background (.png).",
            run=lambda viewer: viewer.screenshot(transparent=True),
            enabled=_has_scene,
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
            run=lambda viewer: viewer.bake(),
            enabled=_has_scene,
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


def _edit_actions() -> Sequence[Action]:
    menu = Menu.EDIT
    return (
        Action(
            name="undo",
            menu=menu,
            text="Undo",
            keys=("Ctrl+Z",),
            tip="Take the last step back; there is no limit.",
            run=lambda viewer: viewer.session.undo(),
            enabled=lambda viewer: viewer.state.history.undo_label is not None,
        ),
        Action(
            name="redo",
            menu=menu,
            text="Redo",
            keys=("Ctrl+Shift+Z", "Ctrl+Y"),
            tip="Do the step again that was undone last.",
            run=lambda viewer: viewer.session.redo(),
            enabled=lambda viewer: viewer.state.history.redo_label is not None,
        ),
        Action(
            name="delete",
            menu=menu,
            text="Delete selected",
            keys=("Delete", "Backspace"),
            tip="Delete the selected Gaussians.",
            run=lambda viewer: viewer.session.delete_selected(),
            enabled=_has_selection,
        ),
        Action(
            name="crop",
            menu=menu,
            text="Keep only selected",
            tip="Delete what is not selected, in the scenes that have a selection.",
            run=lambda viewer: viewer.session.edit(
                lambda item, mask: None if mask is None else Delete(mask=mask.inverted())
            ),
            enabled=_has_selection,
        ),
        Action(
            name="duplicate",
            menu=menu,
            text="Duplicate selected",
            keys=("Ctrl+D",),
            tip="Copy the selected Gaussians in place.",
            run=lambda viewer: viewer.session.edit(
                lambda item, mask: None if mask is None else Duplicate(mask=mask)
            ),
            enabled=_has_selection,
        ),
        Action(
            name="separate",
            menu=menu,
            text="Separate selected into a scene",
            tip="Move the selected Gaussians into a scene of their own.",
            run=lambda viewer: viewer.session.separate_selected(),
            enabled=_has_selection,
        ),
        Action(
            name="hide",
            menu=menu,
            text="Hide selected",
            keys=("H",),
            tip="Hide the selected Gaussians; they stay in the file.",
            run=lambda viewer: viewer.session.hide_selected(),
            enabled=_has_selection,
        ),
        Action(
            name="show-hidden",
            menu=menu,
            text="Show hidden",
            keys=("Shift+H",),
            tip="Show what was hidden.",
            run=lambda viewer: viewer.session.show_hidden(),
        ),
        Action(
            name="desaturate",
            menu=menu,
            text="Make grey",
            tip="Take the colour out of the selection, or of all scenes that are not locked.",
            run=lambda viewer: viewer.recolour(
                tint=(1.0, 1.0, 1.0), saturation=0.0, brightness=1.0, opacity=1.0
            ),
            enabled=_has_scene,
        ),
        *(
            Action(
                name=tool.value,
                menu=menu,
                text=text,
                keys=(key,),
                tip=f"{text} the selection, or whole scenes, with the left mouse button.",
                run=lambda viewer, tool=tool: viewer.choose_tool(tool),
                checked=lambda viewer, tool=tool: viewer.state.tool is tool,
            )
            for tool, text, key in (
                (Tool.MOVE, "Move", "1"),
                (Tool.ROTATE, "Rotate", "2"),
                (Tool.SCALE, "Scale", "3"),
            )
        ),
        Action(
            name="measure",
            menu=menu,
            text="Measure a distance",
            keys=("M",),
            tip="Click two points; the distance is shown, and can be made a true length.",
            run=lambda viewer: viewer.choose_tool(Tool.MEASURE),
            checked=lambda viewer: viewer.state.tool is Tool.MEASURE,
        ),
        Action(
            name="set-length",
            menu=menu,
            text="Set the measured length…",
            tip="Scale the scenes so that the measured distance has a true length.",
            run=lambda viewer: viewer.set_measured_length(),
            enabled=lambda viewer: len(viewer.measured) >= 2,
        ),
        Action(
            name="align-ground",
            menu=menu,
            text="Put three measured points on the ground",
            tip="Turn and move the scenes so that the last three measured points lie on the ground.",
            run=lambda viewer: viewer.align_to_ground(),
            enabled=lambda viewer: len(viewer.measured) >= 3,
        ),
    )


def _select_actions() -> Sequence[Action]:
    menu = Menu.SELECT
    tools = (
        (Tool.RECTANGLE, "Rectangle", "R"),
        (Tool.LASSO, "Lasso", "L"),
        (Tool.BRUSH, "Brush", "B"),
        (Tool.SPHERE, "Sphere", "S"),
        (Tool.BOX, "Box", "Shift+B"),
    )
    keys = {Tool.SPHERE: ("Shift+L",)}
    return (
        *(
            Action(
                name=tool.value,
                menu=menu,
                text=text,
                keys=keys.get(tool, (key,)),
                tip=f"Select by {text.lower()}; Shift adds, Ctrl removes.",
                run=lambda viewer, tool=tool: viewer.choose_tool(tool),
                checked=lambda viewer, tool=tool: viewer.state.tool is tool,
            )
            for tool, text, key in tools
        ),
        Action(
            name="brush-smaller",
            menu=menu,
            text="Smaller brush",
            keys=("[",),
            tip="Make the brush smaller.",
            run=lambda viewer: viewer.resize_brush(1 / 1.25),
        ),
        Action(
            name="brush-larger",
            menu=menu,
            text="Larger brush",
            keys=("]",),
            tip="Make the brush larger.",
            run=lambda viewer: viewer.resize_brush(1.25),
        ),
        Action(
            name="select-all",
            menu=menu,
            text="All",
            keys=("Ctrl+A",),
            tip="Select all that is shown.",
            run=lambda viewer: viewer.session.select_all(),
            enabled=_has_scene,
        ),
        Action(
            name="select-none",
            menu=menu,
            text="None",
            keys=("Ctrl+Shift+A",),
            tip="Select nothing.",
            run=lambda viewer: viewer.session.select_none(),
            enabled=_has_selection,
        ),
        Action(
            name="select-invert",
            menu=menu,
            text="Invert",
            keys=("Ctrl+I",),
            tip="Select what is not selected.",
            run=lambda viewer: viewer.session.select_all(invert=True),
            enabled=_has_scene,
        ),
        Action(
            name="select-floaters",
            menu=menu,
            text="Floaters",
            tip="Select isolated Gaussians, far from their neighbours.",
            run=lambda viewer: viewer.select(Floaters()),
            enabled=_has_scene,
        ),
    )


def _view_actions() -> Sequence[Action]:
    menu = Menu.VIEW
    modes = (
        (RenderMode.RGB, "Colour", "Alt+1"),
        (RenderMode.ALPHA, "Alpha", "Alt+2"),
        (RenderMode.DEPTH, "Depth", "Alt+3"),
        (RenderMode.NORMAL, "Normals", "Alt+4"),
        (RenderMode.COST, "Cost heat map", "Alt+5"),
    )
    shapes = (
        (Shape.SPLAT, "Splats", "Alt+6"),
        (Shape.CENTRE, "Centres", "Alt+7"),
        (Shape.ELLIPSOID, "Ellipsoids", "Alt+8"),
    )
    return (
        *(
            Action(
                name=f"mode-{mode.value}",
                menu=menu,
                text=text,
                keys=(key,),
                tip=f"Show {text.lower()}.",
                run=lambda viewer, mode=mode: viewer.change_look(lambda look: replace(look, mode=mode)),
                checked=lambda viewer, mode=mode: viewer.state.view.look.mode is mode,
            )
            for mode, text, key in modes
        ),
        *(
            Action(
                name=f"shape-{shape.value}",
                menu=menu,
                text=text,
                keys=(key,),
                tip=f"Draw every Gaussian as {text.lower()}.",
                run=lambda viewer, shape=shape: viewer.change_look(lambda look: replace(look, shape=shape)),
                checked=lambda viewer, shape=shape: viewer.state.view.look.shape is shape,
            )
            for shape, text, key in shapes
        ),
        *(
            Action(
                name=f"harmonics-{degree}",
                menu=menu,
                text=f"View-dependent colour up to degree {degree}",
                tip="Ignore view-dependent colour above this degree.",
                run=lambda viewer, degree=degree: viewer.change_look(
                    lambda look: replace(look, max_sh_degree=degree)
                ),
                checked=lambda viewer, degree=degree: viewer.state.view.look.max_sh_degree == degree,
            )
            for degree in range(4)
        ),
        Action(
            name="background",
            menu=menu,
            text="White background",
            tip="White or black behind the scenes.",
            run=lambda viewer: viewer.change_look(
                lambda look: replace(look, background=tuple(1.0 - value for value in look.background))  # pyright: ignore[reportArgumentType]
            ),
            checked=lambda viewer: viewer.state.view.look.background[0] > 0.5,
        ),
        Action(
            name="overlay",
            menu=menu,
            text="Times over the picture",
            keys=("O",),
            tip="Show stage times and resolution over the picture.",
            run=lambda viewer: viewer.toggle_overlay(),
            checked=lambda viewer: viewer.overlay,
        ),
        Action(
            name="grid",
            menu=menu,
            text="Grid",
            keys=("G",),
            tip="Show a grid at the scene's ground.",
            run=lambda viewer: viewer.toggle_grid(),
            checked=lambda viewer: viewer.grid,
        ),
        Action(
            name="palette",
            menu=menu,
            text="Command palette…",
            keys=("Ctrl+K",),
            tip="Find a command by typing.",
            run=lambda viewer: viewer.window.show_palette(),
        ),
        Action(
            name="theme",
            menu=menu,
            text="Dark colours",
            tip="Dark or light window.",
            run=lambda viewer: viewer.window.toggle_theme(),
            checked=lambda viewer: viewer.window.is_dark,
        ),
        Action(
            name="full-screen",
            menu=menu,
            text="Full screen",
            keys=("F11",),
            tip="Fill the screen, or not.",
            run=lambda viewer: viewer.window.toggle_full_screen(),
        ),
    )


def _compare_actions() -> Sequence[Action]:
    menu = Menu.COMPARE
    return (
        Action(
            name="toggle-blend",
            menu=menu,
            text="Toggle baseline and IRSS",
            keys=("T",),
            tip="Draw with the baseline or with IRSS, at once; the picture stays, the time does not.",
            run=lambda viewer: viewer.session.toggle_blend(),
        ),
        *(
            Action(
                name=f"compare-{comparison.value}",
                menu=menu,
                text=text,
                keys=(key,),
                tip=tip,
                run=lambda viewer, comparison=comparison: viewer.compare(comparison),
                checked=lambda viewer, comparison=comparison: viewer.state.view.comparison is comparison,
            )
            for comparison, text, key, tip in (
                (Comparison.OFF, "One picture", "Ctrl+1", "Show look A alone."),
                (
                    Comparison.SPLIT,
                    "Split A and B",
                    "Ctrl+2",
                    "Show two looks beside a slider, each with its times.",
                ),
                (
                    Comparison.DIFFERENCE,
                    "Difference map",
                    "Ctrl+3",
                    "Show how far the two looks are apart, amplified.",
                ),
            )
        ),
        Action(
            name="swap-looks",
            menu=menu,
            text="Swap A and B",
            keys=("X",),
            tip="Make look B look A.",
            run=lambda viewer: viewer.swap_looks(),
        ),
        Action(
            name="gain-up",
            menu=menu,
            text="Amplify the difference more",
            keys=("Ctrl+.",),
            tip="Double the gain of the difference map.",
            run=lambda viewer: viewer.change_gain(2.0),
        ),
        Action(
            name="gain-down",
            menu=menu,
            text="Amplify the difference less",
            keys=("Ctrl+,",),
            tip="Halve the gain of the difference map.",
            run=lambda viewer: viewer.change_gain(0.5),
        ),
    )


def _camera_actions() -> Sequence[Action]:
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
            enabled=_has_scene,
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
            run=lambda viewer: viewer.add_keyframe(),
        ),
        Action(
            name="clear-keyframes",
            menu=menu,
            text="Clear the camera path",
            tip="Remove all keyframes.",
            run=lambda viewer: viewer.clear_keyframes(),
            enabled=lambda viewer: bool(viewer.keyframes),
        ),
        Action(
            name="play",
            menu=menu,
            text="Play the camera path",
            keys=("Space",),
            tip="Fly along the camera path, or stop.",
            run=lambda viewer: viewer.play(),
            enabled=lambda viewer: len(viewer.keyframes) > 1 or viewer.playing,
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
            run=lambda viewer: viewer.load_path(),
        ),
        Action(
            name="save-path",
            menu=menu,
            text="Save the camera path…",
            tip="Write a nerfstudio camera path.",
            run=lambda viewer: viewer.save_path(),
            enabled=lambda viewer: bool(viewer.keyframes),
        ),
        Action(
            name="export-video",
            menu=menu,
            text="Export a video…",
            tip="Draw the camera path into .mp4, .webm or numbered pictures, in the background.",
            run=lambda viewer: viewer.export_video(),
            enabled=lambda viewer: len(viewer.keyframes) > 1,
        ),
    )


def _help_actions() -> Sequence[Action]:
    return (
        Action(
            name="hints",
            menu=Menu.HELP,
            text="Show the hints",
            keys=("F1",),
            tip="Show the five most useful keys over the picture.",
            run=lambda viewer: viewer.toggle_hint(),
            checked=lambda viewer: viewer.hint,
        ),
        Action(
            name="restart-renderer",
            menu=Menu.HELP,
            text="Restart the render process",
            tip="End the render process and start another; nothing is lost.",
            run=lambda viewer: viewer.session.restart(),
        ),
        Action(
            name="about",
            menu=Menu.HELP,
            text="About rowsplat",
            tip="Version, back end and why it was chosen, licences.",
            run=lambda viewer: viewer.window.show_about(),
        ),
    )


ACTIONS: tuple[Action, ...] = (
    *_file_actions(),
    *_edit_actions(),
    *_select_actions(),
    *_view_actions(),
    *_compare_actions(),
    *_camera_actions(),
    *_help_actions(),
)
"""Every command of the viewer, in the order of the menus."""


def action(name: str) -> Action:
    """The command of that name."""
    return next(entry for entry in ACTIONS if entry.name == name)
