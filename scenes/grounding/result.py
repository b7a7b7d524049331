"""What looking up a noun gives: Gaussians with a confidence and a reason, or an error that says what would help."""

from __future__ import annotations

from dataclasses import dataclass

from ...kernels.errors import RowsplatError, one_line
from ..edits.index_mask import IndexMask

LEAST_CONFIDENCE = 0.35
"""Below it a noun is refused."""

ASK_BELOW = 0.6
"""Below it whoever applies a step without showing it first had better ask."""


@dataclass(frozen=True, kw_only=True)
class Grounding:
    """What a noun means in a scene.

    Args:
        mask: The Gaussians; never empty, never deleted ones.
        confidence: 0 to 1: the product of how surely the noun means what was taken for it (1 for a name that is spelt
            the same), how clearly its Gaussians are told from others, and how clearly the choice by size, place or
            relation went to these and not to the next best.
        why: The reason in words: "largest of 3 red things, 12,034 Gaussians".
    """

    mask: IndexMask
    confidence: float
    why: str


class GroundingError(RowsplatError):
    """A noun that means nothing in this scene, or too unclear a thing.

    Args:
        problem: What was looked for and not found.
        remedy: What the user can do.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        """Join both into one line."""
        self.problem, self.remedy = problem, remedy
        super().__init__(one_line(f"{problem}. {remedy}."))
