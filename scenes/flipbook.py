"""4D flipbooks: a folder of scene files, one a frame, numbered in their names."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from ..kernels.errors import SceneFileError
from .formats.file_formats import HANDLERS

DEFAULT_FPS = 24.0
"""Frames a second where nobody said otherwise."""

_SUFFIXES = tuple(suffix for handler in HANDLERS.values() for suffix in handler.suffixes)
_NUMBER = re.compile(r"([0-9]+)")
_ROUNDING = 1e-6  # of a frame: i / fps * fps may come out just below i
_NUMBER_THEM = "Name the frames alike but for their number, such as frame_001.ply, in a folder of their own"


@dataclass(frozen=True, kw_only=True)
class Flipbook:
    """Scene files that are shown one after the other.

    Args:
        paths: A scene file for each frame, at least one.
        fps: Frames a second.

    Raises:
        ValueError: There is no frame, or `fps` is not positive and finite.
    """

    paths: tuple[Path, ...]
    fps: float = DEFAULT_FPS

    def __post_init__(self) -> None:
        """Check that it can be played."""
        if not self.paths:
            raise ValueError("a flipbook needs at least one frame, got none")
        if not 0.0 < self.fps < math.inf:
            raise ValueError(f"fps must be positive and finite, got {self.fps}")

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.paths)

    @property
    def duration(self) -> float:
        """How long all frames are shown [s]."""
        return len(self.paths) / self.fps

    def frame_at(self, time: float, *, loop: bool = True) -> int:
        """Index of the frame that is shown at `time` [s] after the start.

        A loop repeats for ever, backwards too; without it the first frame stands before the start and the last one
        after the end.

        Raises:
            ValueError: `time` is not finite.
        """
        if not math.isfinite(time):
            raise ValueError(f"time must be finite, got {time}")
        within = time % self.duration if loop else min(max(time, 0.0), self.duration)
        frame = math.floor(within * self.fps + _ROUNDING)
        return frame % len(self) if loop else min(frame, len(self) - 1)


def open_flipbook(folder: str | Path, *, fps: float = DEFAULT_FPS) -> Flipbook:
    """The scene files of a folder in the order of the numbers in their names: 2 before 10, 0009 before 0010.

    Hidden files and files that are no scenes are passed over; no scene is opened.

    Args:
        folder: Holds one scene file a frame, of any format that is one file.
        fps: Frames a second.

    Raises:
        SceneFileError: It is no folder, holds no scenes, is one scene itself, or its names give no order.
        ValueError: `fps` is not positive and finite.
    """
    folder = Path(folder)
    names = _scene_names(folder)
    if not names:
        problem = f"expected scene files ({', '.join(dict.fromkeys(_SUFFIXES))}), found none"
        raise SceneFileError(folder, "", problem, "Name the folder that holds the frames")
    numbered = {name: _numbers(name) for name in names}
    _check_alike(folder, names)
    _check_distinct(folder, numbered)
    ordered = sorted(names, key=lambda name: numbered[name])
    return Flipbook(paths=tuple(folder / name for name in ordered), fps=fps)


def _scene_names(folder: Path) -> list[str]:
    """Names of the scene files in `folder`, sorted as text."""
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing"
        raise SceneFileError(folder, "", f"expected a folder of frames, found {found}", "Check the name")
    try:
        files = [entry.name for entry in folder.iterdir() if entry.is_file()]
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise SceneFileError(folder, "", problem, "Check its permissions") from None
    for name in ("meta.json", "lod-meta.json"):
        if name in files:
            problem = f"expected a folder of frames, found one SOG scene ({name})"
            raise SceneFileError(folder, "", problem, "Open it as a scene")
    return sorted(name for name in files if not name.startswith(".") and name.lower().endswith(_SUFFIXES))


def _stem(name: str) -> str:
    """`name` without its longest scene ending."""
    suffix = max((s for s in _SUFFIXES if name.lower().endswith(s)), key=len)
    return name[: -len(suffix)]


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in _NUMBER.findall(_stem(name)))


def _texts(name: str) -> tuple[str, ...]:
    """What is around the numbers."""
    return tuple(_NUMBER.split(_stem(name))[::2])


def _check_alike(folder: Path, names: list[str]) -> None:
    other = next((name for name in names if _texts(name) != _texts(names[0])), None)
    if other is not None:
        problem = f"expected frames that are named alike, found {names[0]} and {other}"
        raise SceneFileError(folder, "", problem, _NUMBER_THEM)


def _check_distinct(folder: Path, numbered: dict[str, tuple[int, ...]]) -> None:
    first: dict[tuple[int, ...], str] = {}
    for name, numbers in numbered.items():
        earlier = first.setdefault(numbers, name)
        if earlier != name:
            problem = f"expected one file for each frame, found {earlier} and {name}"
            raise SceneFileError(folder, "", problem, "Keep one of them")
