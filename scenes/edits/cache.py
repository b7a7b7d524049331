"""Applying edit programs that differ by a step or two, without starting from the scene each time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..gaussians import Gaussians
from .edited_gaussians import EditedGaussians
from .operations import EditOperation
from .program import EditProgram

DEFAULT_MAX_BYTES = 512 << 20
"""Memory for the scenes between steps: all of a long history of deletions, or the last few rotations."""


_CHECKS = 4  # a part of the memory that may be used above the limit while a long program is applied


class EditCache:
    """The scenes between the steps of the last program, so that undo, redo and one step more are cheap.

    After `apply` of a program, programs that share its beginning start from the last scene that is kept of that
    beginning. Scenes share what their step did not change: after a deletion one byte a Gaussian is new, after
    a move twelve. The oldest are forgotten when the memory is used up; undoing beyond them computes them again from
    `base`, many at once. No result depends on what is kept: there is no inverse of an operation, an undone
    step has never been, so that undoing all steps gives `base` itself.

    Args:
        base: The scene before any edit.
        max_bytes: Memory for the scenes between steps, beside `base` and the newest [bytes].
    """

    def __init__(self, base: Gaussians, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        """Keep the scene."""
        self._max_bytes = max_bytes
        self._operations: tuple[EditOperation, ...] = ()
        self._unedited = EditedGaussians.unedited(base)
        self._scenes = {0: self._unedited}  # by the number of steps done
        self._buffers = {0: _buffers(self._unedited)}  # of the same scenes

    @property
    def base(self) -> Gaussians:
        """The scene before any edit."""
        return self._unedited.gaussians

    @property
    def num_kept(self) -> int:
        """Number of scenes that are kept, `base` included."""
        return len(self._scenes)

    def apply(self, program: EditProgram) -> EditedGaussians:
        """The scene after `program`, bit for bit that of `program.apply(base)`.

        Raises:
            RowsplatError: A step is for a scene of another number of Gaussians, or its numbers grow too large; the
                cache is as good as before.
        """
        common = _common_length(self._operations, program.operations)
        if common < len(program):  # else an undo: what was undone is kept for the redo
            self._operations = program.operations[:common]
            for step in [step for step in self._scenes if step > common]:
                self._forget(step)
        done = max(step for step in self._scenes if step <= len(program))
        scene = self._scenes[done]
        if done == len(program):
            return scene
        unchecked = 0
        for step, operation in enumerate(program.operations[done:], start=done + 1):
            scene = operation.apply(scene)
            unchecked += self._keep(scene, step, operation)
            if unchecked > self._max_bytes // _CHECKS:  # seldom: a long history takes long to look through
                self._forget_far_from(step)
                unchecked = 0
        self._forget_far_from(len(program))
        return scene

    def _keep(self, scene: EditedGaussians, step: int, operation: EditOperation) -> int:
        """Remember the scene after `step` steps, the last of them `operation`; gives its memory [bytes]."""
        if step > len(self._operations):
            self._operations = (*self._operations, operation)
        self._scenes[step], self._buffers[step] = scene, _buffers(scene)
        before = self._buffers.get(step - 1, {})
        return sum(size for at, size in self._buffers[step].items() if at not in before)

    def _forget_far_from(self, current: int) -> None:
        """Keep the scenes nearest to step `current` that fit into the memory."""
        seen = self._buffers[0].keys() | self._buffers[current].keys()
        used = 0
        for step in sorted(self._scenes, key=lambda step: abs(step - current)):
            buffers = self._buffers[step]
            used += sum(size for at, size in buffers.items() if at not in seen)
            seen |= buffers.keys()
            if used > self._max_bytes and step not in (0, current):
                self._forget(step)

    def _forget(self, step: int) -> None:
        """Let the scene after `step` steps go."""
        del self._scenes[step], self._buffers[step]


def _common_length(first: tuple[EditOperation, ...], second: tuple[EditOperation, ...]) -> int:
    """Number of operations at the beginning that are the same in both."""
    pairs = enumerate(zip(first, second, strict=False))
    differing = (step for step, (one, other) in pairs if one is not other and one != other)
    return next(differing, min(len(first), len(second)))


def _buffers(scene: EditedGaussians) -> dict[int, int]:
    """Sizes [bytes] of the arrays of a scene by their addresses; scenes that share an array share its address."""
    gaussians = scene.gaussians
    arrays: tuple[NDArray[np.generic], ...] = (
        gaussians.means,
        gaussians.quats,
        gaussians.log_scales,
        gaussians.logit_opacities,
        gaussians.sh_coeffs,
        scene.alive,
        scene.hidden,
    )
    return {array.__array_interface__["data"][0]: array.nbytes for array in arrays}
