"""What words name, seen by CLIPSeg: one channel for each word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...clipseg_finder import ClipSeg
from .types import Channel, Legend, Map, MapKind, Picture, class_color


class WordsPredictor:
    """How likely each pixel shows what each of some words names; a `Predictor`."""

    def __init__(self, clipseg: ClipSeg, words: Sequence[str]) -> None:
        """Nothing is looked at yet.

        Args:
            clipseg: The model.
            words: At least one.
        """
        self._clipseg, self._words = clipseg, tuple(words)
        channels = tuple(
            Channel(name=word, color=class_color(index + 1), value=index + 1)
            for index, word in enumerate(words)
        )
        self.legend = Legend(title="words", kind=MapKind.VALUES, channels=channels)

    def predict(self, image: Picture) -> Map:
        """Probabilities `[words, H, W]` for `image [H, W, 3]`."""
        return np.stack([self._clipseg.probabilities(image, word) for word in self._words])
