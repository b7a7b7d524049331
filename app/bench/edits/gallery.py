"""Pictures of scenes before and after edits: `python -m rowsplat.app.bench.edits.gallery --out DIR --data FOLDER`.

Without `--data` those of the bundled scene alone are made.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import tyro
from numpy.typing import NDArray

from ....kernels.errors import RowsplatError
from ....render import Backend, create_renderer
from ....render.output_files import replacing_file
from ....scenes.text_edits.edit_plan import EditPlan
from ....scenes.text_edits.planning import FileRule
from ...camera_choice import CameraChoice
from ...commands.flags import flag
from ...edit_preview import before_after
from ...edit_styles import StyleLibrary, StylePainter
from ...editing import EditableScene
from ...opening import load_scene
from .untouched import BUNDLED

MOST_BYTES = 150_000
"""Of a picture."""

_WIDTH, _HEIGHT = 480, 400  # px, of each half
_QUALITIES = range(92, 50, -4)


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture of the gallery.

    Args:
        name: Of its file.
        prompt: What is done.
        scene: Its file in the folder of scenes; `None` is the bundled one.
        lod: Level of detail.
        orbit: Azimuth and elevation [degrees], distance [radii of the subject]; `None` finds a view.
        styled: It needs styles that are given by path.
    """

    name: str
    prompt: str
    scene: str | None = None
    lod: int | None = None
    orbit: tuple[float, float, float] | None = None
    styled: bool = False


_PLAYBOT = "playbot/lod-meta.json"
_KITCHEN = "tabletop/scene.spz"
_ANGEL = "statues/angel.sog"

SHOTS = (
    Shot(
        name="robot-blue",
        prompt="remove the floor, then make everything royal blue",
        scene=_PLAYBOT,
        lod=2,
    ),
    Shot(name="kitchen-floor", prompt="remove the floor", scene=_KITCHEN),
    Shot(name="kitchen-turquoise", prompt="make the pink things turquoise", scene=_KITCHEN),
    Shot(name="kitchen-hue", prompt="shift hue of everything by 120 degrees", scene=_KITCHEN),
    Shot(name="angel-gold", prompt="make the white thing gold", scene=_ANGEL),
    Shot(name="plant-orange", prompt="make the green thing orange", scene="plant/plant.splat"),
    Shot(
        name="cow-twice",
        prompt="duplicate everything, make it sky blue, move it right by 120% and turn it left by 60 degrees",
        scene="spot/spot_10k.splat",
        orbit=(30.0, 15.0, 4.8),
    ),
    Shot(
        name="demo-upon-demo",
        prompt="duplicate everything, scale it by 0.4 and put it on the largest thing",
        orbit=(30.0, 20.0, 3.4),
    ),
    Shot(
        name="kitchen-rain-princess",
        prompt='style everything like "rain_princess"',
        scene=_KITCHEN,
        styled=True,
    ),
    Shot(name="kitchen-demo-colours", prompt='style everything like "demo.png"', scene=_KITCHEN),
)


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """Make pictures of scenes before and after edits."""

    out: Annotated[Path, flag("Folder for the pictures.", "DIR")]
    data: Annotated[Path | None, flag("Folder of captured scenes, one folder each.", "FOLDER")] = None
    styles: Annotated[Path | None, flag("Folder of style networks.", "FOLDER")] = None
    references: Annotated[Path, flag("Folder of pictures to take colours from.", "FOLDER")] = Path(
        "docs/images"
    )
    only: Annotated[str, flag("Pictures whose names hold this.")] = ""


def make(gallery: Gallery) -> Iterator[tuple[Shot, Path, EditPlan]]:
    """Write the pictures, one at a time.

    Raises:
        RowsplatError: A scene or a style is missing, or an edit cannot be done.
    """
    renderer = create_renderer(Backend.CPU)
    gallery.out.mkdir(parents=True, exist_ok=True)
    for shot in SHOTS:
        if gallery.only not in shot.name or not _possible(shot, gallery):
            continue
        gaussians = load_scene(_path(shot, gallery), lod=shot.lod)
        choice = CameraChoice(orbit=shot.orbit, width=_WIDTH, height=_HEIGHT)
        camera = choice.from_scene(gaussians).cameras[0]
        scene = EditableScene.of(gaussians, camera=camera)
        with TemporaryDirectory(prefix="rowsplat-") as colours:
            library = StyleLibrary(files=FileRule(folder=gallery.references), folder=gallery.styles)
            scene = replace(scene, stylist=StylePainter(library=library, folder=Path(colours)))
            plan = scene.plan(shot.prompt)
            after = scene.after(plan).visible
            sheet = before_after(renderer, scene.visible, after, camera, title=shot.prompt)
        path = gallery.out / f"{shot.name}.jpg"
        write_small_jpeg(path, sheet)
        yield shot, path, plan


def write_small_jpeg(path: Path, picture: NDArray[np.float32]) -> None:
    """Write a picture `[H, W, 3]` in [0, 1] at the best quality that keeps it below `MOST_BYTES`.

    Raises:
        RowsplatError: None does.
    """
    from PIL import Image

    image = Image.fromarray(np.round(picture * 255.0).astype(np.uint8))
    with replacing_file(path) as temporary:
        for quality in _QUALITIES:
            image.save(temporary, format="JPEG", quality=quality, optimize=True)
            if temporary.stat().st_size < MOST_BYTES:
                return
        raise RowsplatError(f"{path}: takes more than {MOST_BYTES:,} bytes. Make it smaller.")


def _path(shot: Shot, gallery: Gallery) -> Path:
    return BUNDLED if shot.scene is None or gallery.data is None else gallery.data / shot.scene


def _possible(shot: Shot, gallery: Gallery) -> bool:
    """Whether what the picture needs was given."""
    return (shot.scene is None or gallery.data is not None) and (
        not shot.styled or gallery.styles is not None
    )


def main() -> None:
    """Make the pictures and print their plans.

    Raises:
        SystemExit: 2, after one line, if one cannot be made.
    """
    try:
        for shot, path, plan in make(tyro.cli(Gallery)):
            print(f"{path.name} ({path.stat().st_size:,} bytes): {shot.prompt}", *plan.lines, sep="\n   ")
    except RowsplatError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
