"""Many generated scenes in one picture, to be looked at: `python -m rowsplat.render.contact_sheet --out sheet.png`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..scenes.procedural import procedural_scene
from .images import write_image
from .ray_casting import SceneCaster


def contact_sheet(
    seeds: Sequence[int], *, views: int = 4, columns: int = 2, width: int = 160, height: int = 128
) -> NDArray[np.float32]:
    """Views of the scenes of `seeds`, a scene a row, rows running down one column of scenes after the other.

    Args:
        seeds: Of the scenes, at least one.
        views: Of each, spread over all that it has.
        columns: Of scenes.
        width: Of one view [px].
        height: Of one view [px].

    Returns:
        `[H, W, 3]` float32 in [0, 1].
    """
    strips = [_strip(seed, views, width, height) for seed in seeds]
    rows = -(-len(strips) // columns)
    blank = np.zeros_like(strips[0])
    strips += [blank] * (rows * columns - len(strips))
    stacks = [np.concatenate(strips[k * rows : (k + 1) * rows]) for k in range(columns)]
    return np.concatenate(stacks, axis=1)


def _strip(seed: int, views: int, width: int, height: int) -> NDArray[np.float32]:
    scene = procedural_scene(seed)
    caster, cameras = SceneCaster(scene), scene.cameras(width, height)
    chosen = np.linspace(0, len(cameras) - 1, views).round().astype(int)
    return np.concatenate([caster.cast(cameras[k]).image for k in chosen], axis=1)


def _main() -> None:
    import tyro

    def draw(out: str, first_seed: int = 0, scenes: int = 16, width: int = 160, height: int = 128) -> None:
        """Draw generated scenes, four views of each."""
        seeds = range(first_seed, first_seed + scenes)
        write_image(out, contact_sheet(seeds, width=width, height=height))

    tyro.cli(draw)


if __name__ == "__main__":
    _main()
