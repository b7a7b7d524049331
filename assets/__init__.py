"""Files that ship with rowsplat."""

from __future__ import annotations

from pathlib import Path

__all__ = ["DEMO_FOV_DEG", "DEMO_ORBIT", "DEMO_TARGET", "demo_scene_path", "omni_recon_weights_path"]

DEMO_TARGET = (0.0, -0.42, 0.0)
"""What a camera should look at to show the demo scene whole [scene units, world frame, y down]."""

DEMO_ORBIT = (18.0, 20.0, 3.3)
"""A good view of it: azimuth [deg], elevation [deg], distance [scene units]."""

DEMO_FOV_DEG = 40.0
"""Vertical field of view of that view [deg]."""


def demo_scene_path() -> Path:
    """The bundled demo scene, a .sog that `python -m rowsplat.assets.generate_demo` reproduces."""
    return Path(__file__).resolve().parent / "demo.sog"


def omni_recon_weights_path() -> Path:
    """Where the trained weights of Omni-Recon are, .safetensors, in an installation that has them."""
    return Path(__file__).resolve().parent / "omni_recon" / "omni_recon.safetensors"
