"""How many Gaussians change that an edit is not about: `python -m rowsplat.app.bench.edits.untouched`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray

from ....scenes.edits import EditedGaussians
from ....scenes.text_edits.edit_plan import EditPlan, PlannedStep
from ....scenes.text_edits.edit_state import EditState
from ...editing import open_scene

BUNDLED = Path(__file__).parents[3] / "assets/demo.sog"
"""The scene that comes with the program."""

PROMPTS = (
    "make the pink thing blue",
    "tint the brown thing red by 30%",
    "shift hue of the brown thing by 90 degrees",
    "make the blue thing brighter and much more saturated",
    "multiply contrast of the pink thing by 1.5",
    "make the gray thing transparent",
    "move the largest thing up by 10%",
    "rotate the pink thing by 45 degrees around up",
    "scale the blue thing by 1.5",
    "mirror the gray thing along right",
    "duplicate the blue thing and move it right by 200%",
    "remove the floaters",
    "remove the top half of everything",
    "hide the gray thing",
)

_ARRAYS = ("means", "quats", "log_scales", "logit_opacities", "sh_coeffs")


@dataclass(frozen=True, kw_only=True)
class Untouched:
    """What a step did to the Gaussians that it is not about.

    Args:
        sentence: The step.
        gaussians: How many it is not about.
        changed: How many of them have other bits than before.
    """

    sentence: str
    gaussians: int
    changed: int


def untouched(plan: EditPlan) -> list[Untouched]:
    """One for each step of a plan that has a target."""
    befores = [plan.start, *(step.after for step in plan.steps)]
    return [
        _of_step(before, step)
        for before, step in zip(befores, plan.steps, strict=False)
        if step.mask is not None
    ]


def changed_gaussians(before: EditedGaussians, after: EditedGaussians, ids: NDArray[np.intp]) -> int:
    """How many of the Gaussians `ids` differ in any bit, or are deleted or hidden in one of two scenes of one order."""
    different = (before.alive[ids] != after.alive[ids]) | (before.hidden[ids] != after.hidden[ids])
    for name in _ARRAYS:
        old, new = (_bits(getattr(scene.gaussians, name)[ids]) for scene in (before, after))
        different |= (old != new).any(axis=1)
    return int(different.sum())


def _of_step(before: EditState, step: PlannedStep) -> Untouched:
    if step.mask is None:
        raise ValueError(f"{step.sentence} has no target")
    others = np.flatnonzero(~step.mask.to_bool())
    changed = changed_gaussians(before.scene, step.after.scene, others)
    return Untouched(sentence=step.sentence, gaussians=len(others), changed=changed)


def _bits(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The bytes of each row, `[N, B]`."""
    return np.ascontiguousarray(values).reshape(len(values), -1).view(np.uint8)


def measured(scene: Path = BUNDLED, prompts: Sequence[str] = PROMPTS) -> list[Untouched]:
    """Every prompt, each done to the scene as it was read.

    Raises:
        RowsplatError: The scene cannot be read, or a prompt cannot be done to it.
    """
    start = open_scene(scene)
    return [result for prompt in prompts for result in untouched(start.plan(prompt))]


def main(scene: Path = BUNDLED) -> None:
    """Print a table of steps and the Gaussians that they leave alone.

    Args:
        scene: The scene; the prompts suit the bundled one.
    """
    print("| step | not about | of them changed |\n|---|---|---|")
    for row in measured(scene):
        print(f"| {row.sentence} | {row.gaussians:,} | {row.changed:,} |")


if __name__ == "__main__":
    tyro.cli(main)
