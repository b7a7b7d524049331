"""A thing and the state that it is wanted in, to the command that brings it there: "the lamp", "behind the sofa"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .inflections import commanded, divided
from .request_words import pattern_of_state

_SPECIAL = ("gone", "unseen", "facing", "soaked", "placed")
_MOVES_ROW = """
turn rotate spin move grow shrink fade tilt lean roll slide shift flip darken brighten lighten look resemble
"""
_MOVES = frozenset(_MOVES_ROW.split())
"""What things do by themselves in requests: I want the robot to turn left."""

_PRONOUNS_ROW = """
there here me you us i we he she they what who which why how when where not never this that these those nobody no
"""
_NO_THINGS = frozenset(_PRONOUNS_ROW.split())


def stated(thing: str, state: str) -> Iterator[str]:
    """Commands after which `thing` is in `state`, likely ones first."""
    if thing.split()[0].lower() in _NO_THINGS - {"this", "that", "these", "those"} or not state:
        return
    while (plain := pattern_of_state("filler").sub("", state)) != state and plain:
        state = plain
    if pattern_of_state("gone").fullmatch(state):
        yield f"remove {thing}"
        return
    if pattern_of_state("unseen").fullmatch(state):
        yield f"hide {thing}"
        return
    if pattern_of_state("facing").fullmatch(state):
        yield f"turn {thing} around"
        return
    if (soaked := pattern_of_state("soaked").fullmatch(state)) is not None:
        yield f"recolor {thing} {soaked['color']}"
    if (placed := pattern_of_state("placed").fullmatch(state)) is not None:
        yield f"put {thing} {_without_motion(placed['place'])}"
    yield from _done(thing, state)
    if pattern_of_state("headed").fullmatch(state) is not None:
        yield f"move {thing} {pattern_of_state('further').sub('', state)}"
    yield f"make {thing} {state}"


def divisions(words: str) -> Iterator[tuple[str, str]]:
    """Every way to divide "the vase on the table in blue" into a thing and a state that could be one."""
    parts = words.split()
    for place in range(1, len(parts)):
        state = " ".join(parts[place:])
        if parts[place - 1].lower() not in ("the", "a", "an", "all", "my", "and"):
            yield " ".join(parts[:place]), state


def is_special(state: str) -> bool:
    """The state is none that the grammar knows after "make": gone, deleted, in blue, behind the sofa."""
    if any(pattern_of_state(kind).fullmatch(state) for kind in _SPECIAL):
        return True
    plain = pattern_of_state("filler").sub("", state)
    if not plain.split()[0].endswith("ing") and commanded(plain) is not None:
        return True
    return state.lower().startswith("to ")


def _done(thing: str, state: str) -> Iterator[str]:
    """A participle, or what the thing is to do: "slightly enlarged", "to turn left"."""
    toned = pattern_of_state("toned").fullmatch(state)
    assert toned is not None
    rest = toned["rest"].removeprefix("to ").removeprefix("be ")
    command = None if rest.split()[0].endswith("ing") else commanded(rest)
    if command is None and rest.split()[0].lower() in _MOVES:
        command = rest
    if command is None:
        return
    verb, after = divided(command)
    if verb.lower() in ("look", "resemble"):
        yield f"make {thing} {command}"
    elif after.lower() == "around" and verb.lower() in ("turn", "spin", "rotate"):
        yield f"turn {thing} around"
    else:
        yield f"{toned['tone']}{verb} {thing} {after}".strip()


def _without_motion(place: str) -> str:
    """ "Sitting right on the table" is "on the table"."""
    return re.sub(
        r"^(?:(?:right|directly|just|placed|standing|sitting|to go|to be|go|stand|sit) )+", "", place
    )
