"""The left or right one of parts that come in pairs, such as wings, by the mirror plane between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...kernels.constants import SH_C0
from ..text_edits.targets import Place
from .context import GroundingContext
from .instances import Instance, instance
from .symmetry import LEAST_SCORE, MirrorPlane, mirror_planes

PAIRED = frozenset(
    {"antler", "arm", "armrest", "cheek", "claw", "ear", "earring", "eye", "eyebrow", "fin", "foot", "glove"}
    | {"hand", "handlebar", "headlight", "hip", "horn", "knee", "lapel", "lens", "lung", "mitten", "pedal"}
    | {"shoe", "shoulder", "sleeve", "sock", "stirrup", "tusk", "wing"}
)
"""Nouns of which a thing has one on each side. Half of a chair is no left chair, whatever its symmetry."""

_LEAST_ACROSS = 0.5  # cosine between the normal and right: seen from the side, a bird shows no left wing


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of a pair: its Gaussians, how surely (0 to 1), and why."""

    part: Instance
    confidence: float
    why: str


def by_side(noun: str, place: Place, instances: Sequence[Instance], context: GroundingContext) -> Side | None:
    """The one at a side, where `noun` comes in pairs and its Gaussians are one piece or more than two; else `None`.

    Args:
        noun: Singular, lower case.
        place: Which side, as the camera sees it.
        instances: The pieces that go by the noun.
        context: What right and up are.
    """
    if noun not in PAIRED or place not in (Place.LEFT, Place.RIGHT) or len(instances) in (0, 2):
        return None
    mask = np.logical_or.reduce([one.mask for one in instances])
    plane = _plane_between(mask, context)
    if plane is None:
        return None
    facing = 1.0 if float(plane.normal @ context.frame.matrix[0]) > 0 else -1.0
    heights = facing * (context.gaussians.means @ plane.normal - plane.offset)
    side = mask & ((heights > 0) if place is Place.RIGHT else (heights <= 0))
    if not side.any() or side.sum() == mask.sum():
        return None
    why = f"the {place.value} side of its mirror plane (symmetric to {min(1.0, plane.score):.0%})"
    return Side(part=instance(side, context), confidence=min(1.0, plane.score), why=why)


def _plane_between(mask: np.ndarray, context: GroundingContext) -> MirrorPlane | None:
    """The best plane with a left and a right side, if the thing is symmetric to one."""
    gaussians = context.gaussians
    points = gaussians.means[mask].astype(np.float64)
    colors = np.clip(0.5 + SH_C0 * gaussians.sh_coeffs[mask, 0].astype(np.float64), 0.0, 1.0)
    across = context.frame.matrix[0]
    return next(
        (
            plane
            for plane in mirror_planes(points, colors, context.frame.matrix[1])
            if plane.score >= LEAST_SCORE and abs(float(plane.normal @ across)) >= _LEAST_ACROSS
        ),
        None,
    )
