"""The files of lifted maps: pictures, arrays and a legend."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...render.omni_recon.lifting import Legend, LiftedView, MapKind, strongest
from ...render.omni_recon.lifting.label_pictures import LEGEND_FILE, UNKNOWN
from ...render.omni_recon.lifting.map_pictures import (
    FeatureColors,
    class_numbers,
    class_picture,
    value_picture,
)
from ...scenes import Camera

_FINE = 65535  # unknown, where class numbers do not fit 8 bits


class MapFiles:
    """Writes views one after the other into a folder."""

    def __init__(self, folder: Path, legend: Legend, words: str) -> None:
        """Nothing is written yet.

        Args:
            folder: That exists.
            legend: Of the maps.
            words: What `--maps` was, for the record.
        """
        self._folder, self._legend, self._words = folder, legend, words
        self._colors: FeatureColors | None = None
        self._views: list[dict[str, Any]] = []

    def write(self, camera: Camera, seen: LiftedView, predicted: NDArray[np.float32] | None) -> None:
        """Write what a camera sees, and what was predicted on the rendered picture, if it was.

        Raises:
            OSError: The folder cannot be written to.
        """
        stem = f"view_{len(self._views):05d}"
        self._map(stem, seen.map)
        image = seen.picture.image.permute(1, 2, 0).cpu().numpy()
        _save(self._folder / f"{stem}-picture.png", np.rint(255.0 * image).astype(np.uint8))
        arrays: dict[str, NDArray[Any]] = {
            "map": seen.map,
            "opacity": seen.picture.opacity.cpu().numpy(),
            "depth": seen.picture.depth.cpu().numpy(),
            "K": camera.K,
            "viewmat": camera.viewmat,
        }
        if self._legend.kind is MapKind.LABELS:
            arrays["labels"] = self._numbers(seen.map)
        if seen.agreeing is not None:
            arrays["agreeing"] = seen.agreeing
        if predicted is not None:
            self._map(f"{stem}-render-then-predict", predicted)
            arrays["render_then_predict"] = predicted
        np.savez_compressed(self._folder / f"{stem}.npz", allow_pickle=False, **arrays)
        self._views.append(
            {
                "name": stem,
                "width": camera.width,
                "height": camera.height,
                "sources": list(seen.sources),
                "near": seen.bounds.near,
                "far": seen.bounds.far,
                "seen": float((seen.picture.opacity > 0.5).float().mean()),
            }
        )

    def finish(self) -> None:
        """Write the legend, last.

        Raises:
            OSError: The folder cannot be written to.
        """
        legend = self._legend
        channels = [asdict(channel) for channel in legend.channels]
        content = {
            "maps": self._words,
            "title": legend.title,
            "kind": legend.kind.value,
            "channels": channels,
            "views": self._views,
        }
        (self._folder / LEGEND_FILE).write_text(json.dumps(content, indent=2) + "\n", "utf-8")

    def _map(self, stem: str, values: NDArray[np.float32]) -> None:
        """One picture, or one for each channel of several amounts."""
        legend = self._legend
        if legend.kind is MapKind.LABELS:
            self._classes(stem, values)
        elif legend.kind is MapKind.FEATURES:
            self._colors = self._colors or FeatureColors.of(values)
            _save(self._folder / f"{stem}.png", self._colors.picture(values))
        elif len(legend.channels) == 1:
            _save(self._folder / f"{stem}.png", value_picture(values[0]))
        else:
            for index, amounts in enumerate(values):
                _save(self._folder / f"{stem}-{index}.png", value_picture(amounts))

    def _classes(self, stem: str, values: NDArray[np.float32]) -> None:
        """Class numbers with their colours, which `--maps labels` reads; in colours only where they are too large."""
        from PIL import Image

        channels, path = self._legend.channels, self._folder / f"{stem}.png"
        if max(channel.value for channel in channels) >= UNKNOWN:
            _save(path, class_picture(strongest(values), channels))
            return
        picture = Image.fromarray(self._numbers(values).astype(np.uint8))
        palette = np.zeros((256, 3), np.uint8)
        for channel in channels:
            palette[channel.value] = channel.color
        picture.putpalette(palette.tobytes())
        picture.save(path)

    def _numbers(self, values: NDArray[np.float32]) -> NDArray[np.uint16]:
        channels = self._legend.channels
        unknown = UNKNOWN if max(channel.value for channel in channels) < UNKNOWN else _FINE
        return class_numbers(strongest(values), channels, unknown).astype(np.uint16)


def _save(path: Path, pixels: NDArray[np.uint8]) -> None:
    from PIL import Image

    Image.fromarray(pixels).save(path)
