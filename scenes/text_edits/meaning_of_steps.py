"""From the grammar's trees to steps."""

from __future__ import annotations

from lark import Token

from .meaning_of_changes import MeaningOfChanges
from .meaning_of_targets import ContradictionError, of_parts
from .quantities import Number
from .steps import Group, Hide, Keep, Remove, Replace, Select, ShowAll, Step, Style, Undo
from .targets import Target


@of_parts
class MeaningOfSteps(MeaningOfChanges):
    """Whole clauses; every rule of one gives a step or a list of them.

    Args:
        text: The whole text, from which names are taken as they were written.
    """

    def __init__(self, text: str) -> None:
        """Keep the text."""
        super().__init__()
        self._text = text

    def clause(self, *clauses: Step | list[Step]) -> list[Step]:
        steps: list[Step] = []
        for clause in clauses:
            steps += clause if isinstance(clause, list) else [clause]
        return steps

    def select(self, target: Target) -> Step:
        return Select(target=target)

    def remove(self, target: Target) -> Step:
        return Remove(target=target)

    def keep(self, target: Target) -> Step:
        return Keep(target=target)

    def hide(self, target: Target) -> Step:
        return Hide(target=target)

    def show_all(self, *_: Token) -> Step:
        return ShowAll()

    def style(self, target: Target, style: str) -> Step:
        return Style(target=target, style=style)

    def style_applied(self, style: str, target: Target) -> Step:
        return Style(target=target, style=style)

    def style_tail(self, style: str) -> str:
        return style

    def style_word(self, token: Token) -> Token:
        return token

    def style_words(self, *tokens: Token) -> str:
        """As it was written, without a leading article."""
        words = list(tokens)
        while len(words) > 1 and words[0].type in ("_A", "_THE"):
            del words[0]
        return " ".join(self._text[words[0].start_pos : words[-1].end_pos].split())

    group_words = style_words

    def quoted(self, token: Token) -> str:
        return str(token.value)

    def replace(self, target: Target, path: str) -> Step:
        return Replace(target=target, path=path)

    def group(self, target: Target, name: str) -> Step:
        return Group(target=target, name=name)

    def undo(self) -> Step:
        return Undo()

    def undo_steps(self, number: Number) -> Step:
        if number.value.denominator != 1:
            raise ContradictionError("steps are taken back as a whole. Say a whole number")
        return Undo(count=int(number.value))
