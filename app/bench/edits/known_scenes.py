"""Scenes whose every Gaussian belongs to a known thing, and phrases with what they mean in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ....scenes import Camera, Gaussians
from ....scenes.text_edits.targets import Thing

STRAY = "(stray)"
"""Things of this name are floaters."""


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A noun phrase and the things that it means.

    Args:
        thing: What is said.
        means: Names of things; the Gaussians of all of them are the truth.
    """

    thing: Thing
    means: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class KnownScene:
    """A scene, what it consists of, and what is said about it.

    Args:
        name: What the table calls it.
        gaussians: The scene.
        thing_of: Number of the thing of each Gaussian, `[N]`, an index into `things`.
        things: Names of the things.
        labels: What label maps call some of them: name of a thing to name of the label, which several may share.
        camera: Where it is looked at from.
        up: Unit vector `[3]`, world frame.
        phrases: What is said.
        development: Constants were chosen by looking at its figures; they say little about others.
    """

    name: str
    gaussians: Gaussians
    thing_of: NDArray[np.intp]
    things: tuple[str, ...]
    labels: Mapping[str, str]
    camera: Camera
    up: tuple[float, float, float]
    phrases: tuple[Phrase, ...]
    development: bool

    def mask(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Which Gaussians belong to the things of these names, `[N]`.

        Raises:
            ValueError: There is no such thing.
        """
        return np.isin(self.thing_of, [self.things.index(name) for name in names])

    def label_numbers(self) -> tuple[tuple[str, ...], NDArray[np.intp]]:
        """Names of the labels, and the label of each Gaussian, `[N]`, -1 for none."""
        names = tuple(dict.fromkeys(self.labels.values()))
        of_thing = [names.index(self.labels[name]) if name in self.labels else -1 for name in self.things]
        return names, np.array(of_thing, dtype=np.intp)[self.thing_of]
