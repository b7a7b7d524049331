"""What a script of edits says: steps, scenes, and from where previews look."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .steps import Step


@dataclass(frozen=True, kw_only=True)
class ScriptScene:
    """One scene that a script edits.

    Args:
        scene: The file.
        out: Where the edited scene goes.
        preview: Picture of before and after.
    """

    scene: Path
    out: Path | None = None
    preview: Path | None = None


@dataclass(frozen=True, kw_only=True)
class ScriptCamera:
    """From where previews look.

    Args:
        file: Camera file.
        frame: Of the file, from 0.
        orbit: Azimuth and elevation [degrees], distance [radii of the subject].
        width: Of the picture [px].
        height: Of the picture [px].
    """

    file: Path | None = None
    frame: int | None = None
    orbit: tuple[float, float, float] | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, kw_only=True)
class EditScript:
    """A script with its variables filled in.

    Args:
        steps: Sentences, which may be several steps each, and typed steps.
        scenes: To be edited alike; empty if the command line names the scene.
        camera: Of previews.
    """

    steps: tuple[str | Step, ...]
    scenes: tuple[ScriptScene, ...] = ()
    camera: ScriptCamera | None = None
