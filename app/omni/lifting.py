"""Lifting maps of a project's photos into the views of cameras, and writing them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Protocol

from ...kernels.errors import RowsplatError
from ...render.omni_recon.adaptation import Adapter
from ...render.omni_recon.adaptation.adapted_views import AdaptedViews
from ...render.omni_recon.lifting import (
    Legend,
    LiftedView,
    LiftedViews,
    PhotoMaps,
    PredictedMaps,
    Predictor,
    render_then_predict,
    with_picture,
)
from ...render.omni_recon.types import OnRays
from ...render.output_files import filling_folder
from ...scenes import Camera, CameraPath
from ..progress import ShowStage
from .map_files import MapFiles
from .network import open_network, require_weights
from .project_photos import ProjectPhotos


class MapViews(Protocol):
    """Sees maps from any camera."""

    @property
    def legend(self) -> Legend:
        """What the channels mean."""
        ...

    def view(self, camera: Camera, *, on_rays: OnRays) -> LiftedView:
        """What `camera` sees."""
        ...


def lift_maps(
    photos: ProjectPhotos,
    maps: PhotoMaps | Adapter,
    path: CameraPath,
    out: Path,
    *,
    words: str,
    with_view: bool,
    compare: bool,
    show: ShowStage,
) -> None:
    """Write what every camera sees into the folder `out`, all or nothing.

    Args:
        photos: The project.
        maps: What is known about its photos, or what tells it of views.
        path: The cameras.
        out: The folder, made if it does not exist.
        words: What the maps were called, for the record.
        with_view: What is predicted on the rendered picture counts as two more photos.
        compare: Also render first and predict on the picture.
        show: Told how far it is; raise from it to cancel.

    Raises:
        RowsplatError: Weights, a photo or a map is at fault, or there is nothing to compare with.
        OSError: The folder cannot be written to.
    """
    predictor = _predictor(maps, "--compare" if compare else "--with-view") if compare or with_view else None
    views = _views(photos, maps, agreement=with_view)
    total = sum(camera.width * camera.height for camera in path.cameras)
    with filling_folder(out) as folder:
        files, done = MapFiles(folder, views.legend, words), 0
        for camera in path.cameras:
            before = done
            seen = views.view(
                camera, on_rays=lambda rays, _, before=before: show("lift", before + rays, total)
            )
            predicted = None if predictor is None else render_then_predict(predictor, seen.picture)
            if with_view and predicted is not None:
                seen = replace(seen, map=with_picture(seen, predicted))
            files.write(camera, seen, predicted if compare else None)
            done += camera.width * camera.height
        files.finish()


def _views(photos: ProjectPhotos, maps: PhotoMaps | Adapter, *, agreement: bool) -> MapViews:
    scene = photos.scene
    model = open_network(require_weights(scene.weights), "cpu")
    if isinstance(maps, Adapter):
        return AdaptedViews(photos.photo_set, model, maps, scene.options(), near=scene.near, far=scene.far)
    return LiftedViews(
        photos.photo_set,
        model,
        maps,
        scene.options(),
        near=scene.near,
        far=scene.far,
        agreement=agreement,
    )


def _predictor(maps: PhotoMaps | Adapter, flag: str) -> Predictor:
    if isinstance(maps, PredictedMaps):
        return maps.predictor
    raise RowsplatError(
        f"{flag} goes with what looks at pictures, such as edges or an .onnx file; {maps.legend.title} of the "
        "photos say nothing about a rendered picture."
    )
