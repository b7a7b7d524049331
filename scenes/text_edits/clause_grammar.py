"""The parser of clauses: `grammar.lark`, read once, by Lark's Earley algorithm. Importing this loads lark."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterable, Iterator
from functools import cache

from lark import Lark, Token, Tree
from lark.grammar import NonTerminal, Symbol
from lark.lexer import Lexer

_START = "clause"
_KINDS = re.compile(rf"^{_START}:(?P<kinds>[^:]*?)\n(?=\w+:)", re.MULTILINE)
"""The rule of any clause: a list of the rules of its kinds."""


class _Given(Lexer):
    """Hands on tokens that were made before."""

    def __init__(self, lexer_conf: object) -> None:
        """There is nothing to set up."""

    def lex(self, data: Iterable[Token]) -> Iterator[Token]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The tokens."""
        return iter(data)


def tree_of(tokens: list[Token]) -> Tree[Token]:
    """The most likely reading of a clause.

    Raises:
        UnexpectedInput: There is none.
    """
    return _grammar().parse(tokens, start=_start_of(tokens[0].type))  # pyright: ignore[reportArgumentType]


@cache
def _grammar() -> Lark:
    """The parser; every kind of clause is a start of its own, as well as any clause."""
    file = importlib.resources.files("rowsplat.scenes.text_edits").joinpath("grammar.lark")
    text = file.read_text(encoding="utf-8")
    kinds = _KINDS.search(text)
    assert kinds is not None
    starts = [_START, *re.findall(r"\w+", kinds["kinds"])]
    return Lark(text, start=starts, parser="earley", lexer=_Given, ambiguity="resolve")


@cache
def _start_of(first: str) -> str:
    """The only kind of clause in which the terminal `first` occurs, or any clause.

    Half of the time of a short clause would go into expecting every kind at its first word.
    """
    known = [kind for kind, terminals in _terminals_of_kinds().items() if first in terminals]
    return known[0] if len(known) == 1 else _START


@cache
def _terminals_of_kinds() -> dict[str, frozenset[str]]:
    """Every kind of clause and all terminals that it may hold."""
    rules: dict[str, set[Symbol]] = {}
    for rule in _grammar().rules:
        rules.setdefault(rule.origin.name, set()).update(rule.expansion)
    kinds = [symbol.name for symbol in rules[_START]]
    return {kind: _terminals(kind, rules) for kind in kinds}


def _terminals(origin: str, rules: dict[str, set[Symbol]]) -> frozenset[str]:
    """All terminals that can be reached from a rule."""
    seen, waiting, terminals = {origin}, [origin], set[str]()
    while waiting:
        for symbol in rules[waiting.pop()]:
            if not isinstance(symbol, NonTerminal):
                terminals.add(symbol.name)
            elif symbol.name not in seen:
                seen.add(symbol.name)
                waiting.append(symbol.name)
    return frozenset(terminals)
