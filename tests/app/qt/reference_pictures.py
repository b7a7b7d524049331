"""Compares pictures of widgets with stored ones by where there is how much of which colour, not by their letters.

Both are shrunk until a line of text is a grey bar: other fonts and another antialiasing change the bars' brightness a
little, while a control that is missing, moved or cut changes whole bars.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QWidget

FOLDER = Path(__file__).with_name("reference")
_WIDTH = 64
_SOFT_PX = 2.0
"""Standard deviation of the blur of the shrunken pictures."""


def picture_of(widget: QWidget) -> Image.Image:
    """What the widget paints."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    bits = image.constBits()
    assert bits is not None
    rows = np.frombuffer(bits.asarray(image.sizeInBytes()), np.uint8).reshape(image.height(), -1)
    return Image.fromarray(rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy())


def layout_of(picture: Image.Image) -> NDArray[np.float64]:
    """`[H, 64, 3]`: the picture shrunk and blurred."""
    from scipy.ndimage import gaussian_filter

    size = (_WIDTH, max(1, round(picture.height * _WIDTH / picture.width)))
    shrunk = np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BOX), np.float64)
    return gaussian_filter(shrunk, (_SOFT_PX, _SOFT_PX, 0.0))


def difference(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """How far two layouts are apart where they are apart most, in grey levels of 255: the mean of the worst 2 %."""
    if first.shape != second.shape:
        return 255.0
    apart = np.sort(np.abs(first - second).max(axis=2), axis=None)
    return float(apart[-max(1, len(apart) // 50) :].mean())
