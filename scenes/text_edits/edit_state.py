"""What sentences know between two steps: the scene so far, what is selected, named and meant by "it"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..edits import Duplicate, EditCache, EditedGaussians, EditOperation, EditProgram, IndexMask
from ..gaussians import Gaussians
from ..grounding import Weights


@dataclass(frozen=True, eq=False, kw_only=True)
class EditState:
    """A scene under edits by words. All masks and labels are for the Gaussians of `scene`, deleted ones counted.

    Args:
        cache: Applies programs to the scene's file as it was read.
        program: What was done to it so far.
        selection: What is selected, if anything.
        it: What the last step was about, if there was one.
        groups: What was given a name.
        labels: Weight with which each Gaussian belongs to a name, `[N]`, 0 to 1.
        before: The state that undoing the last step leads to.
    """

    cache: EditCache
    program: EditProgram = field(default_factory=EditProgram)
    selection: IndexMask | None = None
    it: IndexMask | None = None
    groups: Mapping[str, IndexMask] = field(default_factory=dict[str, IndexMask])
    labels: Mapping[str, Weights] = field(default_factory=dict[str, Weights])
    before: EditState | None = None

    @classmethod
    def of(cls, gaussians: Gaussians) -> EditState:
        """The state before any edit."""
        return cls(cache=EditCache(gaussians))

    @property
    def scene(self) -> EditedGaussians:
        """The scene after what was done; kept or computed again by the cache."""
        return self.cache.apply(self.program)

    @property
    def steps_done(self) -> int:
        """Number of steps that can be undone."""
        count, state = 0, self
        while state.before is not None:
            count, state = count + 1, state.before
        return count

    def undone(self, steps: int) -> EditState | None:
        """The state `steps` steps ago; `None` if there were not so many."""
        state: EditState | None = self
        for _ in range(steps):
            state = state.before if state is not None else None
        return state

    def after(self, operations: tuple[EditOperation, ...]) -> EditState:
        """The state after these, one step later; copies go by the names of what they are copied from.

        Raises:
            RowsplatError: An operation cannot be applied.
        """
        count, program = len(self.scene), self.program
        masks: dict[str, IndexMask] = dict(self.groups)
        labels: dict[str, Weights] = dict(self.labels)
        for operation in operations:
            program = program.then(operation)
            grown = operation.count_after(count)
            if grown > count:
                copied = operation.mask.indices() if isinstance(operation, Duplicate) else None
                labels = {name: _grown(weights, grown, copied) for name, weights in labels.items()}
                masks = {
                    name: IndexMask.from_bool(_grown(mask.to_bool(), grown, copied))
                    for name, mask in masks.items()
                }
            count = grown
        after = replace(self, program=program, groups=masks, labels=labels, before=self)
        self.cache.apply(program)  # what cannot be applied is told now, not when somebody looks
        return replace(
            after,
            selection=self.selection and self.selection.grown(count),
            it=self.it and self.it.grown(count),
        )


def _grown(values: np.ndarray, count: int, copied: np.ndarray | None) -> np.ndarray:
    """`values [M]` for `count` Gaussians: those of the copied ones again at the end, or zeros."""
    if copied is not None:
        return np.concatenate([values, values[copied]])
    return np.concatenate([values, np.zeros(count - len(values), dtype=values.dtype)])
