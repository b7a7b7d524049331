"""The photos that the network is fine-tuned to: of a set as it is, or of a project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...kernels.errors import RowsplatError
from ...scenes.photo_sets import PhotoSet
from ..checks import require_exists
from ..project import SUFFIX as PROJECT_SUFFIX
from .network import require_weights
from .photos import OnStep, open_photos, prepared
from .project_photos import open_project_photos
from .resolution import longer_side

if TYPE_CHECKING:
    from .fine_tuning import PhotosToTune


def named_weights(path: Path, weights: Path | None) -> Path:
    """The weights to begin with: those named, else those of the project at `path`, else those of the installation.

    Raises:
        RowsplatError: There is no such file, or `path` is no project.
    """
    require_exists(path)
    if weights is None and path.suffix == PROJECT_SUFFIX:
        weights = open_project_photos(path).scene.weights
    return require_weights(weights)


def photos_to_tune(
    path: Path,
    *,
    resolution: str | None,
    source_views: int | None,
    near: float | None,
    far: float | None,
    skip_check: bool,
    on_step: OnStep,
) -> PhotosToTune:
    """The photos with points, and how they are looked at: as the project says, else as `reconstruct` does.

    Of a set with a `test` split only the `train` photos are looked at. Points of a project come from all of its photos.

    Args:
        path: A photo set, or a project.
        resolution: As the user gave it; `None` takes the default.
        source_views: Photos that each one is predicted from; `None` takes the default.
        near: Nearest depth [scene units]; `None` takes the project's, else finds it.
        far: Farthest depth.
        skip_check: Trust the cameras.
        on_step: Told how far it is.

    Raises:
        RowsplatError: A flag or the photos are at fault.
        SceneFileError: A file is at fault.
    """
    from ...render.omni_recon import Quality, ReconstructionOptions
    from .fine_tuning import PhotosToTune

    is_project = path.suffix == PROJECT_SUFFIX
    if is_project:
        project = open_project_photos(path)
        photo_set, looking = project.photo_set, project.scene.options()
        near, far = near or project.scene.near, far or project.scene.far
    else:
        photo_set, looking = open_photos(path), ReconstructionOptions.of_quality(Quality.FAST)
    photo_set = _enough(photo_set)
    side = looking.max_side if resolution is None else longer_side(resolution, photo_set)
    looking = replace(looking, max_side=side, source_views=source_views or looking.source_views)
    if not is_project:
        photo_set = prepared(
            photo_set, max_side=side, near=near, far=far, skip_check=skip_check, on_step=on_step
        ).photo_set
    if near is not None and far is not None and near >= far:
        raise RowsplatError(f"--near must be less than --far, got {near:g} and {far:g}.")
    return PhotosToTune(photo_set=photo_set, looking=looking, near=near, far=far)


def _enough(photo_set: PhotoSet) -> PhotoSet:
    """The photos to learn from, enough of them."""
    from ...render.omni_recon.held_out import require_enough
    from ...render.omni_recon.training import photos_to_learn_from

    kept = photos_to_learn_from(photo_set)
    require_enough(len(kept), kept.name)
    return kept
