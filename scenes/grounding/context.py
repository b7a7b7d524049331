"""What words are looked up in: a scene, the view of it, and all that is known of its things by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from ..edits.edited_gaussians import BoolArray
from ..edits.index_mask import IndexMask
from ..gaussians import Gaussians
from ..poses import FloatMatrix
from ..text_edits.scene_frame import SceneFrame
from .result import LEAST_CONFIDENCE

if TYPE_CHECKING:
    from .structure import SceneStructure

_NEIGHBOURS = 12

Weights = NDArray[np.float32]
"""How much each Gaussian belongs to something, `[N]`, 0 to 1."""

WordMatcher = Callable[[str, Sequence[str]], Sequence[float]]
"""`matcher(noun, names)`: how alike in meaning the noun and each name are, cosines from -1 to 1."""


class NounFinder(Protocol):
    """A further source of selections, such as a text-image model that looks at pictures of the scene."""

    @property
    def name(self) -> str:
        """What reasons call it."""
        ...

    def find(self, noun: str, context: GroundingContext) -> Weights | None:
        """How much each Gaussian belongs to what `noun` names, `[N]`, 0 to 1; `None` if it knows of nothing.

        NaN for a Gaussian that no picture shows: it follows its neighbours.
        """
        ...


@dataclass(frozen=True, eq=False, kw_only=True)
class GroundingContext:
    """All that a noun may be looked up in.

    Args:
        gaussians: The scene, `N` Gaussians, the deleted ones too.
        alive: Which of them are there to be meant, `[N]`.
        frame: What right, up and towards the camera are.
        eye: Where the camera is, `[3]`, world frame [scene units].
        groups: Names that the user gave.
        labels: Label maps lifted to Gaussians: for each name the weight, 0 to 1, with which each belongs to it, `[N]`;
            NaN for a Gaussian that no picture shows, which then follows its neighbours.
        selection: What is selected, if anything.
        matcher: Finds names by meaning; without it only spelling counts.
        finders: Asked, in order, for what nobody else knows.
        least_confidence: What is less sure than that is refused.

    Raises:
        ValueError: Something is not for N Gaussians.
    """

    gaussians: Gaussians
    alive: BoolArray
    frame: SceneFrame
    eye: FloatMatrix
    groups: Mapping[str, IndexMask] = field(default_factory=dict[str, IndexMask])
    labels: Mapping[str, Weights] = field(default_factory=dict[str, Weights])
    selection: IndexMask | None = None
    matcher: WordMatcher | None = None
    finders: tuple[NounFinder, ...] = ()
    least_confidence: float = LEAST_CONFIDENCE

    def __post_init__(self) -> None:
        """Check the sizes."""
        count = len(self.gaussians)
        sizes = {"alive": len(self.alive)}
        sizes |= {f"group {name!r}": group.count for name, group in self.groups.items()}
        sizes |= {f"label {name!r}": len(weights) for name, weights in self.labels.items()}
        if self.selection is not None:
            sizes["selection"] = self.selection.count
        for name, size in sizes.items():
            if size != count:
                raise ValueError(f"{name} must be for {count} Gaussians, got {size}")

    @cached_property
    def coordinates(self) -> FloatMatrix:
        """Centres along right, up and forward from the camera, `[N, 3]` [scene units]."""
        return (self.gaussians.means - self.eye) @ self.frame.matrix.T

    @cached_property
    def neighbours(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Which Gaussians are alive, `[M]`, and for each the places therein of those nearest to it, `[M, K]`."""
        from scipy.spatial import KDTree

        present = np.flatnonzero(self.alive)
        means = self.gaussians.means[present]
        count = min(_NEIGHBOURS, len(present))
        if not count:
            return present, np.zeros((0, 0), dtype=np.intp)
        nearest = KDTree(means).query(means, k=count, workers=-1)[1]
        return present, np.reshape(nearest, (len(present), count)).astype(np.intp)

    @cached_property
    def label_weights(self) -> FloatMatrix:
        """The labels, in their order, hidden Gaussians filled in from their neighbours, `[N, labels]`."""
        from .names import with_hidden

        if not self.labels:
            return np.zeros((len(self.gaussians), 0))
        return with_hidden(np.stack([*self.labels.values()], axis=1).astype(np.float64), self)

    @cached_property
    def structure(self) -> SceneStructure:
        """Floor, walls, background, floaters and separate things; each is found when it is first asked for."""
        from .structure import SceneStructure

        return SceneStructure(self.gaussians, self.alive, np.array(self.frame.up))
