"""`rowsplat lift`: what is known about the photos of a project, seen from other cameras."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro import conf

from ...kernels.errors import RowsplatError
from ..camera_choice import CameraChoice
from ..checks import require_between, require_exists
from ..progress import stage_progress
from .flags import FieldOfView, flag

EXAMPLES = (
    "rowsplat lift reconstruction/project.rowsplat --maps edges --out edges --orbit 20 10 2",
    "rowsplat lift reconstruction/project.rowsplat --maps labels painted --out labels --camera camera_path.json",
    "rowsplat lift reconstruction/project.rowsplat --maps features network.onnx --classes --out classes --compare",
    "rowsplat lift reconstruction/project.rowsplat --maps adapted adapter.safetensors --out parts",
)


@dataclass(frozen=True, kw_only=True)
class Lift:
    """Lift 2D maps of a project's photos (edges, labels, features) into any view, so that views agree (Omni-Recon).

    A map is found for each photo, then blended along the rays of the new view as colours are.
    """

    project: Annotated[Path, conf.Positional, flag("Project of `rowsplat reconstruct`.", "PROJECT")]
    maps: Annotated[
        tuple[str, ...],
        flag(
            "What to lift. edges, keypoints: by OpenCV; hed: edges by a network; labels DIR: a PNG of class numbers "
            "for each photo, by its name; features FILE: .onnx, or .npz or .npy with a map of each photo; clipseg DIR: "
            "what --words name, by a model on disk; adapted FILE: what `rowsplat adapt` learned.",
            "WHAT [FILE]",
        ),
    ]
    out: Annotated[
        Path, flag("Folder for pictures, arrays and a legend: new or empty, or see --force.", "DIR")
    ]
    camera: Annotated[
        Path | None,
        flag(
            "Cameras: nerfstudio camera path or transforms.json, INRIA cameras.json, COLMAP model. "
            "Without it: where the project looks.",
            "JSON",
        ),
    ] = None
    frame: Annotated[int | None, flag("Only this frame of the camera file, from 0.", "K")] = None
    orbit: Annotated[
        tuple[float, float, float] | None,
        flag("Look at the scene from AZ and EL [degrees], DIST [radii of the subject].", "AZ EL DIST"),
    ] = None
    width: Annotated[int | None, flag("Width [px]. Without it: as the depth maps.", "W")] = None
    height: Annotated[int | None, flag("Height [px]. Without it: as the depth maps.", "H")] = None
    fov: FieldOfView = None
    source_views: Annotated[
        int | None, flag("Photos that each view is made from, 2 to 16. Without it: as reconstructed.", "N")
    ] = None
    words: Annotated[tuple[str, ...], flag("What clipseg looks for, one map for each.", "WORD")] = ()
    classes: Annotated[
        bool, flag("Channels of an .onnx file are votes for classes: a pixel shows the strongest.")
    ] = False
    with_view: Annotated[
        bool,
        flag(
            "What is found in the rendered picture counts as two more photos, and more where few photos agree with the "
            "view's depth: more is right, but neighbouring views agree a little less."
        ),
    ] = False
    compare: Annotated[
        bool, flag("Also predict on the rendered pictures, which is what lifting is to be better than.")
    ] = False
    force: Annotated[
        bool, flag("Write into a folder that holds something; files of the same names are replaced.")
    ] = False


def run(command: Lift) -> None:
    """Lift and say what was written.

    Raises:
        RowsplatError: A flag, the project, its files or the folder is at fault.
    """
    from ..omni.map_sources import map_request, open_maps

    choice = CameraChoice(
        file=command.camera,
        frame=command.frame,
        orbit=command.orbit,
        width=command.width,
        height=command.height,
        fov_deg=command.fov,
    )
    choice.check()
    require_between("--source-views", command.source_views, 2, 16)
    request = map_request(command.maps, command.words, command.classes)
    require_exists(command.project)
    _require_folder(command.out, command.force)
    from ..omni.network import calm_threads
    from ..omni.project_photos import open_project_photos

    photos = open_project_photos(command.project, source_views=command.source_views)
    path = photos.cameras(choice, most=photos.scene.max_side)
    calm_threads()
    maps = open_maps(request, photos.photo_set)
    from ..omni.lifting import lift_maps

    started = time.perf_counter()
    with stage_progress() as show:
        lift_maps(
            photos,
            maps,
            path,
            command.out,
            words=" ".join(command.maps),
            with_view=command.with_view,
            compare=command.compare,
            show=show,
        )
    first, count = path.cameras[0], len(path)
    channels = len(maps.legend.channels)
    print(
        f"{command.out}: {maps.legend.title} ({channels} channel{'s' * (channels > 1)}) in "
        f"{count} view{'s' * (count > 1)} of {first.width}x{first.height}, "
        f"each from {photos.scene.source_views} photos, {time.perf_counter() - started:.1f} s"
    )


def _require_folder(out: Path, force: bool) -> None:
    if out.exists() and not out.is_dir():
        raise RowsplatError(f"{out}: is a file, expected a folder. Choose another --out.")
    if not out.parent.is_dir():
        raise RowsplatError(
            f"{out}: the folder {out.parent} does not exist. Create it or choose another output."
        )
    if out.is_dir() and any(out.iterdir()) and not force:
        raise RowsplatError(f"{out}: is not empty. Choose another --out, or give --force.")
