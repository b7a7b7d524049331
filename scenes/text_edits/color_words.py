"""Words for colours: the CSS names, also with spaces, and some common names that CSS lacks."""

from __future__ import annotations

import re
from functools import cache

_COMMON_NAMES = {
    "amber": "#ffbf00",
    "bronze": "#cd7f32",
    "burgundy": "#800020",
    "charcoal": "#36454f",
    "copper": "#b87333",
    "cream": "#fffdd0",
    "darkbrown": "#5c4033",
    "darkpink": "#e75480",
    "darkpurple": "#301934",
    "darkyellow": "#9b870c",
    "emerald": "#50c878",
    "emeraldgreen": "#50c878",
    "grassgreen": "#3f9b0b",
    "jade": "#00a86b",
    "lightbrown": "#b5651d",
    "lightorange": "#ffd580",
    "lightpurple": "#cbc3e3",
    "lightred": "#ff7f7f",
    "lilac": "#c8a2c8",
    "mauve": "#e0b0ff",
    "mint": "#98ff98",
    "mintgreen": "#98ff98",
    "mustard": "#ffdb58",
    "navyblue": "navy",
    "neongreen": "#39ff14",
    "ochre": "#cc7722",
    "offwhite": "#faf9f6",
    "olivegreen": "olive",
    "paleblue": "#afeeee",
    "palepink": "#fadadd",
    "paleyellow": "#ffff99",
    "peach": "#ffe5b4",
    "rose": "#ff007f",
    "ruby": "#e0115f",
    "rust": "#b7410e",
    "scarlet": "#ff2400",
    "tealblue": "#367588",
    "ultramarine": "#120a8f",
    "vermilion": "#e34234",
}
"""Joined words to a CSS name or, where CSS has none, the colour that dictionaries of colours agree on."""

_ALSO_NOUNS = """
amber bisque bronze charcoal chocolate copper coral cornsilk cream emerald gold honeydew indigo ivory jade khaki
lavender lilac lime linen mint moccasin mustard olive orange orchid peach peru plum rose ruby rust salmon seashell
sienna silver snow thistle tomato violet wheat
"""
ALSO_NOUNS = frozenset(_ALSO_NOUNS.split())
"""Colours that are things as well: "the orange"."""

_PARTS_OF_NAMES_ROW = """
alice almond antique aqua blanched blue blush brick brown burly cadet chiffon coral corn cornflower cream cyan
dark deep dim dodger drab dusk emerald fire floral forest ghost golden goldenrod grass gray green hot indian
khaki lace lavender lawn lemon light lime magenta marine medium midnight mint misty navajo navy neon off old
olive orange orchid pale papaya peach pink powder puff purple rebecca red rod rose rosy royal saddle salmon
sandy sea silk sky slate smoke spring steel teal turquoise violet whip white wood yellow
"""
_PARTS_OF_NAMES = frozenset(_PARTS_OF_NAMES_ROW.split())

_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")


def color_of_words(words: str) -> str | None:
    """The CSS name in one word, or `#rrggbb`, that lower-case words like "dark blue" mean; None if they are none."""
    if words.startswith("#"):
        return _color_of_hex(words)
    joined = words.replace(" ", "").replace("-", "").replace("grey", "gray")
    return _colors().get(joined)


@cache
def phrases_of_colors() -> dict[str, str]:
    """Every way to write a colour, with single spaces: "dark olive green", "darkolivegreen" to `darkolivegreen`."""
    phrases: dict[str, str] = {}
    for joined, color in _colors().items():
        for words in {joined, *_divisions(joined)}:
            phrases[words] = phrases[words.replace("gray", "grey")] = color
    return phrases


def _divisions(joined: str) -> set[str]:
    """All ways to write `joined` as a row of the words that colour names are made of."""
    ways = {joined} if joined in _PARTS_OF_NAMES else set[str]()
    for cut in range(2, len(joined) - 1):
        if joined[:cut] in _PARTS_OF_NAMES:
            ways |= {f"{joined[:cut]} {rest}" for rest in _divisions(joined[cut:])}
    return ways


@cache
def _colors() -> dict[str, str]:
    """Joined names, spelled "gray", to what stands in a program."""
    from PIL.ImageColor import colormap  # the CSS names; Pillow is not loaded with the scenes

    return {name: name for name in colormap if "grey" not in name} | _COMMON_NAMES


def _color_of_hex(words: str) -> str | None:
    """`#rrggbb` of three or six digits."""
    if not _HEX.fullmatch(words):
        return None
    return words if len(words) == 7 else "#" + "".join(digit * 2 for digit in words[1:])
