"""One reconstruction from photos to a finished folder."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...kernels.errors import RowsplatError
from ...render.omni_recon import (
    FusedMesh,
    FusionOptions,
    Reconstruction,
    ReconstructionOptions,
    ReconstructionProgress,
    fuse_depths,
    reconstruct,
)
from ...render.omni_recon.reconstruction_memory import estimated_bytes
from ...render.omni_recon.view_plans import ViewPlan, view_plans
from ...scenes.photo_sets import PhotoSet
from ..bench.memory import peak_resident_bytes
from ..progress import ShowStage, stage_progress
from .network import open_network
from .photos import PreparedPhotos, prepared, require_overlap
from .record import html_report, mesh_facts, photo_facts, time_facts, view_facts
from .results import PROJECT, write_meshes, write_points, write_project, write_views
from .run_folder import RunFolder
from .scene import OmniScene
from .settings import differences, settings_of
from .stage_clock import StageClock

REPORT = "report.html"
"""Pictures and figures, to be opened in a browser."""

_OPENING_SIDE = 1280  # of the view that the project opens with [px]


def _print(text: str) -> None:
    print(text, flush=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class Reconstructing:
    """What is to be done.

    Args:
        path: Of the photo set, absolute.
        photo_set: The photos as they were opened.
        folder: Where the results go.
        weights: File of the network's weights.
        weights_are_default: They ship with rowsplat, so that a project need not name them.
        options: How depths are found.
        fusion: How they are fused.
        depths: Near and far as the user gave them.
        skip_check: Trust the cameras.
        device: `cpu` or `cuda`.
    """

    path: Path
    photo_set: PhotoSet
    folder: RunFolder
    weights: Path
    weights_are_default: bool
    options: ReconstructionOptions
    fusion: FusionOptions
    depths: tuple[float | None, float | None]
    skip_check: bool
    device: str
    _clock: StageClock = field(default_factory=StageClock, init=False)

    def finished(self) -> str | None:
        """When this very reconstruction was finished, or `None`.

        Raises:
            RowsplatError: Another one was finished in the folder.
        """
        record = self.folder.record()
        if record is None:
            return None
        changed = differences(self._settings(), record.get("settings"))
        if changed:
            raise RowsplatError(
                f"{self.folder.path}: holds a finished reconstruction with other {', '.join(changed)}. Choose another "
                "--out, or replace it with --force."
            )
        return str(record.get("finished"))

    def run(
        self,
        progress: Callable[[], AbstractContextManager[ShowStage]] = stage_progress,
        say: Callable[[str], object] = _print,
    ) -> str:
        """Do it; says in one line what was made.

        Args:
            progress: Gives what is told how far it is.
            say: Told what will be done, in some lines.

        Raises:
            RowsplatError: The photos cannot be reconstructed; the line says why.
            SceneFileError: A file is at fault.
        """
        self.folder.clear_leavings()
        model = open_network(self.weights, self.device)
        with progress() as show:
            show_stage = self._timed(show)
            photos = prepared(
                self.photo_set,
                max_side=self.options.max_side,
                near=self.depths[0],
                far=self.depths[1],
                skip_check=self.skip_check,
                on_step=show_stage,
            )
        plans = view_plans(photos.photo_set, self.options)
        alone = require_overlap(photos.photo_set, plans)
        notes = self._notes(photos, alone)
        estimate = max(estimated_bytes(plan.camera.width, plan.camera.height, self.options) for plan in plans)
        say("\n".join((*_plan_lines(photos, plans, self.options, estimate), *notes)))
        with progress() as show:
            show_stage = self._timed(show)

            def _tell(progress: ReconstructionProgress) -> None:
                show_stage(progress.stage.value, progress.done, progress.total, progress.seconds_left)

            found = reconstruct(
                photos.photo_set,
                model,
                self.options,
                on_progress=_tell,
                resume_folder=self.folder.unfinished,
            )
            fused = self._fused(found, _tell)
            show_stage("write", 0, 1)
            record = self._published(photos, found, fused, {"notes": notes, "estimated_bytes": estimate})
            show_stage("write", 1, 1)
        return _summary(self.folder.path, record)

    def _settings(self) -> dict[str, Any]:
        return settings_of(self.photo_set, self.weights, self.options, self.fusion, self.depths)

    def _timed(self, show: ShowStage) -> ShowStage:
        def _show(stage: str, done: int, total: int, seconds_left: float | None = None, /) -> None:
            self._clock.enter(stage)
            show(stage, done, total, seconds_left)

        return _show

    def _notes(self, photos: PreparedPhotos, alone: Sequence[str]) -> tuple[str, ...]:
        """What the user should know, a line each."""
        notes = list(photos.photo_set.notes)
        if alone:
            notes.append(f"{len(alone)} photos share nothing with others, such as {alone[0]}")
        return tuple(f"note: {note}" for note in notes)

    def _fused(self, found: Reconstruction, tell: Any) -> FusedMesh:
        """The mesh; where there is none, the pictures that show why are left beside the views that were found."""
        try:
            return fuse_depths(found.views, self.fusion, on_progress=tell)
        except RowsplatError as error:
            write_views(self.folder.unfinished, found.views, None)
            raise RowsplatError(
                f"{error} Pictures of the depth maps are in {self.folder.unfinished / 'pictures'}."
            ) from error

    def _published(
        self, photos: PreparedPhotos, found: Reconstruction, fused: FusedMesh, known: dict[str, Any]
    ) -> dict[str, Any]:
        """Write everything; gives what `reconstruct.json` holds."""
        record: dict[str, Any] = {}
        with self.folder.publishing(record) as partial:
            made = write_views(partial, found.views, fused.mesh)
            write_meshes(partial, fused.mesh)
            points = write_points(partial, photos.photo_set.points)
            camera = photos.photo_set.photos[0].camera_at(_OPENING_SIDE)
            write_project(partial, self.folder.path, self.path, camera, self._scene(points))
            self._clock.stop()
            record |= {
                "finished": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
                "photo_set": str(self.path),
                "photos": photo_facts(photos),
                "weights": str(self.weights),
                "settings": self._settings(),
                "views": [view_facts(view, own) for view, own in zip(found.views, made, strict=True)],
                "views_resumed": found.resumed,
                "mesh": mesh_facts(fused),
                "project": PROJECT,
                "peak_bytes": peak_resident_bytes(),
                **known,
                **time_facts(self._clock),
            }
            (partial / REPORT).write_text(html_report(record), encoding="utf-8")
        return record

    def _scene(self, points: Path | None) -> OmniScene:
        return OmniScene(
            weights=None if self.weights_are_default else self.weights.absolute(),
            points=None if points is None else self.folder.path / points,
            source_views=self.options.source_views,
            max_side=self.options.max_side,
            volume_resolution=self.options.volume_resolution,
            samples=self.options.samples,
            near=self.depths[0],
            far=self.depths[1],
        )


def _plan_lines(
    photos: PreparedPhotos, plans: Sequence[ViewPlan], options: ReconstructionOptions, estimate: float
) -> tuple[str, ...]:
    """What is going to be done, before it is."""
    photo_set, first = photos.photo_set, plans[0].camera
    near, far = ([getattr(plan.bounds, name) for plan in plans] for name in ("near", "far"))
    return (
        f"{photo_set.name}: {len(photo_set)} photos. {'' if photos.check is None else photos.check.line}".rstrip(),
        f"near {_span(near)}, far {_span(far)}, from {photos.points_text}; --near and --far set them",
        f"{len(plans)} depth maps of {first.width}x{first.height} from {options.source_views} photos each, volume of "
        f"{options.volume_resolution} nodes a side, {options.samples} samples of a ray, {options.planes} planes, about "
        f"{estimate / 1e9:.2g} GB",
    )


def _span(depths: Sequence[float]) -> str:
    low, high = f"{min(depths):.4g}", f"{max(depths):.4g}"
    return low if low == high else f"{low} to {high}"


def _summary(folder: Path, record: dict[str, Any]) -> str:
    mesh, views = record["mesh"], record["views"]
    resumed = f" ({record['views_resumed']} from an earlier start)" if record["views_resumed"] else ""
    return (
        f"{folder}: {len(views)} views{resumed}, {mesh['triangles']} triangles, {mesh['vertices']} vertices at voxel "
        f"{mesh['voxel_size']:.3g}, {sum(record['seconds'].values()):.1f} s; open {folder / PROJECT} or "
        f"{folder / REPORT}"
    )
