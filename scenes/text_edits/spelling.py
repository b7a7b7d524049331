"""Misspelled words of the language: which they are, and which words of the language are nearest to them.

The distance is that of optimal string alignment: letters left out, added, changed, and neighbours that changed places.
What a person says of things is never corrected: only words of the language are known, and words that are English are
taken to be meant (`real_words.txt`: those that are as near to the language as a misspelling would be).

The words of `real_words.txt` are from the English frequency list of symspellpy (MIT), which was made from Google Books
Ngrams (CC BY 3.0) and SCOWL.
"""

from __future__ import annotations

import importlib.resources
import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from .inflections import base_of_forms
from .lexicon import terminals_of_phrases, verbs
from .quantities import words_of_numbers
from .tokens import words_of

_LONG = 7
"""Letters of a word that may have two mistakes."""

_MOST_MISSPELLED = 4
"""Misspelled words in a sentence that is still read."""

_MOST_NEAREST = 4
_MOST_CHOICES = 24
_OF_REQUESTS_ROW = """
could can would should might must shall ought need needs want wants wish let have has like prefer belong belongs
disappear vanish visible gone wonder possible grateful mind face until whatever whichever nothing instead
"""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A word that was read as another: `said` as it was written, `read` in lower case."""

    said: str
    read: str

    def __str__(self) -> str:
        """What a person is told."""
        return f'read "{self.said}" as "{self.read}"'


@dataclass(frozen=True, kw_only=True)
class Misspelled:
    """A word that is not of the language, and no English.

    Args:
        start: Where it begins in the sentence.
        said: As it was written.
        nearest: Words of the language, all equally near, in alphabetical order.
        distance: Mistakes in it, 1 or 2.
    """

    start: int
    said: str
    nearest: tuple[str, ...]
    distance: int

    @property
    def may_be_a_noun(self) -> bool:
        """A word that is near to a verb may name a thing as well; there is no list of things to know it from."""
        known = terminals_of_phrases()
        return any(known.get((near,), ("", ""))[0] in verbs() for near in self.nearest)


def misspelled_in(sentence: str, names: Collection[str]) -> list[Misspelled]:
    """The misspelled words, first to last; none of them is in quotes or in the name of a group."""
    in_names = {word.lower() for name in names for word in name.split()}
    found: list[Misspelled] = []
    for start, said in words_of(sentence, names):
        word = said.lower()
        if word in in_names or word in vocabulary() or word in _real_words():
            continue
        nearest, distance = _nearest(word)
        if nearest:
            found.append(Misspelled(start=start, said=said, nearest=nearest, distance=distance))
    return found


def corrected(sentence: str, found: list[Misspelled]) -> Iterator[tuple[str, tuple[Correction, ...]]]:
    """`sentence` with every way to correct `found`, at most 24 of them; none if there are too many mistakes."""
    if not 0 < len(found) <= _MOST_MISSPELLED:
        return
    choices = itertools.product(*((*w.nearest, w.said) if w.may_be_a_noun else w.nearest for w in found))
    for choice in itertools.islice(choices, _MOST_CHOICES):
        text = sentence
        for word, read in reversed(list(zip(found, choice, strict=True))):
            text = text[: word.start] + read + text[word.start + len(word.said) :]
        pairs = [(word.said, read) for word, read in zip(found, choice, strict=True) if word.said != read]
        if pairs:
            yield text, tuple(Correction(said=said, read=read) for said, read in pairs)


@cache
def vocabulary() -> frozenset[str]:
    """Every word of the language: verbs and their forms, function words, colours, sides, units, numbers."""
    phrases = {word for phrase in terminals_of_phrases() for word in phrase}
    words = phrases | set(base_of_forms()) | set(words_of_numbers()) | set(_OF_REQUESTS_ROW.split())
    return frozenset(word for word in words if word.isalpha() and len(word) > 1)


@cache
def _real_words() -> frozenset[str]:
    """English words that a misspelling could look like."""
    file = importlib.resources.files("rowsplat.scenes.text_edits").joinpath("real_words.txt")
    return frozenset(file.read_text("utf-8").split())


@cache
def _nearest(word: str) -> tuple[tuple[str, ...], int]:
    """The words of the language with the fewest mistakes between them and `word`, and how many; none if too many."""
    if not word.isalpha() or len(word) < 2:
        return (), 0
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    most = 2 if len(word) >= _LONG else 1
    found = process.extract(
        word, _by_length(len(word), most), scorer=OSA.distance, score_cutoff=most, limit=None
    )
    found = [(near, int(distance)) for near, distance, _ in found if _is_likely(word, near)]
    found = [pair for pair in found if sorted(pair[0]) == sorted(word)] or found  # swapped letters
    least = min((distance for _, distance in found), default=0)
    return tuple(sorted(near for near, distance in found if distance == least)[:_MOST_NEAREST]), least


@cache
def _by_length(length: int, most: int) -> list[str]:
    """Words of the language that are at most so much longer or shorter."""
    return sorted(word for word in vocabulary() if abs(len(word) - length) <= most)


def _is_likely(word: str, near: str) -> bool:
    """Of two or three letters nothing would be left to know a word by: they may only have changed places."""
    return len(word) > 3 or len(near) > 3 or sorted(word) == sorted(near)
