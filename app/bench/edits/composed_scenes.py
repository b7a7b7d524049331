"""Known scenes made of plain furniture and the like, each thing of one worn colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ....scenes import merge
from ....scenes.procedural import Surface
from ....scenes.procedural.textures import Placement, Texture, Weathered
from ....scenes.text_edits.targets import Place, Relation, Size
from .assembling import Named, assembled, said
from .furniture import ball, block, car, chair, drum, ring, slab, sofa, table, vase
from .known_scenes import STRAY, KnownScene
from .surface_splats import Plain, splats_on

_UP = (0.0, 0.0, 1.0)
_COARSE = 0.3  # density of floors and walls by that of things
_WORN = 0.12  # of the logarithm of the brightness


class _Maker:
    """Makes named things of Gaussians, all from one seed."""

    def __init__(self, seed: int, density: float) -> None:
        self._rng, self._density = np.random.default_rng(seed), density

    def thing(
        self,
        name: str,
        surfaces: Surface | Sequence[Surface],
        color: str,
        label: str | None = None,
        *,
        density: float = 1.0,
    ) -> Named:
        """A thing of one worn colour, `#rrggbb`; `density` times as dense as the others."""
        parts = [surfaces] if isinstance(surfaces, Surface) else surfaces
        density *= self._density * float(np.exp(self._rng.uniform(-0.4, 0.4)))
        splats = [splats_on(part, self._worn(color), density, self._rng) for part in parts]
        return Named(name=name, gaussians=merge(*splats), label=label)

    def _worn(self, color: str) -> Texture:
        placement = Placement(origin=self._rng.uniform(0.0, 9.0, 3), axes=np.eye(3), feature=0.4)
        return Weathered(base=Plain(color=color), strength=_WORN, octaves=4, placement=placement)


def kitchen() -> KnownScene:
    """A table with a ball, a vase and a box; a ball and a chair on the floor."""
    make = _Maker(1, 7000.0)
    things = [
        make.thing("floor", slab(3.6, 3.6), "#8b5a2b", density=_COARSE),
        make.thing("table", table(1.4, 0.8, 0.72), "#d2b48c", "table"),
        make.thing("red ball", ball(0.1, (-0.45, 0.0, 0.72)), "#c81e1e", "ball"),
        make.thing("vase", vase(0.35, (0.0, 0.05, 0.72)), "#1f8a3b", "vase"),
        make.thing("box", block(0.25, 0.2, 0.18, (0.45, 0.0, 0.72)), "#1e4fc8", "box"),
        make.thing("yellow ball", ball(0.16, (-0.6, -1.0, 0.0)), "#f2d21e", "ball"),
        make.thing("chair", chair((0.8, 0.9, 0.0)), "#1c1c1e", "chair"),
    ]
    phrases = [
        said("floor", "floor"),
        said("thing", "red ball", color="red"),
        said("thing", "yellow ball", color="yellow"),
        said("thing", "vase", color="green"),
        said("thing", "box", color="blue"),
        said("ball", "red ball", "yellow ball"),
        said("ball", "red ball", color="red"),
        said("ball", "red ball", where=(Relation.ON, "table")),
        said("ball", "yellow ball", where=(Relation.ON, "floor")),
        said("ball", "yellow ball", size=Size.LARGEST),
        said("vase", "vase"),
        said("box", "box", where=(Relation.RIGHT_OF, "vase")),
        said("seat", "chair"),
        said("chiar", "chair"),
        said("table", "table"),
        said("ball", "yellow ball", place=Place.FRONT),
        said("floating bit", STRAY),
    ]
    return assembled("kitchen", things, phrases, up=_UP, development=True, seed=11)


def garage() -> KnownScene:
    """Two cars, three cones and a barrel on concrete."""
    make = _Maker(2, 1600.0)
    cones = [(-0.9, -1.6), (0.1, -1.7), (1.0, -1.5)]
    things = [
        make.thing("floor", slab(9.0, 7.0), "#8f8f8a", density=_COARSE),
        make.thing("red car", car((-1.8, 0.3, 0.0), 2.2), "#b01818", "car"),
        make.thing("blue car", car((1.8, 0.2, 0.0), 3.0), "#2040a0", "car"),
        *(
            make.thing(
                f"cone {k}",
                drum(0.16 + 0.03 * k, 0.45 + 0.1 * k, (x, y, 0.0), 0.03),
                "#f07818",
                "traffic cone",
            )
            for k, (x, y) in enumerate(cones)
        ),
        make.thing("barrel", drum(0.32, 0.9, (-1.7, 2.1, 0.0)), "#207a38", "barrel"),
    ]
    phrases = [
        said("ground", "floor"),
        said("car", "red car", "blue car"),
        said("automobile", "red car", "blue car"),
        said("car", "red car", color="red"),
        said("vehicle", "blue car", color="blue"),
        said("car", "red car", place=Place.LEFT),
        said("thing", "cone 0", "cone 1", "cone 2", color="orange"),
        said("cone", "cone 0", "cone 1", "cone 2"),
        said("cone", "cone 1", place=Place.MIDDLE),
        said("cone", "cone 0", size=Size.SMALLEST),
        said("thing", "barrel", color="green"),
        said("barrel", "barrel", where=(Relation.BEHIND, "car")),
        said("thing", "blue car", size=Size.LARGEST),
        said("thing", "red car", color="firebrick"),
        said("speck", STRAY),
    ]
    return assembled("garage", things, phrases, up=_UP, development=True, seed=12)


def living_room() -> KnownScene:
    """A corner of a room: sofa, rug, lamp, a low table with a bowl."""
    make = _Maker(3, 2600.0)
    things = [
        make.thing("floor", slab(4.4, 4.0), "#a07850", density=_COARSE),
        make.thing("back wall", block(4.4, 0.04, 2.5, (0.0, 2.0, 0.0)), "#e6e2d6", density=_COARSE),
        make.thing("left wall", block(0.04, 4.0, 2.5, (-2.2, 0.0, 0.0)), "#dfe4e6", density=_COARSE),
        make.thing("sofa", sofa((-0.2, 1.3, 0.0)), "#6a2f9c", "sofa"),
        make.thing("rug", drum(0.9, 0.03, (0.0, 0.0, 0.0)), "#b03a48", "carpet"),
        make.thing("table", table(0.9, 0.5, 0.4, (0.0, 0.0, 0.03)), "#5c3a1e", "table"),
        make.thing("bowl", ring(0.1, 0.05, (0.1, 0.0, 0.43)), "#f4f4f2", "bowl"),
        make.thing(
            "lamp",
            [
                drum(0.16, 0.03, (1.5, 1.4, 0.0)),
                drum(0.025, 1.3, (1.5, 1.4, 0.0)),
                drum(0.22, 0.3, (1.5, 1.4, 1.3)),
            ],
            "#e8c83c",
            "lamp",
        ),
    ]
    phrases = [
        said("floor", "floor"),
        said("wall", "back wall", "left wall"),
        said("wall", "left wall", place=Place.LEFT),
        said("wall", "back wall", place=Place.BACK),
        said("background", "back wall", "left wall"),
        said("couch", "sofa"),
        said("thing", "sofa", color="purple"),
        said("rug", "rug"),
        said("thing", "lamp", color="yellow"),
        said("lamp", "lamp", where=(Relation.RIGHT_OF, "sofa")),
        said("bowl", "bowl", where=(Relation.ON, "table")),
        said("table", "table"),
        said("table", "table", where=(Relation.IN_FRONT_OF, "sofa")),
        said("foreground", "sofa", "rug", "table", "bowl", "lamp"),
    ]
    return assembled("living room", things, phrases, up=_UP, development=True, seed=13)


def playground() -> KnownScene:
    """Balls and blocks of many colours on grass, some on each other, no labels at all."""
    make = _Maker(4, 3000.0)
    things = [
        make.thing("lawn", slab(6.0, 5.0), "#6b8f3a", density=_COARSE),
        make.thing("white block", block(0.7, 0.7, 0.6, (-1.6, 0.2, 0.0)), "#f5f5f5"),
        make.thing("pink ball", ball(0.25, (-1.6, 0.2, 0.6)), "#f080b0"),
        make.thing("black block", block(0.5, 0.5, 0.5, (0.2, 1.4, 0.0)), "#141414"),
        make.thing("blue ball", ball(0.4, (0.4, -0.6, 0.0)), "#2255cc"),
        make.thing("orange ring", ring(0.3, 0.1, (1.7, 0.5, 0.0)), "#f08010"),
        make.thing("brown post", drum(0.08, 1.5, (-0.5, 1.6, 0.0)), "#5a3a1c"),
        make.thing("navy block", block(0.4, 0.4, 0.3, (0.9, -1.5, 0.0)), "#101050"),
    ]
    phrases = [
        said("ground", "lawn"),
        said("thing", "white block", color="white"),
        said("thing", "pink ball", color="pink"),
        said("thing", "black block", color="black"),
        said("thing", "orange ring", color="orange"),
        said("thing", "brown post", color="brown"),
        said("thing", "blue ball", "navy block", color="blue"),
        said("thing", "navy block", color="navy"),
        said("thing", "blue ball", color="#2255cc"),
        said("thing", "blue ball", color="blue", size=Size.LARGEST),
        said("object", "orange ring", place=Place.RIGHT),
        said("thing", "white block", "pink ball", place=Place.LEFT),
        said("thing", "navy block", place=Place.FRONT),
    ]
    return assembled("playground", things, phrases, up=_UP, development=True, seed=14)


def workshop() -> KnownScene:
    """A bench with a toolbox; a bucket, a gas cylinder, a tyre and a stool around it."""
    make = _Maker(5, 3500.0)
    legs = [
        drum(0.025, 0.45, (-0.6 + dx, -0.7 + dy, 0.0))
        for dx, dy in ((-0.12, -0.08), (0.12, -0.08), (0.0, 0.14))
    ]
    things = [
        make.thing("floor", slab(5.0, 4.4), "#9c9488", density=_COARSE),
        make.thing("workbench", table(1.6, 0.7, 0.85, (0.0, 1.0, 0.0)), "#7a5230", "workbench"),
        make.thing("toolbox", block(0.5, 0.25, 0.25, (-0.4, 1.0, 0.85)), "#c42020", "toolbox"),
        make.thing("bucket", drum(0.15, 0.3, (1.3, -0.2, 0.0), 0.2), "#2a6fd6", "bucket"),
        make.thing("gas cylinder", drum(0.15, 0.9, (-1.5, 0.4, 0.0)), "#2e8b57", "gas cylinder"),
        make.thing("tyre", ring(0.3, 0.1, (0.3, -0.9, 0.0)), "#1a1a1a", "tyre"),
        make.thing("stool", [drum(0.2, 0.05, (-0.6, -0.7, 0.45)), *legs], "#c9a36b", "stool"),
    ]
    phrases = [
        said("workbench", "workbench"),
        said("toolbox", "toolbox", where=(Relation.ON, "workbench")),
        said("pail", "bucket"),
        said("tire", "tyre"),
        said("stool", "stool"),
        said("stool", "stool", where=(Relation.LEFT_OF, "tyre")),
        said("bucket", "bucket", where=(Relation.RIGHT_OF, "workbench")),
        said("thing", "toolbox", color="red"),
        said("thing", "bucket", color="blue"),
        said("thing", "tyre", color="black"),
        said("thing", "gas cylinder", color="green"),
        said("floor", "floor"),
        said("thing", "bucket", place=Place.RIGHT),
        said("thing", "gas cylinder", place=Place.LEFT),
        said("thing", "workbench", "toolbox", size=Size.LARGEST),
        said("foreground", "workbench", "toolbox", "bucket", "gas cylinder", "tyre", "stool"),
        said("floating bit", STRAY),
    ]
    return assembled("workshop", things, phrases, up=_UP, development=False, seed=15)


def garden() -> KnownScene:
    """A bench, a pot, a ball, a stone and a post on grass, no labels at all."""
    make = _Maker(6, 3000.0)
    things = [
        make.thing("lawn", slab(5.0, 5.0), "#4f7a2c", density=_COARSE),
        make.thing("bench", block(1.4, 0.4, 0.45, (-0.9, 0.8, 0.0)), "#efefef"),
        make.thing("pot", drum(0.3, 0.5, (1.2, 0.6, 0.0), 0.38), "#c8642c"),
        make.thing("ball", ball(0.3, (0.2, -0.8, 0.0)), "#7a30b0"),
        make.thing("stone", ball(0.22, (-1.3, -0.9, 0.0)), "#808080"),
        make.thing("post", drum(0.08, 1.2, (0.4, 1.5, 0.0)), "#e8d020"),
    ]
    phrases = [
        said("ground", "lawn"),
        said("thing", "bench", color="white"),
        said("thing", "pot", color="orange"),
        said("thing", "ball", color="purple"),
        said("thing", "stone", color="gray"),
        said("thing", "post", color="yellow"),
        said("thing", "stone", place=Place.LEFT),
        said("thing", "pot", place=Place.RIGHT),
        said("thing", "post", place=Place.BACK),
        said("thing", "bench", size=Size.LARGEST),
        said("thing", "post", size=Size.SMALLEST),
        said("foreground", "bench", "pot", "ball", "stone", "post"),
        said("floating bit", STRAY),
    ]
    return assembled("garden", things, phrases, up=_UP, development=False, seed=16)


def toys() -> KnownScene:
    """A glider whose wings meet, a robot whose arms are in two pieces each, and a bear's joined ears, on a floor."""
    make = _Maker(8, 9000.0)
    floor = make.thing("floor", slab(3.6, 3.6), "#8b5a2b", density=_COARSE)
    things = [floor]
    for side, sign in (("left", -1.0), ("right", 1.0)):
        wing = block(0.5, 0.18, 0.04, (-0.9 + 0.25 * sign, 0.2, 0.5))
        arm = [block(0.1, 0.1, 0.3, (0.9 + 0.3 * sign, 0.0, 0.5)), ball(0.09, (0.9 + 0.3 * sign, -0.1, 0.15))]
        ear = ball(0.12, (0.115 * sign, -0.9, 0.5))
        things += [
            make.thing(f"{side} wing", wing, "#c8c8d8", "wing"),
            make.thing(f"{side} arm", arm, "#3060c0", "arm"),
            make.thing(f"{side} ear", ear, "#6b4226", "ear"),
        ]
    things += [
        make.thing("fuselage", block(0.12, 0.8, 0.12, (-0.9, 0.1, 0.37)), "#c02020", "fuselage"),
        make.thing("body", block(0.36, 0.2, 0.8, (0.9, 0.0, 0.0)), "#909090", "body"),
        make.thing("bear", ball(0.26, (0.0, -0.9, 0.0)), "#8a5a33", "bear"),
    ]
    phrases = [
        said(noun, f"{side.value} {noun}", place=side)
        for noun in ("wing", "arm", "ear")
        for side in (Place.LEFT, Place.RIGHT)
    ]
    return assembled("toys", things, phrases, up=_UP, development=True, seed=18)
