"""Capitals of names, files and styles, which a model is not shown, taken back from the text."""

from __future__ import annotations

from dataclasses import replace

from ...scenes.text_edits.steps import Group, Replace, Step, Style, TextProgram
from .spoken_words import original_case


def with_original_case(program: TextProgram, text: str) -> TextProgram:
    """`program` with what is quoted in it written as in `text`."""
    return TextProgram(steps=tuple(_restored(step, text) for step in program.steps))


def _restored(step: Step, text: str) -> Step:
    if isinstance(step, Style):
        return replace(step, style=original_case(text, step.style))
    if isinstance(step, Replace):
        return replace(step, path=original_case(text, step.path))
    if isinstance(step, Group):
        return replace(step, name=original_case(text, step.name))
    return step
