"""Video files, encoded by the ffmpeg program that imageio-ffmpeg brings along."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ..kernels.errors import RowsplatError
from .output_files import replacing_file

VIDEO_SUFFIXES = (".mp4", ".webm")
"""Video files that can be written: H.264 in mp4, VP9 in webm."""

_ENCODERS = {
    ".mp4": ("libx264", "-crf", "18", "-movflags", "+faststart"),
    ".webm": ("libvpx-vp9", "-crf", "24", "-b:v", "0", "-row-mt", "1", "-cpu-used", "4"),
}
_FILTERS = (
    "pad=ceil(iw/2)*2:ceil(ih/2)*2,scale=out_color_matrix=bt709:out_range=tv"  # yuv420p needs even sizes
)
_COLORS = ("-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")


class VideoEncoder:
    """A running encoder that takes frames one by one."""

    def __init__(self, process: subprocess.Popen[bytes], messages: IO[bytes], path: Path) -> None:
        """Keep the running program; `messages` is the file that it writes its complaints to."""
        self._process, self._messages, self._path = process, messages, path

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Append a frame `[H, W, 3]` of 8-bit colours, of the size that the video was opened with.

        Raises:
            RowsplatError: The encoder has stopped.
        """
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(np.ascontiguousarray(frame).tobytes())
        except BrokenPipeError:
            self._process.wait()
            raise self._failure() from None

    def finish(self) -> None:
        """Wait until the file is complete.

        Raises:
            RowsplatError: The encoder has failed.
        """
        pipe = self._process.stdin
        assert pipe is not None
        with suppress(BrokenPipeError):
            pipe.close()
        if self._process.wait() != 0:
            raise self._failure()

    def stop(self) -> None:
        """End the program at once, if it still runs."""
        self._process.kill()
        self._process.wait()
        pipe = self._process.stdin
        assert pipe is not None
        with suppress(BrokenPipeError):
            pipe.close()

    def _failure(self) -> RowsplatError:
        self._messages.seek(0)
        lines = self._messages.read().decode(errors="replace").strip().splitlines()
        reason = lines[-1].strip() if lines else f"exit code {self._process.returncode}"
        return RowsplatError(f"{self._path}: the video encoder failed: {reason}")


@contextmanager
def open_video(path: Path, *, width: int, height: int, fps: float) -> Generator[VideoEncoder, None, None]:
    """Encode frames into `path`; the file appears when the block ends well, and not at all otherwise.

    Args:
        path: `.mp4` or `.webm`. Odd sizes are padded by one black row or column, as the encoders need.
        width: Width of the frames [px].
        height: Height of the frames [px].
        fps: Frames a second.

    Raises:
        RowsplatError: Another suffix, no encoder, or it failed.
    """
    if path.suffix.lower() not in VIDEO_SUFFIXES:
        raise RowsplatError(
            f"{path}: videos are written as {', '.join(VIDEO_SUFFIXES)}, not '{path.suffix}'."
        )
    with replacing_file(path) as temporary, tempfile.TemporaryFile() as messages:
        command = _command(temporary, width, height, fps)
        # a session of its own: Ctrl-C in the terminal reaches only this process, which then stops the encoder
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=messages, start_new_session=True
        )
        encoder = VideoEncoder(process, messages, path)
        try:
            yield encoder
            encoder.finish()
        finally:
            encoder.stop()


def _command(path: Path, width: int, height: int, fps: float) -> list[str]:
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{fps:g}", "-i", "-"]
    encoder, *settings = _ENCODERS[path.suffix.lower()]
    target = ["-an", "-vf", _FILTERS, "-c:v", encoder, *settings, *_COLORS, str(path)]
    return [_ffmpeg(), "-y", "-hide_banner", "-loglevel", "error", *source, *target]


def _ffmpeg() -> str:
    import imageio_ffmpeg

    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError:
        raise RowsplatError(
            "no ffmpeg program was found. Reinstall imageio-ffmpeg, or write a png sequence."
        ) from None
