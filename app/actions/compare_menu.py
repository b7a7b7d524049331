"""Commands of the Compare menu."""

from __future__ import annotations

from collections.abc import Sequence

from ..messages import Comparison
from .action import Action, Menu


def compare_actions() -> Sequence[Action]:
    """In the order of the menu."""
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
            name="compare-photo",
            menu=menu,
            text="Compare with the nearest photo",
            keys=("Ctrl+4",),
            tip="Show the nearest photo beside what is drawn, as if the scene were a plane at its middle.",
            run=lambda viewer: viewer.photos.compare(),
            enabled=lambda viewer: viewer.photos.found is not None,
            checked=lambda viewer: viewer.photos.is_compared,
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
