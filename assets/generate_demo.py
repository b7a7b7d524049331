"""Make the demo scene from nothing: `python -m rowsplat.assets.generate_demo [--out FILE] [--density D]`.

The whole scene takes about a minute and a half on two cores; the same seed gives the same file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ..scenes import Gaussians
from ..scenes.formats import save_gaussians
from . import demo_scene_path
from .demo_scene.bake import bake
from .demo_scene.composition import SEED, DemoSettings, still_life


def generate(settings: DemoSettings) -> Gaussians:
    """The demo scene in the world frame (y down), with spherical harmonics of degree 3."""
    return bake(still_life(settings))


def main() -> None:
    """Write the demo scene."""
    parser = argparse.ArgumentParser(prog="python -m rowsplat.assets.generate_demo", description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=demo_scene_path(), help="file to write (default: %(default)s)"
    )
    parser.add_argument("--density", type=float, default=1.0, help="samples relative to the shipped file")
    parser.add_argument(
        "--seed", type=int, default=SEED, help="of every random choice (default: %(default)s)"
    )
    chosen = parser.parse_args()
    gaussians = generate(DemoSettings(density=chosen.density, seed=chosen.seed))
    save_gaussians(gaussians, chosen.out, overwrite=True)
    print(f"{chosen.out}: {len(gaussians)} Gaussians, {chosen.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
