"""Colour transfer: all colours of a scene mapped so that they are distributed like those of a picture.

Notation: colours of the scene with mean a and covariance A, of the reference with mean b and covariance B. The linear
map x -> b + M (x - a) that carries one Gaussian distribution into the other and moves colours least is

    M = A^(-1/2) (A^(1/2) B A^(1/2))^(1/2) A^(-1/2)

Source: Pitie and Kokaram 2007, "The linear Monge-Kantorovitch linear colour mapping for example-based colour transfer",
eq. 11. It needs no decorrelated space, unlike Reinhard et al. 2001, whose channels are matched one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...kernels.constants import SH_C0
from ...kernels.errors import RowsplatError
from ...scenes.edits.recolouring import recoloured_sh
from ...scenes.gaussians import FloatArray
from .types import Picture

_LEAST_VARIANCE = (
    1e-4  # of a colour channel: a standard deviation of 1 %, so that flat views are not stretched
)
_MAX_SIDE = 512  # of the reference picture [px]
_OPAQUE = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class ColourMap:
    """x -> matrix x + offset, of colours: `matrix [3, 3]`, `offset [3]`."""

    matrix: NDArray[np.float64]
    offset: NDArray[np.float64]

    def of_picture(self, picture: Picture) -> Picture:
        """The picture with all its colours mapped, clipped to [0, 1]."""
        mapped = picture.reshape(-1, 3).astype(np.float64) @ self.matrix.T + self.offset
        return np.clip(mapped, 0.0, 1.0).reshape(picture.shape).astype(np.float32)

    def of_sh(self, sh_coeffs: FloatArray) -> FloatArray:
        """Coefficients `[N, K, 3]` of the mapped colours, exact in every direction but for clipping."""
        mapped = recoloured_sh(sh_coeffs, self.matrix)
        mapped[:, 0] += (self.offset / SH_C0).astype(np.float32)
        return mapped


def monge_kantorovich(
    source: NDArray[np.floating], reference: NDArray[np.floating], amount: float = 1.0
) -> ColourMap:
    """The map of this module's docstring.

    Args:
        source: Colours `[P, 3]`.
        reference: Colours `[Q, 3]`.
        amount: 0 changes nothing, 1 matches the reference.

    Raises:
        ValueError: There are no colours.
    """
    if not len(source) or not len(reference):
        raise ValueError(f"expected colours, got {len(source)} and {len(reference)}")
    (mean, covariance), (target, wanted) = _moments(source), _moments(reference)
    root = _root(covariance)
    inverse = np.linalg.inv(root)
    matrix = amount * (inverse @ _root(root @ wanted @ root) @ inverse) + (1.0 - amount) * np.eye(3)
    return ColourMap(matrix=matrix, offset=amount * target + (1.0 - amount) * mean - matrix @ mean)


class ColourTransfer:
    """Gives views the colours of a reference picture. One map for all of them, so that they agree."""

    def __init__(
        self,
        reference: Picture,
        *,
        amount: float = 1.0,
        name: str = "colour transfer",
        colour_map: ColourMap | None = None,
    ) -> None:
        """An editor that is not yet fitted to a scene, unless `colour_map` is given.

        Args:
            reference: `[H, W, 3]` in [0, 1].
            amount: 0 changes nothing, 1 matches the reference.
            name: For tables and logs.
            colour_map: The map, once it is known.
        """
        self._reference, self._amount, self._name = reference, amount, name
        self.colour_map = colour_map

    @classmethod
    def of_file(cls, path: Path, *, amount: float = 1.0) -> ColourTransfer:
        """With a picture file as reference.

        Raises:
            SceneFileError: It cannot be read.
        """
        from ...scenes.photo_sets.decoding import decoded_photo, photo_header, size_within

        header = photo_header(path)
        size = size_within(header.upright_size(header.exif_orientation), _MAX_SIDE)
        pixels = decoded_photo(path, orientation=header.exif_orientation, size=size)
        opaque = pixels[pixels[..., 3] > _OPAQUE] if pixels.shape[2] == 4 else pixels.reshape(-1, 3)
        if not len(opaque):
            raise RowsplatError(
                f"{path}: is transparent everywhere, expected a picture to take colours from."
            )
        return cls(opaque[None, :, :3], amount=amount, name=path.stem)

    @property
    def name(self) -> str:
        """The reference."""
        return self._name

    @property
    def rounds(self) -> int:
        """1: one map for all views leaves nothing to agree upon."""
        return 1

    def fitted(self, views: Sequence[Picture], alphas: Sequence[NDArray[np.float32]]) -> ColourTransfer:
        """With the map that takes the colours of all views together to the reference's."""
        shown = [view[alpha > _OPAQUE] for view, alpha in zip(views, alphas, strict=True)]
        colors = np.concatenate(shown)
        if not len(colors):
            raise RowsplatError("no view shows anything opaque whose colours could be transferred.")
        colour_map = monge_kantorovich(colors, self._reference.reshape(-1, 3), self._amount)
        return ColourTransfer(self._reference, amount=self._amount, name=self._name, colour_map=colour_map)

    def edit(self, image: Picture, *, original: Picture, noise: float, seed: int) -> Picture:
        """The original with its colours mapped, fitted to this picture alone if to no scene before."""
        del image, noise, seed
        colour_map = self.colour_map or monge_kantorovich(
            original.reshape(-1, 3), self._reference.reshape(-1, 3), self._amount
        )
        return colour_map.of_picture(original)


def _moments(colors: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean `[3]` and covariance `[3, 3]`, which is never singular."""
    values = colors.astype(np.float64)
    return values.mean(axis=0), np.cov(values.T, bias=True) + _LEAST_VARIANCE * np.eye(3)


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The symmetric root of a symmetric positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
