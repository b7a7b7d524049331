"""The figures of docs/omni-recon.md: `python -m rowsplat.app.bench.omni.table DATA --weights FILE --out FOLDER`.

DATA has the photo sets (posed/), meshes (meshes/) and weights of other networks (models/mvs/) that are measured with.
What is measured is kept in FOLDER/figures.json: the same line again goes on, and prints the tables.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, get_args

import tyro

from ....render.omni_recon import Quality, ReconstructionOptions
from .figure_store import FigureStore
from .known_scenes import KnownScene, drawn_gaussians, drawn_mesh, generated, room
from .own_network import network_to_measure
from .surface_figures import depth_table, measure_depths, measure_mesh, mesh_table
from .view_figures import measure_views, view_table
from .yardsticks import (
    MVSNeRFYardstick,
    OmniReconYardstick,
    PatchmatchNetYardstick,
    PlaneWarp,
    Yardstick,
)

_OVERLAPPING = (0, 1, 2)  # photos of room8; the other five show what no two others show
_PHOTOS = 4  # that a depth map for a mesh is made from
_GENERATED = range(4)
_GENERATED_SIZE = (320, 240)
_DRAWN_SIZE = (400, 400)
_KITCHEN_SIZE = (434, 350)
_KITCHEN_VIEWS = {  # places, and what is looked at
    "4 photos far apart": (
        ((-1.3, -1.5, 2.3), (1.2, -0.6, -0.6)),
        ((1.5, -1.0, 1.4), (-1.6, -0.9, -0.6)),
        ((0.3, -1.8, 0.9), (-0.2, -0.2, -0.6)),
        ((0.3, -0.9, 0.1), (0.4, -0.9, -0.9)),
    ),
    "6 photos": (
        ((-0.8, -1.3, 0.9), (0.6, -0.9, -0.8)),
        ((0.9, -1.3, 0.9), (-0.6, -0.9, -0.8)),
        ((-1.4, -1.2, 2.2), (1.2, -0.9, -0.6)),
        ((1.5, -1.2, 2.4), (-1.2, -0.9, -0.6)),
        ((0.0, -1.0, 0.2), (-0.3, -1.1, -0.9)),
        ((1.2, -1.5, 0.2), (0.9, -0.8, -0.9)),
    ),
}


Part = Literal["views", "depths", "meshes"]


def main(
    data: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(help="Folder with posed, meshes and models.")],
    out: Annotated[Path, tyro.conf.arg(help="Folder for the figures.")],
    weights: Annotated[
        Path | None, tyro.conf.arg(help="Of Omni-Recon; without it: none, which follow the prior.")
    ] = None,
    parts: Annotated[tuple[Part, ...], tyro.conf.arg(help="What is measured.")] = get_args(Part),
    views: Annotated[int, tyro.conf.arg(help="New views of each photo set.")] = 2,
    pictures: Annotated[bool, tyro.conf.arg(help="Keep the views, each beside its photo.")] = False,
) -> None:
    """Measure and print tables."""
    out.mkdir(parents=True, exist_ok=True)
    store, model = FigureStore(out / "figures.json"), network_to_measure(weights)
    ours = OmniReconYardstick(model=model)
    scenes = _scenes(data) if {"depths", "meshes"} & set(parts) else []
    if "views" in parts:
        methods: list[Yardstick] = [PlaneWarp(), MVSNeRFYardstick.of_folder(data / "models/mvs"), ours]
        measure_views(store, data / "posed", methods, views, out / "pictures" if pictures else None)
        print(view_table(store, methods), end="\n\n")
    if "depths" in parts:
        methods = [PatchmatchNetYardstick.of_folder(data / "models/mvs"), ours]
        textured = scenes[:-1]
        for scene in textured:
            middle = (len(scene.depths) // 2,)
            measure_depths(store, scene, _OVERLAPPING if scene.name == "room8" else middle, methods)
        print(depth_table(store, textured, methods), end="\n\n")
    if "meshes" in parts:
        options = ReconstructionOptions.of_quality(Quality.FAST, source_views=_PHOTOS)
        kitchens = _kitchens(data)
        for scene in (*scenes, *kitchens):
            measure_mesh(store, scene, model, options)
        for scene in kitchens:
            without = replace(scene, name=f"{scene.name}, without large planes")
            measure_mesh(store, without, model, replace(options, large_planes=False))
        print(mesh_table(store))


def _scenes(data: Path) -> list[KnownScene]:
    bob = data / "meshes/bob"
    return [
        room(data / "posed/room8"),
        *(generated(number, *_GENERATED_SIZE) for number in _GENERATED),
        drawn_mesh(bob / "bob_tri.obj", bob / "bob_diffuse.png", *_DRAWN_SIZE),
    ]


def _kitchens(data: Path) -> list[KnownScene]:
    path = data / "gaussians/tabletop/scene.spz"
    return [
        drawn_gaussians(path, f"kitchen, {name}", views, *_KITCHEN_SIZE)
        for name, views in _KITCHEN_VIEWS.items()
    ]


if __name__ == "__main__":
    tyro.cli(main)
