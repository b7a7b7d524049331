"""Matching a noun to known names: spelt the same, plural, misspelt, or alike in meaning."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..text_edits.nouns import singular
from .context import WordMatcher

_PLURAL_CONFIDENCE = 0.98
_HEAD_CONFIDENCE = 0.85  # "vase" for the only name that ends in it, "blue vase"
_LEAST_SPELLING = 0.8  # of difflib's ratio: one letter wrong, or two swapped, in a word of five
_SHORTEST_MISSPELT = 4  # "cap" is no misspelt "cup"
# all-MiniLM-L6-v2 gives 50 pairs of synonyms for household things a median of 0.64, and of 2,300 other pairs of the
# same nouns 5 % more than 0.44 and 1 % more than 0.54, related things such as sofa and chair among them
_MEANING_MIDDLE, _MEANING_WIDTH = 0.56, 0.05
_LEAST_MEANING = 0.5
_CLEAR_LEAD = 0.1  # of the cosine over that of the next best name


@dataclass(frozen=True, kw_only=True)
class NameMatch:
    """A known name that a noun may mean.

    Args:
        name: As it is known.
        confidence: 0 to 1 that it is meant.
        how: How it was found, to go into a reason; "" for the same spelling.
    """

    name: str
    confidence: float
    how: str = ""


def normalised(noun: str) -> str:
    """`noun` in lower case with single spaces, without a leading article and without underscores."""
    words = noun.lower().replace("_", " ").replace("-", " ").split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("the", "a", "an") else words)


def match_names(noun: str, names: Sequence[str], matcher: WordMatcher | None = None) -> NameMatch | None:
    """The one of `names` that `noun` most likely means, if any does.

    Args:
        noun: One word or several.
        names: What is known; the first of equals wins.
        matcher: Compares meanings, for what no spelling explains.
    """
    if (match := match_spelling(noun, names)) is not None:
        return match
    guesses = (match_misspelt(noun, names), match_meaning(noun, names, matcher))
    return max(
        (guess for guess in guesses if guess is not None), key=lambda guess: guess.confidence, default=None
    )


def match_spelling(noun: str, names: Sequence[str]) -> NameMatch | None:
    """The name that is spelt as `noun`, but for case, number, or words before it."""
    wanted = normalised(noun)
    known = {name: normalised(name) for name in names}
    for name, text in known.items():
        if text == wanted:
            return NameMatch(name=name, confidence=1.0)
    for name, text in known.items():
        if singular(text) == singular(wanted):
            return NameMatch(name=name, confidence=_PLURAL_CONFIDENCE)
    ends = [name for name, text in known.items() if singular(text).endswith(" " + singular(wanted))]
    if len(ends) == 1:
        return NameMatch(name=ends[0], confidence=_HEAD_CONFIDENCE, how=f'"{ends[0]}" for "{noun}"')
    return None


def match_misspelt(noun: str, names: Sequence[str]) -> NameMatch | None:
    """The name that is spelt most nearly as `noun`, if nearly enough and no other is as near."""
    ranked = near_names(noun, names)
    if not ranked or len(normalised(noun)) < _SHORTEST_MISSPELT or ranked[0].confidence < _LEAST_SPELLING:
        return None
    if len(ranked) > 1 and ranked[1].confidence >= ranked[0].confidence:
        return None
    return ranked[0]


def match_meaning(noun: str, names: Sequence[str], matcher: WordMatcher | None) -> NameMatch | None:
    """The name most alike in meaning to `noun`, if alike enough.

    The confidence is a logistic function of the cosine, less up to a third if another name is about as near.
    """
    if matcher is None or not names:
        return None
    cosines = np.asarray(matcher(normalised(noun), [normalised(name) for name in names]), dtype=np.float64)
    best = int(np.argmax(cosines))
    confidence = float(1.0 / (1.0 + np.exp(-(cosines[best] - _MEANING_MIDDLE) / _MEANING_WIDTH)))
    if confidence < _LEAST_MEANING:
        return None
    lead = cosines[best] - np.delete(cosines, best).max(initial=-1.0)
    return NameMatch(
        name=names[best],
        confidence=confidence * (2.0 + min(float(lead) / _CLEAR_LEAD, 1.0)) / 3.0,
        how=f'"{names[best]}" is nearest in meaning to "{noun}"',
    )


def near_names(noun: str, names: Sequence[str]) -> list[NameMatch]:
    """`names` by how nearly they are spelt as `noun`, nearest first; the confidence is difflib's ratio."""
    wanted = singular(normalised(noun))

    def ratio(name: str) -> float:
        return difflib.SequenceMatcher(None, wanted, singular(normalised(name))).ratio()

    matches = [
        NameMatch(name=name, confidence=ratio(name), how=f'"{noun}" taken for "{name}"')
        for name in dict.fromkeys(names)
    ]
    return sorted(matches, key=lambda match: -match.confidence)
