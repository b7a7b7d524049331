"""Looking ahead by one word changes no tree, and no place of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from lark import Lark, Token, UnexpectedInput
from rowsplat.scenes.text_edits.clause_grammar import parser_of_clauses, tree_of
from rowsplat.scenes.text_edits.clauses import clauses_of
from rowsplat.scenes.text_edits.not_understood import NotUnderstood
from rowsplat.scenes.text_edits.tokens import Piece, sentences_of

from .sentence_files import DEVELOPMENT

SENTENCES = [entry["say"] for kind in ("edit", "nonsense") for entry in DEVELOPMENT[kind]][::3]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_clause_is_read_as_without_look_ahead_or_refused_at_the_same_place(sentence: str) -> None:
    for clause in clauses(sentence):
        tokens = [Token(piece.kind, piece.value, start_pos=piece.start) for piece in clause]
        assert outcome(tree_of, tokens) == outcome(lambda given: plain().parse(iter(given)), tokens)


def outcome(read: Callable[[list[Token]], object], tokens: list[Token]) -> object:
    """The tree, or the kind of refusal with the place where the word that does not fit begins."""
    try:
        return read(tokens)
    except UnexpectedInput as refused:
        return type(refused), getattr(getattr(refused, "token", None), "start_pos", None)


def clauses(sentence: str) -> list[tuple[Piece, ...]]:
    """The clauses of a sentence; none if it is refused before the grammar is asked."""
    try:
        return [clause for part in sentences_of(sentence, ()) for clause in clauses_of(part.pieces)]
    except NotUnderstood:
        return []


@cache
def plain() -> Lark:
    """The slow twin."""
    return parser_of_clauses()
