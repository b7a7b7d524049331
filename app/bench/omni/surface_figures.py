"""How near found depths and fused meshes are to surfaces that are known."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ....render.mesh_metrics import distances_to, points_on
from ....render.omni_recon import OmniRecon, ReconstructionOptions, fuse_depths, reconstruct
from ....scenes.photo_sets import choose_source_views, near_far_of_camera, with_triangulated_points
from .figure_store import Figures, FigureStore
from .known_scenes import KnownScene
from .yardsticks import Yardstick

_Value = TypeVar("_Value", bound=np.generic)

SIDE = 320
"""Longer side of photos and depth maps [px]."""

_PHOTOS = 3  # that a depth map is made from, its own among them
_THRESHOLD = 0.01  # of the scene's longest side
_FINENESS = 1 / 5  # of the threshold: side of the cells in which the truth keeps one point
_SAMPLES = 50_000


def measure_depths(
    store: FigureStore, scene: KnownScene, indices: Sequence[int], methods: Sequence[Yardstick]
) -> None:
    """Median relative error of depths [%] and parts within 1, 2 and 5 %, under "depths/SCENE/PHOTO/METHOD".

    Only pixels count that one of the other photos shows too: of the rest nothing can be known.
    """
    for index in indices:
        for method in methods:
            key = f"depths/{scene.name}/{scene.photo_set.names[index]}/{method.name}"
            store.measured(key, lambda index=index, method=method: _depth_figures(scene, index, method))


def measure_mesh(
    store: FigureStore, scene: KnownScene, model: OmniRecon, options: ReconstructionOptions
) -> None:
    """Precision, recall and F-score at 1 % of the scene's longest side, under "meshes/SCENE".

    What one photo alone shows does not count for the recall. "Alike" counts only what two photos show from directions
    and distances that are alike.
    """
    store.measured(f"meshes/{scene.name}", lambda: _mesh_figures(scene, model, options))


def depth_table(store: FigureStore, scenes: Sequence[KnownScene], methods: Sequence[Yardstick]) -> str:
    """Means over the photos of each scene."""
    names = [method.name for method in methods]
    lines = ["| scene | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for scene in scenes:
        cells = list[str]()
        for name in names:
            found = [f for key, f in store.under(f"depths/{scene.name}/") if key.endswith(f"/{name}")]
            values = [np.mean([float(f[k]) for f in found]) for k in ("median_percent", "within_2") if found]
            cells.append(f"{values[0]:.2f} %, {values[1]:.2f}" if found else "")
        lines.append(f"| {scene.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def mesh_table(store: FigureStore) -> str:
    """One line for each scene."""
    lines = [
        "| scene | precision | recall | F-score | recall, alike | F-score, alike | triangles |",
        "|---|---|---|---|---|---|---|",
    ]
    keys = ("precision", "recall", "f_score", "recall_alike", "f_score_alike")
    for name, figures in store.under("meshes/"):
        values = [f"{float(figures[key]):.3f}" for key in keys]
        lines.append(f"| {name} | {' | '.join(values)} | {figures['triangles']} |")
    return "\n".join(lines)


def _depth_figures(scene: KnownScene, index: int, method: Yardstick) -> Figures:
    photo_set = with_triangulated_points(scene.photo_set)
    photo = photo_set.photos[index]
    near_far = photo.near_far or near_far_of_camera(photo_set, photo.camera)
    others = choose_source_views(
        photo_set, photo.camera, _PHOTOS - 1, exclude=(photo.name,), near_far=near_far
    )
    images = [photo_set.photos[i].image(SIDE) for i in (index, *others)]
    started = time.process_time()
    found = method.depth([image.rgb for image in images], [image.camera for image in images], near_far)
    if found is None:
        raise ValueError(f"{method.name} finds no depths")
    seconds = time.process_time() - started
    truth = _nearest(scene.depths[index], found.shape)
    counted = _nearest(scene.seen_by(index, others), found.shape)
    errors = (np.abs(found - truth) / np.maximum(truth, 1e-9))[counted]
    within = {f"within_{percent}": float((errors <= percent / 100).mean()) for percent in (1, 2, 5)}
    return {"median_percent": 100.0 * float(np.median(errors)), **within, "processor_s": seconds}


def _mesh_figures(scene: KnownScene, model: OmniRecon, options: ReconstructionOptions) -> Figures:
    (every, shared), (_, alike) = scene.points(alike=False), scene.points(alike=True)
    threshold = _THRESHOLD * float(np.ptp(every, axis=0).max())
    every, shared, alike = (_thinned(points, _FINENESS * threshold) for points in (every, shared, alike))
    started = time.process_time()
    found = reconstruct(with_triangulated_points(scene.photo_set), model, options)
    fused = fuse_depths(found.views)
    seconds = time.process_time() - started
    samples = points_on(fused.mesh, _SAMPLES, np.random.default_rng(0))
    precision = float((KDTree(every).query(samples)[0] < threshold).mean())
    recalls = [
        float((distances_to(fused.mesh, points.astype(np.float32)) < threshold).mean())
        for points in (shared, alike)
    ]
    scores = [2.0 * precision * recall / max(precision + recall, 1e-9) for recall in recalls]
    return {
        "precision": precision,
        "recall": recalls[0],
        "f_score": scores[0],
        "recall_alike": recalls[1],
        "f_score_alike": scores[1],
        "voxel": fused.voxel_size,
        "triangles": len(fused.mesh.faces),
        "processor_s": seconds,
    }


def _nearest(values: NDArray[_Value], shape: tuple[int, ...]) -> NDArray[_Value]:
    """`values [H, W]` at the middles of the pixels of a picture of another `shape`."""
    rows, columns = (
        ((np.arange(new) + 0.5) / new * old).astype(np.intp)
        for new, old in zip(shape, values.shape, strict=True)
    )
    return values[rows[:, None], columns]


def _thinned(points: NDArray[np.float64], side: float) -> NDArray[np.float64]:
    """One of the points in each cell of a grid."""
    cells = np.floor(points / side).astype(np.int64)
    return points[np.unique(cells, axis=0, return_index=True)[1]]
