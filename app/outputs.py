"""Where rendered frames go: one picture, a numbered sequence or a video. All appear whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from enum import Enum
from itertools import count
from pathlib import Path

from ..kernels.errors import RowsplatError
from ..render import RenderMode, RenderResult, tone_map, write_image
from ..render.images import IMAGE_SUFFIXES
from ..render.output_files import filling_folder, require_writable_place
from ..render.tone_mapping import DepthRange, depth_range
from ..render.video import VIDEO_SUFFIXES, open_video

_FRAME_NUMBER = re.compile(r"%0?\d*d")
_NAME_IN_FOLDER = "frame_%05d.png"

FrameWriter = Callable[[RenderResult], None]
"""Takes the frames in order."""


class OutputKind(Enum):
    """What the name after `--out` asks for."""

    PICTURE = "picture"
    SEQUENCE = "sequence"
    VIDEO = "video"


def output_kind(path: Path) -> OutputKind:
    """Tell from its name what a file holds: `a.png`, `a_%05d.png` or a folder, `a.mp4`.

    Raises:
        RowsplatError: The name says none of them.
    """
    suffix = path.suffix.lower()
    if "%" in path.name:
        if len(_FRAME_NUMBER.findall(path.name)) != 1 or suffix not in IMAGE_SUFFIXES:
            raise RowsplatError(f"{path}: a numbered sequence needs one frame number, as in out_%05d.png.")
        return OutputKind.SEQUENCE
    if not suffix:
        return OutputKind.SEQUENCE
    if suffix in VIDEO_SUFFIXES:
        return OutputKind.VIDEO
    if suffix in IMAGE_SUFFIXES:
        return OutputKind.PICTURE
    known = ", ".join((*IMAGE_SUFFIXES, *VIDEO_SUFFIXES))
    raise RowsplatError(f"{path}: the output must end in one of {known}, or be a folder, got '{suffix}'.")


def require_output(path: Path) -> None:
    """Check before any slow work that `path` names something that can be written."""
    if output_kind(path) is OutputKind.SEQUENCE:
        folder, _ = _folder_and_pattern(path)
        require_writable_place(folder / "frame" if folder.is_dir() else folder)
    else:
        require_writable_place(path)


@contextmanager
def open_output(path: Path, *, width: int, height: int, fps: float) -> Generator[FrameWriter, None, None]:
    """Take frames into `path`; what is there is replaced when the block ends well, and kept otherwise.

    Args:
        path: As `output_kind` reads it.
        width: Width of the frames [px].
        height: Height of the frames [px].
        fps: Frames a second of a video.
    """
    kind = output_kind(path)
    if kind is OutputKind.PICTURE:
        yield lambda frame: write_image(path, frame.image, frame.mode)
    elif kind is OutputKind.SEQUENCE:
        folder, pattern = _folder_and_pattern(path)
        with filling_folder(folder) as temporary:
            yield _sequence_writer(temporary, pattern)
    else:
        with open_video(path, width=width, height=height, fps=fps) as video:
            depths = _SharedDepthRange()
            yield lambda frame: video.write(tone_map(frame.image, frame.mode, depths=depths.of(frame)))


def _folder_and_pattern(path: Path) -> tuple[Path, str]:
    return (path.parent, path.name) if "%" in path.name else (path, _NAME_IN_FOLDER)


def _sequence_writer(folder: Path, pattern: str) -> FrameWriter:
    numbers, depths = count(), _SharedDepthRange()

    def _write(frame: RenderResult) -> None:
        write_image(folder / (pattern % next(numbers)), frame.image, frame.mode, depths=depths.of(frame))

    return _write


class _SharedDepthRange:
    """The first frame's depth range for all frames: one per frame would make a video flicker."""

    def __init__(self) -> None:
        self._range: DepthRange | None = None

    def of(self, frame: RenderResult) -> DepthRange | None:
        if frame.mode not in (RenderMode.DEPTH, RenderMode.DEPTH_MEDIAN):
            return None
        self._range = self._range or depth_range(frame.image)
        return self._range
