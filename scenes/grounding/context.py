"""What words are looked up in: a scene, the view of it, and all that is known of its things by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..camera import Camera
from ..edits.edited_gaussians import BoolArray
from ..edits.index_mask import IndexMask
from ..gaussians import Gaussians
from ..poses import DEFAULT_UP, FloatMatrix

if TYPE_CHECKING:
    from .structure import SceneStructure

_PARALLEL = 1e-6

Weights = NDArray[np.float32]
"""How much each Gaussian belongs to something, `[N]`, 0 to 1."""

WordMatcher = Callable[[str, Sequence[str]], Sequence[float]]
"""`matcher(noun, names)`: how alike in meaning the noun and each name are, cosines from -1 to 1."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ViewingFrame:
    """Directions as words mean them: up is the scene's, right and forward are as the camera sees them.

    Args:
        right: Unit vector `[3]`, world frame, level.
        up: Unit vector `[3]`, world frame.
        forward: Unit vector `[3]`, world frame, level, towards the camera; `right x up`.
        position: Where the camera is, `[3]`, world frame [scene units].

    Raises:
        ValueError: The axes are not right-handed, orthogonal and of length 1.
    """

    right: FloatMatrix
    up: FloatMatrix
    forward: FloatMatrix
    position: FloatMatrix

    def __post_init__(self) -> None:
        """Check the axes."""
        axes = np.stack([self.right, self.up, self.forward])
        if not np.allclose(axes @ axes.T, np.eye(3), atol=1e-4) or np.linalg.det(axes) < 0:
            raise ValueError("right, up and forward must be right-handed, orthogonal and of length 1")

    @classmethod
    def of_camera(cls, camera: Camera, up: ArrayLike = DEFAULT_UP) -> ViewingFrame:
        """The frame of who looks through `camera` at a scene in which `up [3]` is upwards."""
        upward = np.asarray(up, dtype=np.float64) / np.linalg.norm(up)
        right = _across(camera.viewmat[0, :3], upward)
        if right is None:  # the picture is turned by 90 degrees
            right = np.cross(upward, -camera.viewmat[2, :3])
        return cls(right=right, up=upward, forward=np.cross(right, upward), position=camera.position)

    def coordinates(self, points: NDArray[np.floating]) -> FloatMatrix:
        """`points [M, 3]` of the world along right, up and forward from the camera, `[M, 3]` [scene units]."""
        return (points - self.position) @ np.stack([self.right, self.up, self.forward], axis=1)


class NounFinder(Protocol):
    """A further source of selections, such as a text-image model that looks at pictures of the scene."""

    @property
    def name(self) -> str:
        """What reasons call it."""
        ...

    def find(self, noun: str, context: GroundingContext) -> Weights | None:
        """How much each Gaussian belongs to what `noun` names, `[N]`, 0 to 1; `None` if it knows of nothing."""
        ...


@dataclass(frozen=True, eq=False, kw_only=True)
class GroundingContext:
    """All that a noun may be looked up in.

    Args:
        gaussians: The scene, `N` Gaussians, the deleted ones too.
        alive: Which of them are there to be meant, `[N]`.
        frame: What left, up and towards are.
        groups: Names that the user gave.
        labels: Label maps lifted to Gaussians: for each name the weight, 0 to 1, with which each belongs to it, `[N]`;
            a Gaussian that no picture shows has 0 everywhere.
        selection: What is selected, if anything.
        matcher: Finds names by meaning; without it only spelling counts.
        finders: Asked, in order, for what nobody else knows.

    Raises:
        ValueError: Something is not for N Gaussians.
    """

    gaussians: Gaussians
    alive: BoolArray
    frame: ViewingFrame
    groups: Mapping[str, IndexMask] = field(default_factory=dict[str, IndexMask])
    labels: Mapping[str, Weights] = field(default_factory=dict[str, Weights])
    selection: IndexMask | None = None
    matcher: WordMatcher | None = None
    finders: tuple[NounFinder, ...] = ()

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
        return self.frame.coordinates(self.gaussians.means)

    @cached_property
    def structure(self) -> SceneStructure:
        """Floor, walls, background, floaters and separate things; each is found when it is first asked for."""
        from .structure import SceneStructure

        return SceneStructure(self.gaussians, self.alive, self.frame)


def _across(vector: FloatMatrix, axis: FloatMatrix) -> FloatMatrix | None:
    """`vector [3]` without its part along the unit `axis [3]`, at length 1; `None` if next to nothing is left."""
    across = vector - axis * (axis @ vector)
    length = float(np.linalg.norm(across))
    return None if length < _PARALLEL else across / length
