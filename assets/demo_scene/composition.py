"""Where everything stands: the whole still life as surfels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .ornaments import bubble, golden_knot, marble, steam
from .plants import cactus, cherry_twig, fallen_petals
from .shapes import rotation
from .surfels import Surfels, concatenate
from .table import table
from .vessels import VASE_HEIGHT, tea_cup, terracotta_pot, vase

SEED = 20

_BUBBLES = (
    (0.55, 0.93, -0.15, 0.150),
    (0.74, 0.64, 0.12, 0.060),
    (-0.66, 0.66, 0.22, 0.105),
    (0.24, 0.70, 0.40, 0.075),
)
_MARBLES = (
    (0.02, 0.55, 0.050),
    (0.14, 0.62, 0.036),
    (-0.10, 0.65, 0.040),
    (0.70, 0.20, 0.046),
    (0.76, 0.09, 0.034),
)


@dataclass(frozen=True, kw_only=True)
class DemoSettings:
    """What decides the demo scene.

    Args:
        density: Number of surface samples relative to the shipped file.
        seed: Of every random choice.
    """

    density: float = 1.0
    seed: int = SEED


def _ceramics(h: float, seed: int) -> list[Surfels]:
    cup, pot = np.array([-0.45, 0.0, 0.36]), np.array([0.46, 0.0, -0.30])
    return [
        vase(h, seed).placed([-0.14, 0.0, -0.26]),
        tea_cup(h).placed(cup, rotation([0, 1, 0], 0.6)),
        steam(seed, 240).placed(cup + np.array([0.0, 0.17, 0.0])),
        terracotta_pot(h, seed).placed(pot),
        cactus(0.95 * h, seed).placed(pot + np.array([0.0, 0.325, 0.0])),
    ]


def _shiny_things(h: float, seed: int) -> list[Surfels]:
    upright = rotation([0, 1, 0], -0.45) @ rotation([1, 0, 0], -0.30) @ rotation([0, 0, 1], 0.52)
    knot = golden_knot(0.85 * h).placed([0.34, 0.0, 0.28], upright)
    knot.points[:, 1] -= knot.points[:, 1].min()
    balls = [
        marble(0.6 * h, radius, k, seed + k).placed([x, radius, z], rotation([1, 0.4, 0.2], 1.0 + k))
        for k, (x, z, radius) in enumerate(_MARBLES)
    ]
    films = [bubble(1.15 * h, r, seed + 40 + k).placed([x, y, z]) for k, (x, y, z, r) in enumerate(_BUBBLES)]
    return [knot, *balls, *films]


def still_life(settings: DemoSettings) -> Surfels:
    """Everything on the table, model frame (y up), about 1.09 in radius."""
    h, seed = 0.0078 / np.sqrt(settings.density), settings.seed
    twig = cherry_twig(1.07 * h, seed).placed([-0.14, VASE_HEIGHT - 0.10, -0.26], scale=0.88)
    petals = fallen_petals(h, seed, 46, 0.82)
    return concatenate(
        [table(1.06 * h, seed), *_ceramics(0.9 * h, seed), twig, petals, *_shiny_things(h, seed)]
    )
