"""From requests that are no commands to commands: "could the lamp be deleted?" to "delete the lamp".

People wish, ask, and name the state that they want. The rules here know the frames of such requests
(`requests.toml`) and nothing of what fills them: the parts around a verb, a state or a thing, which change places, or
go. What comes out is read by the grammar like anything that was written so; nothing that it does not read becomes an
edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from .inflections import commanded
from .lexicon import terminals_of_phrases
from .quantities import words_of_numbers
from .request_words import Frame, request_words
from .spelling import vocabulary
from .wanted_states import divisions, is_special, stated

_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_CLAUSES = re.compile(r"((?:\s*[,;]\s*(?:and |then |and then |but )?|\s+(?:and then|and|then|but)\s+))")
_MOST_READINGS = 12
_MOST_CHARACTERS = 400
"""Longest sentence that is looked at for requests: nobody asks for so much in one breath."""

_MOST_LEADS = 6
_PRONOUN = re.compile(r"\b(?:it|them)\b", re.IGNORECASE)
_AND_THEN = ", then "


def rephrased(sentence: str) -> Iterator[str]:
    """Commands that a sentence may stand for, likely ones first; it is not among them itself."""
    if len(sentence) > _MOST_CHARACTERS:
        return
    masked, strings = _masked(sentence)
    tidy = _tidied(masked)
    seen = {masked.strip()} | ({_plain(masked)} if "?" in masked else set())  # "remove it?" is no command
    readings = [*_readings(tidy), tidy]
    if tidy != _plain(masked):  # if you removed the lamp
        readings.append(commanded(tidy) or tidy)
    for reading in readings:
        if reading and reading not in seen:
            seen.add(reading)
            yield _unmasked(reading, strings)
        if len(seen) > _MOST_READINGS:
            return


def shortened(sentence: str) -> Iterator[str]:
    """Commands that a sentence without a verb may stand for: "robot bigger", "chair red, lamp gone"."""
    if len(sentence) > _MOST_CHARACTERS:
        return
    masked, strings = _masked(sentence)
    tidy = _tidied(masked)
    clauses = _CLAUSES.split(tidy)[::2]
    if "?" in masked or len(tidy.split()) > _MOST_WORDS or any(len(clause.split()) < 2 for clause in clauses):
        return
    if any(_has_unknown_verb(clause) for clause in clauses):
        return
    for verb in ("make", "move", "put", "scale", "rotate"):
        if verb == "put" and _ARTICLE.match(tidy):
            continue  # "the vase on the table" is a thing
        if verb in _NEEDED and not all(_has_words_of(_NEEDED[verb]).search(clause) for clause in clauses):
            continue
        yield _unmasked(_AND_THEN.join(f"{verb} {clause}" for clause in clauses), strings)


_MOST_WORDS = 12
_WAYS = frozenset({"UP", "DOWN", "LEFT", "RIGHT", "FORWARD", "BACK", "_LOWER"})
_RELATIONS = frozenset(
    {"ON", "_ON", "ABOVE", "BELOW", "BEHIND", "NEAR", "_BY", "IN_FRONT_OF", "LEFT_OF", "RIGHT_OF"}
)
_NEEDED = {
    "move": _WAYS,
    "put": _WAYS | _RELATIONS | {"_TO", "_IN", "_INTO", "_LIKE", "_VIEW"},
    "scale": frozenset({"NUMBER", "HALF", "THIRD", "QUARTER", "TWICE", "THRICE", "UP", "DOWN"}),
    "rotate": frozenset({"NUMBER", "CLOCKWISE", "COUNTERCLOCKWISE", "_TURN", "_TURNS", "_FULL_TURN"}),
}
"""Verbs to the kinds of words of which one must follow, so that the grammar reads them at all."""

_ARTICLE = re.compile(r"(?:the|a|an|all|my)\b", re.IGNORECASE)


@cache
def _has_words_of(kinds: frozenset[str]) -> re.Pattern[str]:
    """The pattern of a text that holds a phrase of one of some kinds."""
    phrases = {" ".join(words) for words, (kind, _) in terminals_of_phrases().items() if kind in kinds}
    if "NUMBER" in kinds:
        phrases |= words_of_numbers()
    figures = r"|\d" if "NUMBER" in kinds else ""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(phrases)))})\b{figures}", re.IGNORECASE)


def _has_unknown_verb(clause: str) -> bool:
    """A word that is not of the language, and an article after it: "polish the lamp" has its verb."""
    first, second = clause.lower().split()[:2]
    return first.isalpha() and first not in vocabulary() and _ARTICLE.fullmatch(second) is not None


def _masked(sentence: str) -> tuple[str, list[str]]:
    """The sentence with the place in a list for each string in quotes, and the list."""
    strings: list[str] = _STRING.findall(sentence)
    numbers = iter(range(len(strings)))
    return _STRING.sub(lambda _: f'"{next(numbers)}"', sentence), strings


def _unmasked(sentence: str, strings: list[str]) -> str:
    """The strings put back."""
    return _STRING.sub(lambda found: strings[int(found[0][1:-1])], sentence)


def _tidied(sentence: str) -> str:
    """Without the frills at both ends, contractions written out."""
    return _without_frills(_plain(sentence))


def _plain(sentence: str) -> str:
    """Contractions written out, without what ends it."""
    text = " ".join(sentence.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()).strip(" .!;?,")
    for pattern, plain in request_words().tidying:
        text = pattern.sub(plain, text)
    return text


def _without_frills(text: str) -> str:
    """Without "could you", "if you please" and the like."""
    for _ in range(_MOST_LEADS):
        shorter = request_words().tails.sub("", text).strip(" ,")
        shorter = request_words().leads.sub("", shorter, count=1).strip(" ,")
        if shorter == text or not shorter:
            break
        text = shorter
    return text


def _readings(text: str) -> Iterator[str]:
    """The whole as one request, then its clauses as one each."""
    yield from _commands(text)
    parts = _CLAUSES.split(text)
    if len(parts) > 1:
        yield from _of_clauses(parts)


def _of_clauses(parts: list[str]) -> Iterator[str]:
    """Every clause by itself; what fits no frame goes with what stands before it."""
    clauses: list[str] = []
    first: list[list[str]] = []
    for separator, part in zip(["", *parts[1::2]], parts[::2], strict=True):
        part = _without_frills(part)
        commands = list(_commands(part))
        if commands or not clauses:
            clauses.append(part)
            first.append(commands)
        elif first[-1]:  # the frame may need it: the chair should be red and bigger
            clauses[-1] += separator + part
            first[-1] = list(_commands(clauses[-1])) or first[-1]
        else:
            clauses[-1] += separator + part
    read = [commands[0] if commands else clause for commands, clause in zip(first, clauses, strict=True)]
    yield _AND_THEN.join(read)


def _commands(clause: str) -> Iterator[str]:
    """What each frame that fits makes of a clause."""
    for frame in request_words().frames:
        match = frame.pattern.fullmatch(clause)
        if match is not None:
            yield from _filled(frame, match)


def _filled(frame: Frame, match: re.Match[str]) -> Iterator[str]:
    """The command of a frame; its parts may be requests in turn."""
    parts = {name: value or "" for name, value in match.groupdict().items()}
    if frame.plain == "STATE":
        yield from stated(parts["np"], parts["state"])
    elif frame.plain == "IT":
        command = _PRONOUN.sub(lambda _: parts["np"], parts["rest"], count=1)
        yield command
        yield from _commands(command)
    elif frame.plain == "AGAIN":
        yield parts["rest"]
        yield from _readings(_without_frills(parts["rest"]))
    elif frame.plain == "DIVIDED":
        for thing, state in divisions(parts["both"]):
            if is_special(state):
                yield from stated(thing, state)
        yield f"make {parts['both']}"
    elif frame.plain == "GERUND":
        command = commanded(parts["verb"])
        if command is not None:
            yield f"{command} {parts['np']} {parts['rest']}".strip()
    elif frame.plain == "COMMAND":
        command = commanded(f"{parts['verb']} {parts['rest']}")
        if command is not None:
            yield command
    else:
        yield " ".join(frame.plain.format(**parts).split())
