"""`rowsplat render`: a scene into a picture, a numbered sequence or a video."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal

from tyro import conf

from ...kernels.errors import RowsplatError
from ...render import Backend, Blend, GpuIrss, Renderer, RenderMode, RenderOptions, StageTimes
from ...scenes import Camera, CameraPath, Gaussians
from ..camera_choice import CameraChoice
from ..checks import require_between, require_exists
from ..opening import open_scene_and_renderer
from ..outputs import OutputKind, open_output, output_kind, require_output
from ..progress import stage_progress, with_progress
from ..project import SUFFIX as PROJECT_SUFFIX
from .flags import (
    Antialiased,
    Background,
    FieldOfView,
    GpuIrssVariant,
    KernelLanguage,
    Lod,
    MaxShDegree,
    OneBackend,
    OneBlend,
    flag,
)

EXAMPLES = (
    "rowsplat render scene.ply --out picture.png",
    "rowsplat render scene.sog --out side.jpg --orbit 90 15 2.5 --width 1920 --height 1080",
    "rowsplat render scene.spz --out turn.mp4 --camera camera_path.json",
    "rowsplat render scene.ply --out 'frames/out_%05d.png' --camera transforms.json",
    "rowsplat render scene.ply --out depth.exr --mode depth --camera transforms.json --frame 3",
    "rowsplat render reconstruction/project.rowsplat --out view.png --orbit 20 10 2 --width 320 --height 240",
    "rowsplat render reconstruction/project.rowsplat --out flight.mp4 --camera camera_path.json --renderer baked",
)

IMAGE_BASED_MODES = (RenderMode.RGB, RenderMode.ALPHA, RenderMode.DEPTH)
"""What a view of a project of photos can show."""

_OF_GAUSSIANS = (
    "blend",
    "backend",
    "gpu_irss",
    "antialiased",
    "no_antialiased",
    "max_sh_degree",
    "lod",
)


@dataclass(frozen=True, kw_only=True)
class Render:
    """Draw a scene into a picture, or along a camera path into a video. Replaces the output if it exists."""

    scene: Annotated[
        Path,
        conf.Positional,
        flag(
            "Scene: .ply, .compressed.ply, .splat, .spz, .ksplat, .sog, a SOG folder, .glb or .gltf; or a project of "
            "`rowsplat reconstruct`, whose photos are seen from other cameras.",
            "SCENE",
        ),
    ]
    out: Annotated[
        Path,
        flag(
            "Picture: .png, .jpg, .webp (8 bits), .exr, .npy (float). Camera path: .mp4, .webm, numbered "
            "pictures as in out_%05d.png, or a folder.",
            "FILE",
        ),
    ]
    camera: Annotated[
        Path | None,
        flag(
            "Cameras: nerfstudio camera path or transforms.json, INRIA cameras.json, COLMAP model. "
            "Without it a view of the scene is found.",
            "JSON",
        ),
    ] = None
    frame: Annotated[int | None, flag("Draw only this frame of the camera file, from 0.", "K")] = None
    orbit: Annotated[
        tuple[float, float, float] | None,
        flag("Look at the scene from AZ and EL [degrees], DIST [radii of the subject].", "AZ EL DIST"),
    ] = None
    width: Annotated[int | None, flag("Width [px]. Without it: the camera file's, or 1280.", "W")] = None
    height: Annotated[int | None, flag("Height [px]. Without it: the camera file's, or 720.", "H")] = None
    fov: FieldOfView = None
    blend: OneBlend = Blend.IRSS
    backend: OneBackend = Backend.AUTO
    kernel_language: KernelLanguage = "auto"
    gpu_irss: GpuIrssVariant = GpuIrss.SUBTILE_MASK
    mode: Annotated[
        RenderMode,
        flag(
            "What a pixel holds. 8-bit files show depth from near (red) to far (blue), normals as 0.5 n + "
            "0.5, cost as a heat map of fragments; .exr and .npy hold the numbers."
        ),
    ] = RenderMode.RGB
    background: Background = (0.0, 0.0, 0.0)
    antialiased: Antialiased = False
    no_antialiased: Annotated[bool, flag("No such compensation, even if the scene is tagged for it.")] = False
    max_sh_degree: MaxShDegree = 3
    lod: Lod = None
    source_views: Annotated[
        int | None,
        flag("Photos that each view of a project is made from, 2 to 16. Without it: as reconstructed.", "N"),
    ] = None
    renderer: Annotated[
        Literal["image-based", "baked"],
        flag(
            "How views of a project of photos are drawn. image-based: the whole network; baked: the mesh, with photos "
            "blended by the small part of the network, in real time."
        ),
    ] = "image-based"


def run(command: Render) -> None:
    """Draw and say what was drawn, where and in what time.

    Raises:
        RowsplatError: A flag, the scene, the cameras or the output is at fault.
    """
    if command.scene.suffix == PROJECT_SUFFIX:
        _run_project(command)
        return
    _require_no_project_flags(command)
    choice = _camera_choice(command)
    options = _options(command)
    choice.check()
    require_between("--lod", command.lod, 0, 255)
    require_output(command.out)
    path = choice.from_file()
    _require_room_for_all_frames(command.out, path)
    gaussians, renderer = open_scene_and_renderer(
        command.scene, lod=command.lod, backend=command.backend, kernel_language=command.kernel_language
    )
    path = path or choice.from_scene(gaussians)
    started = time.perf_counter()
    frames = _draw_all(command.out, gaussians, renderer, path, options)
    seconds = time.perf_counter() - started
    print(_summary(command, path.cameras[0], frames, renderer, seconds))


def _run_project(command: Render) -> None:
    """Views of photos."""
    choice, baked = _camera_choice(command), command.renderer == "baked"
    _check_project_flags(command)
    choice.check()
    require_exists(command.scene)
    require_output(command.out)
    _require_room_for_all_frames(command.out, choice.from_file())
    from ..omni.network import calm_threads
    from ..omni.project_photos import open_project_photos

    photos = open_project_photos(command.scene, source_views=command.source_views)
    path = photos.cameras(choice, most=None if baked else photos.scene.max_side)
    calm_threads()
    from ..omni.project_rendering import BakedProjectRenderer, ImageBasedRenderer, draw_all

    language = None if command.kernel_language == "auto" else command.kernel_language
    with stage_progress() as show:
        renderer = BakedProjectRenderer(photos, show, language) if baked else ImageBasedRenderer(photos)
        started = time.perf_counter()
        draw_all(renderer, path, command.out, command.mode, command.background, show)
        seconds = time.perf_counter() - started
    first, how = path.cameras[0], "baked" if baked else f"each from {photos.scene.source_views} photos"
    count = f"{len(path)} views" if len(path) > 1 else "a view"
    size = f"{first.width}x{first.height}"
    print(f"{command.out}: {count} of {size}, {command.mode.value}, {how}, {seconds:.1f} s")


def _check_project_flags(command: Render) -> None:
    """Refuse what says something about Gaussians."""
    require_between("--source-views", command.source_views, 2, 16)
    for channel in command.background:
        require_between("--background", channel, 0.0, 1.0)
    if command.mode not in IMAGE_BASED_MODES:
        known = ", ".join(mode.value for mode in IMAGE_BASED_MODES)
        raise RowsplatError(
            f"--mode {command.mode.value} does not go with a project of photos: take {known}."
        )
    for name in _OF_GAUSSIANS:
        if getattr(command, name) != getattr(Render, name):
            raise RowsplatError(f"--{name.replace('_', '-')} does not go with a project of photos.")
    if command.renderer != "baked" and command.kernel_language != "auto":
        raise RowsplatError(
            "--kernel-language goes with --renderer baked; image-based views need no kernels."
        )
    if command.renderer == "baked" and command.source_views is not None:
        raise RowsplatError("--source-views goes with --renderer image-based; baked takes 3 for every pixel.")


def _require_no_project_flags(command: Render) -> None:
    """Refuse what says something about photos."""
    for name in ("source_views", "renderer"):
        if getattr(command, name) != getattr(Render, name):
            flag_name = f"--{name.replace('_', '-')}"
            raise RowsplatError(f"{flag_name} goes with a project of photos, {command.scene} is a scene.")


def _camera_choice(command: Render) -> CameraChoice:
    return CameraChoice(
        file=command.camera,
        frame=command.frame,
        orbit=command.orbit,
        width=command.width,
        height=command.height,
        fov_deg=command.fov,
    )


def _options(command: Render) -> RenderOptions:
    for channel in command.background:
        require_between("--background", channel, 0.0, 1.0)
    require_between("--max-sh-degree", command.max_sh_degree, 0, 3)
    if command.antialiased and command.no_antialiased:
        raise RowsplatError("--antialiased and --no-antialiased exclude each other: give one of them.")
    forced = command.antialiased or command.no_antialiased
    return RenderOptions(
        blend=command.blend,
        mode=command.mode,
        background=command.background,
        antialiased=command.antialiased if forced else None,
        max_sh_degree=command.max_sh_degree,
        gpu_irss=command.gpu_irss,
    )


def _require_room_for_all_frames(out: Path, path: CameraPath | None) -> None:
    if path is not None and len(path) > 1 and output_kind(out) is OutputKind.PICTURE:
        sequence = f"{out.stem}_%05d{out.suffix}"
        raise RowsplatError(
            f"{out}: holds one picture and the camera file has {len(path)} frames. "
            f"Choose one with --frame K, or write {sequence} or {out.stem}.mp4."
        )
    sizes = {(camera.width, camera.height) for camera in path.cameras} if path else set[tuple[int, int]]()
    if len(sizes) > 1 and output_kind(out) is OutputKind.VIDEO:
        raise RowsplatError(f"{out}: the cameras have {len(sizes)} sizes. Give --width and --height.")


def _draw_all(
    out: Path, gaussians: Gaussians, renderer: Renderer, path: CameraPath, options: RenderOptions
) -> list[StageTimes]:
    """Draw every camera into `out`; the stage times of each."""
    first = path.cameras[0]
    cameras: Iterable[Camera] = path.cameras
    if len(path) > 1:
        cameras = with_progress(cameras, total=len(path), label=out.name, unit="frame")
    times: list[StageTimes] = []
    with open_output(out, width=first.width, height=first.height, fps=path.fps) as write:
        for camera in cameras:
            result = renderer.render(gaussians, camera, options)
            write(result)
            times.append(result.stage_times)
    return times


def _summary(
    command: Render, camera: Camera, frames: list[StageTimes], renderer: Renderer, seconds: float
) -> str:
    what = f"{camera.width}x{camera.height} {command.mode.value}, {command.blend.value}"
    names = [field.name for field in fields(StageTimes)]
    means = {name: sum(getattr(times, name) for times in frames) / len(frames) for name in names}
    stages = ", ".join(f"{name} {value:.1f}" for name, value in means.items())
    count = f"{len(frames)} frames in {seconds:.1f} s, mean " if len(frames) > 1 else ""
    return f"{command.out}: {what}, {count}{stages} ms ({renderer.description})"
