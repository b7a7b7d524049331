"""What people call a colour.

Notation: colours are CIELAB (D65) with the lightness L weighted less than a and b, because light and shade change it.

Basic colour words (red, blue, ...) are as wide as people use them: a colour goes by the word that most of the nearest
named colours of the XKCD colour survey (200,000 people; CC0) end in: "brick red", "navy blue". Other words and hex
values mean what looks nearly the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...kernels.errors import RowsplatError
from ..poses import FloatMatrix

_FAMILIES = {
    "red": ("red", "maroon", "crimson", "scarlet", "burgundy"),
    "orange": ("orange", "pumpkin", "tangerine"),
    "yellow": ("yellow", "gold", "mustard", "goldenrod"),
    "green": ("green", "lime", "olive", "sage", "chartreuse"),
    "cyan": ("cyan", "turquoise", "teal", "aqua", "aquamarine"),
    "blue": ("blue", "navy", "cerulean", "azure", "periwinkle"),
    "purple": ("purple", "violet", "lavender", "lilac", "plum", "indigo", "eggplant"),
    "pink": ("pink", "magenta", "rose", "fuchsia", "salmon"),
    "brown": ("brown", "sienna", "umber", "chocolate", "mahogany"),
    "beige": ("beige", "tan", "khaki", "sand", "cream"),
    "gray": ("grey",),
    "black": ("black",),
    "white": ("white",),
}
_ALIASES = {"grey": "gray", "violet": "purple", "turquoise": "cyan", "aqua": "cyan", "tan": "beige"}
_GRAY_LIGHTNESSES = np.linspace(30.0, 78.0, 7)
_BLACK_LIGHTNESSES = np.array([0.0, 6.0, 12.0, 18.0])
_WHITE_LIGHTNESSES = np.array([86.0, 93.0, 100.0])
_LIGHTNESS_WEIGHT = 0.65
_NEIGHBOURS = 7
_SOFTENING = 4.0  # CIELAB units: named colours nearer than that count alike
_NEARLY_SAME, _SAME_WIDTH = 24.0, 4.0  # CIELAB units: what goes by a word that is not basic
_LEAD_WIDTH = 5.0  # CIELAB units: how much nearer it must be to that word than to a basic one
_D65 = np.array([0.95047, 1.0, 1.08883])
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def color_likeness(rgb: NDArray[np.floating], word: str) -> FloatMatrix:
    """How well `word` describes colours, `[M]`, 0 to 1.

    Args:
        rgb: `[M, 3]` sRGB, 0 to 1; what is beyond is clipped.
        word: A basic colour word, a CSS name, or `#rrggbb`.

    Raises:
        RowsplatError: `word` is no colour.
    """
    name = _ALIASES.get(word.lower(), word.lower())
    if name in _FAMILIES:
        return _family_shares(rgb)[:, list(_FAMILIES).index(name)]
    target = _weighted(lab(np.array([_rgb_of(name)])))[0]
    colors = _weighted(lab(rgb))
    away = np.linalg.norm(colors - target, axis=1)
    same = _logistic((_NEARLY_SAME - away) / _SAME_WIDTH)
    rivals = _focal_colors()
    rivals = rivals[np.linalg.norm(rivals - target, axis=1) > 1.5 * _NEARLY_SAME]
    nearest = np.linalg.norm(colors[:, None] - rivals[None], axis=2).min(axis=1, initial=np.inf)
    return same * _logistic((nearest - away) / _LEAD_WIDTH + 1.0)


def color_names(rgb: NDArray[np.floating]) -> list[str]:
    """The basic colour word for each of `rgb [M, 3]`, sRGB."""
    names = list(_FAMILIES)
    return [names[best] for best in _family_shares(rgb).argmax(axis=1)]


def lab(rgb: ArrayLike) -> FloatMatrix:
    """CIELAB of sRGB colours `[M, 3]` in 0 to 1, `[M, 3]`.

    Source: IEC 61966-2-1 (sRGB), CIE 15 (CIELAB).
    """
    values = np.clip(np.asarray(rgb, dtype=np.float64), 0.0, 1.0)
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    ratios = linear @ _TO_XYZ.T / _D65
    roots = np.where(ratios > (6 / 29) ** 3, np.cbrt(ratios), ratios / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = roots.T
    return np.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], axis=1)


def _family_shares(rgb: NDArray[np.floating]) -> FloatMatrix:
    """How much of each family colours are, `[M, families]`, each row with sum 1."""
    tree, members = _survey()
    distances, nearest = tree.query(_weighted(lab(rgb)), k=_NEIGHBOURS)
    weights = 1.0 / (distances + _SOFTENING) ** 2
    shares = np.zeros((len(distances), len(_FAMILIES)))
    for column in range(_NEIGHBOURS):
        shares[np.arange(len(shares)), members[nearest[:, column]]] += weights[:, column]
    return shares / shares.sum(axis=1, keepdims=True)


@lru_cache(maxsize=1)
def _survey() -> tuple[Any, NDArray[np.intp]]:
    """Tree of the named colours and the number of each one's family."""
    from scipy.spatial import KDTree

    colors, members = _survey_colors()
    return KDTree(colors), members


@lru_cache(maxsize=1)
def _survey_colors() -> tuple[FloatMatrix, NDArray[np.intp]]:
    """Named colours `[K, 3]`, weighted, and the numbers of their families `[K]`."""
    from matplotlib.colors import XKCD_COLORS, to_rgb

    family_of = {word: number for number, words in enumerate(_FAMILIES.values()) for word in words}
    colors: list[FloatMatrix] = []
    members: list[int] = []
    for name, value in XKCD_COLORS.items():
        *before, last = name.removeprefix("xkcd:").replace("/", " ").split()
        if last in family_of and not any(word in family_of for word in before):  # "blue green" is neither
            colors.append(lab(np.array([to_rgb(value)]))[0])
            members.append(family_of[last])
    names = list(_FAMILIES)
    for name, lightnesses in (
        ("gray", _GRAY_LIGHTNESSES),
        ("black", _BLACK_LIGHTNESSES),
        ("white", _WHITE_LIGHTNESSES),
    ):  # the survey has few names for what has no hue
        colors += [np.array([lightness, 0.0, 0.0]) for lightness in lightnesses for _ in range(2)]
        members += [names.index(name)] * (2 * len(lightnesses))
    return _weighted(np.stack(colors)), np.array(members, dtype=np.intp)


@lru_cache(maxsize=1)
def _focal_colors() -> FloatMatrix:
    """Median of the named colours of each family, weighted, `[families, 3]`."""
    colors, members = _survey_colors()
    return np.stack([np.median(colors[members == number], axis=0) for number in range(len(_FAMILIES))])


def _rgb_of(name: str) -> tuple[float, ...]:
    from PIL import ImageColor

    try:
        return tuple(channel / 255.0 for channel in ImageColor.getrgb(name)[:3])
    except ValueError as error:
        raise RowsplatError(f"{name!r} is no colour: give a CSS colour name or #rrggbb.") from error


def _weighted(colors: FloatMatrix) -> FloatMatrix:
    return colors * np.array([_LIGHTNESS_WEIGHT, 1.0, 1.0])


def _logistic(values: FloatMatrix) -> FloatMatrix:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -50.0, 50.0)))
