"""What a source makes of a noun, before size, place and relation choose among it."""

from __future__ import annotations

from dataclasses import dataclass

from ..edits.edited_gaussians import BoolArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Found:
    """Gaussians that go by a noun.

    Args:
        mask: `[N]`.
        confidence: 0 to 1.
        why: What they are, in words that can follow "of": "the label chair".
    """

    mask: BoolArray
    confidence: float
    why: str
