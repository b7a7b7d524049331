"""Maps as pictures of 8 bits: classes in their colours, amounts in grey, features by their principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .types import Channel, Map

_REACH = 2.5  # deviations of a principal component between black and white
_MOST_SAMPLES = 4096
_LEAST_DEVIATION = 1e-4  # of the largest: less is rounding


@dataclass(frozen=True, eq=False, kw_only=True)
class FeatureColors:
    """Colours for features: three principal components of some of them, the same for all views.

    Args:
        mean: `[C]`.
        axes: Features -> red, green and blue, each about -1 to 1, `[C, 3]`; 0 where there are fewer than 3 components.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]

    @classmethod
    def of(cls, values: Map) -> FeatureColors:
        """The components of `values [C, H, W]` where they are not all 0."""
        rows = values.reshape(len(values), -1).T.astype(np.float64)
        rows = rows[(rows != 0.0).any(axis=1)]
        rows = rows[:: max(1, len(rows) // _MOST_SAMPLES)]
        axes = np.zeros((len(values), 3))
        mean = rows.mean(axis=0) if len(rows) else np.zeros(len(values))
        if len(rows) > 1:
            _, deviations, directions = np.linalg.svd((rows - mean) / np.sqrt(len(rows)), full_matrices=False)
            for index, deviation in enumerate(deviations[:3]):
                if deviation > _LEAST_DEVIATION * deviations[0]:
                    sign = 1.0 if directions[index].sum() >= 0.0 else -1.0
                    axes[:, index] = sign * directions[index] / (_REACH * deviation)
        return cls(mean=mean, axes=axes)

    def picture(self, values: Map) -> NDArray[np.uint8]:
        """`[H, W, 3]` for `values [C, H, W]`; black where they are all 0."""
        colors = 0.5 + 0.5 * np.einsum("chw,ck->hwk", values - self.mean[:, None, None], self.axes)
        known = (values != 0.0).any(axis=0)
        return np.rint(255.0 * np.clip(colors, 0.0, 1.0) * known[..., None]).astype(np.uint8)


def value_picture(amounts: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Grey `[H, W]` for `amounts [H, W]` in [0, 1]."""
    return np.rint(255.0 * np.clip(amounts, 0.0, 1.0)).astype(np.uint8)


def class_numbers(
    classes: NDArray[np.int64], channels: tuple[Channel, ...], unknown: int
) -> NDArray[np.int64]:
    """Numbers of classes as their files have them, for indices of channels; `unknown` for -1."""
    values = np.array([*(channel.value for channel in channels), unknown])
    return values[classes]


def class_picture(classes: NDArray[np.int64], channels: tuple[Channel, ...]) -> NDArray[np.uint8]:
    """`[H, W, 3]` in the channels' colours for indices `[H, W]`; black for -1."""
    colors = np.array([*(channel.color for channel in channels), (0, 0, 0)], np.uint8)
    return colors[classes]
