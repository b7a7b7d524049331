"""The nouns, colours and names that a text can mean: only these may appear in a program made for it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from ...scenes.text_edits.color_words import color_of_words, phrases_of_colors
from ...scenes.text_edits.nouns import singular
from .sentences.words import COMPOUND_NOUNS, NOUNS

_TOKEN = re.compile(r"#[0-9a-f]{3,6}\b|[^\W_][\w'&.+-]*[^\W_]|[^\W_]", re.UNICODE)
_CHUNK = re.compile(r"\S+")
_QUOTED = re.compile(r"\"([^\"]{1,120})\"|(?<!\w)'([^']{1,120})'(?!\w)|`([^`]{1,120})`")
_EDGES = ".,;:!?\"'`()[]<>"
_NEVER_ROW = """
the a an of to and or but by it is are be on in at with as for from into onto than then that this these those them
please could would will you i we my your our me us everything anything all every each both any some very so
if not no do does did was were has have had should must what which who how why where when up down out off away
more less much lot percent degrees degree times its their make put remove delete erase paint recolor recolour
rotate undo select except
"""
_NEVER = frozenset(_NEVER_ROW.split())
"""Words that are no part of a noun."""

_ISH = {"reddish": "red", "bluish": "blue", "greenish": "green", "yellowish": "yellow", "pinkish": "pink"}
_ISH.update(
    {
        "purplish": "purple",
        "brownish": "brown",
        "orangish": "orange",
        "grayish": "gray",
        "greyish": "gray",
    }
)
_FLOATING = re.compile(r"float|stray|speck|splat|noise|debris|dust|blob|bits")
_LONGEST_NOUN, _LONGEST_PHRASE = 3, 8
_CLOSE = 0.78
_FILE = re.compile(r"[\w.\\/:~ -]*\.[a-z0-9]{2,12}(?:\.[a-z0-9]{2,12})?")


@dataclass(frozen=True, kw_only=True)
class SpokenWords:
    """What the parts of a program may be.

    Args:
        nouns: Singular, lower case.
        colors: Names in one word, or `#rrggbb`.
        phrases: Lower-case words next to each other, without a leading article: styles and names of groups.
        files: Lower-case names of files.
    """

    nouns: frozenset[str]
    colors: frozenset[str]
    phrases: frozenset[str]
    files: frozenset[str]


def words_in(text: str, names: Collection[str] = ()) -> SpokenWords:
    """What a program for the lower-case `text` can speak of.

    Args:
        text: As `prompts.normalized` makes it.
        names: Groups of the project.
    """
    tokens = _TOKEN.findall(text)
    nouns = {"thing"} | {name.lower() for name in names if name.lower() in text}
    for words in _runs(tokens, _LONGEST_NOUN):
        outer = (
            words[0],
            words[-1],
            *(word for word in words[1:-1] if word != "of"),
        )  # "pile of books" is a noun
        if not _NEVER.isdisjoint(outer) or words[0] == "can" or any(not word[0].isalpha() for word in words):
            continue
        nouns |= _nouns_of(words)
    if _FLOATING.search(text):
        nouns.add("floater")
    return SpokenWords(
        nouns=frozenset(noun for noun in nouns if _is_plain(noun)),
        colors=frozenset(_colors(tokens)),
        phrases=frozenset(_phrases(text)),
        files=frozenset(_files(text)),
    )


def original_case(text: str, words: str) -> str:
    """`words` as they are written in `text`, where capitals may differ."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    match = re.search(pattern, text, re.IGNORECASE)
    return " ".join(match[0].split()) if match else words


def _runs(tokens: list[str], longest: int) -> Iterator[list[str]]:
    for start in range(len(tokens)):
        for end in range(start + 1, min(start + longest, len(tokens)) + 1):
            yield tokens[start:end]


def _nouns_of(words: list[str]) -> set[str]:
    """As it is said, its singular, without 's, and mended."""
    said = " ".join(words)
    bare = re.sub(r"'s?$", "", said)
    found = {said, singular(bare), bare} - {""}
    mended = " ".join(_mended(word) for word in words)
    return found | {mended, singular(mended)}


@cache
def _lexicon() -> dict[str, str]:
    """Nouns that misspelt words are mended to, their plurals among them."""
    from .sentences.wording import plural

    single = {
        *NOUNS,
        *(word for compound in COMPOUND_NOUNS for word in compound.split()),
        "background",
        "floater",
    }
    return {word: word for word in single} | {plural(word): word for word in single}


@lru_cache(maxsize=4096)
def _mended(word: str) -> str:
    """The noun that a misspelt word stands for, or the word."""
    if len(word) < 4 or word in _lexicon():
        return word
    near = difflib.get_close_matches(word, list(_lexicon()), n=1, cutoff=_CLOSE)
    return _lexicon()[near[0]] if near else word


def _colors(tokens: list[str]) -> Iterator[str]:
    phrases = phrases_of_colors()
    split = [part for token in tokens for part in ([token] if token[0] == "#" else token.split("-"))]
    for words in _runs(split, 4):
        said = " ".join(words)
        color = phrases.get(said) or color_of_words(said) or _ISH.get(said)
        if color is None and len(words) == 1 and len(said) >= 3 and said not in _lexicon():
            color = phrases.get(_near_color(said))
        elif color is None and len(words) == 2:
            color = phrases.get(" ".join(_near_color(word) for word in words))
        if color is not None:
            yield color


@lru_cache(maxsize=4096)
def _near_color(word: str) -> str:
    near = difflib.get_close_matches(word, _single_colors(), n=1, cutoff=_CLOSE) if len(word) > 2 else ()
    return near[0] if near else word


@cache
def _single_colors() -> tuple[str, ...]:
    words = {word for phrase in phrases_of_colors() for word in phrase.split()}
    return tuple(sorted(word for word in words if phrases_of_colors().get(word) or word in ("dark", "light")))


def _phrases(text: str) -> Iterator[str]:
    for match in _QUOTED.finditer(text):
        yield (match[1] or match[2] or match[3]).strip()
    chunks = [match[0] for match in _CHUNK.finditer(text)]
    for start in range(len(chunks)):
        if chunks[start].strip(_EDGES) in ("a", "an"):
            continue
        for end in range(start + 1, min(start + _LONGEST_PHRASE, len(chunks)) + 1):
            phrase = " ".join(chunks[start:end]).strip(_EDGES)
            if phrase and _is_plain(phrase) and len(phrase) <= 60:
                yield phrase
            if chunks[end - 1][-1] in ".;!?" and "." not in chunks[end - 1][:-1]:
                break


def _files(text: str) -> Iterator[str]:
    candidates = [*(chunk.strip(_EDGES[1:]).rstrip(".,;:!?") for chunk in text.split())]
    candidates += [match[1] or match[2] or match[3] for match in _QUOTED.finditer(text)]
    return (name for name in candidates if _FILE.fullmatch(name))


def _is_plain(words: str) -> bool:
    """Nothing in it that is a sign of the language."""
    return bool(words) and words.isprintable() and '"' not in words
