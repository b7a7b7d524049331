"""InstructPix2Pix: a diffusion model that changes a picture as a sentence says. Needs diffusers and weights on disk.

Notation: latents z of the picture, z_o of the original, noise prediction e(z, z_o, text); the two scales of
classifier-free guidance, s_I (image) and s_T (text), give

    e = e(z, 0, -) + s_I (e(z, z_o, -) - e(z, 0, -)) + s_T (e(z, z_o, text) - e(z, z_o, -))

Sources: InstructPix2Pix (Brooks et al. 2023, arXiv:2211.09800), eq. 3; noise level T and the order of rounds from
Omni-Recon (arXiv:2403.11131), which took them from Instruct-NeRF2NeRF (Haque et al. 2023, arXiv:2303.12789).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ...kernels.errors import RowsplatError, SceneFileError, one_line
from ...scenes.optional_modules import optional_module
from .types import Picture, ViewEditor

_FEATURE = "Editing by a sentence"
_EXTRA = "diffusion"
_PARTS = ("unet", "vae", "text_encoder", "tokenizer", "scheduler")
_UNET_CHANNELS = 8  # latents of the picture and of the original
_REMEDY = "Give the folder of an InstructPix2Pix pipeline in diffusers' layout, with .safetensors weights"


@dataclass(frozen=True, kw_only=True)
class InstructionOptions:
    """How pictures are edited.

    Args:
        text_scale: s_T: how closely the sentence is followed.
        image_scale: s_I: how closely the original is.
        steps: Denoising steps from pure noise; a round that starts from less noise takes that share of them.
        max_side: Larger pictures are edited at this size [px]: the model was trained at 512.

    Raises:
        ValueError: A value is out of its range.
    """

    text_scale: float = 7.5
    image_scale: float = 1.5
    steps: int = 20
    max_side: int = 512

    def __post_init__(self) -> None:
        """Check the ranges."""
        if self.text_scale < 0 or self.image_scale < 0 or not 1 <= self.steps <= 1000:
            raise ValueError(f"scales must not be negative and steps be 1 to 1000, got {self}")
        if not 8 <= self.max_side <= 2048:
            raise ValueError(f"max_side must be between 8 and 2048, got {self.max_side}")


_DEFAULT_OPTIONS = InstructionOptions()


@dataclass(frozen=True, eq=False, kw_only=True)
class DiffusionParts:
    """What a pipeline of diffusers consists of; the classes are those of diffusers and transformers."""

    unet: Any
    vae: Any
    text_encoder: Any
    tokenizer: Any
    scheduler: Any


def load_parts(folder: Path) -> DiffusionParts:
    """Read a pipeline from a folder. Nothing is downloaded, unpickled, or run that the folder names.

    Raises:
        RowsplatError: diffusers is not installed.
        SceneFileError: A part is missing, damaged or of another model.
    """
    for part in _PARTS:
        if not (folder / part).is_dir():
            raise SceneFileError(folder, part, "this sub-folder is missing", _REMEDY)
    diffusers = optional_module("diffusers", extra=_EXTRA, feature=_FEATURE)
    transformers = optional_module("transformers", extra=_EXTRA, feature=_FEATURE)
    weights: dict[str, Any] = {"local_files_only": True, "use_safetensors": True}
    parts = DiffusionParts(
        unet=_read(diffusers.UNet2DConditionModel, folder, "unet", **weights),
        vae=_read(diffusers.AutoencoderKL, folder, "vae", **weights),
        text_encoder=_read(transformers.CLIPTextModel, folder, "text_encoder", **weights),
        tokenizer=_read(transformers.CLIPTokenizer, folder, "tokenizer", local_files_only=True),
        scheduler=_read(diffusers.DDIMScheduler, folder, "scheduler", local_files_only=True),
    )
    channels = int(parts.unet.config.in_channels)
    if channels != _UNET_CHANNELS:
        problem = f"expected a network of {_UNET_CHANNELS} input channels, found {channels}"
        raise SceneFileError(folder, "unet", problem, _REMEDY)
    return parts


def _read(kind: Any, folder: Path, part: str, **options: Any) -> Any:
    try:
        return kind.from_pretrained(str(folder / part), **options)
    except Exception as error:  # a folder may hold anything, and the readers have no error of their own
        problem = f"cannot be read ({one_line(error)[:160] or type(error).__name__})"
        raise SceneFileError(folder, part, problem, _REMEDY) from None


class InstructPix2Pix:
    """Edits pictures as a sentence says."""

    def __init__(
        self, parts: DiffusionParts, prompt: str, options: InstructionOptions = _DEFAULT_OPTIONS
    ) -> None:
        """An editor of loaded parts, on the device that they are on.

        Raises:
            RowsplatError: The sentence is empty.
        """
        if not prompt.strip():
            raise RowsplatError(
                "the instruction is empty. Say what to do, for example: make it look like winter."
            )
        self._parts, self._prompt, self._options = parts, prompt, options
        for network in (parts.unet, parts.vae, parts.text_encoder):
            network.eval().requires_grad_(False)
        self._factor = 2 ** (len(parts.vae.config.block_out_channels) - 1)
        self._embeddings: Tensor | None = None

    @classmethod
    def of_folder(
        cls, folder: Path, prompt: str, options: InstructionOptions = _DEFAULT_OPTIONS
    ) -> InstructPix2Pix:
        """With the weights in a folder; errors as in `load_parts`."""
        return cls(load_parts(folder), prompt, options)

    @property
    def name(self) -> str:
        """The sentence."""
        return self._prompt

    @property
    def rounds(self) -> int:
        """20, as in the paper."""
        return 20

    def fitted(self, views: Sequence[Picture], alphas: Sequence[NDArray[np.float32]]) -> ViewEditor:
        """Itself: every view is edited on its own."""
        del views, alphas
        return self

    @torch.inference_mode()
    def edit(self, image: Picture, *, original: Picture, noise: float, seed: int) -> Picture:
        """See `ViewEditor.edit`; `noise` is T, the share of the diffusion's time that the picture goes back."""
        vae, scheduler = self._parts.vae, self._parts.scheduler
        size = self._size(*original.shape[:2])
        condition = vae.encode(self._tensor(original, size)).latent_dist.mode()
        clean = vae.encode(self._tensor(image, size)).latent_dist.mode() * vae.config.scaling_factor
        scheduler.set_timesteps(self._options.steps)
        times = scheduler.timesteps[-max(1, round(noise * len(scheduler.timesteps))) :]
        generator = torch.Generator().manual_seed(seed)
        random = torch.randn(clean.shape, generator=generator).to(clean)
        latents = random if noise >= 1.0 else scheduler.add_noise(clean, random, times[:1])
        latents = latents * scheduler.init_noise_sigma
        for time in times:
            guided = self._guided_noise(scheduler.scale_model_input(latents, time), condition, time)
            latents = scheduler.step(guided, time, latents).prev_sample
        decoded = vae.decode(latents / vae.config.scaling_factor).sample
        return self._picture(decoded, original.shape[0], original.shape[1])

    def _guided_noise(self, latents: Tensor, condition: Tensor, time: Tensor) -> Tensor:
        """The noise with both scales of guidance, for the order (text and image, image, nothing)."""
        conditions = torch.cat([condition, condition, torch.zeros_like(condition)])
        inputs = torch.cat([latents.expand_as(conditions), conditions], dim=1)
        text, empty = self._text()
        embeddings = torch.cat([text, empty, empty])
        predicted = self._parts.unet(inputs, time, encoder_hidden_states=embeddings).sample
        with_text, with_image, with_nothing = predicted.chunk(3)
        return (
            with_nothing
            + self._options.text_scale * (with_text - with_image)
            + self._options.image_scale * (with_image - with_nothing)
        )

    def _text(self) -> tuple[Tensor, Tensor]:
        """Embeddings `[1, L, D]` of the sentence and of the empty one."""
        embeddings = self._embeddings
        if embeddings is None:
            tokens = self._parts.tokenizer(
                [self._prompt, ""],
                padding="max_length",
                truncation=True,
                max_length=int(self._parts.text_encoder.config.max_position_embeddings),
                return_tensors="pt",
            )
            ids = tokens.input_ids.to(self._parts.unet.device)
            embeddings = self._embeddings = torch.as_tensor(self._parts.text_encoder(ids)[0])
        return embeddings[:1], embeddings[1:]

    def _size(self, height: int, width: int) -> tuple[int, int]:
        """The size at which a picture is edited: at most `max_side`, and in whole latents."""
        shrink = min(1.0, self._options.max_side / max(height, width))
        whole = (max(1, round(side * shrink / self._factor)) * self._factor for side in (height, width))
        height, width = whole
        return height, width

    def _tensor(self, picture: Picture, size: tuple[int, int]) -> Tensor:
        """`[1, 3, h, w]` in [-1, 1]."""
        x = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None]
        x = functional.interpolate(x, size, mode="bilinear", antialias=True, align_corners=False)
        return (2.0 * x - 1.0).to(self._parts.vae.device, self._parts.vae.dtype)

    def _picture(self, decoded: Tensor, height: int, width: int) -> Picture:
        x = (0.5 * decoded.float() + 0.5).clamp(0.0, 1.0)
        x = functional.interpolate(x, (height, width), mode="bilinear", antialias=True, align_corners=False)
        return np.ascontiguousarray(x[0].permute(1, 2, 0).cpu().numpy())
