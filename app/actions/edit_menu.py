"""Commands of the Edit menu."""

from __future__ import annotations

from collections.abc import Sequence

from ...scenes.edits import Delete, Duplicate
from ..state import Tool
from .action import Action, Menu, has_scene, has_selection, has_volume


def edit_actions() -> Sequence[Action]:
    """In the order of the menu."""
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
            enabled=has_selection,
        ),
        Action(
            name="crop",
            menu=menu,
            text="Keep only selected",
            tip="Delete what is not selected, in the scenes that have a selection.",
            run=lambda viewer: viewer.session.edit(
                lambda item, mask: None if mask is None else Delete(mask=mask.inverted())
            ),
            enabled=has_selection,
        ),
        Action(
            name="crop-volume",
            menu=menu,
            text="Crop to the volume",
            tip="Delete what is outside the sphere, box or ellipsoid that was drawn last.",
            run=lambda viewer: viewer.tools.crop_to_volume(),
            enabled=has_volume,
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
            enabled=has_selection,
        ),
        Action(
            name="separate",
            menu=menu,
            text="Separate selected into a scene",
            tip="Move the selected Gaussians into a scene of their own.",
            run=lambda viewer: viewer.session.separate_selected(),
            enabled=has_selection,
        ),
        Action(
            name="hide",
            menu=menu,
            text="Hide selected",
            keys=("H",),
            tip="Hide the selected Gaussians; they stay in the file.",
            run=lambda viewer: viewer.session.hide_selected(),
            enabled=has_selection,
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
            name="edit-by-words",
            menu=menu,
            text="Edit by words…",
            keys=("/",),
            tip="Type what is to be done, such as remove the floor; it is planned before anything is changed.",
            run=lambda viewer: viewer.window.show_prompt(),
        ),
        Action(
            name="apply-plan",
            menu=menu,
            text="Apply the plan",
            keys=("Ctrl+Return",),
            tip="Do all steps of the plan that was made of words; each can be undone by itself.",
            run=lambda viewer: viewer.words.apply(),
            enabled=lambda viewer: viewer.words.plan is not None,
        ),
        Action(
            name="save-edit-script",
            menu=menu,
            text="Save edits by words as a script…",
            tip="Save what was done by words, and the plan, as a script for rowsplat edit.",
            run=lambda viewer: viewer.words.save_script(),
            enabled=lambda viewer: bool(viewer.words.script),
        ),
        Action(
            name="desaturate",
            menu=menu,
            text="Make grey",
            tip="Take the colour out of the selection, or of all scenes that are not locked.",
            run=lambda viewer: viewer.recolour(
                tint=(1.0, 1.0, 1.0), saturation=0.0, brightness=1.0, opacity=1.0
            ),
            enabled=has_scene,
        ),
        *(
            Action(
                name=tool.value,
                menu=menu,
                text=text,
                keys=(key,),
                tip=f"{text} the selection, or whole scenes, with the left mouse button.",
                run=lambda viewer, tool=tool: viewer.tools.choose(tool),
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
            run=lambda viewer: viewer.tools.choose(Tool.MEASURE),
            checked=lambda viewer: viewer.state.tool is Tool.MEASURE,
        ),
        Action(
            name="set-length",
            menu=menu,
            text="Set the measured length…",
            tip="Scale the scenes so that the measured distance has a true length.",
            run=lambda viewer: viewer.tools.set_measured_length(),
            enabled=lambda viewer: len(viewer.tools.measured) >= 2,
        ),
        Action(
            name="align-ground",
            menu=menu,
            text="Put three measured points on the ground",
            tip="Turn and move the scenes so that the last three measured points lie on the ground.",
            run=lambda viewer: viewer.tools.align_to_ground(),
            enabled=lambda viewer: len(viewer.tools.measured) >= 3,
        ),
    )
