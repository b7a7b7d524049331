"""A scene under edits: every Gaussian keeps its index, deleted and hidden ones are only marked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..gaussians import Gaussians

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class EditedGaussians:
    """What an edit program made of a scene. Arrays are read-only.

    Args:
        gaussians: All N Gaussians, the deleted and the hidden ones too; copies follow the originals.
        alive: Which are not deleted, `[N]`.
        hidden: Which are not to be seen for now, `[N]`.

    Raises:
        ValueError: An array has the wrong shape.
    """

    gaussians: Gaussians
    alive: BoolArray
    hidden: BoolArray

    def __post_init__(self) -> None:
        """Check shapes and make the arrays read-only."""
        for name in ("alive", "hidden"):
            flags: BoolArray = getattr(self, name)
            if flags.shape != (len(self.gaussians),) or flags.dtype != np.bool_:
                raise ValueError(
                    f"{name} must be bool [{len(self.gaussians)}], got {flags.dtype} {list(flags.shape)}"
                )
            flags = flags.view()
            flags.flags.writeable = False
            object.__setattr__(self, name, flags)

    @classmethod
    def unedited(cls, base: Gaussians) -> EditedGaussians:
        """The scene before any edit."""
        count = len(base)
        return cls(
            gaussians=base, alive=np.ones(count, dtype=np.bool_), hidden=np.zeros(count, dtype=np.bool_)
        )

    def __len__(self) -> int:
        """Number of Gaussians, the deleted and the hidden ones too."""
        return len(self.gaussians)

    @property
    def shown(self) -> BoolArray:
        """Which Gaussians are neither deleted nor hidden, `[N]`."""
        return self.alive & ~self.hidden

    def visible(self) -> Gaussians:
        """The Gaussians that are to be drawn: neither deleted nor hidden."""
        return _kept(self.gaussians, self.shown)

    def finished(self) -> Gaussians:
        """The Gaussians that are to be saved: those not deleted."""
        return _kept(self.gaussians, self.alive)


def _kept(gaussians: Gaussians, keep: BoolArray) -> Gaussians:
    """The Gaussians at which `keep [N]` is true; the same value where that is all of them."""
    return gaussians if keep.all() else gaussians.select(np.flatnonzero(keep))
