"""The red, green and blue of colour words."""

from __future__ import annotations

from ...kernels.errors import RowsplatError
from .color_words import color_of_words


def color_value(word: str) -> tuple[float, float, float]:
    """sRGB of a colour name (CSS or common) or `#rrggbb`, 0 to 1.

    Raises:
        RowsplatError: It is no colour.
    """
    from PIL import ImageColor

    try:
        red, green, blue = ImageColor.getrgb(color_of_words(word.lower()) or word)[:3]
    except ValueError:
        raise RowsplatError(
            f"{word!r} is no colour known here. Give a CSS colour name, or #rrggbb."
        ) from None
    return red / 255.0, green / 255.0, blue / 255.0
