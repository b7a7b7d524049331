"""Commands of the View menu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...render import RenderMode
from ..messages import Shape
from .action import Action, Menu


def view_actions() -> Sequence[Action]:
    """In the order of the menu."""
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
