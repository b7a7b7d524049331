"""Planners: from a text to a program, or a refusal; the cheap one first, the next where it does not understand."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...scenes.text_edits.not_understood import NotUnderstood
from ...scenes.text_edits.parsing import parse_edits
from ...scenes.text_edits.steps import TextProgram


class Planner(Protocol):
    """Makes a program of a text."""

    def plan(self, text: str, *, names: Collection[str] = ()) -> TextProgram:
        """The program that `text` asks for.

        Args:
            text: One sentence or several.
            names: Groups of the project.

        Raises:
            NotUnderstood: It asks for nothing that the language has.
        """
        ...


class GrammarPlanner:
    """By the grammar alone: milliseconds, and nothing is guessed."""

    def plan(self, text: str, *, names: Collection[str] = ()) -> TextProgram:
        """As `Planner.plan`."""
        return parse_edits(text, names=names)


@dataclass(frozen=True)
class ChainedPlanner:
    """Asks one planner after the other until one understands.

    Args:
        planners: The cheapest first; at least one.
    """

    planners: Sequence[Planner]

    def plan(self, text: str, *, names: Collection[str] = ()) -> TextProgram:
        """As `Planner.plan`; where all refuse, the words of the first, which says best what is wrong."""
        refusal: NotUnderstood | None = None
        for planner in self.planners:
            made = _attempt(planner, text, names)
            if isinstance(made, TextProgram):
                return made
            refusal = refusal or made
        assert refusal is not None, "a chain has a planner"
        raise refusal


def _attempt(planner: Planner, text: str, names: Collection[str]) -> TextProgram | NotUnderstood:
    try:
        return planner.plan(text, names=names)
    except NotUnderstood as error:
        return error
