"""PatchmatchNet: the depth of a photo from other photos of the scene.

Source: PatchmatchNet, Learned Multi-View Patchmatch Stereo (Wang et al., arXiv:2012.01411); its MIT weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from ....scenes import Camera
from .network_views import picture_tensor, relative_projection, require_range, require_views, rounded_size
from .network_weights import load_npz_weights
from .patchmatch_features import FeaturePyramid, Refinement
from .patchmatch_stage import PatchmatchStage, SourceFeatures, StageResult, StageSize

_MULTIPLE = 8  # of the pictures' sides
_SIZES = {
    3: StageSize(
        shrink=8,
        channels=64,
        groups=8,
        iterations=2,
        samples=16,
        interval=0.025,
        dilation=2,
        propagated=16,
    ),
    2: StageSize(
        shrink=4,
        channels=32,
        groups=8,
        iterations=2,
        samples=8,
        interval=0.0125,
        dilation=4,
        propagated=8,
    ),
    1: StageSize(
        shrink=2,
        channels=16,
        groups=4,
        iterations=1,
        samples=8,
        interval=0.005,
        dilation=6,
        propagated=0,
    ),
}


class PatchmatchNet(nn.Module):
    """The network; new ones have random parameters."""

    def __init__(self) -> None:
        """Draw the parameters from PyTorch's global generator."""
        super().__init__()
        self.feature = FeaturePyramid()
        self.patchmatch_1 = PatchmatchStage(_SIZES[1])
        self.patchmatch_2 = PatchmatchStage(_SIZES[2])
        self.patchmatch_3 = PatchmatchStage(_SIZES[3])
        self.upsample_net = Refinement()

    def forward(
        self,
        pictures: Sequence[Tensor],
        cameras: Sequence[Camera],
        near_far: tuple[float, float],
        seed: int = 0,
    ) -> tuple[Tensor, Tensor]:
        """Depth and confidence of the first of `pictures` `[1, 3, H, W]`, sides divisible by 8.

        Args:
            pictures: In [0, 1], the reference first.
            cameras: Of the same sizes.
            near_far: Range of the depth [scene units].
            seed: Of the random depths that the search begins with.

        Returns:
            `[1, 1, H, W]` [scene units], and `[1, 1, H, W]` in [0, 1].
        """
        generator = torch.Generator().manual_seed(seed)
        features = [self.feature(picture) for picture in pictures]
        result: StageResult | None = None
        for stage, patchmatch in ((3, self.patchmatch_3), (2, self.patchmatch_2), (1, self.patchmatch_1)):
            sources = [
                _source(feature[stage], camera, cameras[0], patchmatch.size.shrink)
                for feature, camera in zip(features[1:], cameras[1:], strict=True)
            ]
            before = None if result is None else _enlarged(result)
            result = patchmatch(features[0][stage], sources, near_far, before, generator)
        assert result is not None, "there are three stages"
        depth = self.upsample_net(pictures[0], result.depth, *near_far)
        return depth, F.interpolate(result.confidence, scale_factor=2, mode="nearest")


def load_patchmatch_net(path: Path) -> PatchmatchNet:
    """The trained network from an .npz file, in evaluation.

    Raises:
        SceneFileError: The file cannot be read or holds other arrays.
    """
    model = PatchmatchNet()
    load_npz_weights(model, path)
    return model.eval()


@torch.no_grad()
def depth_map(
    model: PatchmatchNet,
    photos: Sequence[NDArray[np.floating]],
    cameras: Sequence[Camera],
    near_far: tuple[float, float],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Depth of the first photo; the same every time.

    Args:
        model: The network, in evaluation.
        photos: `[H, W, 3]` in [0, 1] each, the one whose depth is wanted first, at least two; sizes may differ.
        cameras: Their cameras.
        near_far: Depths of the first photo between which the scene lies [scene units].

    Returns:
        Depth along the view axis `[H, W]` [scene units], and confidence `[H, W]` in [0, 1].

    Raises:
        ValueError: Photos, cameras or depths do not make sense.
    """
    require_views(photos, cameras, 2)
    require_range(near_far)
    sizes = [rounded_size(camera, _MULTIPLE) for camera in cameras]
    pictures = [picture_tensor(photo, size) for photo, size in zip(photos, sizes, strict=True)]
    resized = [camera.resized(*size) for camera, size in zip(cameras, sizes, strict=True)]
    depth, confidence = model(pictures, resized, near_far)
    shape = (cameras[0].height, cameras[0].width)
    found = F.interpolate(torch.cat([depth, confidence], dim=1), shape, mode="bilinear", align_corners=False)
    return found[0, 0].numpy(), found[0, 1].clamp(0.0, 1.0).numpy()


def _source(features: Tensor, camera: Camera, reference: Camera, shrink: int) -> SourceFeatures:
    matrix, offset = relative_projection(camera, reference, shrink)
    return SourceFeatures(features=features, matrix=matrix, offset=offset)


def _enlarged(result: StageResult) -> StageResult:
    """The result at twice the resolution."""
    depth, views, confidence = (
        F.interpolate(maps, scale_factor=2, mode="nearest")
        for maps in (result.depth, result.view_weights, result.confidence)
    )
    return StageResult(depth=depth, view_weights=views, confidence=confidence)
