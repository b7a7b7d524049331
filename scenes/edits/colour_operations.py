"""Operations on colours beyond factors: painting, turning hues, contrast. `recolouring` has the notation."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ..gaussians import FloatArray
from .changed_rows import checked_count, index_of, who, with_rows
from .edited_gaussians import EditedGaussians
from .index_mask import IndexMask
from .operations import MAX_COLOUR_FACTOR, EditOperation
from .recolouring import mapped_sh, painted_sh

Colour = tuple[float, float, float]
"""Red, green, blue, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class ColourOperation(EditOperation):
    """Only spherical harmonics change.

    Args:
        mask: Which; `None` = all, the hidden and the deleted ones too.
    """

    fields: ClassVar[tuple[str, ...]]
    """Names of its numbers in JSON."""

    mask: IndexMask | None = None

    @property
    @abstractmethod
    def changes_nothing(self) -> bool:
        """Whether its numbers leave every colour as it is."""

    @abstractmethod
    def recoloured(self, sh_coeffs: FloatArray) -> FloatArray:
        """The new coefficients `[M, K, 3]` of the Gaussians it touches."""

    def count_after(self, count: int) -> int:
        """`count`."""
        return checked_count(self, self.mask, count)

    def apply(self, scene: EditedGaussians) -> EditedGaussians:
        """The scene with the Gaussians recoloured."""
        self.count_after(len(scene))
        if self.changes_nothing:
            return scene
        index, gaussians = index_of(self.mask), scene.gaussians
        with np.errstate(over="ignore", invalid="ignore"):
            changed = {"sh_coeffs": self.recoloured(gaussians.sh_coeffs[index])}
        return replace(scene, gaussians=with_rows(self, gaussians, index, changed))


@dataclass(frozen=True, kw_only=True)
class Paint(ColourOperation):
    """Hue and saturation are replaced; light and shade, the largest of red, green and blue, stay.

    Args:
        colour: Whose hue and saturation are taken.
        amount: 1 replaces, less mixes with what is there.
        gain: Factor of the brightness of what is painted, to make dark colours dark; 0 to 1000.

    Raises:
        ValueError: A number is not finite or out of range.
    """

    kind = "paint"
    fields = ("colour", "amount", "gain")
    colour: Colour
    amount: float = 1.0
    gain: float = 1.0

    def __post_init__(self) -> None:
        """Check the numbers and make them floats."""
        if len(self.colour) != 3:
            raise ValueError(f"colour must be 3 numbers, got {len(self.colour)}")
        object.__setattr__(
            self, "colour", tuple(_checked("colour", value, 0.0, 1.0) for value in self.colour)
        )
        object.__setattr__(self, "amount", _checked("amount", self.amount, 0.0, 1.0))
        object.__setattr__(self, "gain", _checked("gain", self.gain, 0.0, MAX_COLOUR_FACTOR))

    @property
    def description(self) -> str:
        """What it does in a few words."""
        code = "".join(f"{round(255 * value):02x}" for value in self.colour)
        share = "" if self.amount == 1.0 else f" by {100 * self.amount:.3g}%"
        return f"Paint {who(self.mask)} #{code}{share}"

    @property
    def changes_nothing(self) -> bool:
        """Whether nothing of the colour is mixed in."""
        return self.amount == 0.0

    def recoloured(self, sh_coeffs: FloatArray) -> FloatArray:
        """The new coefficients `[M, K, 3]`."""
        largest = max(self.colour)
        tone = np.array(self.colour) / largest if largest > 0.0 else np.ones(3)
        return painted_sh(sh_coeffs, self.gain * tone, self.amount)


@dataclass(frozen=True, kw_only=True)
class ShiftHue(ColourOperation):
    """Hues turn: colours are rotated about grey, so that 120 degrees make red green.

    Raises:
        ValueError: The angle is not finite or beyond 3600 degrees.
    """

    kind = "shift_hue"
    fields = ("degrees",)
    degrees: float

    def __post_init__(self) -> None:
        """Check the angle."""
        object.__setattr__(self, "degrees", _checked("degrees", self.degrees, -3600.0, 3600.0))

    @property
    def description(self) -> str:
        """What it does in a few words."""
        return f"Shift hue of {who(self.mask)} by {self.degrees:.3g}°"

    @property
    def changes_nothing(self) -> bool:
        """Whether it is a number of full turns."""
        return self.degrees % 360.0 == 0.0

    def recoloured(self, sh_coeffs: FloatArray) -> FloatArray:
        """The new coefficients `[M, K, 3]`."""
        return mapped_sh(sh_coeffs, _turn_about_grey(self.degrees), np.zeros(3))


@dataclass(frozen=True, kw_only=True)
class Contrast(ColourOperation):
    """Colours move away from a grey, or towards it.

    Args:
        factor: 0 = all of that grey, 1 = as it is; up to 1000.
        pivot: The grey that stays, 0 to 1.

    Raises:
        ValueError: A number is not finite or out of range.
    """

    kind = "contrast"
    fields = ("factor", "pivot")
    factor: float
    pivot: float = 0.5

    def __post_init__(self) -> None:
        """Check the numbers."""
        object.__setattr__(self, "factor", _checked("factor", self.factor, 0.0, MAX_COLOUR_FACTOR))
        object.__setattr__(self, "pivot", _checked("pivot", self.pivot, 0.0, 1.0))

    @property
    def description(self) -> str:
        """What it does in a few words."""
        return f"Contrast of {who(self.mask)} x{self.factor:.3g}"

    @property
    def changes_nothing(self) -> bool:
        """Whether the factor is 1."""
        return self.factor == 1.0

    def recoloured(self, sh_coeffs: FloatArray) -> FloatArray:
        """The new coefficients `[M, K, 3]`."""
        offset = np.full(3, (1.0 - self.factor) * self.pivot)
        return mapped_sh(sh_coeffs, self.factor * np.eye(3), offset)


def _turn_about_grey(degrees: float) -> NDArray[np.float64]:
    """The rotation `[3, 3]` of colours about (1, 1, 1); Rodrigues' formula."""
    angle = math.radians(degrees)
    grey = np.full((3, 3), 1.0 / 3.0)
    cross = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / math.sqrt(3.0)
    return grey + math.cos(angle) * (np.eye(3) - grey) + math.sin(angle) * cross


def _checked(name: str, value: float, low: float, high: float) -> float:
    """`value` as a float, if it is in range."""
    if not low <= value <= high:
        raise ValueError(f"{name} must be {low:g} to {high:g}, got {value}")
    return float(value)
