"""Forms of the verbs of the language: "removed" and "removing" to "remove", for requests that are not commands."""

from __future__ import annotations

from functools import cache

from .lexicon import phrases_of_verbs

_IRREGULAR = {
    "blow": "blew blown",
    "bring": "brought",
    "cut": "cut cutting",
    "do": "did done",
    "get": "got gotten getting",
    "give": "gave given",
    "go": "went gone",
    "grow": "grew grown",
    "hide": "hid hidden",
    "hold": "held",
    "keep": "kept",
    "lay": "laid",
    "leave": "left",
    "lie": "lay lain lying",
    "lose": "lost",
    "make": "made",
    "put": "put putting",
    "set": "set setting",
    "show": "shown",
    "shrink": "shrank shrunk shrunken",
    "sit": "sat",
    "spin": "spun",
    "stand": "stood",
    "stick": "stuck",
    "swing": "swung",
    "take": "took taken",
    "throw": "threw thrown",
    "undo": "undid undone",
}
_VERBS_ELSEWHERE = ("color", "colour", "copy", "have", "see", "get", "go")
"""Verbs that the lexicon knows by other names."""

_VOWELS = "aeiou"


@cache
def base_of_forms() -> dict[str, str]:
    """Past tenses, participles and gerunds of the first words of verbs, to those words."""
    bases = {phrase.split()[0] for phrase in phrases_of_verbs()} | set(_VERBS_ELSEWHERE)
    forms = {form: base for base in sorted(bases) for form in _regular(base)}
    return forms | {form: base for base, row in _IRREGULAR.items() for form in row.split()}


def commanded(words: str) -> str | None:
    """`words` that begin with a form of a verb, with the verb itself: "turning it red" is "turn it red".

    None if they begin with none.
    """
    first, _, rest = words.partition(" ")
    base = base_of_forms().get(first.lower())
    return None if base is None else f"{base} {rest}".strip()


def divided(command: str) -> tuple[str, str]:
    """The verb with its particles, and the rest: "cut out", "with it"."""
    words = command.split()
    for count in range(min(4, len(words)), 1, -1):
        if " ".join(words[:count]).lower() in phrases_of_verbs():
            return " ".join(words[:count]), " ".join(words[count:])
    return words[0], " ".join(words[1:])


def _regular(base: str) -> set[str]:
    """Regular forms of a verb, some of which are no English: "moveing" does no harm."""
    if base.endswith("e"):
        return {f"{base}d", f"{base[:-1]}ing"}
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return {f"{base[:-1]}ied", f"{base}ing"}
    doubled = base + base[-1]
    forms = {f"{base}ed", f"{base}ing"}
    closed = len(base) > 2 and base[-1] not in f"{_VOWELS}wxy" and base[-2] in _VOWELS
    return forms | ({f"{doubled}ed", f"{doubled}ing"} if closed else set())
