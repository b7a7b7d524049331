"""`rowsplat edit`: what sentences, or a script of them, ask to be done to scenes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from tyro import conf

from ...kernels.errors import RowsplatError
from ...render import Backend, Renderer
from ...render.output_files import require_writable_place
from ...scenes.grounding import LEAST_CONFIDENCE
from ...scenes.text_edits.planning import OnStep
from ..camera_choice import CameraChoice
from ..checks import require_between, require_exists
from ..edit_bakes import PlannedBake, plan_bake
from ..edit_jobs import (
    EditJob,
    PlannedJob,
    WritableJob,
    carried_out,
    plan_job,
    require_distinct,
    write_jobs,
)
from ..edit_scripts import ScriptCall, jobs_of_script
from ..edit_styles import StyleChecker, StyleLibrary, StylePainter
from ..edit_words import words_of
from ..editing import Words
from ..opening import make_renderer
from ..progress import stage_progress
from .flags import KernelLanguage, Lod, OneBackend, flag

EXAMPLES = (
    'rowsplat edit scene.ply --prompt "remove the floor, then make the robot blue" --out edited.sog',
    'rowsplat edit scene.sog --prompt "scale the vase by 1.5" --out big.ply --preview before-after.png',
    'rowsplat edit scene.ply --prompt "keep the largest red thing" --dry-run',
    "rowsplat edit scene.ply --script edits.toml --out edited.sog --json log.json",
    "rowsplat edit --script several.toml --set colour=red size=1.5",
    "rowsplat edit mesh.bake --prompt 'style everything like \"mosaic\"' --styles styles --out styled.bake",
)

_LONGEST_PROMPT = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Edit scenes by words. All steps are tried before anything is written: all of them are done or none."""

    scene: Annotated[
        Path | None,
        conf.Positional,
        flag(
            "Scene, in any format that can be read, or a .bake, which can be painted in styles. A script may name "
            "scenes of its own.",
            "SCENE",
        ),
    ] = None
    prompt: Annotated[
        str | None,
        flag("What is to be done, in sentences; docs/edit-language.md says what is understood.", "TEXT"),
    ] = None
    script: Annotated[
        Path | None, flag("TOML file of steps, with variables and scenes, instead of a prompt.", "FILE")
    ] = None
    set: Annotated[
        tuple[str, ...], flag("Values of the script's variables, in place of its own.", "NAME=VALUE ...")
    ] = ()
    out: Annotated[
        Path | None,
        flag("Edited scene: .ply, .compressed.ply, .splat, .spz, .sog, .glb; of a bake: .bake.", "FILE"),
    ] = None
    preview: Annotated[
        Path | None, flag("Picture of the scene before and after, side by side: .png, .jpg, .webp.", "FILE")
    ] = None
    dry_run: Annotated[
        bool, flag("Print the plan: steps, Gaussians touched, confidence, why; write nothing but --json.")
    ] = False
    json: Annotated[Path | None, flag("Log of what was understood and done.", "FILE")] = None
    log: Annotated[
        Path | None,
        flag("Append the prompt and its program to this file, to tune the small model on.", "FILE"),
    ] = None
    planner: Annotated[
        str,
        flag(
            "What makes steps of sentences: grammar; small-model, which is asked for what the grammar does not "
            "understand; or a language model in its place: .gguf, a folder, or what train-planner wrote.",
            "grammar|small-model|PATH",
        ),
    ] = "grammar"
    labels: Annotated[
        Path | None,
        flag("Names of things: .safetensors with a weight per Gaussian for each name, 0 to 1.", "FILE"),
    ] = None
    clipseg: Annotated[
        Path | None,
        flag(
            "Folder of a CLIPSeg model, which looks for nouns that are no names here in pictures.", "FOLDER"
        ),
    ] = None
    styles: Annotated[
        Path | None,
        flag(
            "Folder of styles, pictures or networks, that are called by their names without ending.", "FOLDER"
        ),
    ] = None
    diffusion: Annotated[
        Path | None, flag("Folder of a diffusion model that edits pictures, for styles in words.", "FOLDER")
    ] = None
    weights: Annotated[
        Path | None,
        flag(
            "Weights of Omni-Recon that a bake was made with. Without it those of the installation, if it has any.",
            "FILE",
        ),
    ] = None
    min_confidence: Annotated[
        float, flag("Words that are less sure than that are refused, 0 to 1.", "SHARE")
    ] = LEAST_CONFIDENCE
    camera: Annotated[
        Path | None,
        flag(
            "Camera file of the preview; its first frame says what left, right, front and back are. Without it a "
            "view of the scene is found.",
            "JSON",
        ),
    ] = None
    frame: Annotated[int | None, flag("That frame of the camera file, from 0.", "K")] = None
    orbit: Annotated[
        tuple[float, float, float] | None,
        flag("Look at the scene from AZ and EL [degrees], DIST [radii of the subject].", "AZ EL DIST"),
    ] = None
    width: Annotated[int | None, flag("Width of each half of the preview [px].", "W")] = None
    height: Annotated[int | None, flag("Height of the preview [px].", "H")] = None
    lod: Lod = None
    backend: OneBackend = Backend.AUTO
    kernel_language: KernelLanguage = "auto"
    overwrite: Annotated[bool, flag("Replace edited scenes that exist.")] = False


def run(command: Edit) -> None:
    """Plan, print the plan or carry it out, and say what was written.

    Raises:
        RowsplatError: A flag, a file, a word or a step is at fault; nothing has been written.
    """
    _check(command)
    words = words_of(command.planner)
    jobs = _jobs(command, words)
    require_distinct(jobs)
    for job in jobs:
        job.check_outputs(overwrite=command.overwrite)
        require_exists(job.scene)
    with _telling() as told, TemporaryDirectory(prefix="rowsplat-") as colours:
        planned = [_planned(command, job, words, told) for job in jobs]
        if not command.dry_run:
            planned = [_painted(command, job, told, Path(colours)) for job in planned]
        write_jobs(
            planned,
            renderer=_renderer(command),
            overwrite=command.overwrite,
            log=command.json,
            dry_run=command.dry_run,
        )
    _tell_corrections(command)
    for job in planned:
        print(_report(job, dry_run=command.dry_run))
    _remember(command, planned)


def _tell_corrections(command: Edit) -> None:
    """Say how misspelled words of the prompt were read."""
    from ...scenes.text_edits.parsing import read_edits

    if command.prompt is None:
        return
    with suppress(RowsplatError):  # a language model may have understood what the grammar does not
        for correction in read_edits(command.prompt).corrections:
            print(f"note: {correction}", file=sys.stderr)


def _planned(command: Edit, job: EditJob, words: Words, told: OnStep) -> PlannedJob | PlannedBake:
    """The job, tried without painting styles."""
    if job.is_of_bake:
        return plan_bake(job, words, _styles(command, job), command.weights)
    checker = StyleChecker(library=_styles(command, job))
    return plan_job(job, words, least_confidence=command.min_confidence, stylist=checker, on_step=told)


def _painted(
    command: Edit, planned: PlannedJob | PlannedBake, told: OnStep, colours: Path
) -> PlannedJob | PlannedBake:
    """The job with its styles painted; their colours lie in the folder `colours`."""
    if isinstance(planned, PlannedBake):
        with stage_progress() as show:
            return planned.painted(lambda stage, done, total: show(stage.value, done, total))
    if not planned.waits_for_styles:
        return planned
    with stage_progress() as show:
        painter = StylePainter(
            library=_styles(command, planned.job),
            folder=colours,
            on_progress=lambda stage, done, total: show(stage.value, done, total),
        )
        return carried_out(planned, painter, told)


def _styles(command: Edit, job: EditJob) -> StyleLibrary:
    return StyleLibrary(files=job.files, folder=command.styles, diffusion=command.diffusion)


def _check(command: Edit) -> None:
    """Refuse flags that lack something or exclude each other."""
    if (command.prompt is None) == (command.script is None):
        raise RowsplatError("edit needs either --prompt TEXT or --script FILE.")
    if command.prompt is not None:
        if command.scene is None:
            raise RowsplatError("a prompt needs a scene: rowsplat edit SCENE --prompt TEXT.")
        if len(command.prompt) > _LONGEST_PROMPT:
            raise RowsplatError("--prompt is longer than a million characters. Give fewer sentences.")
        if command.set:
            raise RowsplatError("--set goes with --script, whose variables it sets.")
        if command.out is None and not command.dry_run:
            raise RowsplatError("--out FILE says where the edited scene goes; or give --dry-run.")
    require_between("--min-confidence", command.min_confidence, 0.0, 1.0)
    require_between("--lod", command.lod, 0, 255)
    for path in (command.styles, command.diffusion, command.labels, command.clipseg):
        if path is not None:
            require_exists(path)
    _camera_choice(command).check()
    for path in (command.json, command.log):
        if path is not None:
            require_writable_place(path)


def _camera_choice(command: Edit) -> CameraChoice:
    return CameraChoice(
        file=command.camera,
        frame=command.frame,
        orbit=command.orbit,
        width=command.width,
        height=command.height,
    )


def _jobs(command: Edit, words: Words) -> list[EditJob]:
    """What is to be done, scene by scene."""
    if command.script is not None:
        call = ScriptCall(
            path=command.script,
            variables=command.set,
            scene=command.scene,
            out=command.out,
            preview=command.preview,
            camera=_camera_choice(command),
            lod=command.lod,
            dry_run=command.dry_run,
            labels=command.labels,
            clipseg=command.clipseg,
        )
        return jobs_of_script(call, words)
    assert command.scene is not None
    assert command.prompt is not None
    job = EditJob(
        scene=command.scene,
        text=command.prompt,
        out=None if command.dry_run else command.out,
        preview=None if command.dry_run else command.preview,
        camera=_camera_choice(command),
        lod=command.lod,
        labels=command.labels,
        clipseg=command.clipseg,
    )
    return [job]


def _renderer(command: Edit) -> Callable[[], Renderer]:
    """What makes the renderer, once, when the first preview is drawn."""

    @cache
    def make() -> Renderer:
        return make_renderer(command.backend, command.kernel_language)

    return make


@contextmanager
def _telling() -> Generator[OnStep, None, None]:
    """Show which step is being worked on; on a terminal only, so that logs and errors stay clean."""
    is_shown = sys.stderr.isatty()

    def tell(number: int, count: int, sentence: str) -> None:
        if is_shown:
            print(f"\r\x1b[Kstep {number} of {count}: {sentence[:60]}", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        if is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _remember(command: Edit, planned: Sequence[WritableJob]) -> None:
    """Log what was accepted, where that is asked for."""
    if command.log is None or command.prompt is None or command.dry_run:
        return
    from ..planning.accepted import log_accepted

    for job in planned:
        log_accepted(command.log, command.prompt, job.program)


def _report(planned: WritableJob, *, dry_run: bool) -> str:
    """The plan in a dry run, else what was written."""
    if dry_run:
        return "\n".join((f"{planned.job.scene}:", *(f"  {line}" for line in planned.lines)))
    steps = len(planned.program.steps)
    return f"{planned.job.out}: {steps} step{'' if steps == 1 else 's'}, {planned.summary}"
