"""Which parts of the network are fine-tuned. Gradients stop at the others, which makes a step shorter."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum

from torch import Tensor, nn

from ..model import OmniRecon
from ..types import EncodedScene


class TunedParts(Enum):
    """What changes.

    `ALL`: everything. `ALL_BUT_VOLUME`: everything but the network that fuses the feature volume. `BRANCHES`: geometry
    and appearance branch, for which photos are encoded once and for all. `COLORS`: appearance branch and feature
    pyramid. `APPEARANCE`: the appearance branch alone.
    """

    ALL = "all"
    ALL_BUT_VOLUME = "all-but-volume"
    BRANCHES = "branches"
    COLORS = "colors"
    APPEARANCE = "appearance"

    @property
    def encoding_stays(self) -> bool:
        """Whether photos are encoded the same before and after."""
        return self in (TunedParts.BRANCHES, TunedParts.APPEARANCE)

    @property
    def _geometry_stays(self) -> bool:
        return self in (TunedParts.COLORS, TunedParts.APPEARANCE)

    def parameters(self, model: OmniRecon) -> list[nn.Parameter]:
        """The parameters that change; the others are made to need no gradient."""
        tuned = [model.appearance]
        tuned += [] if self._geometry_stays else [model.geometry]
        tuned += [] if self.encoding_stays else [model.features]
        tuned += [model.volume] if self is TunedParts.ALL else []
        chosen = {id(parameter) for part in tuned for parameter in part.parameters()}
        if not self._geometry_stays:
            chosen.add(id(model.log_sharpness))
        for parameter in model.parameters():
            parameter.requires_grad_(id(parameter) in chosen)
        return [parameter for parameter in model.parameters() if parameter.requires_grad]

    def cut_scene(self, encoded: EncodedScene) -> EncodedScene:
        """The scene without the way back through what does not change."""
        if self is TunedParts.ALL:
            return encoded
        return replace(encoded, volume=encoded.volume.detach())

    @contextmanager
    def cut(self, model: OmniRecon) -> Generator[None]:
        """While it lasts, nothing goes back through a geometry branch that does not change."""
        if not self._geometry_stays:
            yield
            return

        def _stop(module: nn.Module, inputs: object, output: Tensor) -> Tensor:
            return output.detach()

        handle = model.geometry.register_forward_hook(_stop)
        try:
            yield
        finally:
            handle.remove()
