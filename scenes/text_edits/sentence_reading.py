"""One sentence: as it was said, as the command it stands for, and with its misspelled words corrected.

The first reading that the grammar understands is taken. A command, spelled right, comes before all others; a sentence
without a verb ("robot bigger") is the last thing that is thought of.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .inflections import base_of_forms
from .lexicon import first_words
from .literal_reading import literal_steps
from .not_understood import NotUnderstood
from .rephrasing import rephrased, shortened
from .spelling import Correction, Misspelled, corrected, misspelled_in
from .steps import Step, TextProgram
from .tokens import words_of


@dataclass(frozen=True, kw_only=True)
class SentenceReading:
    """The steps of a sentence, and the misspelled words in it."""

    steps: list[Step]
    corrections: tuple[Correction, ...] = ()


def read_sentence(sentence: str, names: Collection[str]) -> SentenceReading:
    """What a sentence asks for.

    Raises:
        NotUnderstood: It is not understood, or has a misspelled word that can mean two things.
    """
    steps, error = _first(itertools.chain([sentence], rephrased(sentence)), names)
    try:
        found = misspelled_in(sentence, names)
    except NotUnderstood:
        found = []
    if steps is not None and not found:
        return SentenceReading(steps=steps)
    reading = _corrected(sentence, found, names, is_understood=steps is not None)
    if reading is not None:
        return reading
    if steps is None:
        steps, _ = _first(shortened(sentence), names)
    if steps is None:
        raise error
    return SentenceReading(steps=steps)


def _first(readings: Iterable[str], names: Collection[str]) -> tuple[list[Step] | None, NotUnderstood]:
    """The steps of the first reading that is understood, and why the very first one was not, if it was not."""
    error: NotUnderstood | None = None
    for reading in readings:
        meaning = _literal(reading, names)
        if not isinstance(meaning, NotUnderstood):
            return meaning, error or _NO_READING
        error = error or meaning
    return None, error or _NO_READING


def _literal(reading: str, names: Collection[str]) -> list[Step] | NotUnderstood:
    """The steps of one reading, or why it has none."""
    try:
        return literal_steps(reading, names)
    except NotUnderstood as refused:
        return refused


def _corrected(
    sentence: str, found: list[Misspelled], names: Collection[str], *, is_understood: bool
) -> SentenceReading | None:
    """The reading with the fewest corrections; None if no correction helps.

    Raises:
        NotUnderstood: Two words are equally near to a misspelled one, and both make sense.
    """
    if is_understood:  # a name that nobody knows may be meant, so only what cannot name a thing is corrected
        found = [word for word in found if not word.may_be_a_noun]
    if not _is_worth_a_try(sentence, found, names):
        return None
    choices = sorted(corrected(sentence, found), key=lambda choice: len(choice[1]))
    for _, alike in itertools.groupby(choices, key=lambda choice: len(choice[1])):
        readings = _understood(alike, names, is_understood=is_understood)
        if len(readings) > 1:
            raise _ambiguous(list(readings.values()))
        if len(readings) == 1:
            return next(iter(readings.values()))
    return None


def _understood(
    choices: Iterable[tuple[str, tuple[Correction, ...]]], names: Collection[str], *, is_understood: bool
) -> dict[str, SentenceReading]:
    """The readings of corrected sentences that are understood, by their program."""
    choices = list(choices)
    readings: dict[str, SentenceReading] = {}
    for as_said in (True, False):
        for text, corrections in choices:
            ways = itertools.chain([text], rephrased(text)) if as_said else shortened(text)
            steps, _ = _first(ways, names)
            if steps is not None:
                readings.setdefault(
                    str(TextProgram(steps=tuple(steps))),
                    SentenceReading(steps=steps, corrections=corrections),
                )
        if readings or is_understood:
            break
    return readings


def _is_worth_a_try(sentence: str, found: list[Misspelled], names: Collection[str]) -> bool:
    """Enough is spelled right: a verb, or all words but for one mistake each, and one word in four."""
    words = [word.lower() for _, word in words_of(sentence, names)]
    if not found or len(found) > max(1, len(words) * 3 // 4):
        return False
    is_verb = (word in base_of_forms() or word in first_words() for word in words)
    return all(word.distance == 1 for word in found) or any(is_verb)


def _ambiguous(readings: list[SentenceReading]) -> NotUnderstood:
    """The error of a word that can be corrected in two ways."""
    first, second = readings[0].corrections, readings[1].corrections
    said, *ways = next(
        (a.said, a.read, b.read) for a, b in zip(first, second, strict=True) if a.read != b.read
    )
    return NotUnderstood(said, f'this may be "{ways[0]}" or "{ways[1]}"', "Write the one that is meant")


_NO_READING = NotUnderstood("", "there is nothing to do", 'Say what to do, such as "remove the floor"')
