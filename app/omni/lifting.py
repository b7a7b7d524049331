"""Lifting maps of a project's photos into the views of cameras, and writing them."""

from __future__ import annotations

from pathlib import Path

from ...kernels.errors import RowsplatError
from ...render.omni_recon.lifting import LiftedViews, PhotoMaps, PredictedMaps, Predictor, render_then_predict
from ...render.output_files import filling_folder
from ...scenes import CameraPath
from ..progress import ShowStage
from .map_files import MapFiles
from .network import open_network, require_weights
from .project_photos import ProjectPhotos


def lift_maps(
    photos: ProjectPhotos,
    maps: PhotoMaps,
    path: CameraPath,
    out: Path,
    *,
    words: str,
    compare: bool,
    show: ShowStage,
) -> None:
    """Write what every camera sees into the folder `out`, all or nothing.

    Args:
        photos: The project.
        maps: What is known about its photos.
        path: The cameras.
        out: The folder, made if it does not exist.
        words: What the maps were called, for the record.
        compare: Also render first and predict on the picture.
        show: Told how far it is; raise from it to cancel.

    Raises:
        RowsplatError: Weights, a photo or a map is at fault, or there is nothing to compare with.
        OSError: The folder cannot be written to.
    """
    predictor = _predictor(maps) if compare else None
    scene = photos.scene
    model = open_network(require_weights(scene.weights), "cpu")
    views = LiftedViews(photos.photo_set, model, maps, scene.options(), near=scene.near, far=scene.far)
    total = sum(camera.width * camera.height for camera in path.cameras)
    with filling_folder(out) as folder:
        files, done = MapFiles(folder, views.legend, words), 0
        for camera in path.cameras:
            before = done
            seen = views.view(
                camera, on_rays=lambda rays, _, before=before: show("lift", before + rays, total)
            )
            predicted = None if predictor is None else render_then_predict(predictor, seen.picture)
            files.write(camera, seen, predicted)
            done += camera.width * camera.height
        files.finish()


def _predictor(maps: PhotoMaps) -> Predictor:
    if isinstance(maps, PredictedMaps):
        return maps.predictor
    raise RowsplatError(
        f"--compare goes with what looks at pictures, such as edges or an .onnx file; {maps.legend.title} of the "
        "photos say nothing about a rendered picture."
    )
