"""A plan: what a program will do to a scene, step by step, each with what it is about and why."""

from __future__ import annotations

from dataclasses import dataclass

from ...kernels.errors import RowsplatError, one_line
from ..edits import EditOperation, EditProgram, IndexMask
from .edit_state import EditState
from .not_understood import shortened
from .steps import Step


class PlanError(RowsplatError):
    """A program that cannot be done to a scene; nothing of it is.

    Args:
        number: Of the step at fault, from 1.
        sentence: Of that step.
        problem: What is wrong and what could be said instead.
    """

    def __init__(self, number: int, sentence: str, problem: str) -> None:
        """Make one line of the three."""
        self.number, self.sentence, self.problem = number, sentence, one_line(problem)
        super().__init__(f"step {number}, {shortened(sentence)}: {self.problem}")


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What words stand for in a scene.

    Args:
        words: Canonical.
        mask: The Gaussians; not empty, none deleted.
        confidence: 0 to 1.
        why: The reason in words.
    """

    words: str
    mask: IndexMask
    confidence: float
    why: str


@dataclass(frozen=True, eq=False, kw_only=True)
class PlannedStep:
    """One step of a plan.

    Args:
        number: From 1.
        step: What was said.
        meanings: Of its target, and of what it is put on or beside; none for steps without a target.
        operations: What does it; none for steps that change no Gaussian, and for styles in a plan without pictures.
        touched: Number of Gaussians that it changes, removes, adds, selects or names.
        note: What else there is to say: that a style is left for later, what was undone.
        after: The state that it leads to.
    """

    number: int
    step: Step
    meanings: tuple[Meaning, ...]
    operations: tuple[EditOperation, ...]
    touched: int
    note: str = ""
    after: EditState

    @property
    def sentence(self) -> str:
        """Canonical."""
        return str(self.step)

    @property
    def mask(self) -> IndexMask | None:
        """What it is about, out of the Gaussians before it; `None` without a target."""
        return self.meanings[0].mask if self.meanings else None

    @property
    def confidence(self) -> float:
        """Of its least certain words; 1 without a target."""
        return min((meaning.confidence for meaning in self.meanings), default=1.0)

    @property
    def why(self) -> str:
        """Reasons for what it is about."""
        return "; ".join(meaning.why for meaning in self.meanings)


@dataclass(frozen=True, eq=False, kw_only=True)
class EditPlan:
    """What a program does to a scene, verified; nothing has been changed yet.

    Args:
        start: The state that it was made for.
        steps: First to last.
    """

    start: EditState
    steps: tuple[PlannedStep, ...]

    @property
    def end(self) -> EditState:
        """The state after all steps."""
        return self.steps[-1].after if self.steps else self.start

    @property
    def program(self) -> EditProgram:
        """All that is done to the scene's file in the end."""
        return self.end.program

    @property
    def confidence(self) -> float:
        """Of the least certain step."""
        return min((step.confidence for step in self.steps), default=1.0)

    @property
    def lines(self) -> tuple[str, ...]:
        """Numbered, for people: sentence, Gaussians touched, confidence, reason."""
        return tuple(line for step in self.steps for line in _lines(step))


def _lines(step: PlannedStep) -> list[str]:
    facts = [f"{step.touched:,} Gaussians"] if step.touched or step.meanings else []
    facts += [f"confidence {step.confidence:.2f}"] if step.meanings else []
    facts += [step.note] if step.note else []
    lines = [f"{step.number}. {step.sentence}" + (f"   [{', '.join(facts)}]" if facts else "")]
    return lines + [f"     {meaning.words}: {meaning.why}" for meaning in step.meanings]


def plan_json(plan: EditPlan) -> list[dict[str, object]]:
    """Values for a JSON document: one object a step."""
    return [
        {
            "step": step.number,
            "sentence": step.sentence,
            "kind": type(step.step).__name__,
            "gaussians": step.touched,
            "confidence": round(step.confidence, 4),
            "meanings": [
                {
                    "words": meaning.words,
                    "gaussians": meaning.mask.num_selected,
                    "confidence": round(meaning.confidence, 4),
                    "why": meaning.why,
                }
                for meaning in step.meanings
            ],
            "operations": [operation.description for operation in step.operations],
            **({"note": step.note} if step.note else {}),
        }
        for step in plan.steps
    ]
