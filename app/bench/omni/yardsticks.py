"""All methods behind one face, so that a table can loop over them.

A method gives new views, depths of photos, or both: what it cannot give is `None`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from ....render.omni_recon import DepthRange, OmniRecon, RenderedView, SourceViews
from ....render.omni_recon import render_view as render_omni_view
from ....render.omni_recon.depth_prior import LEAST_PHOTOS, SweepOptions, sweep_planes
from ....render.omni_recon.unseen_filling import filled_unseen
from ....render.photo_warping import nearest_camera, warped_photo
from ....scenes import Camera
from ....scenes.photo_sets import PhotoImage
from .mvsnerf import MVSNeRF, load_mvsnerf, render_view
from .mvsnerf_volume import VIEWS
from .network_views import picture_tensor, require_range, require_views
from .patchmatch_net import PatchmatchNet, depth_map, load_patchmatch_net

MVSNERF_FILE = "mvsnerf-v0.weights.npz"
PATCHMATCH_NET_FILE = "patchmatchnet_params_000007.weights.npz"
Picture = NDArray[np.float32]
Photos = Sequence[NDArray[np.float32]]


class Yardstick(Protocol):
    """A method to be measured.

    Args:
        name: What tables call it.
        needs_weights: Whether it was made from a file of trained weights.
    """

    name: ClassVar[str]
    needs_weights: ClassVar[bool]

    def view(
        self, photos: Photos, cameras: Sequence[Camera], target: Camera, near_far: tuple[float, float]
    ) -> Picture | None:
        """The scene from `target`, `[H, W, 3]` in [0, 1], or `None` if the method makes no views.

        Args:
            photos: The source photos, `[H, W, 3]` in [0, 1], the one that serves the target best first.
            cameras: Their cameras.
            target: The view to make.
            near_far: Depths between which the scene lies, in the target and the sources [scene units].
        """
        ...

    def depth(
        self, photos: Photos, cameras: Sequence[Camera], near_far: tuple[float, float]
    ) -> Picture | None:
        """Depth of the first photo along its view axis, `[H, W]` [scene units], or `None` if the method finds none.

        Args:
            photos: That photo, and then the others that help, `[H, W, 3]` in [0, 1].
            cameras: Their cameras.
            near_far: Depths of the first photo between which the scene lies [scene units].
        """
        ...


@dataclass(frozen=True, kw_only=True)
class PlaneWarp:
    """The nearest photo, warped as if everything lay on the plane in the middle between near and far."""

    name: ClassVar[str] = "nearest photo, warped by a plane"
    needs_weights: ClassVar[bool] = False

    def view(
        self, photos: Photos, cameras: Sequence[Camera], target: Camera, near_far: tuple[float, float]
    ) -> Picture | None:
        """Filled from around it where the photo does not reach."""
        require_views(photos, cameras, 1)
        require_range(near_far)
        middle = sum(near_far) / 2.0
        nearest = nearest_camera(cameras, target, middle)
        photo = PhotoImage(rgb=photos[nearest], alpha=None, camera=cameras[nearest])
        warped = warped_photo(photo, target, middle)
        image = torch.from_numpy(warped.image).permute(2, 0, 1)
        return filled_unseen(image, torch.from_numpy(warped.alpha)).permute(1, 2, 0).numpy()

    def depth(
        self, photos: Photos, cameras: Sequence[Camera], near_far: tuple[float, float]
    ) -> Picture | None:
        """The plane."""
        require_views(photos, cameras, 1)
        require_range(near_far)
        return np.full(photos[0].shape[:2], sum(near_far) / 2.0, np.float32)


@dataclass(frozen=True, eq=False, kw_only=True)
class PatchmatchNetYardstick:
    """Depths only."""

    model: PatchmatchNet
    name: ClassVar[str] = "PatchmatchNet"
    needs_weights: ClassVar[bool] = True

    @classmethod
    def of_folder(cls, weights: Path) -> PatchmatchNetYardstick:
        """With the trained weights in a folder.

        Raises:
            SceneFileError: They are missing or damaged.
        """
        return cls(model=load_patchmatch_net(weights / PATCHMATCH_NET_FILE))

    def view(
        self, photos: Photos, cameras: Sequence[Camera], target: Camera, near_far: tuple[float, float]
    ) -> Picture | None:
        """None: the depth of a photo needs the photo."""
        return None

    def depth(
        self, photos: Photos, cameras: Sequence[Camera], near_far: tuple[float, float]
    ) -> Picture | None:
        """From all other photos."""
        return depth_map(self.model, photos, cameras, near_far)[0]


@dataclass(frozen=True, eq=False, kw_only=True)
class MVSNeRFYardstick:
    """Views from three photos, no more and no fewer; near and far of the target serve the first photo as well."""

    model: MVSNeRF
    name: ClassVar[str] = "MVSNeRF"
    needs_weights: ClassVar[bool] = True

    @classmethod
    def of_folder(cls, weights: Path) -> MVSNeRFYardstick:
        """With the trained weights in a folder.

        Raises:
            SceneFileError: They are missing or damaged.
        """
        return cls(model=load_mvsnerf(weights / MVSNERF_FILE))

    def view(
        self, photos: Photos, cameras: Sequence[Camera], target: Camera, near_far: tuple[float, float]
    ) -> Picture | None:
        """The volume lies on the first photo's frustum."""
        return render_view(self.model, photos, cameras, target, near_far)[0]

    def depth(
        self, photos: Photos, cameras: Sequence[Camera], near_far: tuple[float, float]
    ) -> Picture | None:
        """Where rays end on average, from the first three photos."""
        require_views(photos, cameras, VIEWS)
        return render_view(self.model, photos[:VIEWS], cameras[:VIEWS], cameras[0], near_far)[1]


@dataclass(frozen=True, eq=False, kw_only=True)
class OmniReconYardstick:
    """The method of this package; photos are scaled to the first one's size.

    Args:
        model: The network.
        sweep: How rays are told where to look.
    """

    model: OmniRecon
    sweep: SweepOptions = field(default_factory=lambda: SweepOptions(planes=128))
    name: ClassVar[str] = "Omni-Recon"
    needs_weights: ClassVar[bool] = True

    def view(
        self, photos: Photos, cameras: Sequence[Camera], target: Camera, near_far: tuple[float, float]
    ) -> Picture | None:
        """From all photos; what none shows is filled from around it."""
        seen = self._rendered(photos, cameras, target, near_far)
        return filled_unseen(seen.image, seen.opacity).permute(1, 2, 0).cpu().numpy()

    def depth(
        self, photos: Photos, cameras: Sequence[Camera], near_far: tuple[float, float]
    ) -> Picture | None:
        """As `rowsplat reconstruct` finds it at its default quality: by the plane sweep, from all photos."""
        sources = self._sources(photos, cameras, near_far)
        prior = sweep_planes(sources, sources.cameras[0], *near_far, replace(self.sweep, own_photo=True))
        return prior.depths.numpy()

    def _sources(
        self, photos: Photos, cameras: Sequence[Camera], near_far: tuple[float, float]
    ) -> SourceViews:
        require_views(photos, cameras, LEAST_PHOTOS)
        require_range(near_far)
        size = (cameras[0].width, cameras[0].height)
        return SourceViews(
            images=torch.cat([picture_tensor(photo, size) for photo in photos]),
            cameras=tuple(camera.resized(*size) for camera in cameras),
        )

    @torch.no_grad()
    def _rendered(
        self, photos: Photos, cameras: Sequence[Camera], target: Camera, near_far: tuple[float, float]
    ) -> RenderedView:
        sources = self._sources(photos, cameras, near_far)
        prior = sweep_planes(sources, target, *near_far, self.sweep)
        training = self.model.training
        self.model.eval()
        try:
            encoded = self.model.encode(sources, DepthRange(near=near_far[0], far=near_far[1]))
        finally:
            self.model.train(training)
        return render_omni_view(self.model, encoded, target, prior=prior)
