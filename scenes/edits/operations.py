"""The operations that edit programs are made of: small values that say what is done, and do it to a scene.

An operation is about the Gaussians of the scene as it stands at that step, deleted and hidden ones counted, so an
index means the same Gaussian from the first step to the last. What an operation does not touch stays
bit-identical; where no bit of a whole array changes, the array itself is passed on.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from ..gaussians import FloatArray, Gaussians
from ..transforms import merge, scale, transform, translate
from .changed_rows import checked_count, checked_growth, index_of, who, with_rows
from .edited_gaussians import EditedGaussians
from .index_mask import IndexMask
from .recolouring import colour_matrix, recoloured_sh, scaled_opacities
from .similarity import IDENTITY, Matrix4, Similarity, matrix_tuple, similarity_parts

MAX_COLOUR_FACTOR = 1000.0
"""Largest tint, saturation, brightness and opacity factor of a recolouring."""


class EditOperation(ABC):
    """One step of an edit program: an immutable value, equal to another that does the same."""

    kind: ClassVar[str]
    """Name in JSON."""

    @property
    @abstractmethod
    def description(self) -> str:
        """What it does in a few words, for the undo list."""

    @abstractmethod
    def count_after(self, count: int) -> int:
        """Number of Gaussians after it is applied to a scene of `count`.

        Raises:
            RowsplatError: It is for a scene of another number of Gaussians, or there would be too many.
        """

    @abstractmethod
    def apply(self, scene: EditedGaussians) -> EditedGaussians:
        """The scene after this step.

        Raises:
            RowsplatError: It is for a scene of another number of Gaussians, or its numbers grow too large.
        """


@dataclass(frozen=True, kw_only=True)
class Delete(EditOperation):
    """The Gaussians of `mask` are gone; a crop deletes the inverse of what is kept."""

    kind = "delete"
    mask: IndexMask

    @property
    def description(self) -> str:
        """What it does in a few words."""
        return f"Delete {who(self.mask)}"

    def count_after(self, count: int) -> int:
        """`count`: deleted Gaussians keep their indices."""
        return checked_count(self, self.mask, count)

    def apply(self, scene: EditedGaussians) -> EditedGaussians:
        """The scene with the Gaussians marked as deleted."""
        self.count_after(len(scene))
        return replace(scene, alive=scene.alive & ~self.mask.to_bool())


@dataclass(frozen=True, kw_only=True)
class Hide(EditOperation):
    """The Gaussians of `mask` are not to be seen until `ShowAll`; they are saved none the less."""

    kind = "hide"
    mask: IndexMask

    @property
    def description(self) -> str:
        """What it does in a few words."""
        return f"Hide {who(self.mask)}"

    def count_after(self, count: int) -> int:
        """`count`."""
        return checked_count(self, self.mask, count)

    def apply(self, scene: EditedGaussians) -> EditedGaussians:
        """The scene with the Gaussians marked as hidden."""
        self.count_after(len(scene))
        return replace(scene, hidden=scene.hidden | self.mask.to_bool())


@dataclass(frozen=True, kw_only=True)
class ShowAll(EditOperation):
    """No Gaussian is hidden any more."""

    kind = "show_all"

    @property
    def description(self) -> str:
        """What it does in a few words."""
        return "Show all"

    def count_after(self, count: int) -> int:
        """`count`."""
        return count

    def apply(self, scene: EditedGaussians) -> EditedGaussians:
        """The scene without a hidden Gaussian."""
        return replace(scene, hidden=np.zeros(len(scene), dtype=np.bool_))


@dataclass(frozen=True, kw_only=True)
class Transform(EditOperation):
    """Gaussians are moved, turned, mirrored, enlarged; their view-dependent colour turns with them.

    Args:
        matrix: Old -> new world, 4x4: rotation or reflection, uniform scale, translation [scene units].
        mask: Which; `None` = all, the hidden and the deleted ones too.

    Raises:
        ValueError: `matrix` is no such similarity.
    """

    kind = "transform"
    matrix: Matrix4 = IDENTITY
    mask: IndexMask | None = None

    def __post_init__(self) -> None:
        """Check the matrix and make its numbers floats."""
        similarity_parts(self.matrix)
        object.__setattr__(self, "matrix", matrix_tuple(self.matrix))

    @classmethod
    def of(cls, matrix: ArrayLike, mask: IndexMask | None = None) -> Transform:
        """The transform by an array `[4, 4]`.

        Raises:
            ValueError: `matrix` is no similarity.
        """
        return cls(matrix=matrix_tuple(matrix), mask=mask)

    @property
    def description(self) -> str:
        """What it does in a few words."""
        verb, amount = _motion(similarity_parts(self.matrix))
        return f"{verb} {who(self.mask)}{amount}"

    def count_after(self, count: int) -> int:
        """`count`."""
        return checked_count(self, self.mask, count)

    def apply(self, scene: EditedGaussians) -> EditedGaussians:
        """The scene with the Gaussians moved."""
        self.count_after(len(scene))
        if self.matrix == IDENTITY:
            return scene
        rows = index_of(self.mask)
        part = scene.gaussians if isinstance(rows, slice) else scene.gaussians.select(rows)
        moved = self._moved(part)
        names = ["means"]
        parts = similarity_parts(self.matrix)
        if parts.turns or parts.factor != 1.0:
            names += ["log_scales"]
        if parts.turns:
            names += ["quats", "sh_coeffs"]
        changed = {name: getattr(moved, name) for name in names}
        return replace(scene, gaussians=with_rows(self, scene.gaussians, rows, changed))

    def _moved(self, gaussians: Gaussians) -> Gaussians:
        """All of `gaussians` moved; without a rotation, the rotations and colours keep every bit."""
        parts = similarity_parts(self.matrix)
        with np.errstate(over="ignore", invalid="ignore"):
            if parts.turns:
                return transform(gaussians, self.matrix)
            enlarged = gaussians if parts.factor == 1.0 else scale(gaussians, parts.factor)
            return translate(enlarged, parts.translation)


@dataclass(frozen=True, kw_only=True)
class Recolour(EditOperation):
    """Colours and opacities change: first the tint, then the saturation, then the brightness.

    All are factors of the colour as it is seen from each direction, and 1 changes nothing. `recolouring` has
    the maths on the spherical harmonics.

    Args:
        mask: Which; `None` = all, the hidden and the deleted ones too.
        tint: Factors of red, green, blue, 0 to 1000.
        saturation: 0 = grey of the same luma, 1 = as it is, 2 = twice as far from grey; up to 1000.
        brightness: Factor of the colour, 0 = black; up to 1000.
        opacity: Factor of the opacity, up to 1000; the opacity stays below 1.

    Raises:
        ValueError: A factor is not finite or out of range.
    """

    kind = "recolour"
    mask: IndexMask | None = None
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    saturation: float = 1.0
    brightness: float = 1.0
    opacity: float = 1.0

    def __post_init__(self) -> None:
        """Check the factors and make them floats."""
        if len(self.tint) != 3:
            raise ValueError(f"tint must be 3 numbers, got {len(self.tint)}")
        object.__setattr__(self, "tint", tuple(_checked_factor("tint", value) for value in self.tint))
        for name in ("saturation", "brightness", "opacity"):
            object.__setattr__(self, name, _checked_factor(name, getattr(self, name)))

    @property
    def description(self) -> str:
        """What it does in a few words."""
        changes = [f"{name} x{getattr(self, name):.3g}" for name in ("saturation", "brightness", "opacity")]
        changes = [change for change in changes if not change.endswith("x1")]
        if self.tint != (1.0, 1.0, 1.0):
            changes.insert(0, "tint " + " ".join(f"{value:.3g}" for value in self.tint))
        return f"Recolour {who(self.mask)}" + (f" ({', '.join(changes)})" if changes else "")

    def count_after(self, count: int) -> int:
        """`count`."""
        return checked_count(self, self.mask, count)

    def apply(self, scene: EditedGaussians) -> EditedGaussians:
        """The scene with the Gaussians recoloured."""
        self.count_after(len(scene))
        index, gaussians = index_of(self.mask), scene.gaussians
        changed: dict[str, FloatArray] = {}
        matrix = colour_matrix(self.tint, self.saturation, self.brightness)
        if not np.array_equal(matrix, np.eye(3)):
            with np.errstate(over="ignore", invalid="ignore"):
                changed["sh_coeffs"] = recoloured_sh(gaussians.sh_coeffs[index], matrix)
        if self.opacity != 1.0:
            changed["logit_opacities"] = scaled_opacities(gaussians.logit_opacities[index], self.opacity)
        return replace(scene, gaussians=with_rows(self, gaussians, index, changed)) if changed else scene


@dataclass(frozen=True, kw_only=True)
class Duplicate(EditOperation):
    """Copies of the Gaussians of `mask` are appended in their order; a copy of a deleted or hidden one is so too."""

    kind = "duplicate"
    mask: IndexMask

    @property
    def description(self) -> str:
        """What it does in a few words."""
        return f"Duplicate {who(self.mask)}"

    def count_after(self, count: int) -> int:
        """`count` and the number of copies."""
        checked_count(self, self.mask, count)
        return checked_growth(self, count, self.mask.num_selected)

    def apply(self, scene: EditedGaussians) -> EditedGaussians:
        """The scene with the copies at its end."""
        self.count_after(len(scene))
        index = self.mask.indices()
        if not len(index):
            return scene
        return EditedGaussians(
            gaussians=merge(scene.gaussians, scene.gaussians.select(index)),
            alive=np.concatenate([scene.alive, scene.alive[index]]),
            hidden=np.concatenate([scene.hidden, scene.hidden[index]]),
        )


def _motion(parts: Similarity) -> tuple[str, str]:
    """A verb for the motion, and how much of it there is in words."""
    shift = " ".join(f"{value:.3g}" for value in parts.translation)
    if np.linalg.det(parts.rotation) < 0:
        return "Mirror", ""
    if parts.turns and not math.isclose(parts.factor, 1.0, abs_tol=1e-6):
        return "Transform", f" ({parts.angle_deg:.3g}°, x{parts.factor:.3g})"
    if parts.turns:
        return "Rotate", f" by {parts.angle_deg:.3g}°"
    return ("Scale", f" by {parts.factor:.3g}") if parts.factor != 1.0 else ("Move", f" by {shift}")


def _checked_factor(name: str, value: float) -> float:
    """`value` as a float, if it is a sensible factor."""
    if not 0.0 <= value <= MAX_COLOUR_FACTOR:
        raise ValueError(f"{name} must be 0 to {MAX_COLOUR_FACTOR:g}, got {value}")
    return float(value)
