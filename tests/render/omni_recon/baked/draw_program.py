"""Draws a baked box with the kernel language of the environment: `draw_program.py OUT.npz THREADS`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from coloured_solids import around, baked, box
from rowsplat.render.omni_recon.baked import BakedRenderer
from rowsplat.scenes import Camera

if __name__ == "__main__":
    renderer = BakedRenderer(baked(box(), around(7)), threads=int(sys.argv[2]))
    target = Camera.orbit([0, 0, 0], distance=3.6, width=131, height=90, azimuth_deg=21, elevation_deg=17)
    picture = renderer.render(target)
    np.savez(sys.argv[1], image=picture.image, depth=picture.depth, views=picture.views)
    print(renderer.description)
