"""From the pieces of a sentence to its clauses, as the grammar takes them.

The grammar reads one clause at a time, and knows no articles and no commas: sentences come to it already divided before
verbs, which keeps it small and quick. What a word is may depend on its neighbours, and is settled here: "mirror" begins
a clause, and is a thing in "the mirror".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .lexicon import terminals_of_phrases, verbs
from .tokens import Piece

_DETERMINERS = frozenset({"_THE", "_A", "_ALL", "_THIS", "_WHOLE"})
_PROPERTIES_ROW = """
LARGEST SMALLEST LARGE SMALL LEFT RIGHT LEFTMOST RIGHTMOST TOP BOTTOM FRONT REAR BACK MIDDLE COLOR COLOR_NOUN
LIGHT BRIGHT VIVID DARK _DEEP
"""
_PROPERTIES = frozenset(_PROPERTIES_ROW.split())
_NOUNS = frozenset({"WORD", "NAME", "STRING", "_THING", "_ONES", "ONE"})
_VERBS_AND_NOUNS_ROW = """
mirror paint stand set slide lift scale roll place step steps pick stick mark label flip lean tip push pivot
print name number bin group part shift swing plant rest pop park sit tug drop dump zap wipe knock dial bump crank
ramp pump jack notch kick tone amp drag haul shuffle scrap toss clear trash duplicate clone copy step meter metre
meters metres foot feet yard inch unit turn spin cast wash reflect cancel
"""
_VERBS_AND_NOUNS = frozenset(_VERBS_AND_NOUNS_ROW.split())
"""Verbs and units that are things as well where an article or another noun stands before them."""

_AMOUNTS_ROW = """
NUMBER ONE HALF THIRD QUARTER SLIGHT STRONG TWICE THRICE _FACTOR _OWN_SIZE _FULL_TURN METER CENTIMETER
MILLIMETER KILOMETER INCH FOOT YARD
"""
_AMOUNTS = frozenset(_AMOUNTS_ROW.split())
_UNITS = frozenset({"METER", "CENTIMETER", "MILLIMETER", "KILOMETER", "INCH", "FOOT", "YARD"})
_SEPARATORS = frozenset({"_COMMA", "_AND", "_THEN"})


def clauses_of(pieces: tuple[Piece, ...]) -> list[tuple[Piece, ...]]:
    """The clauses of a sentence; none is empty."""
    plain = list(_without_articles(_with_nouns(list(pieces))))
    clauses: list[list[Piece]] = [[]]
    for place, piece in enumerate(plain):
        follows = plain[place + 1 :]
        separates = piece.kind in _SEPARATORS and (
            not clauses[-1] or not follows or follows[0].kind in verbs()
        )
        if separates and (
            follows or piece is not pieces[-1] or piece.kind != "_AND"
        ):  # "and" needs what follows
            clauses.append([])
        else:
            clauses[-1].append(piece)
    return [tuple(clause) for clause in clauses if clause]


def _with_nouns(pieces: list[Piece]) -> list[Piece]:
    """Verbs that stand where only a thing can stand become words of nouns."""
    for place, piece in enumerate(pieces):
        if piece.kind == "_THING" and place and pieces[place - 1].kind == "WORD":  # stray splats
            pieces[place] = replace(piece, kind="WORD")
        if str(piece.value) not in _VERBS_AND_NOUNS or piece.kind in ("WORD", "NAME", "STRING"):
            continue
        before = pieces[place - 1] if place else None
        after = pieces[place + 1] if place + 1 < len(pieces) else None
        settled = before is not None and before.kind in _DETERMINERS | _PROPERTIES | {"WORD"}
        if piece.kind in _UNITS and before is not None and before.kind != "WORD":
            settled = before.kind == "_THE"
        if piece.kind in ("_TURN", "_ROTATE", "_COPY") and before is not None and before.kind != "WORD":
            settled = False  # a quarter turn
        alone = place > 0 and (after is None or after.kind in _SEPARATORS) and before is not None
        if settled or (alone and before is not None and before.kind in _SEPARATORS | verbs()):
            pieces[place] = replace(piece, kind="WORD")
    return pieces


def _without_articles(pieces: list[Piece]) -> Iterator[Piece]:
    """Articles leave their mark on the word after them; separators become one; "by" before amounts goes."""
    marked = False
    place = 0
    while place < len(pieces):
        piece, place = pieces[place], place + 1
        follows = pieces[place:]
        if piece.kind.startswith("AT_") and _is_before_a_noun(follows):
            yield from _on_a_thing(piece)
        elif piece.kind in _SEPARATORS:
            while place < len(pieces) and pieces[place].kind in _SEPARATORS:
                piece = pieces[place] if pieces[place].kind == "_THEN" or piece.kind == "_COMMA" else piece
                place += 1
            yield replace(piece, kind="_AND") if piece.kind == "_COMMA" else piece
        elif piece.kind in _DETERMINERS:
            if piece.kind in ("_THE", "_A", "_WHOLE") or _is_before_a_noun(follows):
                marked = True
                continue
            yield replace(piece, kind="_EVERYTHING" if piece.kind == "_ALL" else "_IT")
        elif piece.kind == "_SCENE":
            yield replace(piece, kind="_EVERYTHING")
        elif piece.kind in ("_BY", "_FOR") and _is_before_an_amount(follows):
            continue
        elif marked and piece.kind == "WORD":
            yield replace(piece, kind="THE_WORD")
        else:
            yield piece
        marked = False


def _is_before_a_noun(follows: list[Piece]) -> bool:
    """Properties, articles and then a noun come next."""
    for piece in follows:
        if piece.kind in _NOUNS or piece.kind in ("_IT", "_SELECTION"):
            return True
        if piece.kind not in _PROPERTIES | _DETERMINERS and piece.kind != "_OF":
            return False
    return False


def _is_before_an_amount(follows: list[Piece]) -> bool:
    """An article or none and then an amount come next."""
    kinds = [piece.kind for piece in follows[:2]]
    return bool(kinds) and (kinds[0] in _AMOUNTS or (kinds[0] == "_A" and kinds[-1] in _AMOUNTS | {"_TURN"}))


def _on_a_thing(piece: Piece) -> Iterator[Piece]:
    """ "On the left" before a noun is no place: on the left chair."""
    preposition, _, side = str(piece.value).partition(" the ")
    yield replace(piece, kind=f"_{preposition.upper()}", value=preposition)
    yield replace(piece, kind=terminals_of_phrases()[tuple(side.split())][0], value=side)
