"""Things, parts and lists of things, as people speak of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from ....scenes.text_edits.targets import (
    Combined,
    CurrentSelection,
    Everything,
    Fraction,
    It,
    PartOf,
    Place,
    Relation,
    Simple,
    Size,
    Target,
    Thing,
)
from .colors import say_color
from .wording import expand, plural, weighted
from .words import some_noun

SIZES = {
    Size.LARGEST: "(largest|biggest|largest|biggest|hugest|tallest)",
    Size.SMALLEST: "(smallest|tiniest|smallest|littlest|shortest)",
    Size.LARGE: "(large|big|big|huge|giant|enormous)",
    Size.SMALL: "(small|little|tiny|small)",
}
_PLACES = {
    Place.LEFT: "(left|left|leftmost|left-hand)",
    Place.RIGHT: "(right|right|rightmost|right-hand)",
    Place.TOP: "(top|upper|topmost|top)",
    Place.BOTTOM: "(bottom|lower|bottommost|bottom)",
    Place.FRONT: "(front|frontmost|front)",
    Place.BACK: "(back|rear|back)",
    Place.MIDDLE: "(middle|center|centre|central|middle)",
}
_PLACES_AFTER = {
    Place.LEFT: "(on the left|to the left|on the left side|on the left hand side|at the left)",
    Place.RIGHT: "(on the right|to the right|on the right side|on the right hand side|at the right)",
    Place.TOP: "(at the top|on top)",
    Place.BOTTOM: "at the bottom",
    Place.FRONT: "(in front|at the front|in the front|in the foreground)",
    Place.BACK: "(at the back|in the back|at the rear)",
    Place.MIDDLE: "in the (middle|center|centre)",
}
RELATIONS = {
    Relation.ON: "(on|on|on top of|upon|atop|standing on|sitting on|lying on)",
    Relation.ABOVE: "(above|over|above|hanging over)",
    Relation.BELOW: "(under|below|underneath|beneath|under)",
    Relation.LEFT_OF: "(left of|to the left of|on the left of|on the left side of)",
    Relation.RIGHT_OF: "(right of|to the right of|on the right of|on the right side of)",
    Relation.IN_FRONT_OF: "(in front of|before|in front of)",
    Relation.BEHIND: "(behind|in back of|behind|at the back of)",
    Relation.NEAR: "(near|next to|beside|by|close to|next to|beside|alongside|near to)",
}
_FLOATERS = (
    "(floaters|floating bits|floating specks|stray splats|floaters|floating pieces|specks|floating blobs)"
)
_EVERYTHING = (
    "(everything|everything|the whole scene|the entire scene|the whole thing|the scene|all of it|it all|all|"
    "the complete scene|every single thing|all the things)"
)
_IT = "(it|it|it|it|that|this|them|that one|the same thing|that thing)"
_SELECTION = (
    "(the selection|the selection|my selection|what is selected|what i selected|the selected (part|area|"
    "stuff|bit)|"
    "whatever is selected|what's selected|the current selection|the thing i selected)"
)
_SIDES = tuple(_PLACES[place] for place in Place)
_THING_WORDS = "(thing|thing|object|item|one|part)"


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said, and the target that it means."""

    text: str
    target: Target


def say_target(rng: Random, *, pronoun: bool = False) -> Said:
    """Any target; `pronoun` only after a step that it can stand for."""
    if pronoun:
        return Said(text=expand(rng, _IT), target=It())
    kind = weighted(
        rng, ((0.70, "thing"), (0.08, "everything"), (0.05, "selection"), (0.06, "part"), (0.11, "several"))
    )
    if kind == "everything":
        return Said(text=expand(rng, _EVERYTHING), target=Everything())
    if kind == "selection":
        return Said(text=expand(rng, _SELECTION), target=CurrentSelection())
    if kind == "part":
        text, part = _say_part(rng)
        return Said(text=text, target=part)
    if kind == "several":
        return _say_several(rng)
    text, thing = say_thing(rng)
    return Said(text=text, target=thing)


def say_thing(rng: Random, *, plain: bool = False) -> tuple[str, Thing]:
    """A thing with or without properties; `plain`: at most one property, no relation."""
    kind = weighted(rng, ((0.87, "noun"), (0.05, "floor"), (0.03, "floater"), (0.05, "colored")))
    if kind == "floor":
        noun = rng.choice(("floor", "background", "floor"))
        return expand(rng, "(the|the|the|)") + f" {noun}", Thing(noun=noun)
    if kind == "floater" and not plain:
        return expand(rng, f"(the|all|all the|those|these|the) {_FLOATERS}"), Thing(noun="floater")
    if kind == "colored" and not plain:
        return _say_colored(rng)
    return _say_noun(rng, plain)


def _say_colored(rng: Random) -> tuple[str, Thing]:
    """Something of which only the colour is known."""
    said, color = say_color(rng, plain=True)
    text = expand(
        rng,
        "(everything {c}|anything {c}|all {c} things|the {c} thing|the {c} stuff|the {c} things|the {c} one|"
        "all {c} objects|the {c} object|whatever is {c}|everything that is {c}|all that is {c}|the {c} bits|"
        "the {c} part|all the {c} stuff|every {c} thing|the {c} parts)",
        c=said,
    )
    return text, Thing(noun="thing", color=color)


def _say_noun(rng: Random, plain: bool) -> tuple[str, Thing]:
    noun = some_noun(rng)
    chance = 0.5 if plain else 1.0
    size = rng.choice(list(Size)) if rng.random() < 0.16 * chance else None
    place = rng.choice(list(Place)) if rng.random() < 0.14 * chance else None
    said_color, color = say_color(rng, plain=True) if rng.random() < 0.24 * chance else ("", None)
    if rng.random() < 0.04 and (size or place or color) and not plain:
        noun, said_noun = "thing", expand(rng, _THING_WORDS)
    else:
        said_noun = noun
    thing = Thing(noun=noun, size=size, place=place, color=color)
    text = _say_properties(rng, thing, said_color, said_noun)
    if not plain and rng.random() < 0.12:
        return _say_related(rng, text, thing)
    return text, thing


def _say_properties(rng: Random, thing: Thing, said_color: str, said_noun: str) -> str:
    size = expand(rng, SIZES[thing.size]) if thing.size else ""
    after = thing.place is not None and rng.random() < 0.45
    before = expand(rng, _PLACES[thing.place]) if thing.place and not after else ""
    behind = expand(rng, _PLACES_AFTER[thing.place]) if thing.place and after else ""
    words = [size, before, said_color]
    if rng.random() < 0.15:
        rng.shuffle(words)
    several = not thing.size and not thing.place and rng.random() < 0.2
    if several:
        said_noun = plural(said_noun)
        first = expand(rng, "(the|all|all the|the|all of the|the|these|those|)")
    else:
        first = expand(rng, "(the|the|the|the|the|the|the|the|the|the|that|this|my||a)")
        if rng.random() < 0.02:
            first, behind = expand(rng, "(every|each|any)"), behind
    if rng.random() < 0.05 and behind:
        behind = expand(rng, "(which|that) (is|are) {b}" if several else "(which|that) is {b}", b=behind)
    return " ".join(word for word in (first, *words, said_noun, behind) if word)


def _say_related(rng: Random, text: str, thing: Thing) -> tuple[str, Thing]:
    relation = rng.choice(list(Relation))
    anchor_text, anchor = say_thing(rng, plain=True)
    link = expand(rng, "(|||||||that is|which is|that's|that stands|which stands|standing|sitting|that sits)")
    words = expand(rng, RELATIONS[relation])
    if link and words.split()[0].endswith("ing"):
        link = ""
    return f"{text} {link} {words} {anchor_text}".replace("  ", " "), replace(
        thing, relation=relation, anchor=anchor
    )


def _say_part(rng: Random) -> tuple[str, PartOf]:
    side = rng.choice([place for place in Place if place is not Place.MIDDLE])
    fraction = rng.choice((Fraction.HALF, Fraction.HALF, Fraction.THIRD, Fraction.QUARTER))
    side_word = expand(rng, _PLACES[side].replace("most", "")).replace("-hand", "")
    word = fraction.value if fraction is not Fraction.QUARTER or rng.random() < 0.8 else "fourth"
    roll = rng.random()
    if roll < 0.08:
        whole_text, whole = expand(rng, "(the scene|everything|the whole scene)"), Everything()
    elif roll < 0.16:
        whole_text, whole = "it", It()
    elif roll < 0.22:
        whole_text, whole = "the selection", CurrentSelection()
    else:
        whole_text, whole = say_thing(rng, plain=True)
        if rng.random() < 0.15 and " the " not in f" {whole_text[4:]} " and whole_text.startswith("the "):
            return f"{whole_text}'s {side_word} {word}", PartOf(side=side, fraction=fraction, whole=whole)
    template = "(the|the|) {side} {word} of {whole}"
    return expand(rng, template, side=side_word, word=word, whole=whole_text), PartOf(
        side=side, fraction=fraction, whole=whole
    )


def _say_several(rng: Random) -> Said:
    if rng.random() < 0.45:
        return _say_exceptions(rng)
    count = 2 if rng.random() < 0.75 else 3
    things = [say_thing(rng, plain=True) for _ in range(count)]
    texts = [text for text, _ in things]
    items: tuple[Simple, ...] = tuple(thing for _, thing in things)
    if count == 2:
        link = expand(rng, "(and|and|and|and|as well as|plus|and also|&|along with|together with)")
        both = "both " if link == "and" and rng.random() < 0.15 else ""
        text = f"{both}{texts[0]} {link} {texts[1]}"
    else:
        text = f"{texts[0]}, {texts[1]}" + expand(rng, "( and | and |, and |, and | plus )") + texts[2]
        text = (
            text
            if ", and" in text or " and " in text or " plus " in text
            else f"{texts[0]}, {texts[1]} and {texts[2]}"
        )
    return Said(text=text, target=Combined(items=items))


def _say_exceptions(rng: Random) -> Said:
    things = [say_thing(rng, plain=True) for _ in range(1 if rng.random() < 0.8 else 2)]
    excepted = " and ".join(text for text, _ in things)
    if rng.random() < 0.85:
        whole_text, whole = expand(rng, "(everything|everything|all|the whole scene)"), Everything()
    else:
        whole_text, whole = say_thing(rng, plain=True)
    link = expand(
        rng,
        "(except|except for|but|apart from|other than|except|but not|with the exception of|aside from)",
    )
    return Said(
        text=f"{whole_text} {link} {excepted}",
        target=Combined(items=(whole,), exceptions=tuple(thing for _, thing in things)),
    )
