"""Resolution and detail that adapt while the camera moves, and are full when it rests."""

from __future__ import annotations

import math
from dataclasses import dataclass

TARGET_MS = 27.0
"""Time of a picture while the camera moves: 30 pictures a second and some room for showing them."""

MIN_SCALE = 0.2
"""The picture is never drawn coarser than this, of its full width and height."""

MIN_DETAIL = 0.125
"""At least this share of the Gaussians is drawn."""

_SHARP_SCALE = 0.45  # below it, fewer Gaussians cost less of the picture than fewer pixels
_ROOM = 1.3
_SMOOTHING = 0.5


@dataclass(frozen=True, kw_only=True)
class AdaptiveResolution:
    """How to draw the next picture while the camera moves.

    Args:
        scale: Of the full width and height, `MIN_SCALE` to 1.
        detail: Share of the Gaussians, the most important ones: 1, 1/2, 1/4 or 1/8.
    """

    scale: float = 0.6
    detail: float = 1.0

    def after(self, *, scale: float, detail: float, total_ms: float) -> AdaptiveResolution:
        """What to try after a picture at `scale` and `detail` took `total_ms`.

        Part of the time goes with the pixels and part with the Gaussians, so the scale follows in damped steps, and
        where it becomes too coarse or reaches 1, the detail changes.
        """
        if detail != self.detail:  # a picture from before the last change
            return self
        wanted = scale * math.sqrt(TARGET_MS / max(total_ms, 0.1))
        damped = self.scale + _SMOOTHING * (wanted - self.scale)
        if damped < _SHARP_SCALE and self.detail > MIN_DETAIL:
            return AdaptiveResolution(scale=_SHARP_SCALE + 0.1, detail=self.detail / 2)
        if damped > _ROOM and self.detail < 1.0:
            return AdaptiveResolution(scale=_SHARP_SCALE + 0.2, detail=self.detail * 2)
        return AdaptiveResolution(scale=min(max(damped, MIN_SCALE), _ROOM), detail=self.detail)


def scaled_size(width: int, height: int, scale: float) -> tuple[int, int]:
    """Size [px] at `scale`, at least one pixel each way and never larger than the whole."""
    return max(1, round(width * min(scale, 1.0))), max(1, round(height * min(scale, 1.0)))
