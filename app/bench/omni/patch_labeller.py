"""A labeller that is as good as a few labelled photos of a scene make it: a small network that sees 17 px around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from ....render.omni_recon.lifting import Legend, MapKind, numbered_channels
from .labelled_scenes import Labels

_WIDTH, _DILATIONS = 24, (1, 2, 4)
_RATE, _BRIGHTNESS = 5e-3, 0.15


@dataclass(frozen=True, eq=False, kw_only=True)
class PatchLabeller:
    """A `Predictor` of class probabilities.

    Args:
        legend: The classes.
        network: `[1, 3, H, W]` -> logits `[1, classes, H, W]`.
    """

    legend: Legend
    network: nn.Module

    def predict(self, image: np.ndarray) -> np.ndarray:
        """Probabilities `[classes, H, W]` of `image [H, W, 3]`."""
        with torch.inference_mode():
            pixels = torch.from_numpy(np.array(image, np.float32)).permute(2, 0, 1)[None]
            return torch.softmax(self.network(pixels - 0.5)[0], dim=0).numpy()


def trained_labeller(
    images: Sequence[np.ndarray], labels: Sequence[Labels], classes: int, *, steps: int = 300, seed: int = 0
) -> PatchLabeller:
    """The labeller that `images [H, W, 3]` with `labels [H, W]` make; the same every time."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _network(classes)
        optimizer = torch.optim.Adam(network.parameters(), lr=_RATE)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        for step in range(steps):
            index = step % len(images)
            pixels = torch.from_numpy(np.array(images[index], np.float32)).permute(2, 0, 1)[None] - 0.5
            pixels = pixels * (1.0 + _BRIGHTNESS * (2.0 * torch.rand(1) - 1.0))
            truth = torch.from_numpy(labels[index].astype(np.int64))[None]
            loss = F.cross_entropy(network(pixels), truth)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
    legend = Legend(title="labels", kind=MapKind.LABELS, channels=numbered_channels(classes, "thing"))
    return PatchLabeller(legend=legend, network=network.eval())


def _network(classes: int) -> nn.Module:
    layers: list[nn.Module] = []
    before = 3
    for dilation in _DILATIONS:
        layers += [nn.Conv2d(before, _WIDTH, 3, padding=dilation, dilation=dilation), nn.ReLU()]
        before = _WIDTH
    return nn.Sequential(*layers, nn.Conv2d(before, _WIDTH, 1), nn.ReLU(), nn.Conv2d(_WIDTH, classes, 1))
