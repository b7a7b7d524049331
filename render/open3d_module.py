"""Open3D, imported by who needs it only: it takes a second and pulls in a web server."""

from __future__ import annotations

from typing import Any

from ..scenes.optional_modules import optional_module


def open3d() -> Any:
    """The module Open3D, told to log errors only.

    Raises:
        RowsplatError: It is not installed.
    """
    module = optional_module("open3d", extra="mesh", feature="Baking and drawing meshes")
    module.utility.set_verbosity_level(module.utility.VerbosityLevel.Error)
    return module
