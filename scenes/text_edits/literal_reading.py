"""The literal reading of a sentence: its clauses by the grammar, and why those that fit no rule are refused."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import TYPE_CHECKING, cast

from .clauses import clauses_of
from .lexicon import first_words
from .not_understood import NotUnderstood
from .steps import Step
from .tokens import Piece, sentences_of

if TYPE_CHECKING:
    from lark import Token

REMEDY = 'Say it more simply, such as "remove the floor" or "make the robot blue"'
_REMEDIES = {
    "_ADD": 'Things that are not in a file cannot be added; say "duplicate the chair" or "put it on the table"',
    "_REPLACE": 'Name a file: replace the vase with "vase.ply"',
    "_GROUP": 'Give it a name: group the robot as "hero"',
    "_MOVE": 'Say where to: "move the chair left by 2", "move the chair next to the table"',
    "_ROTATE": 'Say it like "rotate the robot by 45 degrees" or "turn the robot left"',
    "_TURN": 'Say it like "turn the robot left" or "turn the robot blue"',
    "_TILT": 'Say it like "tilt the lamp forward by 10 degrees"',
    "_FLIP": 'Say it like "flip the sign horizontally" or "flip the boat over"',
    "_SCALE": 'Say how much: "scale the vase by 1.5", "scale the vase to 50%"',
    "_MAKE": 'Say how it is to look: "make the robot blue", "make it twice as big"',
    "_PAINT": 'Say a colour: "paint the wall dark blue", "paint the wall #ff8800"',
    "_PUT": 'Say it like "put the vase on the table"; what it is put to must be named',
    "_SHOW": 'Only everything can be shown again: "show everything"',
    "_UNDO": 'Say "undo" or "undo 2 steps"',
}
"""First words of clauses to what is commonly meant."""

_POLITE = ("can you", "could you", "would you", "will you", "would you mind", "please could you")


def literal_steps(text: str, names: Collection[str]) -> list[Step]:
    """The steps that a sentence names in the words of the grammar.

    Raises:
        NotUnderstood: It is a question, holds words that are not in the language, fits no rule, or contradicts itself.
    """
    steps: list[Step] = []
    for sentence in sentences_of(text, names):
        if sentence.is_question and not text.lower().lstrip().startswith(_POLITE):
            said = _said(sentence.pieces, text)
            raise NotUnderstood(said, "questions are not in the language", REMEDY)
        for clause in clauses_of(sentence.pieces):
            steps += _steps(clause, text)
    if not steps:
        raise NotUnderstood(text.strip(), "there is nothing to do", REMEDY)
    return steps


def _steps(clause: tuple[Piece, ...], text: str) -> list[Step]:
    """The steps of one clause.

    Raises:
        NotUnderstood: It fits no rule of the grammar, or contradicts itself.
    """
    from lark.exceptions import UnexpectedInput, VisitError

    from .clause_grammar import tree_of
    from .meaning_of_steps import MeaningOfSteps

    try:
        tree = tree_of([_token(piece) for piece in clause])
    except UnexpectedInput as error:
        raise _unexpected(error, clause, text) from None
    try:
        meaning = cast("Step | list[Step]", MeaningOfSteps(text).transform(tree))
    except VisitError as error:
        if not isinstance(error.orig_exc, ValueError):
            raise
        problem, _, remedy = str(error.orig_exc).partition(". ")
        remedy = remedy.removesuffix(".") or "Say another number"
        raise NotUnderstood(_said(clause, text), problem, remedy) from None
    return meaning if isinstance(meaning, list) else [meaning]


def _said(pieces: tuple[Piece, ...], text: str) -> str:
    """As it was written."""
    return text[pieces[0].start : pieces[-1].end]


def _token(piece: Piece) -> Token:
    """What lark takes for a piece; its end tells places, as words of programs are taken as they were written."""
    from lark import Token

    return Token(piece.kind, piece.value, start_pos=piece.start, end_pos=piece.end)  # pyright: ignore


def _unexpected(error: object, pieces: tuple[Piece, ...], text: str) -> NotUnderstood:
    """The error of a sentence that fits no rule: what cannot stand where it stands."""
    token = getattr(error, "token", None)
    place = getattr(token, "start_pos", None)
    said = _said(pieces, text)
    first = pieces[0]
    if first.kind == "WORD" and (
        place is None or place <= pieces[min(1, len(pieces) - 1)].start or len(pieces) == 1
    ):
        verb = text[first.start : first.end]
        near = difflib.get_close_matches(str(first.value), first_words(), n=1, cutoff=0.75)
        remedy = f'Did you mean "{near[0]}"?' if near else REMEDY
        return NotUnderstood(said, f'"{verb}" is not something that can be done', remedy)
    if place is None:
        return NotUnderstood(said, "something is missing at the end", _REMEDIES.get(first.kind, REMEDY))
    at = next(piece for piece in pieces if piece.start == place)
    after = text[at.start : at.end]
    return NotUnderstood(said, f'"{after}" does not fit there', _REMEDIES.get(first.kind, REMEDY))
