"""Puts known scenes together from things with names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ....scenes import Gaussians, default_camera, merge
from ....scenes.text_edits.targets import Place, Relation, Size, Thing
from .known_scenes import STRAY, KnownScene, Phrase
from .surface_splats import stray_splats

_STRAY_SHARE = 0.004
_STRAY_SIZE = 0.01  # of the scene
_CAMERA_SIZE = (480, 360)


@dataclass(frozen=True, eq=False, kw_only=True)
class Named:
    """A thing of a known scene: its name among the things, and the label that label maps give it, if any."""

    name: str
    gaussians: Gaussians
    label: str | None = None


def assembled(
    name: str,
    things: Sequence[Named],
    phrases: Sequence[Phrase],
    *,
    up: tuple[float, float, float],
    development: bool,
    seed: int,
) -> KnownScene:
    """One scene of several things and a few stray Gaussians around them."""
    rng = np.random.default_rng(seed)
    means = np.concatenate([thing.gaussians.means for thing in things])
    low, high = means.min(axis=0), means.max(axis=0)
    reach = high - low
    stray = stray_splats(
        low - 0.1 * reach,
        high + 0.3 * reach,
        int(_STRAY_SHARE * len(means)),
        _STRAY_SIZE * float(np.linalg.norm(reach)),
        rng,
    )
    parts = [*things, Named(name=STRAY, gaussians=stray)]
    gaussians = merge(*(part.gaussians.with_max_sh_degree(0) for part in parts))
    labels: Mapping[str, str] = {part.name: part.label for part in parts if part.label is not None}
    return KnownScene(
        name=name,
        gaussians=gaussians,
        thing_of=np.repeat(np.arange(len(parts)), [len(part.gaussians) for part in parts]),
        things=tuple(part.name for part in parts),
        labels=labels,
        camera=default_camera(gaussians, width=_CAMERA_SIZE[0], height=_CAMERA_SIZE[1], up=up),
        up=up,
        phrases=tuple(phrases),
        development=development,
    )


def said(
    noun: str,
    *means: str,
    color: str | None = None,
    size: Size | None = None,
    place: Place | None = None,
    where: tuple[Relation, str] | None = None,
) -> Phrase:
    """A phrase and the names of the things that it means; `where` is a relation and a plain noun."""
    relation, anchor = (None, None) if where is None else (where[0], Thing(noun=where[1]))
    thing = Thing(noun=noun, color=color, size=size, place=place, relation=relation, anchor=anchor)
    return Phrase(thing=thing, means=means)
