"""CLIPSeg: finds what a word names in pictures of the scene, for Gaussians. Needs transformers and weights on disk.

Source: Lueddecke and Ecker, Image Segmentation Using Text and Image Prompts (arXiv:2112.10003).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..kernels.errors import SceneFileError, one_line
from ..scenes import Camera
from ..scenes.grounding import GroundingContext, Weights
from ..scenes.optional_modules import optional_module
from .backends import create_renderer
from .label_lifting import known_weights
from .map_lifting import lift_maps

_FEATURE = "Finding things by a text-image model"
_EXTRA = "diffusion"
_REMEDY = (
    "Give the folder of a CLIPSeg model as transformers saves it, with .safetensors weights and its tokenizer"
)
_MEAN, _DEVIATION = (
    (0.485, 0.456, 0.406),
    (0.229, 0.224, 0.225),
)  # of the pictures that CLIPSeg was trained on
_NOWHERE = 0.3  # probability: a word that reaches no more in any picture is not in the scene


@dataclass(frozen=True, eq=False, kw_only=True)
class ClipSeg:
    """A loaded model and its tokenizer, of the classes of transformers."""

    model: Any
    tokenizer: Any

    def probabilities(self, picture: NDArray[np.float32], noun: str) -> NDArray[np.float32]:
        """How likely each pixel of `picture [H, W, 3]` in [0, 1] shows what `noun` names, `[H, W]`."""
        import torch
        from torch.nn import functional

        size = int(self.model.config.vision_config.image_size)
        mean, deviation = (torch.tensor(values)[:, None, None] for values in (_MEAN, _DEVIATION))
        pixels = torch.from_numpy(np.array(np.clip(picture, 0.0, 1.0), dtype=np.float32)).permute(2, 0, 1)
        scaled = functional.interpolate(
            pixels[None], size=(size, size), mode="bilinear", align_corners=False, antialias=True
        )
        words = self.tokenizer([noun], return_tensors="pt", truncation=True)
        with torch.inference_mode():
            logits = self.model(
                input_ids=words["input_ids"],
                attention_mask=words["attention_mask"],
                pixel_values=(scaled - mean) / deviation,
            ).logits.reshape(1, 1, size, size)
            full = functional.interpolate(
                logits, size=picture.shape[:2], mode="bilinear", align_corners=False
            )
        return torch.sigmoid(full)[0, 0].numpy().astype(np.float32)


class ClipSegFinder:
    """Looks at the scene from some cameras; a `NounFinder`."""

    def __init__(self, clipseg: ClipSeg, cameras: Sequence[Camera]) -> None:
        """Nothing is drawn yet.

        Args:
            clipseg: The model.
            cameras: Views that together show the scene.

        Raises:
            ValueError: There is no camera.
        """
        if not cameras:
            raise ValueError("expected at least one camera to look from, got none")
        self._clipseg, self._cameras = clipseg, tuple(cameras)

    @property
    def name(self) -> str:
        """What reasons call it."""
        return "CLIPSeg"

    def find(self, noun: str, context: GroundingContext) -> Weights | None:
        """Probability that each Gaussian shows what `noun` names, `[N]`, NaN where no view shows it."""
        alive = np.flatnonzero(context.alive)
        if not len(alive):
            return None
        scene = context.gaussians.select(alive)
        renderer = create_renderer()
        maps = [
            self._clipseg.probabilities(renderer.render(scene, camera).image, noun)
            for camera in self._cameras
        ]
        if max(float(values.max()) for values in maps) < _NOWHERE:
            return None
        weights = np.full(len(context.gaussians), np.nan, dtype=np.float32)
        weights[alive] = known_weights(lift_maps(scene, self._cameras, maps), 0)
        return weights


def load_clipseg(folder: Path) -> ClipSeg:
    """Read a model from a folder. Nothing is downloaded, unpickled, or run that the folder names.

    Raises:
        RowsplatError: transformers is not installed.
        SceneFileError: A file is missing, damaged or of another model.
    """
    if not (folder / "config.json").is_file():
        raise SceneFileError(folder, "config.json", "this file is missing", _REMEDY)
    transformers = optional_module("transformers", extra=_EXTRA, feature=_FEATURE)
    try:
        model = transformers.CLIPSegForImageSegmentation.from_pretrained(
            str(folder), local_files_only=True, use_safetensors=True
        )
        tokenizer = transformers.CLIPTokenizer.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:  # a folder may hold anything, and the readers have no error of their own
        problem = f"cannot be read ({one_line(error)[:160] or type(error).__name__})"
        raise SceneFileError(folder, "", problem, _REMEDY) from None
    return ClipSeg(model=model.eval(), tokenizer=tokenizer)
