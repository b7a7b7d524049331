"""The red, green and blue of colour words."""

from __future__ import annotations

from ...kernels.errors import RowsplatError


def color_value(word: str) -> tuple[float, float, float]:
    """sRGB of a CSS colour name or `#rrggbb`, 0 to 1.

    Raises:
        RowsplatError: It is no colour.
    """
    from PIL import ImageColor

    try:
        red, green, blue = ImageColor.getrgb(word)[:3]
    except ValueError:
        raise RowsplatError(
            f"{word!r} is no colour known here. Give a CSS colour name, or #rrggbb."
        ) from None
    return red / 255.0, green / 255.0, blue / 255.0
