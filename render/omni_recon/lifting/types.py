"""What can be known about the pixels of a photo, and who knows it.

Notation: a map is `[C, h, w]` float32 over the whole picture, C channels; it need not be as fine as the picture.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ....scenes.photo_sets import Photo

Map = NDArray[np.float32]
Picture = NDArray[np.float32]
Color = tuple[int, int, int]

_GOLDEN_ANGLE = 0.61803398875  # hues that are far apart however many there are
_MOST_CHANNELS = 4096


class MapKind(Enum):
    """What the channels of a map are, which says how it is shown and what becomes of it in the end.

    `VALUES`: amounts in [0, 1], each on its own, as edges. `LABELS`: votes for classes; the class with most of them is
    what a pixel shows. `FEATURES`: any numbers, such as those that a network computes.
    """

    VALUES = "values"
    LABELS = "labels"
    FEATURES = "features"


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One channel of a map.

    Args:
        name: What it stands for.
        color: Of a class in pictures, RGB 0 to 255.
        value: Of a class in files of labels, 0 to 65535.
    """

    name: str
    color: Color = (255, 255, 255)
    value: int = 0


@dataclass(frozen=True, kw_only=True)
class Legend:
    """What the channels of maps mean.

    Args:
        title: What they are maps of.
        kind: See `MapKind`.
        channels: At least one.

    Raises:
        ValueError: There is no channel, or there are more than 4096.
    """

    title: str
    kind: MapKind
    channels: tuple[Channel, ...]

    def __post_init__(self) -> None:
        """Check the count."""
        if not 1 <= len(self.channels) <= _MOST_CHANNELS:
            raise ValueError(
                f"a legend must have 1 to {_MOST_CHANNELS} channels, got {len(self.channels)} for {self.title}"
            )


class Predictor(Protocol):
    """Sees something in any one picture; the same picture gives the same map."""

    @property
    def legend(self) -> Legend:
        """What the channels of its maps mean."""
        ...

    def predict(self, image: Picture) -> Map:
        """The map `[C, h, w]` of `image [H, W, 3]` in [0, 1].

        Raises:
            RowsplatError: What it needs is not installed, or cannot work on such a picture.
        """
        ...


class PhotoMaps(Protocol):
    """Knows something about each photo of a set."""

    @property
    def legend(self) -> Legend:
        """What the channels of its maps mean."""
        ...

    def of_photo(self, photo: Photo, image: Picture) -> Map:
        """The map `[C, h, w]` of a photo.

        Args:
            photo: Which.
            image: Its picture at the size that is worked at, `[H, W, 3]` in [0, 1], free of distortion.

        Raises:
            RowsplatError: Nothing is known about this photo, or its file is at fault.
        """
        ...


@dataclass(frozen=True)
class PredictedMaps:
    """What a predictor sees in the photos; a `PhotoMaps`."""

    predictor: Predictor

    @property
    def legend(self) -> Legend:
        """That of the predictor."""
        return self.predictor.legend

    def of_photo(self, photo: Photo, image: Picture) -> Map:
        """What it sees in the picture, whichever photo it is."""
        return self.predictor.predict(image)


def class_color(index: int) -> Color:
    """A colour for class `index`: black for 0, bright and unlike its neighbours' for others."""
    if index == 0:
        return (0, 0, 0)
    red, green, blue = colorsys.hsv_to_rgb(
        index * _GOLDEN_ANGLE % 1.0, 0.55 + 0.2 * (index % 3), 0.95 - 0.15 * (index % 2)
    )
    return round(255 * red), round(255 * green), round(255 * blue)


def numbered_channels(count: int, word: str) -> tuple[Channel, ...]:
    """`count` channels called by their numbers."""
    return tuple(
        Channel(name=f"{word} {index}", color=class_color(index), value=index) for index in range(count)
    )
