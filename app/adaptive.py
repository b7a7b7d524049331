"""Resolution that adapts while the camera moves and is full when it rests."""

from __future__ import annotations

import math
from dataclasses import dataclass

TARGET_MS = 28.0
"""Time of a picture while the camera moves: 30 pictures a second and some room for showing them."""

MIN_SCALE = 0.2
"""The picture is never drawn coarser than this, of its full width and height."""

_SMOOTHING = 0.5


@dataclass(frozen=True, kw_only=True)
class AdaptiveResolution:
    """Scale of width and height for the next picture while the camera moves.

    Args:
        scale: Of the full size, `MIN_SCALE` to 1.
    """

    scale: float = 0.5

    def after(self, *, scale: float, total_ms: float) -> AdaptiveResolution:
        """The scale to try after a picture at `scale` took `total_ms`.

        Part of the time does not depend on the resolution, so the step is damped.
        """
        wanted = scale * math.sqrt(TARGET_MS / max(total_ms, 0.1))
        damped = self.scale + _SMOOTHING * (wanted - self.scale)
        return AdaptiveResolution(scale=min(max(damped, MIN_SCALE), 1.0))


def scaled_size(width: int, height: int, scale: float) -> tuple[int, int]:
    """Size [px] at `scale`, at least one pixel each way."""
    return max(1, round(width * scale)), max(1, round(height * scale))
