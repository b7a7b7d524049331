"""Commands of the Select menu."""

from __future__ import annotations

from collections.abc import Sequence

from ..questions import Combine, Floaters
from ..state import Tool
from .action import Action, Menu, has_scene, has_selection, has_volume


def select_actions() -> Sequence[Action]:
    """In the order of the menu."""
    menu = Menu.SELECT
    tools = (
        (Tool.RECTANGLE, "Rectangle", "R"),
        (Tool.LASSO, "Lasso", "L"),
        (Tool.BRUSH, "Brush", "B"),
        (Tool.SPHERE, "Sphere", "Shift+L"),
        (Tool.BOX, "Box", "Shift+B"),
        (Tool.ELLIPSOID, "Ellipsoid", "Shift+O"),
    )
    return (
        *(
            Action(
                name=tool.value,
                menu=menu,
                text=text,
                keys=(key,),
                tip=f"Select by {text.lower()}; Shift adds, Ctrl removes.",
                run=lambda viewer, tool=tool: viewer.tools.choose(tool),
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
            run=lambda viewer: viewer.tools.resize_brush(1 / 1.25),
        ),
        Action(
            name="brush-larger",
            menu=menu,
            text="Larger brush",
            keys=("]",),
            tip="Make the brush larger.",
            run=lambda viewer: viewer.tools.resize_brush(1.25),
        ),
        Action(
            name="select-all",
            menu=menu,
            text="All",
            keys=("Ctrl+A",),
            tip="Select all that is shown.",
            run=lambda viewer: viewer.session.select_all(),
            enabled=has_scene,
        ),
        Action(
            name="select-none",
            menu=menu,
            text="None",
            keys=("Ctrl+Shift+A",),
            tip="Select nothing.",
            run=lambda viewer: viewer.session.select_none(),
            enabled=has_selection,
        ),
        Action(
            name="select-invert",
            menu=menu,
            text="Invert",
            keys=("Ctrl+I",),
            tip="Select what is not selected.",
            run=lambda viewer: viewer.session.select_all(invert=True),
            enabled=has_scene,
        ),
        Action(
            name="select-volume",
            menu=menu,
            text="Inside the volume",
            tip="Select what is inside the sphere, box or ellipsoid that was drawn last.",
            run=lambda viewer: viewer.tools.select_volume(),
            enabled=has_volume,
        ),
        Action(
            name="select-floaters",
            menu=menu,
            text="Floaters",
            tip="Select isolated Gaussians, far from their neighbours.",
            run=lambda viewer: viewer.session.select(Floaters(), Combine.REPLACE),
            enabled=has_scene,
        ),
    )
