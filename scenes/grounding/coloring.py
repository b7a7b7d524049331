"""Gaussians of a colour, without the speckle of single ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...kernels.constants import SH_C0
from ..edits.edited_gaussians import BoolArray
from ..formats.activations import opacities
from ..poses import FloatMatrix
from .clusters import connected
from .color_words import color_likeness, color_names, lab
from .context import GroundingContext
from .found import Found

_LIKE = 0.5
_GAINS = (1.0, 1.35, 1.8)  # by which light may fall short on a part of a thing that faces away from it
_SAME_HUE = 20.0  # degrees: how far the hue of a shaded part may be from that of the lit part
_FAINT_CHROMA = 12.0  # CIELAB: below it a hue says nothing
_LIT_SHARE = 0.1  # of a thing that is lit well enough to tell its colour
_WHOLE = 0.75  # of a thing's weight: a thing of which so much has the colour is that colour
_SOLID = 0.4  # opacity
_ONE_HUE = 0.85  # of a thing's Gaussians have its hue
_LIT_RANGE = (0.7, 0.95)  # quantiles of the lightness
_LIT_SPREAD = 30.0  # CIELAB units of lightness
_APART = 0.05  # of a thing: a connected part of another colour that is not taken with it
_MOSTLY = 0.5  # the same of a thing that was named: "the red chair"
_PARTLY = 0.15
_NAMED_COLORS = 3


def base_colors(context: GroundingContext) -> FloatMatrix:
    """Colours without their dependence on the direction, `[N, 3]` sRGB in 0 to 1."""
    return np.clip(0.5 + SH_C0 * context.gaussians.sh_coeffs[:, 0].astype(np.float64), 0.0, 1.0)


def likeness(word: str, context: GroundingContext) -> FloatMatrix:
    """How well the colour `word` describes each Gaussian and those around it, weighted by opacity, `[N]`, 0 to 1."""
    return _smoothed(color_likeness(base_colors(context), word), context)


def with_shade(word: str, context: GroundingContext) -> FloatMatrix:
    """`likeness`, with what would be so alike if more light fell on it and hangs together with what is, `[N]`.

    In the shade yellow is olive and red is brown. Olive is taken for yellow where it hangs together with yellow of the
    same hue, if this makes up a good part of both.
    """
    direct = likeness(word, context)
    colors = base_colors(context)
    brighter = np.max([direct, *(_smooth_gain(word, gain, context) for gain in _GAINS[1:])], axis=0)
    doubtful = np.flatnonzero(context.alive & (brighter >= _LIKE))
    if not len(doubtful):
        return direct
    parts = connected(context.gaussians.means[doubtful].astype(np.float64), context.structure.cell)
    shaded = direct.copy()
    for number in np.unique(parts[direct[doubtful] >= _LIKE]):
        members = doubtful[parts == number]
        lit = members[direct[members] >= _LIKE]
        same = members[_same_hue(colors[members], colors[lit])]
        if len(lit) >= _LIT_SHARE * len(same):
            shaded[same] = np.maximum(shaded[same], brighter[same])
    return shaded


def colored_things(word: str, context: GroundingContext) -> Found | None:
    """All that has a colour: whole things that have it nearly all over, of others the Gaussians that have it.

    Floor, walls and background count only where no thing has the colour.
    """
    alike = with_shade(word, context)
    structure = context.structure
    mask = np.zeros(len(alike), dtype=np.bool_)
    for thing in structure.things:
        lit = _lit_color(thing, context)
        if lit is not None:
            if color_likeness(lit[None], word)[0] >= _LIKE:
                same = thing.copy()
                same[thing] = _same_hue(base_colors(context)[thing], lit[None])
                mask |= _filled(thing, same, context)
            continue
        colored = thing & (alike >= _LIKE)
        mask |= _filled(thing, colored, context) if _share(alike, thing, context) >= _WHOLE else colored
    if mask.sum() < _least(context):
        mask = context.alive & (alike >= _LIKE)
        for part in (structure.floor, structure.background):
            if part is not None and _share(alike, part.mask, context) >= _WHOLE:
                mask |= part.mask
    if not mask.any():
        return None
    return Found(mask=mask, confidence=_confidence(alike, mask, context), why=f"what is {word}")


def _filled(thing: BoolArray, colored: BoolArray, context: GroundingContext) -> BoolArray:
    """`thing [N]` without connected parts of another colour that are large enough to be meant apart, `[N]`."""
    others = np.flatnonzero(thing & ~colored)
    filled = thing.copy()
    if len(others):
        parts = connected(context.gaussians.means[others].astype(np.float64), context.structure.cell)
        large = np.bincount(parts) >= _APART * thing.sum()
        filled[others[large[parts]]] = False
    return filled


def _lit_color(thing: BoolArray, context: GroundingContext) -> FloatMatrix | None:
    """Colour `[3]` of the better lit part of a thing of one material, `None` for one of several hues.

    The shaded side of an orange thing is brown, and of a white one gray: people name the thing by its lit side.
    """
    colors = base_colors(context)[thing & (opacities(context.gaussians.logit_opacities) >= _SOLID)]
    if not len(colors):
        return None
    if np.mean(_same_hue(colors, colors)) < _ONE_HUE:
        return None
    lightness = lab(colors)[:, 0]
    low, high = np.quantile(lightness, _LIT_RANGE)
    if high - low > _LIT_SPREAD:  # light and dark: a pattern, not light and shade
        return None
    return np.median(colors[(lightness >= low) & (lightness <= high)], axis=0)


def of_color(
    word: str, instances: Sequence[BoolArray], context: GroundingContext
) -> tuple[list[BoolArray], float]:
    """Those of `instances` that have a colour, and how clearly, 0 to 1.

    If none has it all over, the Gaussians of that colour of those that have it in part.
    """
    alike = with_shade(word, context)
    shares = [_share(alike, mask, context) for mask in instances]
    whole = [mask for mask, share in zip(instances, shares, strict=True) if share >= _MOSTLY]
    if whole:
        chosen = [share for share in shares if share >= _MOSTLY]
        rest = max((share for share in shares if share < _MOSTLY), default=0.0)
        return whole, min(1.0, 0.4 + float(np.mean(chosen)) - 0.5 * rest)
    parts = [
        mask & (alike >= _LIKE) for mask, share in zip(instances, shares, strict=True) if share >= _PARTLY
    ]
    return [part for part in parts if part.any()], 0.6


def colors_of(mask: BoolArray, context: GroundingContext) -> list[str]:
    """The basic colour words that describe most of `mask [N]`, most first."""
    members = np.flatnonzero(mask)
    names = color_names(base_colors(context)[members[:: max(1, len(members) // 2000)]])
    return sorted(set(names), key=lambda name: (-names.count(name), name))[:_NAMED_COLORS]


def _smoothed(values: FloatMatrix, context: GroundingContext) -> FloatMatrix:
    """Means of `values [N]` over each Gaussian's neighbours, weighted by opacity; 0 for the deleted, `[N]`."""
    present, nearest = context.neighbours
    smooth = np.zeros(len(values))
    if len(present):
        weights = opacities(context.gaussians.logit_opacities)[present].astype(np.float64) + 1e-3
        shares = weights[nearest]
        smooth[present] = (values[present][nearest] * shares).sum(axis=1) / shares.sum(axis=1)
    return smooth


def _smooth_gain(word: str, gain: float, context: GroundingContext) -> FloatMatrix:
    """Likeness of the colours as they would be under `gain` times the light, `[N]`."""
    return _smoothed(color_likeness(np.minimum(base_colors(context) * gain, 1.0), word), context)


def _same_hue(colors: FloatMatrix, lit: FloatMatrix) -> BoolArray:
    """Which of `colors [M, 3]` have about the hue of the colours `lit [K, 3]`, sRGB, `[M]`."""
    _, a, b = lab(colors).T
    _, red, yellow = np.median(lab(lit), axis=0)
    if np.hypot(red, yellow) < _FAINT_CHROMA:
        return np.hypot(a, b) < 2.0 * _FAINT_CHROMA
    turn = np.degrees(np.arctan2(b, a) - np.arctan2(yellow, red))
    return np.abs((turn + 180.0) % 360.0 - 180.0) <= _SAME_HUE


def _share(alike: FloatMatrix, mask: BoolArray, context: GroundingContext) -> float:
    """Share of the opacity in `mask [N]` that has the colour."""
    weights = opacities(context.gaussians.logit_opacities)[mask] + 1e-3
    return float(weights[alike[mask] >= _LIKE].sum() / weights.sum())


def _least(context: GroundingContext) -> int:
    """Number of Gaussians below which a colour is an accident."""
    return max(10, int(0.001 * context.alive.sum()))


def _confidence(alike: FloatMatrix, mask: BoolArray, context: GroundingContext) -> float:
    """How clearly what is in the mask has the colour, and what is not has not."""
    outside = context.alive & ~mask
    inside = float(np.mean(alike[mask]))
    doubtful = float(np.mean(np.abs(alike[outside] - 0.5) < 0.2)) if outside.any() else 0.0
    few = 1.0 if mask.sum() >= _least(context) else 0.4
    return min(1.0, inside + 0.2) * (1.0 - 0.5 * doubtful) * few
