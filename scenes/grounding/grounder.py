"""From a noun with its properties to Gaussians: every source is asked in turn, then properties choose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..edits.edited_gaussians import BoolArray
from ..edits.index_mask import IndexMask
from ..text_edits.nouns import singular
from ..text_edits.targets import Size, Thing
from .coloring import colored_things, colors_of, of_color
from .context import GroundingContext
from .found import Found
from .instances import Instance, choose_place, choose_size, instance, on_side, split
from .names import known_names, named, with_hidden
from .relations import related
from .result import Grounding, GroundingError
from .sides import by_side
from .structure_words import ANYTHING, STRUCTURE_WORDS, structural_part
from .words import NameMatch, match_names, match_spelling, near_names, normalised

_FOUND_AT = 0.5  # weight of a finder from which a Gaussian belongs to the noun
_MOST_NAMES = 8  # in an error
_WALL = "wall"
_ALONE = 0.8  # confidence of "the left one" where there is only one
_LEAST_LEFT = 0.1  # of a thing that was taken away: less of it is a scrap
_NO_NAMES = "No groups or labels are known here: select it by hand and group it under that name"


def ground(thing: Thing, context: GroundingContext) -> Grounding:
    """The Gaussians that `thing` means.

    A noun is looked up as the name of a group or a label, as a part that any scene has (floor, wall, background, ...),
    as a misspelling of one of these, as a word alike in meaning, and by the context's finders, in this order. Colour,
    relation, place and size then choose among the separate things found; all of them are meant where none is given.

    Raises:
        GroundingError: The noun means nothing here, nothing has the properties, or it is too unclear which.
    """
    # all of it is meant: no need to tell separate things apart, which takes long
    if thing == Thing(noun=thing.noun):
        found = _whole(thing.noun, context)
        return _grounding(thing, found.mask, found.confidence, [found.why], context.least_confidence)
    found, instances = _candidates(thing, context)
    confidence, reasons = found.confidence, [found.why]
    for choose in (_by_relation, _by_place_and_size):
        choice = choose(thing, instances, context)
        if choice is None:
            continue
        if not choice.instances:
            raise GroundingError(
                f"none of {_counted(len(instances), thing.noun)} is {choice.why}",
                "Look from where it is so, or name it in another way",
            )
        instances, confidence = choice.instances, confidence * choice.confidence
        reasons.append(choice.why)
    mask = np.logical_or.reduce([one.mask for one in instances])
    return _grounding(thing, mask, confidence, reasons, context.least_confidence)


@dataclass(frozen=True, kw_only=True)
class _Reasoned:
    """Instances that were chosen, how clearly, and by what."""

    instances: tuple[Instance, ...]
    confidence: float
    why: str


def _whole(noun: str, context: GroundingContext) -> Found:
    """All that goes by a noun."""
    if _is_anything(noun, context):
        return _foreground(context)
    return _look_up(noun, context)


def _is_anything(noun: str, context: GroundingContext) -> bool:
    """Whether a noun stands for any noun here."""
    return singular(normalised(noun)) in ANYTHING and match_spelling(noun, known_names(context)) is None


def _foreground(context: GroundingContext) -> Found:
    """All things that are there."""
    found = context.structure.foreground
    if found is None:
        raise GroundingError("no separate thing was found here", "Select it by hand or name a group")
    return found


def _candidates(thing: Thing, context: GroundingContext) -> tuple[Found, tuple[Instance, ...]]:
    """All that goes by the noun and has the colour, and the separate things that it is."""
    noun = singular(normalised(thing.noun))
    if _is_anything(noun, context):
        return _any_things(thing, context)
    found = _look_up(thing.noun, context)
    instances = _instances(noun, found, context)
    if thing.color is None:
        return found, instances
    masks, clear = of_color(thing.color, [one.mask for one in instances], context)
    if not masks:
        has = " and ".join(colors_of(found.mask, context))
        raise GroundingError(f"no {noun} is {thing.color}", f"It is {has}: name one of these colours")
    colored = Found(
        mask=np.logical_or.reduce(masks),
        confidence=found.confidence * clear,
        why=f"what is {thing.color} of {found.why}",
    )
    return colored, tuple(instance(mask, context) for mask in masks)


def _any_things(thing: Thing, context: GroundingContext) -> tuple[Found, tuple[Instance, ...]]:
    """All things, or all that has a colour; things of other names that are taken apart from an anchor."""
    if thing.color is not None:
        found = colored_things(thing.color, context)
        if found is None:
            raise GroundingError(
                f"nothing here is {thing.color}", f"Colours here are {_colors_here(context)}"
            )
        return found, split(found.mask, context)
    found = _foreground(context)
    return found, tuple(instance(mask, context) for mask in context.structure.things)


def _instances(noun: str, found: Found, context: GroundingContext) -> tuple[Instance, ...]:
    """The separate things of what was found; walls are apart even where they meet."""
    walls = context.structure.walls if noun == _WALL else None
    if walls is not None and found.why.startswith(walls.why):
        parts = [mask & found.mask for mask in context.structure.wall_parts]
        return tuple(instance(mask, context) for mask in parts if mask.any())
    return split(found.mask, context)


def _look_up(noun: str, context: GroundingContext) -> Found:
    """All that goes by `noun`, from the first source that knows it."""
    names = known_names(context)
    match = match_spelling(noun, names) or match_names(noun, [*names, *STRUCTURE_WORDS], context.matcher)
    if match is not None:
        return _named(match, context)
    for finder in context.finders:
        weights = finder.find(noun, context)
        if weights is None:
            continue
        weights = with_hidden(np.asarray(weights, dtype=np.float64)[:, None], context)[:, 0]
        if (mask := context.alive & (weights >= _FOUND_AT)).any():
            sharp = float(np.mean(weights[mask]))
            return Found(mask=mask, confidence=sharp, why=f'what {finder.name} takes for "{noun}"')
    raise _unknown(noun, context)


def _named(match: NameMatch, context: GroundingContext) -> Found:
    """What a name means, less sure by as much as the name is."""
    if match.name in known_names(context):
        found = named(match.name, context)
        if not found.mask.any():
            raise GroundingError(f"{found.why} has no Gaussian left", "Undo what removed it, or name another")
    else:
        part = structural_part(match.name, context)
        if part is None:
            raise GroundingError(f"no {match.name} was found here", _remedy(match.name, context))
        found = part
    why = f"{found.why} ({match.how})" if match.how else found.why
    return (
        found
        if match.confidence == 1.0 and not match.how
        else Found(mask=found.mask, confidence=found.confidence * match.confidence, why=why)
    )


def _by_relation(
    thing: Thing, instances: tuple[Instance, ...], context: GroundingContext
) -> _Reasoned | None:
    """Those that stand in the relation; what belongs to the anchor itself is none of them."""
    if thing.relation is None or thing.anchor is None:
        return None
    grounded = ground(thing.anchor, context)
    anchor_mask = grounded.mask.to_bool()
    why = f"{thing.relation.value} {thing.anchor} ({grounded.why})"
    free = _without(instances, anchor_mask, context)
    choice = related(thing.relation, free, instance(anchor_mask, context), context)
    return _Reasoned(instances=choice.instances, confidence=choice.confidence * grounded.confidence, why=why)


def _without(
    instances: tuple[Instance, ...], taken: BoolArray, context: GroundingContext
) -> tuple[Instance, ...]:
    """`instances` without the Gaussians of `taken [N]`, split where these held them together; scraps are dropped."""
    free: list[Instance] = []
    for one in instances:
        if not (one.mask & taken).any():
            free.append(one)
        elif (left := one.mask & ~taken).sum() >= _LEAST_LEFT * one.count:
            free += split(left, context)
    return tuple(free)


def _by_place_and_size(
    thing: Thing, instances: tuple[Instance, ...], context: GroundingContext
) -> _Reasoned | None:
    """The one at a place, of those of a size; "the largest left one" is the largest of those on the left."""
    if thing.place is None and thing.size is None:
        return None
    if thing.place is not None and thing.size is None:
        sided = by_side(singular(normalised(thing.noun)), thing.place, instances, context)
        if sided is not None:
            return _Reasoned(instances=(sided.part,), confidence=sided.confidence, why=sided.why)
    confidence, chosen = 1.0, instances
    words = [word.value for word in (thing.size, thing.place) if word is not None]
    if thing.size in (Size.LARGEST, Size.SMALLEST) and thing.place is not None:
        chosen = on_side(thing.place, chosen)
    if thing.size is not None:
        choice = choose_size(thing.size, chosen)
        chosen, confidence = choice.instances, choice.confidence
    if thing.place is not None and len(chosen) > 1:
        choice = choose_place(thing.place, chosen)
        chosen, confidence = choice.instances, confidence * choice.confidence
    why = f"{' '.join(words)} of {len(instances)}"
    return _Reasoned(
        instances=chosen, confidence=confidence * (_ALONE if len(instances) == 1 else 1.0), why=why
    )


def _grounding(
    thing: Thing, selected: BoolArray, confidence: float, reasons: list[str], least: float
) -> Grounding:
    mask = IndexMask.from_bool(selected)
    why = f"{', '.join(reasons)}; {_counted(mask.num_selected, 'Gaussian')}"
    if confidence < least:
        raise GroundingError(
            f'it is not clear enough what "{thing}" is ({why}; confidence {confidence:.2f})',
            "Say more about it, or select it by hand and group it under that name",
        )
    return Grounding(mask=mask, confidence=min(1.0, confidence), why=why)


def _unknown(noun: str, context: GroundingContext) -> GroundingError:
    names = known_names(context)
    return GroundingError(
        f'nothing here is known as "{noun}"', _remedy(noun, context) if names else _NO_NAMES
    )


def _remedy(noun: str, context: GroundingContext) -> str:
    """The names that are known, most alike first."""
    names = [match.name for match in near_names(noun, known_names(context))][:_MOST_NAMES]
    return f"Known names are {', '.join(names)}" if names else _NO_NAMES


def _colors_here(context: GroundingContext) -> str:
    return " and ".join(colors_of(context.alive, context))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
