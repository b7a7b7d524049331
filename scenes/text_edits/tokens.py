"""From text to sentences of tokens: words, numbers, quoted strings, files, colours and names, each with its place.

Everything that is refused without looking at the grammar is refused here: too long a text, odd characters, words that
are not in the language whatever stands around them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache

from .color_words import color_of_words
from .lexicon import terminals_of_phrases
from .not_understood import NotUnderstood
from .nouns import singular
from .quantities import FIGURES, number_of_figures, number_of_words

MAX_CHARACTERS = 2000
"""Longest text that is read; longer ones belong into a script."""

_FILE_KINDS = (
    "compressed.ply|ply|splat|ksplat|spz|sog|rowsplat|glb|gltf|obj|json|npz|zip|png|jpe?g|webp|bmp|tiff?|exr|"
    "safetensors|onnx|pth?|ckpt|bin"
)
_STRINGS = (
    r'"(?:[^"\\\n]|\\.)*"',
    r"(?<!\w)'(?:[^'\\\n]|\\.)*'(?!\w)",
    "\N{LEFT DOUBLE QUOTATION MARK}[^\N{RIGHT DOUBLE QUOTATION MARK}\n]*\N{RIGHT DOUBLE QUOTATION MARK}",
    "\N{LEFT SINGLE QUOTATION MARK}[^\N{RIGHT SINGLE QUOTATION MARK}\n]*\N{RIGHT SINGLE QUOTATION MARK}(?!\\w)",
)
_KINDS_OF_PIECES = {
    "string": "|".join(_STRINGS),
    "file": rf"[\w./\\~-]*[\w-]\.(?:{_FILE_KINDS})\b(?![\w/\\])",
    "hex": r"#\w+",
    "number": "(?<!\\w)[-+\N{MINUS SIGN}]?(?:\\d|\\.\\d)",
    "word": "[^\\W\\d_](?:\\w|[-'\N{RIGHT SINGLE QUOTATION MARK}](?=\\w))*",
    "end": r"[.!;?]+|\n+",
    "colon": ":",
    "comma": ",",
    "symbol": "[%°\N{MULTIPLICATION SIGN}&]",
    "bracket": r"[()\[\]]",
    "space": r"[^\S\n]+",
}
_PLAIN_WORD = re.compile(r"[^\W\d_](?:\w|-(?=\w))*")
_PIECES = re.compile("|".join(f"(?P<{kind}>{row})" for kind, row in _KINDS_OF_PIECES.items()), re.IGNORECASE)
_QUOTES = "\"'\N{LEFT DOUBLE QUOTATION MARK}\N{LEFT SINGLE QUOTATION MARK}"
_BULLET = re.compile(r"(?m)^[ \t]*(?:[-*•][ \t]+|\d{1,3}[.)][ \t]+)(?=\S)")
_NOT_ADVERBS_ROW = """
family butterfly dragonfly firefly fly lily jelly belly dolly doily assembly holly bully trolly bully
"""
_NOT_ADVERBS = frozenset(_NOT_ADVERBS_ROW.split())


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A piece of the text and what it is to the grammar.

    Args:
        kind: Name of a terminal.
        value: What it holds: a `Number`, a colour, the unquoted string, or the word in lower case.
        start: Where it begins in the text.
        end: One past its last character.
    """

    kind: str
    value: object
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """The pieces between two full stops, and whether a question mark ends them."""

    pieces: tuple[Piece, ...]
    is_question: bool


def require_text(text: str) -> None:
    """Refuse a text that is empty or too long.

    Raises:
        NotUnderstood: It is.
    """
    if len(text) > MAX_CHARACTERS:
        problem = f"the text has {len(text)} characters, at most {MAX_CHARACTERS} are read"
        raise NotUnderstood("", problem, "Say it in fewer words, or write a script of several steps")
    if not text.strip():
        raise NotUnderstood("", "there is nothing to do", 'Say what to do, such as "remove the floor"')


def sentences_of(text: str, names: Collection[str]) -> list[Sentence]:
    """The sentences that hold anything.

    Raises:
        NotUnderstood: The text is empty or too long, or something in it cannot be part of any sentence.
    """
    require_text(text)
    pieces = list(_pieces(_BULLET.sub(lambda bullet: " " * len(bullet[0]), text), names))
    sentences = [Sentence(pieces=tuple(part), is_question=asked) for part, asked in _divided(pieces)]
    if not sentences:
        raise NotUnderstood(
            text.strip(), "there is nothing to do", 'Say what to do, such as "remove the floor"'
        )
    return sentences


def sentences_in(text: str, names: Collection[str]) -> list[str]:
    """The sentences of a text as they were written, each with the full stop or question mark that ends it.

    A text that holds something that cannot be part of any sentence is one sentence.
    """
    parts, start = list[str](), 0
    text = _BULLET.sub(lambda bullet: " " * len(bullet[0]), text)
    try:
        matches = list(_matches(text, names))
    except NotUnderstood:  # another reading may do without the odd character: car -> red
        return [text]
    for match in matches:
        if match.lastgroup == "end":
            parts.append(text[start : match.end()])
            start = match.end()
    return [part for part in (*parts, text[start:]) if part.strip().strip(".!;?")]


def words_of(sentence: str, names: Collection[str]) -> list[tuple[int, str]]:
    """Where the words that are not in quotes begin, and the words as they were written."""
    return [(match.start(), match[0]) for match in _matches(sentence, names) if match.lastgroup == "word"]


def _divided(pieces: list[Piece]) -> Iterator[tuple[list[Piece], bool]]:
    """The pieces between ends of sentences, and whether it was a question."""
    part: list[Piece] = []
    for piece in pieces:
        if piece.kind != "_END":
            part.append(piece)
        elif part:
            yield part, "?" in str(piece.value)
            part = []
    if part:
        yield part, False


def _pieces(text: str, names: Collection[str]) -> Iterator[Piece]:
    """All pieces; runs of words are looked up together."""
    words: list[re.Match[str]] = []
    for match in _matches(text, names):
        if match.lastgroup == "word":
            words.append(match)
            continue
        if match.lastgroup == "space":
            continue
        yield from _pieces_of_words(words, text)
        words = []
        piece = _piece(match)
        if piece is not None and piece.kind == "NAME":
            piece = replace(piece, value=_as_given(match[0], names))
        if piece is not None:
            yield piece
    yield from _pieces_of_words(words, text)


def _matches(text: str, names: Collection[str]) -> Iterator[re.Match[str]]:
    """Raw pieces of the text, one after the other, names first."""
    odd = (name for name in names if not _is_plain(name))
    known = _pattern_of_names(tuple(sorted(odd, key=lambda name: (-len(name), name))))
    place = 0
    while place < len(text):
        match = known.match(text, place) if known else None
        match = match or _PIECES.match(text, place)
        if match is None or match.end() == place:
            raise _odd_character(text, place)
        if match.lastgroup == "number":
            match = FIGURES.match(text, place)
            if match is None:
                raise _odd_character(text, place)
        yield match
        place = match.end()


def _as_given(said: str, names: Collection[str]) -> str:
    """The name that was said, in its own case."""
    return said if said in names else min(name for name in names if name.lower() == said.lower())


@cache
def _is_plain(name: str) -> bool:
    """The name is understood like any noun, and stands in lower case then."""
    words = name.lower().split()
    if not all(_PLAIN_WORD.fullmatch(word) for word in words) or singular(" ".join(words)) != name.lower():
        return False
    return all(_longest(words[place:])[0] == "WORD" for place in range(len(words)))


@cache
def _pattern_of_names(names: tuple[str, ...]) -> re.Pattern[str] | None:
    """Matches any of the names as a whole, in any case."""
    parts = [re.escape(name) for name in names if name.strip()]
    return re.compile(rf"(?P<name>(?<!\w)(?:{'|'.join(parts)})(?!\w))", re.IGNORECASE) if parts else None


def _odd_character(text: str, place: int) -> NotUnderstood:
    """The error of a character that starts nothing."""
    character = text[place]
    around = text[max(0, place - 20) : place + 20]
    if character in _QUOTES:
        return NotUnderstood(around, "a quote is opened and not closed", "Close it, or leave it out")
    if character in "{}":
        problem = "{variables} are filled in in scripts only"
        return NotUnderstood(around, problem, "Write the value itself, or put the sentence into a script")
    if not character.isprintable():
        problem = f"the control character U+{ord(character):04X} is not part of a sentence"
        return NotUnderstood(around, problem, "Leave it out")
    problem = f"the character {character} is not part of a sentence"
    return NotUnderstood(around, problem, "Leave it out, or put what it belongs to in double quotes")


def _piece(match: re.Match[str]) -> Piece | None:
    """The piece of anything but words; None for brackets, which say nothing.

    Raises:
        NotUnderstood: It is malformed.
    """
    start, end, group = match.start(), match.end(), match.lastgroup or ""
    if match.re is FIGURES:
        number = number_of_figures(match)
        if number is None:
            raise NotUnderstood(match[0], "this divides by zero", "Write another number")
        return Piece(kind="NUMBER", value=number, start=start, end=end)
    if group == "hex":
        color = color_of_words(match[0].lower())
        if color is None:
            problem = "a colour in figures is # and three or six of the digits 0 to f"
            raise NotUnderstood(match[0], problem, "Write it like #ff8800")
        return Piece(kind="COLOR", value=color, start=start, end=end)
    if group == "string":
        inside = re.sub(r"\\(.)", r"\1", match[0][1:-1])
        if not inside.strip():
            raise NotUnderstood(match[0], "the quotes hold nothing", "Put a name or a file between them")
        return Piece(kind="STRING", value=inside, start=start, end=end)
    if group == "bracket":
        return None
    kinds = {"file": "FILE", "end": "_END", "colon": "_COLON", "comma": "_COMMA", "name": "NAME"}
    kind = kinds.get(group) or terminals_of_phrases()[(match[0],)][0]
    return Piece(kind=kind, value=match[0], start=start, end=end)


def _pieces_of_words(matches: list[re.Match[str]], text: str) -> Iterator[Piece]:
    """The pieces of words between which nothing but spaces stands; fillers are left out."""
    words = [match[0].lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'") for match in matches]
    place = 0
    while place < len(words):
        kind, value, count = _longest(words[place:])
        start, end = matches[place].start(), matches[place + count - 1].end()
        if kind == "STOP":
            remedy = 'Say what to do with what, such as "remove the floor" or "make the robot blue"'
            raise NotUnderstood(text[start:end], str(value), remedy)
        if kind == "WORD" and str(value).endswith("'s"):
            yield Piece(kind="WORD", value=str(value)[:-2], start=start, end=end - 2)
            yield Piece(kind="_POSSESSIVE", value="'s", start=end - 2, end=end)
        elif kind != "_FILLER":
            yield Piece(kind=kind, value=value, start=start, end=end)
        place += count


def _longest(words: list[str]) -> tuple[str, object, int]:
    """Terminal, value and number of words of the longest phrase at the beginning of `words`."""
    number, count_of_number = number_of_words(words)
    phrases = terminals_of_phrases()
    for count in range(min(_longest_phrase(), len(words)), count_of_number, -1):
        known = phrases.get(tuple(words[:count]))
        if known:
            return *known, count
    if count_of_number:
        return "NUMBER", number, count_of_number
    if words[0].endswith("ly") and words[0] not in _NOT_ADVERBS:
        return "STOP", "this adverb is not in the language", 1
    return "WORD", words[0], 1


@cache
def _longest_phrase() -> int:
    """Words in the longest phrase."""
    return max(map(len, terminals_of_phrases()))
