"""Scenes and cameras as the kernels take them."""

from __future__ import annotations

import dataclasses

from ..kernels.types import SplatArrays, View
from ..scenes import Camera, Gaussians


def splat_arrays(gaussians: Gaussians) -> SplatArrays:
    """The scene's own arrays, not copied."""
    names = (field.name for field in dataclasses.fields(SplatArrays))
    return SplatArrays(**{name: getattr(gaussians, name) for name in names})


def view_of(camera: Camera) -> View:
    """The camera without its lens."""
    return View(**{field.name: getattr(camera, field.name) for field in dataclasses.fields(View)})
