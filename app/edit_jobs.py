"""Edits of scenes from the command line: jobs are planned first, then carried out; their files appear at the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from ..kernels.errors import RowsplatError
from ..render import Renderer, write_image
from ..render.output_files import require_writable_place
from ..scenes import Camera, save_gaussians
from ..scenes.formats.file_formats import format_to_write
from ..scenes.text_edits.edit_plan import EditPlan, plan_json
from ..scenes.text_edits.planning import FileRule, OnStep, Stylist
from ..scenes.text_edits.scene_frame import up_of_cameras
from ..scenes.text_edits.steps import Style, TextProgram
from .camera_choice import CameraChoice
from .edit_preview import before_after
from .editing import EditableScene, Words
from .label_files import label_names, read_labels
from .opening import load_scene
from .staged_files import staged_files

BAKE_SUFFIX, _BAKE_RECORDS = ".bake", "bake.json"
_CLIPSEG_VIEWS, _CLIPSEG_SIZE = 12, 352  # the model's own size [px]


@dataclass(frozen=True, kw_only=True)
class EditJob:
    """What is to be done to one scene.

    Args:
        scene: Its file.
        text: Sentences, or a program.
        out: Where the edited scene goes; `None` in a dry run.
        preview: Where the picture of before and after goes.
        camera: Of that picture, and of what left and right are.
        lod: Level of detail, 0 the finest.
        files: Which files the text may name.
        labels: File of labels of the scene's Gaussians.
        clipseg: Folder of a CLIPSeg model that finds what nobody else knows.
    """

    scene: Path
    text: str | TextProgram
    out: Path | None = None
    preview: Path | None = None
    camera: CameraChoice = field(default_factory=CameraChoice)
    lod: int | None = None
    files: FileRule = field(default_factory=FileRule)
    labels: Path | None = None
    clipseg: Path | None = None

    def check_outputs(self, *, overwrite: bool) -> None:
        """Refuse, before any work, what cannot be written.

        Raises:
            RowsplatError: Names the file.
        """
        if self.out is not None:
            self._require_format(self.out)
            require_writable_place(self.out)
            if self.out.exists() and not overwrite:
                raise RowsplatError(f"{self.out}: exists already. Choose another name, or give --overwrite.")
        if self.preview is not None:
            require_picture(self.preview)

    @property
    def is_of_bake(self) -> bool:
        """Whether it is about photos on a mesh, and not about Gaussians."""
        return self.scene.suffix.lower() == BAKE_SUFFIX or (self.scene / _BAKE_RECORDS).is_file()

    def _require_format(self, out: Path) -> None:
        if not self.is_of_bake:
            format_to_write(out)
        elif out.suffix.lower() != BAKE_SUFFIX:
            raise RowsplatError(f"{out}: an edited bake must end in {BAKE_SUFFIX}, got '{out.suffix}'.")


class WritableJob(Protocol):
    """A job that was carried out."""

    @property
    def job(self) -> EditJob:
        """What was asked for."""
        ...

    @property
    def program(self) -> TextProgram:
        """All steps."""
        ...

    @property
    def lines(self) -> tuple[str, ...]:
        """The plan, for people."""
        ...

    @property
    def summary(self) -> str:
        """What was done."""
        ...

    def write(self, place: Callable[[Path], Path], renderer: Callable[[], Renderer]) -> None:
        """Write the files to the places of their names."""
        ...

    def record(self) -> dict[str, Any]:
        """Values for the JSON log."""
        ...


@dataclass(frozen=True, eq=False, kw_only=True)
class PlannedJob:
    """A job that was found to be possible.

    Args:
        job: What was asked for.
        camera: Of the preview.
        before: The scene as it was read.
        plan: What is done to it.
    """

    job: EditJob
    camera: Camera
    before: EditableScene
    plan: EditPlan

    @property
    def program(self) -> TextProgram:
        """All steps."""
        return TextProgram(steps=tuple(planned.step for planned in self.plan.steps))

    @property
    def waits_for_styles(self) -> bool:
        """Whether a step was left out of the plan because it takes long."""
        return any(isinstance(step.step, Style) and not step.operations for step in self.plan.steps)

    @property
    def lines(self) -> tuple[str, ...]:
        """The plan, for people."""
        return self.plan.lines

    @property
    def summary(self) -> str:
        """How many Gaussians there were and are."""
        start, end = self.plan.start.scene, self.plan.end.scene
        return f"{int(start.alive.sum()):,} -> {int(end.alive.sum()):,} Gaussians"

    def write(self, place: Callable[[Path], Path], renderer: Callable[[], Renderer]) -> None:
        """Write the edited scene and the preview to the places of their names.

        Raises:
            RowsplatError: Nothing is left to write.
        """
        after = self.before.after(self.plan)
        if self.job.out is not None:
            if not len(after.gaussians):
                raise RowsplatError(f"{self.job.scene}: the edits leave nothing of it to write. Remove less.")
            save_gaussians(after.gaussians, place(self.job.out))
        if self.job.preview is not None:
            title = "; ".join(step.sentence for step in self.plan.steps)
            before = self.before.visible
            picture = before_after(renderer(), before, after.visible, self.camera, title=title)
            write_image(place(self.job.preview), picture)

    def record(self) -> dict[str, Any]:
        """Values for the JSON log: what was understood and done."""
        end = self.plan.end.scene
        return {
            **places_json(self.job),
            "program": [step.sentence for step in self.plan.steps],
            "gaussians_before": int(self.plan.start.scene.alive.sum()),
            "gaussians_after": int(end.alive.sum()),
            "hidden_after": int((end.alive & end.hidden).sum()),
            "confidence": round(self.plan.confidence, 4),
            "steps": plan_json(self.plan),
        }


def require_picture(path: Path) -> None:
    """Refuse the name of a picture that cannot be written.

    Raises:
        RowsplatError: It has another ending, or no folder.
    """
    from ..render.images import EIGHT_BIT_SUFFIXES

    if path.suffix.lower() not in EIGHT_BIT_SUFFIXES:
        raise RowsplatError(
            f"{path}: the preview must end in one of {', '.join(EIGHT_BIT_SUFFIXES)}, got '{path.suffix}'."
        )
    require_writable_place(path)


def require_distinct(jobs: Sequence[EditJob]) -> None:
    """Refuse two outputs of one name.

    Raises:
        RowsplatError: Names the file.
    """
    seen: set[Path] = set()
    for path in (path for job in jobs for path in (job.out, job.preview) if path is not None):
        place = path.resolve()
        if place in seen:
            raise RowsplatError(f"{path}: is to be written twice. Give every output its own name.")
        seen.add(place)


def plan_job(
    job: EditJob, words: Words, *, least_confidence: float, stylist: Stylist | None, on_step: OnStep
) -> PlannedJob:
    """Read the scene and plan the job.

    Raises:
        RowsplatError: The scene or the camera cannot be read, the text is not understood, or cannot be done.
    """
    names = label_names(job.labels) if job.labels is not None else ()
    # what is not understood is told before a large scene is read
    program = words(job.text, names=names) if isinstance(job.text, str) else job.text
    path = job.camera.from_file()
    gaussians = load_scene(job.scene, lod=job.lod)
    if not len(gaussians):
        raise RowsplatError(f"{job.scene}: has no Gaussians, nothing can be edited. Choose another scene.")
    cameras = (path or job.camera.from_scene(gaussians)).cameras
    up = up_of_cameras(cameras if path is not None else ())
    scene = EditableScene.of(gaussians, camera=cameras[0], up=up)
    scene = replace(scene, words=words, files=job.files, stylist=stylist)
    scene = _knowing(job, scene).with_least_confidence(least_confidence)
    return PlannedJob(job=job, camera=cameras[0], before=scene, plan=scene.plan(program, on_step=on_step))


def _knowing(job: EditJob, scene: EditableScene) -> EditableScene:
    """The scene with the sources of names that the job gives."""
    if job.labels is not None:
        scene = scene.with_labels(read_labels(job.labels, len(scene.scene)))
    if job.clipseg is not None:
        from ..render.clipseg_finder import ClipSegFinder, load_clipseg
        from ..render.restyling import camera_ring

        cameras = camera_ring(scene.gaussians, _CLIPSEG_VIEWS, _CLIPSEG_SIZE)
        scene = scene.with_finders(ClipSegFinder(load_clipseg(job.clipseg), cameras))
    return scene


def carried_out(planned: PlannedJob, stylist: Stylist, on_step: OnStep) -> PlannedJob:
    """The job with the styles painted that its plan had left out.

    Raises:
        RowsplatError: A style cannot be painted.
    """
    scene = replace(planned.before, stylist=stylist)
    return replace(planned, plan=scene.plan(planned.program, on_step=on_step))


def write_jobs(
    jobs: Sequence[WritableJob],
    *,
    renderer: Callable[[], Renderer],
    overwrite: bool,
    log: Path | None,
    dry_run: bool,
) -> None:
    """Write scenes, previews and the log; all of them appear or none.

    Args:
        jobs: Carried out.
        renderer: Makes the renderer of the previews; called if there is one.
        overwrite: Replace scenes that are there.
        log: JSON file.
        dry_run: Write the log alone.

    Raises:
        RowsplatError: A file cannot be written.
    """
    with staged_files() as staged:
        if not dry_run:
            for planned in jobs:
                planned.write(staged.place, renderer)
                if planned.job.out is not None and planned.job.out.exists() and not overwrite:
                    raise RowsplatError(f"{planned.job.out}: has appeared meanwhile. Give --overwrite.")
        if log is not None:
            text = json.dumps(log_json(jobs, dry_run=dry_run), indent=1, allow_nan=False, ensure_ascii=False)
            staged.place(log).write_text(text + "\n", encoding="utf-8")


def log_json(jobs: Sequence[WritableJob], *, dry_run: bool) -> dict[str, Any]:
    """Values for the JSON log: what was asked for, understood and done, scene by scene."""
    scenes = [planned.record() for planned in jobs]
    return {"rowsplat_edit_log": 1, "dry_run": dry_run, "scenes": scenes}


def places_json(job: EditJob) -> dict[str, Any]:
    """The part of a record that says what was asked for."""
    return {
        "scene": job.scene.as_posix(),
        "out": None if job.out is None else job.out.as_posix(),
        "preview": None if job.preview is None else job.preview.as_posix(),
        "text": job.text if isinstance(job.text, str) else str(job.text),
    }
