"""What window and planning process say to each other: a sentence with the scene it is about, and the plan for it.

Everything is a frozen value that pickles. The Gaussians do not cross: the planning process reads the scene's file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..scenes import Camera
from ..scenes.edits import EditOperation, EditProgram, IndexMask
from ..scenes.text_edits.scene_frame import Vector
from ..scenes.text_edits.steps import Step

Groups = tuple[tuple[str, IndexMask], ...]
"""Gaussians by the name that sentences gave them."""


@dataclass(frozen=True, kw_only=True)
class SceneMoment:
    """A scene between two steps of the undo list.

    Args:
        program: What was done to it.
        selection: What is selected of it, `None` for nothing.
        groups: What has a name.
    """

    program: EditProgram = field(default_factory=EditProgram)
    selection: IndexMask | None = None
    groups: Groups = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class PlanRequest:
    """A sentence to plan.

    Args:
        text: What was typed.
        source: The scene's file.
        lod: Level of detail, `None` for the finest.
        count: Gaussians of the file as the window knows it.
        moments: The undo list, oldest first; the last is the scene as it is.
        it: What the text before was about.
        camera: Says what left and right are; in the scene's frame.
        up: In the scene's frame.
        planner: What understands sentences, as `edit_words.words_of` takes it.
        colours: Folder for the colours of styles; `None` refuses styles.
    """

    text: str
    source: Path
    lod: int | None
    count: int
    moments: tuple[SceneMoment, ...]
    it: IndexMask | None
    camera: Camera
    up: Vector
    planner: str
    colours: Path | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class WordStep:
    """One step of a plan.

    Args:
        step: What was said.
        touched: Number of Gaussians that it changes, removes, adds, selects or names.
        confidence: Of its least certain words, 0 to 1; `None` for a step without a target.
        why: What its words were taken for.
        note: What else there is to say.
        mask: What it is about, out of the Gaussians before it; `None` without a target.
        undone: How many steps it takes back; then it has no operations.
        operations: What does it.
        selection: What is selected after it.
        groups: What has a name after it.
        it: What "it" is after it.
    """

    step: Step
    touched: int
    confidence: float | None
    why: str
    note: str
    mask: IndexMask | None
    undone: int
    operations: tuple[EditOperation, ...]
    selection: IndexMask | None
    groups: Groups
    it: IndexMask | None

    @property
    def sentence(self) -> str:
        """Canonical."""
        return str(self.step)


@dataclass(frozen=True, kw_only=True)
class PlanProgress:
    """What planning is busy with, in words."""

    stage: str


@dataclass(frozen=True, eq=False, kw_only=True)
class PlanReady:
    """The steps of a plan, first to last; at least one."""

    steps: tuple[WordStep, ...]


@dataclass(frozen=True, kw_only=True)
class PlanRefused:
    """Why there is no plan, in one line; where it is our fault, `details` for the log."""

    problem: str
    details: str = ""


PlanMessage = PlanProgress | PlanReady | PlanRefused
