"""The list of subcommands that the command line and its documentation are made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from tyro import conf

from . import (
    adapt,
    bake,
    bench,
    convert,
    demo,
    edit,
    info,
    lift,
    reconstruct,
    render,
    train_omni,
    train_planner,
    view,
)

Command = (
    Annotated[info.Info, conf.subcommand("info")]
    | Annotated[convert.Convert, conf.subcommand("convert")]
    | Annotated[edit.Edit, conf.subcommand("edit")]
    | Annotated[render.Render, conf.subcommand("render")]
    | Annotated[bake.Bake, conf.subcommand("bake")]
    | Annotated[reconstruct.Reconstruct, conf.subcommand("reconstruct")]
    | Annotated[lift.Lift, conf.subcommand("lift")]
    | Annotated[adapt.Adapt, conf.subcommand("adapt")]
    | Annotated[bench.Bench, conf.subcommand("bench")]
    | Annotated[view.View, conf.subcommand("view")]
    | Annotated[train_omni.TrainOmni, conf.subcommand("train-omni")]
    | Annotated[train_planner.TrainPlanner, conf.subcommand("train-planner")]
    | Annotated[demo.Demo, conf.subcommand("demo")]
)
"""The flags of one subcommand, whichever it is."""


@dataclass(frozen=True, kw_only=True)
class Subcommand:
    """One subcommand.

    Args:
        flags: Dataclass of its flags.
        run: Takes an instance of `flags` and does the work.
        examples: Command lines that show its use.
    """

    flags: type
    run: Callable[[Any], None]
    examples: tuple[str, ...]


SUBCOMMANDS = {
    "info": Subcommand(flags=info.Info, run=info.run, examples=info.EXAMPLES),
    "convert": Subcommand(flags=convert.Convert, run=convert.run, examples=convert.EXAMPLES),
    "edit": Subcommand(flags=edit.Edit, run=edit.run, examples=edit.EXAMPLES),
    "render": Subcommand(flags=render.Render, run=render.run, examples=render.EXAMPLES),
    "bake": Subcommand(flags=bake.Bake, run=bake.run, examples=bake.EXAMPLES),
    "reconstruct": Subcommand(
        flags=reconstruct.Reconstruct, run=reconstruct.run, examples=reconstruct.EXAMPLES
    ),
    "lift": Subcommand(flags=lift.Lift, run=lift.run, examples=lift.EXAMPLES),
    "adapt": Subcommand(flags=adapt.Adapt, run=adapt.run, examples=adapt.EXAMPLES),
    "bench": Subcommand(flags=bench.Bench, run=bench.run, examples=bench.EXAMPLES),
    "view": Subcommand(flags=view.View, run=view.run, examples=view.EXAMPLES),
    "train-omni": Subcommand(flags=train_omni.TrainOmni, run=train_omni.run, examples=train_omni.EXAMPLES),
    "train-planner": Subcommand(
        flags=train_planner.TrainPlanner, run=train_planner.run, examples=train_planner.EXAMPLES
    ),
    "demo": Subcommand(flags=demo.Demo, run=demo.run, examples=demo.EXAMPLES),
}
"""All subcommands by name, in the order of the help text."""


def run_command(command: Any) -> None:
    """Run the subcommand whose flags `command` holds."""
    subcommand = next(entry for entry in SUBCOMMANDS.values() if type(command) is entry.flags)
    subcommand.run(command)
