"""Colours as they are said, and as the language of edits writes them."""

from __future__ import annotations

from random import Random

from .wording import weighted

_COMMON_ROW = """
red green blue yellow orange purple pink brown black white gray cyan magenta violet gold silver beige turquoise navy
teal maroon olive lime crimson indigo
"""
COMMON = tuple(_COMMON_ROW.split())
"""Of one word, said often."""

_TWO_WORDS_ROWS = """
dark blue, dark green, dark red, dark gray, dark orange, dark violet, light blue, light green, light gray,
light pink, light yellow, sky blue, deep pink, hot pink, forest green, royal blue, steel blue, slate gray,
midnight blue, lime green, sea green, spring green, lawn green, dark magenta, dark cyan, dark turquoise,
light coral, pale green, orange red, fire brick, navy blue, medium purple, rosy brown, sandy brown,
saddle brown, powder blue, deep sky blue, dodger blue, cornflower blue, olive drab, hot pink, indian red,
ghost white, antique white, dark olive green
"""
_TWO_WORDS = tuple(word.strip() for word in _TWO_WORDS_ROWS.split(","))
_RARE_ROW = """
tomato salmon coral orchid plum lavender khaki tan chocolate sienna peru ivory linen aquamarine chartreuse fuchsia
azure snow wheat thistle moccasin gainsboro goldenrod aqua
"""
_RARE = tuple(_RARE_ROW.split())
_NOT_CSS = {"navyblue": "navy"}
_EMPTY_WORDS = ("bright ", "deep ", "vivid ", "bright ")
"""Before a colour of one word they say nothing."""


def say_color(rng: Random, *, plain: bool = False) -> tuple[str, str]:
    """A colour: what is said, and its name or `#rrggbb`; `plain` leaves out codes and words that say nothing."""
    kind = weighted(rng, ((0.62, "common"), (0.22, "two"), (0.08, "rare"), (0.08, "code")))
    if kind == "code" and not plain:
        code = f"#{rng.randrange(1 << 24):06x}"
        return (code.upper() if rng.random() < 0.4 else code), code
    if kind == "two":
        said = rng.choice(_TWO_WORDS)
        name = said.replace(" ", "")
        spoken = said if rng.random() < 0.75 else rng.choice((name, said.replace(" ", "-")))
        return _british(rng, spoken), _NOT_CSS.get(name, name)
    name = rng.choice(_RARE if kind == "rare" else COMMON)
    before = rng.choice(_EMPTY_WORDS) if not plain and rng.random() < 0.12 else ""
    if f"{before.strip()}{name}" in ("deeppink",):
        before = ""
    return before + _british(rng, name), name


def _british(rng: Random, said: str) -> str:
    return said.replace("gray", "grey") if rng.random() < 0.5 else said
