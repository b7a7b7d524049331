"""The parser of clauses: `grammar.lark`, read once, by Lark's Earley algorithm. Importing this loads lark.

Lark's parser expects everything that the grammar allows at a place, some thousand rules, most of which the word that
stands there cannot begin. `_Expected` leaves those out, which is the look-ahead of one word in Earley's paper (1970):
the trees are the same, a quarter of the time is left.
"""

from __future__ import annotations

import importlib.resources
import threading
from collections.abc import Iterable, Iterator
from functools import cache

from lark import Lark, Token, Tree
from lark.grammar import Rule, Symbol, Terminal
from lark.lexer import Lexer
from lark.parsers.earley import Parser

_START = "clause"


class _Given(Lexer):
    """Hands on tokens that were made before."""

    def __init__(self, lexer_conf: object) -> None:
        """There is nothing to set up."""

    def lex(self, data: Iterable[Token]) -> Iterator[Token]:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The tokens."""
        return iter(data)


class _Expected(dict[Symbol, list[Rule]]):
    """The rules that Lark expects for a symbol, of them those that the next word can begin."""

    def __init__(self, parser: Parser) -> None:
        """Take Lark's own rules of each symbol, the terminals that can begin it, and those that may be left out."""
        super().__init__(parser.predictions)
        self._first = parser.FIRST
        self._nullable = parser.NULLABLE
        self._next = ""
        self._known: dict[tuple[Symbol, str], list[Rule]] = {}

    def before_each(self, tokens: list[Token]) -> Iterator[Token]:
        """The tokens; each is the one that is looked at from before it is taken to the next."""
        for token in tokens:
            self._next = token.type
            yield token
        self._next = ""

    def look_at(self, token: Token) -> None:
        """Expect what this one can begin."""
        self._next = token.type

    def __getitem__(self, symbol: Symbol) -> list[Rule]:
        """The rules of a symbol that the next word can begin, and those that can do without words."""
        key = symbol, self._next
        if key not in self._known:
            word = Terminal(self._next)
            self._known[key] = [rule for rule in super().__getitem__(symbol) if self._is_begun(rule, word)]
        return self._known[key]

    def _is_begun(self, rule: Rule, word: Terminal) -> bool:
        """A rule can begin with a word, or stand before it without words of its own."""
        for symbol in rule.expansion:
            if word in self._first[symbol]:
                return True
            if symbol not in self._nullable:
                return False
        return True


_lock = threading.Lock()


def tree_of(tokens: list[Token]) -> Tree[Token]:
    """The most likely reading of a clause.

    Raises:
        UnexpectedInput: There is none.
    """
    grammar, expected = _with_look_ahead()
    with _lock:
        expected.look_at(tokens[0])
        return grammar.parse(expected.before_each(tokens), start=_START)  # pyright: ignore[reportArgumentType]


def parser_of_clauses() -> Lark:
    """The parser without look-ahead: the slow twin of what `tree_of` uses."""
    file = importlib.resources.files("rowsplat.scenes.text_edits").joinpath("grammar.lark")
    text = file.read_text(encoding="utf-8")
    return Lark(text, start=_START, parser="earley", lexer=_Given, ambiguity="resolve")


@cache
def _with_look_ahead() -> tuple[Lark, _Expected]:
    """The parser, and what it expects."""
    grammar = parser_of_clauses()
    earley = grammar.parser.parser
    earley.predictions = _Expected(earley)
    return grammar, earley.predictions
