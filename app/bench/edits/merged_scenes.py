"""Known scenes made of captured things, each a file of its own, put down on a plain floor."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ....scenes import Gaussians, load_gaussians, rotate, scale, translate
from ....scenes.procedural.patterns import Clouds
from ....scenes.procedural.textures import Painted, Placement, Ramp
from ....scenes.text_edits.targets import Place, Relation, Size
from .assembling import Named, assembled, said
from .furniture import slab
from .known_scenes import STRAY, KnownScene
from .surface_splats import splats_on

_UP = (0.0, -1.0, 0.0)
_UPRIGHT = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])  # z up to y down
_FOOT = 0.995  # of the Gaussians are above the foot of a captured thing


def shelf(folder: Path) -> KnownScene:
    """Plant, guitar and duck.

    Args:
        folder: Holds a folder for each captured scene.
    """
    things = [
        _floor(1, 2.6, 1.6, "#6b4a2e", "#a07a50"),
        Named(name="plant", gaussians=_put(folder / "plant/plant.splat", 0.7, (-0.8, 0.1)), label="plant"),
        Named(
            name="guitar",
            gaussians=_put(folder / "guitar/guitar.compressed.ply", 1.1, (0.1, 0.2)),
            label="guitar",
        ),
        Named(
            name="duck",
            gaussians=_put(folder / "bob/bob_100k.splat", 0.25, (0.75, -0.3), every=3),
            label="duck",
        ),
    ]
    phrases = [
        said("plant", "plant"),
        said("flower", "plant"),
        said("guitar", "guitar"),
        said("instrument", "guitar"),
        said("bird", "duck"),
        said("duck", "duck", color="yellow"),
        said("floor", "floor"),
        said("thing", "guitar", size=Size.LARGEST),
        said("thing", "duck", size=Size.SMALLEST),
        said("thing", "plant", place=Place.LEFT),
        said("thing", "duck", where=(Relation.RIGHT_OF, "guitar")),
        said("foreground", "plant", "guitar", "duck"),
    ]
    return assembled("captured: shelf", things, phrases, up=_UP, development=True, seed=21)


def museum(folder: Path) -> KnownScene:
    """Two statues, a cow and a deck of cards.

    Args:
        folder: Holds a folder for each captured scene.
    """
    things = [
        _floor(2, 4.0, 3.0, "#d8d8d0", "#9a9a96"),
        Named(name="angel", gaussians=_put(folder / "statues/angel.sog", 1.6, (-1.1, 0.3)), label="statue"),
        Named(name="bust", gaussians=_put(folder / "statues/massa.sog", 1.9, (1.1, 0.4)), label="statue"),
        Named(name="cow", gaussians=_put(folder / "spot/spot_10k.splat", 0.5, (0.1, -0.8)), label="cow"),
        Named(
            name="cards",
            gaussians=_put(folder / "cards/academic_tarot_cards.splat", 0.6, (0.0, 0.7)),
            label="deck of cards",
        ),
    ]
    phrases = [
        said("statue", "angel", "bust"),
        said("sculpture", "angel", "bust"),
        said("statue", "angel", place=Place.LEFT),
        said("statue", "bust", place=Place.RIGHT),
        said("statue", "bust", size=Size.LARGEST),
        said("cow", "cow", color="red"),
        said("cattle", "cow"),
        said("cards", "cards"),
        said("floor", "floor"),
        said("thing", "cow", place=Place.FRONT),
        said("thing", "cards", where=(Relation.BEHIND, "cow")),
        said("foreground", "angel", "bust", "cow", "cards"),
        said("stray splat", STRAY),
    ]
    return assembled("captured: museum", things, phrases, up=_UP, development=True, seed=22)


def market(folder: Path) -> KnownScene:
    """A guitar, a bust, a cow and a duck.

    Args:
        folder: Holds a folder for each captured scene.
    """
    things = [
        _floor(3, 3.2, 2.6, "#4a5560", "#8a949c"),
        Named(
            name="guitar",
            gaussians=_put(folder / "guitar/guitar.compressed.ply", 1.0, (-0.9, 0.2)),
            label="guitar",
        ),
        Named(name="bust", gaussians=_put(folder / "statues/massa.sog", 1.4, (0.0, 0.6)), label="statue"),
        Named(name="cow", gaussians=_put(folder / "spot/spot_10k.splat", 0.45, (0.9, -0.2)), label="cow"),
        Named(
            name="duck",
            gaussians=_put(folder / "bob/bob_100k.splat", 0.2, (0.1, -0.8), every=3),
            label="duck",
        ),
    ]
    phrases = [
        said("guitar", "guitar"),
        said("sculpture", "bust"),
        said("cow", "cow", color="red"),
        said("duck", "duck", color="yellow"),
        said("floor", "floor"),
        said("thing", "guitar", place=Place.LEFT),
        said("thing", "cow", place=Place.RIGHT),
        said("thing", "duck", place=Place.FRONT),
        said("thing", "duck", size=Size.SMALLEST),
        said("thing", "bust", size=Size.LARGEST),
        said("duck", "duck", where=(Relation.IN_FRONT_OF, "statue")),
        said("statue", "bust", where=(Relation.BEHIND, "duck")),
        said("foreground", "guitar", "bust", "cow", "duck"),
    ]
    return assembled("captured: market", things, phrases, up=_UP, development=False, seed=23)


def _floor(seed: int, width: float, depth: float, dark: str, light: str) -> Named:
    rng = np.random.default_rng(seed)
    stops = (
        np.array([[int(color[k : k + 2], 16) / 255.0 for k in (1, 3, 5)] for color in (dark, light)]) ** 2.2
    )
    texture = Painted(
        pattern=Clouds(octaves=4, gain=0.6),
        ramp=Ramp(stops=stops.astype(np.float32)),
        placement=Placement(origin=np.zeros(3), axes=np.eye(3), feature=0.5),
    )
    level = splats_on(slab(width, depth), texture, 30_000.0 / (2.0 * width * depth), rng)
    return Named(name="floor", gaussians=rotate(level, _UPRIGHT))


def _put(path: Path, height: float, at: tuple[float, float], every: int = 1) -> Gaussians:
    """A captured thing, `height` high, its foot at `at` (x, z) on the floor; of its Gaussians each `every`-th."""
    loaded = load_gaussians(path)
    thing = loaded.select(np.arange(0, len(loaded), every))
    top, foot = np.quantile(thing.means[:, 1], [1.0 - _FOOT, _FOOT])
    middle = np.median(thing.means, axis=0)
    moved = translate(thing, [-middle[0], -foot, -middle[2]])
    return translate(scale(moved, height / float(foot - top)), [at[0], 0.0, at[1]])
