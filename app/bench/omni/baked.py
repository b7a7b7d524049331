"""How fast and how well bakes are drawn: `python -m rowsplat.app.bench.omni.baked PHOTOS --weights FILE`.

Draws the "test" photos' views (or every eighth photo, left out) at 640 x 480, tells the time of each stage, of Embree
in place of the rasteriser, and how near the pictures are to the photos, before and after fine-tuning.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....render.images import write_image
from ....render.mesh_rendering import MeshRenderer
from ....render.metrics import psnr, ssim
from ....render.omni_recon.baked import Bake, BakedOptions, BakedPicture, BakedRenderer
from ....render.types import RenderMode, RenderOptions
from ....scenes import Camera
from ....scenes.mesh import TriangleMesh
from ....scenes.photo_sets import PhotoSet, load_photo_set

WIDTH, HEIGHT = 640, 480
_WHITE = RenderOptions(background=(1.0, 1.0, 1.0))
_EVERY = 8
_REACH = 1.3  # of the cube that a stand-in for the mesh is searched in [scene units]


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Median wall-clock and processor time [ms]: the latter, of all threads, says what other work leaves unsaid."""

    wall: float
    processor: float


@dataclass(frozen=True, kw_only=True)
class Quality:
    """Means over the views: PSNR of the whole picture, PSNR where the mesh is [dB], and SSIM."""

    psnr: float
    psnr_on_mesh: float
    ssim: float


def measured(work: Callable[[], object], repeats: int = 15) -> Timing:
    """The time of one call."""
    walls, processors = list[float](), list[float]()
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return Timing(wall=1e3 * float(np.median(walls)), processor=1e3 * float(np.median(processors)))


def stage_timings(bake: Bake, cameras: Sequence[Camera]) -> dict[str, Timing]:
    """Of each stage and the whole frame, medians over the cameras of medians, and of Embree casting the same rays."""
    renderer, caster = BakedRenderer(bake), MeshRenderer(bake.mesh)
    found = dict[str, list[Timing]]()
    for camera in cameras:
        raster = renderer.rasterise(camera)
        stages: dict[str, Callable[[], object]] = {
            "rasterise": lambda camera=camera: renderer.rasterise(camera),
            "select": lambda raster=raster: renderer.select(raster),
            "frame": lambda camera=camera: renderer.render(camera, _WHITE),
            "Embree, rays made in numpy and cast": lambda camera=camera: caster.render(camera),
        }
        for name, work in stages.items():
            found.setdefault(name, []).append(measured(work))
    return {
        name: Timing(
            wall=float(np.median([timing.wall for timing in timings])),
            processor=float(np.median([timing.processor for timing in timings])),
        )
        for name, timings in found.items()
    }


def quality(bake: Bake, held_out: PhotoSet, max_side: int | None = None) -> Quality:
    """How near pictures from the held-out photos' cameras are to the photos."""
    renderer = BakedRenderer(bake)
    whole, on_mesh, similar = list[float](), list[float](), list[float]()
    for photo in held_out:
        picture = photo.image(max_side)
        made = renderer.render(picture.camera, _WHITE)
        whole.append(psnr(made.image, picture.rgb))
        covered = made.alpha > 0
        if covered.any():
            on_mesh.append(psnr(made.image[covered], picture.rgb[covered]))
        similar.append(ssim(made.image, picture.rgb))
    return Quality(
        psnr=float(np.mean(whole)), psnr_on_mesh=float(np.mean(on_mesh)), ssim=float(np.mean(similar))
    )


def sources_and_held_out(photo_set: PhotoSet) -> tuple[PhotoSet, PhotoSet]:
    """The parts "train" and "test" where the set has them, else every eighth photo is held out."""
    if {"train", "test"} <= set(photo_set.splits):
        return photo_set.of_split("train"), photo_set.of_split("test")
    held_out = list(range(0, len(photo_set), _EVERY))
    return photo_set.taking([i for i in range(len(photo_set)) if i not in held_out]), photo_set.taking(
        held_out
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", type=Path)
    parser.add_argument("--weights", type=Path, required=True, help="of Omni-Recon")
    parser.add_argument(
        "--mesh", type=Path, help="without it: the hull of the photos' silhouettes, a stand-in"
    )
    parser.add_argument("--tune", type=float, default=0.0, help="minutes of fine-tuning")
    parser.add_argument("--steps", type=int, help="at most so many steps of it")
    parser.add_argument("--pictures", type=Path, help="folder for pictures, photo and bake side by side")
    parser.add_argument("--max-side", type=int, default=800)
    options = parser.parse_args(arguments)
    sources, held_out = sources_and_held_out(load_photo_set(options.photos))
    bake = _bake(sources, options.weights, _mesh(sources, options.mesh), options.max_side)
    cameras = [photo.camera.reframed(WIDTH, HEIGHT) for photo in held_out][:6]
    print(f"{len(sources)} photos, {len(bake.mesh.faces)} triangles, {WIDTH} x {HEIGHT} px [ms]")
    for name, timing in stage_timings(bake, cameras).items():
        print(f"{name}: wall {timing.wall:.1f}, processor {timing.processor:.1f}")
    print(quality(bake, held_out, options.max_side))
    if options.pictures is not None:
        save_pictures(bake, held_out, options.pictures, "baked")
    if options.tune:
        tuned = _tuned(bake, sources, options.tune, options.steps)
        print(quality(tuned, held_out, options.max_side))
        if options.pictures is not None:
            save_pictures(tuned, held_out, options.pictures, "tuned")


def save_pictures(bake: Bake, held_out: PhotoSet, folder: Path, name: str) -> None:
    """The first held-out photos beside the bake."""
    folder.mkdir(parents=True, exist_ok=True)
    renderer = BakedRenderer(bake)
    for number, photo in enumerate(list(held_out)[:4]):
        picture = photo.image(800)
        made: BakedPicture = renderer.render(picture.camera, _WHITE)
        both = np.concatenate([picture.rgb, made.image], axis=1)
        write_image(folder / f"{name}-{number}.png", both, RenderMode.RGB)


def _mesh(sources: PhotoSet, path: Path | None) -> TriangleMesh:
    from ....scenes.formats.mesh_files import load_mesh
    from .silhouette_hull import silhouette_hull

    if path is not None:
        return load_mesh(path)
    return silhouette_hull(sources, center=np.zeros(3), radius=_REACH, nodes=256)


def _bake(sources: PhotoSet, weights: Path, mesh: TriangleMesh, max_side: int) -> Bake:
    from ....render.omni_recon.baked.making import bake_photos
    from .own_network import network_to_measure

    return bake_photos(sources, mesh, network_to_measure(weights), BakedOptions(max_side=max_side))


def _tuned(bake: Bake, sources: PhotoSet, minutes: float, steps: int | None) -> Bake:
    from ....render.omni_recon.baked.photo_tuning import tune_to_photos
    from ....render.omni_recon.baked.tuning import TuningOptions

    processor = time.process_time()
    tuned = tune_to_photos(bake, sources, minutes, options=TuningOptions(steps=steps))
    for part in tuned.parts:
        print(
            f"{part.name}: {part.seconds:.0f} s, held-out photos {part.first_psnr:.2f} -> {part.psnr:.2f} dB"
        )
    print(f"fine-tuning: {time.process_time() - processor:.0f} s of processors")
    return tuned.bake


if __name__ == "__main__":
    main()
