"""From English sentences to a program of edits, by a grammar; what is not understood is refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from .literal_reading import REMEDY
from .not_understood import NotUnderstood
from .sentence_reading import read_sentence
from .spelling import Correction
from .steps import Select, Step, TextProgram
from .targets import Target
from .tokens import MAX_CHARACTERS, require_text, sentences_in

_NEW_NAME = re.compile(r'\bas\s+"((?:[^"\\\n]|\\.)+)"')


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a text was taken to mean.

    Args:
        program: What it asks for.
        corrections: Words that were misspelled, in their order.
    """

    program: TextProgram
    corrections: tuple[Correction, ...] = ()


def parse_edits(text: str, *, names: Collection[str] = ()) -> TextProgram:
    """The program that a text asks for.

    Args:
        text: One sentence or several, in English; docs/edit-language.md says what is understood.
        names: Groups of the project; they are recognised as a whole, whatever words they are made of.

    Raises:
        NotUnderstood: Something in the text is not in the language, or makes no sense.
    """
    return read_edits(text, names=names).program


def read_edits(text: str, *, names: Collection[str] = ()) -> Reading:
    """The program that a text asks for, and how its misspelled words were read; arguments as for `parse_edits`.

    Raises:
        NotUnderstood: Something in the text is not in the language, or makes no sense, or a misspelled word can mean
            two things.
    """
    known = frozenset(names) | names_given_in(text)
    try:
        return _read(text, known)
    except NotUnderstood:
        if not known:
            raise
        try:
            return _read(text, frozenset())  # a group may be called "left"
        except NotUnderstood:
            pass
        raise


def names_given_in(text: str) -> frozenset[str]:
    """The names in quotes that sentences of `text` give: group it as "hero"."""
    return frozenset(re.sub(r"\\(.)", r"\1", name) for name in _NEW_NAME.findall(text[:MAX_CHARACTERS]))


def parse_target(words: str, *, names: Collection[str] = ()) -> Target:
    """What words like "the red chair on the floor" stand for.

    Raises:
        NotUnderstood: They do not name anything.
    """
    steps = parse_edits(f"select {words}", names=names).steps
    if len(steps) != 1 or not isinstance(steps[0], Select):
        raise NotUnderstood(words, "this is more than what a step is about", 'Write it like "the red chair"')
    return steps[0].target


def _read(text: str, names: frozenset[str]) -> Reading:
    """The program of all sentences."""
    require_text(text)
    steps: list[Step] = []
    corrections: list[Correction] = []
    for sentence in sentences_in(text, names):
        reading = read_sentence(sentence, names)
        steps += reading.steps
        corrections += reading.corrections
    if not steps:
        raise NotUnderstood(text.strip(), "there is nothing to do", REMEDY)
    return Reading(program=TextProgram(steps=tuple(steps)), corrections=tuple(corrections))
