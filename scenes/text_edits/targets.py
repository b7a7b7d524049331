"""What a sentence speaks of: the names of Gaussians, before anything is looked up in a scene.

Each is a small value; `str` gives the canonical words, which the grammar reads back as an equal value.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Size(Enum):
    """A word for how large a thing is among those of its name."""

    LARGEST = "largest"
    SMALLEST = "smallest"
    LARGE = "large"
    SMALL = "small"


class Place(Enum):
    """A word for where a thing is among those of its name: left, right, front and back as the camera sees them."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"
    FRONT = "front"
    BACK = "back"
    MIDDLE = "middle"


class Relation(Enum):
    """Where a thing is as seen from another."""

    ON = "on"
    ABOVE = "above"
    BELOW = "below"
    LEFT_OF = "left of"
    RIGHT_OF = "right of"
    IN_FRONT_OF = "in front of"
    BEHIND = "behind"
    NEAR = "near"


class Fraction(Enum):
    """How much of a thing, cut across one of its axes."""

    HALF = "half"
    THIRD = "third"
    QUARTER = "quarter"


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One thing, or all that match: "the large red left chair on the floor".

    Args:
        noun: Singular, lower case, one word or several; "thing" for anything that has the other properties.
        size: Among the things that match.
        place: Among the things that match.
        color: A colour name or `#rrggbb`.
        relation: Where it is, together with `anchor`.
        anchor: What `relation` is to.

    Raises:
        ValueError: The noun is empty, or only one of `relation` and `anchor` is given.
    """

    noun: str
    size: Size | None = None
    place: Place | None = None
    color: str | None = None
    relation: Relation | None = None
    anchor: Thing | None = None

    def __post_init__(self) -> None:
        """Check that it names something."""
        if not self.noun.strip():
            raise ValueError("a thing needs a noun")
        if (self.relation is None) != (self.anchor is None):
            raise ValueError("a relation and what it is to belong together")

    def __str__(self) -> str:
        """Canonical words."""
        properties = [word.value for word in (self.size, self.place) if word is not None]
        words = ["the", *properties, *([self.color] if self.color else []), self.noun]
        if self.relation is not None:
            words += [self.relation.value, str(self.anchor)]
        return " ".join(words)


@dataclass(frozen=True)
class Everything:
    """All that is not deleted."""

    def __str__(self) -> str:
        """Canonical words."""
        return "everything"


@dataclass(frozen=True)
class It:
    """What the step before was about; after a duplication, the copy."""

    def __str__(self) -> str:
        """Canonical words."""
        return "it"


@dataclass(frozen=True)
class CurrentSelection:
    """What is selected: by the last `Select`, or by hand in the window."""

    def __str__(self) -> str:
        """Canonical words."""
        return "the selection"


@dataclass(frozen=True, kw_only=True)
class PartOf:
    """A slice of the box around a thing: "the top half of the robot".

    Args:
        side: Where the slice is; never `Place.MIDDLE`.
        fraction: How much of the extent along that axis.
        whole: The thing.

    Raises:
        ValueError: The side is the middle.
    """

    side: Place
    fraction: Fraction = Fraction.HALF
    whole: Thing | Everything | It | CurrentSelection

    def __post_init__(self) -> None:
        """Check the side."""
        if self.side is Place.MIDDLE:
            raise ValueError("a part has a side; the middle is none")

    def __str__(self) -> str:
        """Canonical words."""
        return f"the {self.side.value} {self.fraction.value} of {self.whole}"


Simple = Thing | Everything | It | CurrentSelection | PartOf


@dataclass(frozen=True, kw_only=True)
class Combined:
    """Several things, perhaps without some: "the robot and the floor", "everything except the robot".

    Args:
        items: At least one; two without `exceptions`.
        exceptions: What does not belong to it.

    Raises:
        ValueError: It combines nothing.
    """

    items: tuple[Simple, ...]
    exceptions: tuple[Simple, ...] = ()

    def __post_init__(self) -> None:
        """Check that it combines something."""
        if not self.items or (len(self.items) == 1 and not self.exceptions):
            raise ValueError("a combination has two items, or one and an exception")

    def __str__(self) -> str:
        """Canonical words."""
        words = " and ".join(map(str, self.items))
        return f"{words} except {' and '.join(map(str, self.exceptions))}" if self.exceptions else words


Target = Simple | Combined
"""What a step is about."""


def has_relation(target: Target) -> bool:
    """Whether the words of a target say where some of it is: "the vase on the table"."""
    if isinstance(target, Combined):
        return any(map(has_relation, (*target.items, *target.exceptions)))
    if isinstance(target, PartOf):
        return has_relation(target.whole)
    return isinstance(target, Thing) and target.relation is not None
