"""The immutable set of 3D Gaussians that every reader returns and every renderer takes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

SH_COEFFS_PER_DEGREE = (1, 4, 9, 16)
"""Number K of spherical-harmonic coefficients per channel, by degree 0-3."""


def _frozen(name: str, array: FloatArray, shape: tuple[int | None, ...]) -> FloatArray:
    """`array` as contiguous read-only float32 of `shape` (`None` = any length)."""
    array = np.ascontiguousarray(array, dtype=np.float32)
    wrong = array.ndim != len(shape) or any(
        w is not None and a != w for a, w in zip(array.shape, shape, strict=True)
    )
    if wrong:
        expected = ", ".join("N" if s is None else str(s) for s in shape)
        raise ValueError(f"{name} must have shape [{expected}], got {list(array.shape)}")
    array = array.view()
    array.flags.writeable = False
    return array


@dataclass(frozen=True, eq=False, kw_only=True)
class Gaussians:
    """N anisotropic 3D Gaussians with view-dependent colour. Arrays are read-only; an edit returns a new value.

    Args:
        means: Centres, `[N, 3]`, world frame, scene units.
        quats: Rotations local -> world, `[N, 4]` wxyz, of any non-zero length.
        log_scales: Natural logarithm of the standard deviations, `[N, 3]`.
        logit_opacities: Inverse sigmoid of the opacities, `[N]`.
        sh_coeffs: Spherical-harmonic colour, `[N, K, 3]`, K in 1, 4, 9, 16 (degree 0-3), INRIA's basis and signs.
        antialiased: The scene was trained with mip-splatting's opacity compensation and wants it when drawn.

    Raises:
        ValueError: An array has the wrong shape.
    """

    means: FloatArray
    quats: FloatArray
    log_scales: FloatArray
    logit_opacities: FloatArray
    sh_coeffs: FloatArray
    antialiased: bool = False

    def __post_init__(self) -> None:
        """Check shapes and make every array read-only."""
        n = len(self.means)
        shapes = {"means": (n, 3), "quats": (n, 4), "log_scales": (n, 3), "logit_opacities": (n,)}
        for name, shape in shapes.items():
            object.__setattr__(self, name, _frozen(name, getattr(self, name), shape))
        object.__setattr__(self, "sh_coeffs", _frozen("sh_coeffs", self.sh_coeffs, (n, None, 3)))
        if self.sh_coeffs.shape[1] not in SH_COEFFS_PER_DEGREE:
            raise ValueError(
                f"sh_coeffs must have K in {SH_COEFFS_PER_DEGREE}, got {self.sh_coeffs.shape[1]}"
            )

    def __len__(self) -> int:
        """Number of Gaussians."""
        return len(self.means)

    @property
    def sh_degree(self) -> int:
        """Degree of the spherical harmonics, 0-3."""
        return SH_COEFFS_PER_DEGREE.index(self.sh_coeffs.shape[1])

    @property
    def nbytes(self) -> int:
        """Size of the five arrays [bytes]."""
        arrays = (self.means, self.quats, self.log_scales, self.logit_opacities, self.sh_coeffs)
        return sum(array.nbytes for array in arrays)

    def select(self, index: NDArray[np.bool_] | NDArray[np.integer]) -> Gaussians:
        """The Gaussians at `index` (a mask `[N]` or indices), in that order."""
        return replace(
            self,
            means=self.means[index],
            quats=self.quats[index],
            log_scales=self.log_scales[index],
            logit_opacities=self.logit_opacities[index],
            sh_coeffs=self.sh_coeffs[index],
        )

    def with_max_sh_degree(self, degree: int) -> Gaussians:
        """The same Gaussians with spherical harmonics above `degree` dropped."""
        if degree >= self.sh_degree:
            return self
        return replace(self, sh_coeffs=self.sh_coeffs[:, : SH_COEFFS_PER_DEGREE[degree]])
