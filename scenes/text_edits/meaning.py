"""What a target means in a scene as it stands: every word for Gaussians looked up and put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ...kernels.errors import RowsplatError
from ..edits import IndexMask
from ..grounding import Grounding, GroundingContext, GroundingError, NounFinder, WordMatcher, part_of
from ..grounding import ground as ground_thing
from ..grounding.result import LEAST_CONFIDENCE
from ..poses import FloatMatrix
from .edit_plan import Meaning
from .edit_state import EditState
from .scene_frame import SceneFrame
from .targets import Combined, CurrentSelection, Everything, It, PartOf, Simple, Target, Thing

Ground = Callable[[Thing, GroundingContext], Grounding]
"""Looks a noun up; raises `GroundingError`."""


class MeaningError(RowsplatError):
    """Words that stand for nothing in a scene, or not surely enough."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Viewpoint:
    """From where words are meant, and what they are looked up with.

    Args:
        frame: Right, up, forward.
        eye: Where the camera is, `[3]`, world frame [scene units].
        least_confidence: What is less sure than that is refused.
        ground: Looks nouns up.
        matcher: Finds names by meaning.
        finders: Asked for what nobody else knows.
    """

    frame: SceneFrame
    eye: FloatMatrix
    least_confidence: float = LEAST_CONFIDENCE
    ground: Ground = ground_thing
    matcher: WordMatcher | None = None
    finders: tuple[NounFinder, ...] = ()


class Meanings:
    """Meanings of targets in one state of a scene; what is found out about the scene is kept for the next words."""

    def __init__(self, state: EditState, viewpoint: Viewpoint) -> None:
        """Look nothing up yet."""
        self._state, self._viewpoint = state, viewpoint

    @cached_property
    def _context(self) -> GroundingContext:
        state, viewpoint = self._state, self._viewpoint
        scene = state.scene
        return GroundingContext(
            gaussians=scene.gaussians,
            alive=scene.alive,
            frame=viewpoint.frame,
            eye=viewpoint.eye,
            groups=state.groups,
            labels=state.labels,
            selection=state.selection,
            matcher=viewpoint.matcher,
            finders=viewpoint.finders,
            least_confidence=min(viewpoint.least_confidence, LEAST_CONFIDENCE),
        )

    def of(self, target: Target) -> Meaning:
        """What `target` means.

        Raises:
            MeaningError: It means nothing here, or is too unsure.
        """
        meaning = self._combined(target) if isinstance(target, Combined) else self._simple(target)
        if meaning.confidence < self._viewpoint.least_confidence:
            raise MeaningError(
                f'"{meaning.words}" is only {meaning.confidence:.2f} sure ({meaning.why}), at least '
                f"{self._viewpoint.least_confidence:.2f} is asked for. Say more about it, or ask for less."
            )
        return meaning

    def _simple(self, target: Simple) -> Meaning:
        match target:
            case Thing():
                return self._thing(target)
            case PartOf():
                return self._part(target)
            case Everything():
                return self._known(target, IndexMask.from_bool(self._state.scene.alive), "all of the scene")
            case It():
                return self._it()
            case CurrentSelection():
                if self._state.selection is None:
                    raise MeaningError("nothing is selected. Say what to select first: select the ...")
                return self._known(target, self._state.selection, "what is selected")

    def _thing(self, thing: Thing) -> Meaning:
        try:
            found = self._viewpoint.ground(thing, self._context)
        except GroundingError as error:
            raise MeaningError(str(error)) from None
        return _meaning(thing, found)

    def _part(self, part: PartOf) -> Meaning:
        whole = self._simple(part.whole)
        try:
            found = part_of(whole.mask, part.side, part.fraction, self._context)
        except GroundingError as error:
            raise MeaningError(str(error)) from None
        sure = found.confidence * whole.confidence
        return _meaning(part, replace(found, confidence=sure, why=f"{whole.why}; {found.why}"))

    def _it(self) -> Meaning:
        if self._state.it is not None:
            return self._known(It(), self._state.it, "what the step before was about")
        if self._state.selection is not None:
            return self._known(It(), self._state.selection, "what is selected")
        raise MeaningError('"it" stands for nothing yet. Name a thing first.')

    def _known(self, words: Simple, mask: IndexMask, why: str) -> Meaning:
        """The meaning of words that need no looking up."""
        left = IndexMask.from_bool(mask.to_bool() & self._state.scene.alive)
        if not left.num_selected:
            gone = "was removed" if mask.num_selected else "holds no Gaussian"
            raise MeaningError(f'"{words}" {gone}. Undo the removal, or name something else.')
        return Meaning(words=str(words), mask=left, confidence=1.0, why=why)

    def _combined(self, target: Combined) -> Meaning:
        items = [self._simple(item) for item in target.items]
        exceptions = [self._simple(item) for item in target.exceptions]
        selected = np.logical_or.reduce([item.mask.to_bool() for item in items])
        for item in exceptions:
            selected &= ~item.mask.to_bool()
        if not selected.any():
            raise MeaningError(f'nothing is left of "{target}". Leave out less.')
        parts = [*items, *exceptions]
        return Meaning(
            words=str(target),
            mask=IndexMask.from_bool(selected),
            confidence=min(part.confidence for part in parts),
            why="; ".join(f"{part.words}: {part.why}" for part in parts),
        )


def _meaning(words: Simple, found: Grounding) -> Meaning:
    return Meaning(words=str(words), mask=found.mask, confidence=found.confidence, why=found.why)
