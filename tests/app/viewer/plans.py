"""Requests and plans without a planning process."""

from __future__ import annotations

from typing import Any

from rowsplat.app.viewer import Viewer
from rowsplat.app.word_plans import PlanReady, WordStep
from rowsplat.scenes.edits import Delete, Duplicate, EditOperation, IndexMask
from rowsplat.scenes.text_edits.steps import Remove
from rowsplat.scenes.text_edits.targets import It

from .fakes import FakeWindow, some


def word_step(step: Any = None, *operations: EditOperation, **values: Any) -> WordStep:
    """A step about rows 1 to 3 unless `values` say otherwise."""
    known: dict[str, Any] = {
        "step": step or Remove(target=It()), "touched": 3, "confidence": 0.75, "why": "what was meant", "note": "",
        "mask": some(1, 2, 3), "undone": 0, "operations": operations, "selection": None, "groups": (), "it": None,
    }  # fmt: skip
    return WordStep(**(known | values))


def removal(mask: IndexMask, **values: Any) -> WordStep:
    return word_step(Remove(target=It()), Delete(mask=mask), mask=mask, touched=mask.num_selected, **values)


def copying(mask: IndexMask, **values: Any) -> WordStep:
    return word_step(None, Duplicate(mask=mask), mask=mask, touched=mask.num_selected, **values)


def plan(viewer: Viewer, window: FakeWindow, *steps: WordStep, text: str = "do it") -> None:
    """Ask for a plan and get this one."""
    viewer.words.ask(text)
    window.plannings[-1].say(PlanReady(steps=steps))
