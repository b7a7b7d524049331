"""Photos + mesh + network -> a bake: the geometry branch is dropped, features are computed once for all frames."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from ....kernels.baked_types import HIDDEN
from ....kernels.errors import RowsplatError
from ....scenes.mesh import TriangleMesh
from ....scenes.photo_sets import Photo, PhotoSet
from ...mesh_baking.memory import free_bytes
from ..model import OmniRecon
from .types import Bake, BakedOptions, BakedView, OnBake, feature_cells, no_bake_progress

_DEFAULT_OPTIONS = BakedOptions()
_LEAST_SIDE = 16  # [px], what the feature network takes
_USABLE = 0.7  # of the free memory


def bake_photos(
    photo_set: PhotoSet,
    mesh: TriangleMesh,
    model: OmniRecon,
    options: BakedOptions = _DEFAULT_OPTIONS,
    *,
    on_progress: OnBake = no_bake_progress,
) -> Bake:
    """Bake a reconstructed scene for real time.

    Args:
        photo_set: The source photos.
        mesh: The scene's surface, in the frame of the cameras.
        model: Network with trained weights; its mode stays.
        options: How to bake.
        on_progress: Told of every photo; raise from it to cancel.

    Raises:
        RowsplatError: The mesh is empty, a photo cannot be read or is too small, or memory is short.
    """
    if not len(mesh.faces):
        raise RowsplatError(
            "the mesh has no triangle: there is nothing to bake. Reconstruct a surface first."
        )
    count = min(options.most_views or len(photo_set), len(photo_set))
    indices = np.unique(np.linspace(0, len(photo_set) - 1, count).round().astype(int))
    photos = [photo_set.photos[index] for index in indices]
    _require_memory(photos, options.max_side)
    training = model.training
    model.eval()
    try:
        views = list[BakedView]()
        for photo in photos:
            on_progress("features", len(views), len(photos))
            views.append(_baked_view(photo, model, options.max_side))
        on_progress("features", len(views), len(photos))
    finally:
        model.train(training)
    appearance = {
        name: tensor.detach().cpu().numpy().astype(np.float32)
        for name, tensor in model.appearance.state_dict().items()
    }
    return Bake(mesh=mesh, views=tuple(views), appearance=appearance, tolerance=options.tolerance)


@torch.no_grad()
def photo_features(model: OmniRecon, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the network sees in a photo.

    Args:
        model: In evaluation mode, with trained weights.
        pixels: `[H, W, 3]`, as displayed, at least 16 px a side.

    Returns:
        See `BakedView.features`.
    """
    device = model.log_sharpness.device
    image = torch.from_numpy(pixels).to(device).permute(2, 0, 1)[None].float() / 255.0
    features = model.features(image).map[0].permute(1, 2, 0)
    return np.ascontiguousarray(features.cpu().numpy(), np.float32)


def _baked_view(photo: Photo, model: OmniRecon, max_side: int) -> BakedView:
    picture = photo.image(max_side)
    if min(picture.rgb.shape[:2]) < _LEAST_SIDE:
        raise RowsplatError(
            f"{photo.name}: expected a photo of at least {_LEAST_SIDE} px a side. Leave it out."
        )
    pixels = np.round(np.clip(picture.rgb, 0.0, 1.0) * 255.0).astype(np.uint8)
    return BakedView(
        name=photo.name, camera=picture.camera, pixels=pixels, features=photo_features(model, pixels)
    )


def _require_memory(photos: list[Photo], max_side: int) -> None:
    """Refuse before the work what would not fit: pixels and features once here and once in the renderer."""
    cameras = [photo.camera_at(max_side) for photo in photos]
    cells = sum(int(np.prod(feature_cells(camera.height, camera.width))) for camera in cameras)
    needed = 2 * (4 * sum(camera.width * camera.height for camera in cameras) + 4 * HIDDEN * cells)
    free = _USABLE * free_bytes()
    if needed > free:
        raise RowsplatError(
            f"{len(photos)} photos of up to {max_side} px need {needed / 1e9:.2g} GB, {free / 1e9:.2g} GB can be had. "
            "Take smaller or fewer photos."
        )
