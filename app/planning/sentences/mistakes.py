"""How people write: typing errors, missing articles, capitals, politeness, talk around the request."""

from __future__ import annotations

import re
from random import Random

from .wording import expand

_NEIGHBOURS = {
    "a": "sqz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "xa",
}  # fmt: skip
_BEFORE = (
    "(please|please|can you|could you|could you please|can you please|would you|i want you to|"
    "i'd like you to|"
    "hey,|ok,|okay,|ok now|now|um,|uh|so|alright,|well,|hi,|hello,|hmm,|actually,|just|please just|"
    "go ahead and|"
    "let's|i need you to|next,|first,|now please|pls|plz|you should|you could|try to|would you mind to|"
    "do me a favor and|"
    "right,|yo,|dude,|if you could,|be so kind and|kindly|i think you should|it would be great if you could|"
    "what i want is:|my wish:|task:|hey there, can you|would you please|i would like you to|we should|"
    "you need to|"
    "computer,|i wanna|could u|can u|can u pls|could ya|lets|time to|for me,|for the next step|good, now|"
    "great, now|nice, now|quickly|simply)"
)
_AFTER = (
    "(, please| please|, thanks|, thank you|, ok?| for me| for me please| now| right away| pls| plz|"
    " if you can|"
    " if possible|, would you| thx| already|!!|, cheers| would you|?| will you|, if you don't mind|..| asap|"
    " thank you very much|, that's all|, mate| :)| again| in the scene)"
)
_VERB_FIRST = re.compile(r"^(i |i'd|the |all |everything|we |{|nothing|only |[A-Z#0-9])")
_WORD = re.compile(r"[A-Za-z]{4,}")


def surround(rng: Random, text: str) -> str:
    """Politeness and talk before or behind `text`, sometimes."""
    if rng.random() < 0.28:
        before = expand(rng, _BEFORE)
        if _VERB_FIRST.match(text) and not before.endswith((",", ":")):
            before = rng.choice(("please,", "ok,", "hey,", "so", "now"))
        text = f"{before} {text}"
    if rng.random() < 0.14:
        after = rng.choice(_AFTER[1:-1].split("|"))
        text = f"{text}{after}"
    return text


_REASONS = (
    "(, it's in the way| because it looks (weird|bad|wrong)| since we don't need it|"
    ", i don't like it like this|"
    ", it looks better that way| so that it fits| so it looks nicer|, because i said so|"
    " because it's (ugly|too much)|"
    ", that's nicer| so i can see better|, it disturbs me)"
)
_OCCASIONS = (
    "(i don't like it like this,|this looks wrong,|the scene is too crowded,|for the picture,|"
    "i changed my mind,|"
    "looks good so far,|one more thing:|almost there,|to make it nicer,|before i forget,|"
    "that's not it yet,|new idea:)"
)


def explain(rng: Random, text: str) -> str:
    """A reason or an occasion around `text`, sometimes."""
    roll = rng.random()
    if roll < 0.02:
        return text + expand(rng, _REASONS)
    return f"{expand(rng, _OCCASIONS)} {text}" if roll < 0.04 else text


def miswrite(rng: Random, text: str, kept: frozenset[str]) -> str:
    """`text` with typing errors, without articles, or with other capitals and stops.

    Args:
        text: As it should be.
        kept: Parts that are copied letter by letter: names, paths, styles.
    """
    if rng.random() < 0.16:
        text = re.sub(
            r"\b(the|a) (?!bit|lot|little|tad|touch|copy)", lambda m: "" if rng.random() < 0.7 else m[0], text
        )
    if rng.random() < 0.3:
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            text = _with_typing_error(rng, text, kept)
    if rng.random() < 0.04:
        text = re.sub(r"\bthe\b", rng.choice(("teh", "th", "hte", "te", "da")), text, count=1)
    if rng.random() < 0.05:
        text = text.replace(" to ", " too ", 1) if rng.random() < 0.3 else text.replace("n't", "nt")
    roll = rng.random()
    if roll < 0.3:
        text = text[:1].upper() + text[1:]
    elif roll < 0.34 and not kept:
        text = text.upper()
    elif roll < 0.36 and not kept:
        text = text.title()
    if rng.random() < 0.25 and text[-1:].isalnum():
        text += rng.choice((".", ".", ".", "!", " .", "..."))
    return text


def _with_typing_error(rng: Random, text: str, kept: frozenset[str]) -> str:
    words = [match for match in _WORD.finditer(text) if not any(match[0] in part for part in kept)]
    if not words:
        return text
    match = rng.choice(words)
    wrong = _mistyped(rng, match[0])
    return text[: match.start()] + wrong + text[match.end() :]


def _mistyped(rng: Random, word: str) -> str:
    place = rng.randrange(1, len(word) - 1)
    kind = rng.choice(("swap", "drop", "double", "neighbour", "swap", "drop"))
    if kind == "swap":
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind == "drop":
        return word[:place] + word[place + 1 :]
    if kind == "double":
        return word[:place] + word[place] + word[place:]
    return word[:place] + rng.choice(_NEIGHBOURS.get(word[place].lower(), "e")) + word[place + 1 :]
