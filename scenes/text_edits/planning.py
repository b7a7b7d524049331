"""From a program to a plan for a scene: every step tried on what the steps before made of it, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from ...kernels.errors import RowsplatError
from ..edits import EditedGaussians, EditOperation, IndexMask
from .compiling import Aim, compile_step
from .edit_plan import EditPlan, Meaning, PlanError, PlannedStep
from .edit_state import EditState
from .meaning import MeaningError, Meanings, Viewpoint
from .steps import Group, Keep, Put, Replace, Select, ShowAll, Step, Style, TextProgram, Undo, target_of

OnStep = Callable[[int, int, str], None]
"""Called before each step with its number from 1, the number of all, and its sentence."""


class Stylist(Protocol):
    """Paints Gaussians in a style."""

    def check(self, style: str) -> None:
        """See whether there is such a style.

        Raises:
            RowsplatError: There is not; says which there are.
        """
        ...

    def restyled(self, scene: EditedGaussians, mask: IndexMask, style: str) -> tuple[EditOperation, ...]:
        """What paints the Gaussians of `mask`; none where that is left for later.

        Raises:
            RowsplatError: It cannot be done.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class FileRule:
    """Which files a program may name.

    Args:
        folder: That names are relative to.
        confined: Files lie in it, or in folders of it: for programs that came in a file, perhaps from somebody else.
    """

    folder: Path = Path()
    confined: bool = False

    def allows(self, path: Path) -> bool:
        """Whether a file may lie there, links followed."""
        return not self.confined or path.resolve().is_relative_to(self.folder.resolve())

    def check(self, name: str) -> None:
        """See whether a file may be named so and is there.

        Raises:
            RowsplatError: It may not, or is not.
        """
        if not name or not name.isprintable():
            raise RowsplatError(f"{name!r} is no name of a file. Give one.")
        path = self.folder / name
        if not self.allows(path):
            raise RowsplatError(f"{name}: lies outside of the script's folder. Copy it there.")
        try:
            found = path.exists()
        except OSError:  # a name longer than any file system takes
            found = False
        if not found:
            raise RowsplatError(f"{name[:80]}: no such file or folder. Check the name.")


def plan_edits(
    program: TextProgram,
    state: EditState,
    viewpoint: Viewpoint,
    *,
    files: FileRule | None = None,
    stylist: Stylist | None = None,
    on_step: OnStep | None = None,
) -> EditPlan:
    """What `program` does to a scene. The scene itself stays as it is: the plan's `end` is what it would become.

    Args:
        program: What was asked for.
        state: The scene so far.
        viewpoint: From where words are meant, and what they are looked up with.
        files: Which files `Replace` may name; `None` = any.
        stylist: Sees to `Style`; `None` = styles are refused.
        on_step: Told of each step before it is tried.

    Raises:
        PlanError: A target means nothing or is unsure, a selection is empty, numbers lead too far, a file or style is
            not there. Nothing has been changed.
    """
    planner = _Planner(viewpoint=viewpoint, files=files or FileRule(), stylist=stylist)
    steps: list[PlannedStep] = []
    now = state
    for number, step in enumerate(program.steps, start=1):
        if on_step is not None:
            on_step(number, len(program.steps), str(step))
        try:
            planned = planner.planned(step, now, number)
        except (RowsplatError, ValueError) as error:
            raise PlanError(number, str(step), str(error)) from None
        except MemoryError:
            raise PlanError(number, str(step), "not enough memory. Take a smaller scene.") from None
        steps.append(planned)
        now = planned.after
    return EditPlan(start=state, steps=tuple(steps))


@dataclass(frozen=True, eq=False, kw_only=True)
class _Planner:
    """What all steps of a program share."""

    viewpoint: Viewpoint
    files: FileRule
    stylist: Stylist | None

    def planned(self, step: Step, state: EditState, number: int) -> PlannedStep:
        """The step, tried on `state`.

        Raises:
            RowsplatError: It cannot be done.
            ValueError: Its numbers lead too far.
        """
        if isinstance(step, Undo):
            return _undone(step, state, number)
        meanings = self._meanings(step, state)
        operations, note = self._operations(step, state, meanings)
        after = state.after(operations)
        after = _remembering(step, meanings, state, after)
        return PlannedStep(
            number=number,
            step=step,
            meanings=meanings,
            operations=operations,
            touched=_touched(step, meanings, state, after),
            note=note,
            after=after,
        )

    def _meanings(self, step: Step, state: EditState) -> tuple[Meaning, ...]:
        if isinstance(step, ShowAll):
            return ()
        meanings = Meanings(state, self.viewpoint)
        found = meanings.of(target_of(step))
        if not isinstance(step, Put):
            return (found,)
        anchor = meanings.of(step.anchor)
        apart = anchor.mask.difference(found.mask)  # a vase that goes by "thing" too is not put on itself
        if not apart.num_selected:
            raise MeaningError(
                f'"{step.target}" and "{step.anchor}" are the same. Name another thing to go by.'
            )
        return found, replace(anchor, mask=apart)

    def _operations(
        self, step: Step, state: EditState, meanings: tuple[Meaning, ...]
    ) -> tuple[tuple[EditOperation, ...], str]:
        """What does the step, and a note."""
        mask = meanings[0].mask if meanings else IndexMask.none(len(state.scene))
        if isinstance(step, Style):
            return self._styled(step, state, mask)
        if isinstance(step, Replace):
            self.files.check(step.path)
        anchor = meanings[1].mask if len(meanings) > 1 else None
        aim = Aim(
            scene=state.scene,
            frame=self.viewpoint.frame,
            mask=mask,
            anchor=anchor,
            folder=self.files.folder,
        )
        return compile_step(step, aim), ""

    def _styled(
        self, step: Style, state: EditState, mask: IndexMask
    ) -> tuple[tuple[EditOperation, ...], str]:
        if self.stylist is None:
            raise RowsplatError("styles cannot be painted here. Leave the step out.")
        self.stylist.check(step.style)
        operations = self.stylist.restyled(state.scene, mask, step.style)
        return operations, "" if operations else "painted when the plan is carried out"


def _undone(step: Undo, state: EditState, number: int) -> PlannedStep:
    earlier = state.undone(step.count)
    if earlier is None:
        done = state.steps_done
        steps = f"only {done} step{'' if done == 1 else 's'} can be" if done else "nothing can be"
        raise RowsplatError(f"{steps} undone here. Undo less.")
    note = f"{step.count} step{'' if step.count == 1 else 's'} taken back"
    return PlannedStep(
        number=number, step=step, meanings=(), operations=(), touched=0, note=note, after=earlier
    )


def _remembering(step: Step, meanings: tuple[Meaning, ...], before: EditState, after: EditState) -> EditState:
    """`after` with what the step makes of "it", the selection and the names."""
    if not meanings:
        return after
    mask, count = meanings[0].mask, len(after.scene)
    match step:
        case Select():
            return replace(after, selection=mask, it=mask)
        case Group():
            return replace(after, groups={**after.groups, step.name: mask}, it=mask)
        case _:
            added = np.arange(count) >= len(before.scene)
            is_new = added.any()
            return replace(after, it=IndexMask.from_bool(added) if is_new else mask)


def _touched(step: Step, meanings: tuple[Meaning, ...], before: EditState, after: EditState) -> int:
    if isinstance(step, ShowAll):
        return int(before.scene.hidden.sum())
    if isinstance(step, Keep):
        return int(before.scene.alive.sum() - after.scene.alive.sum())
    return meanings[0].mask.num_selected if meanings else 0
