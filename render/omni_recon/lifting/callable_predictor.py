"""Any Python function that looks at pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .types import Legend, Map, Picture


@dataclass(frozen=True, kw_only=True)
class CallablePredictor:
    """A function as a `Predictor`.

    Args:
        legend: What the channels mean.
        function: Gives `[C, h, w]` for a picture `[H, W, 3]` in [0, 1].
    """

    legend: Legend
    function: Callable[[Picture], NDArray[np.floating]]

    def predict(self, image: Picture) -> Map:
        """What the function gives.

        Raises:
            ValueError: That has another shape than the legend says.
        """
        found = np.asarray(self.function(image), np.float32)
        expected = len(self.legend.channels)
        if found.ndim != 3 or len(found) != expected:
            raise ValueError(f"{self.legend.title} must give [{expected}, h, w], got {list(found.shape)}")
        return found
