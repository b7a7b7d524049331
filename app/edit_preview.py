"""A picture of a scene before and after edits, side by side, each with its label."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..render import Renderer, RenderOptions, tone_map
from ..scenes import Camera, Gaussians

_GAP = 4  # px
_LABEL_SHARE, _LEAST_LABEL = 0.06, 18  # of the height; px
_BACKGROUND = (255, 255, 255)
_INK = (20, 20, 20)


def before_after(
    renderer: Renderer, before: Gaussians, after: Gaussians, camera: Camera, *, title: str = ""
) -> NDArray[np.float32]:
    """The two scenes from the same camera, labelled, `[H, W, 3]` in [0, 1].

    Args:
        renderer: Draws both.
        before: What is seen before.
        after: What is seen after.
        camera: Of each half.
        title: Written under both, such as the sentence; cut where it does not fit.
    """
    first, second = (_drawn(renderer, gaussians, camera) for gaussians in (before, after))
    return labelled_pair(first, second, title=title)


def labelled_pair(before: NDArray[np.uint8], after: NDArray[np.uint8], *, title: str) -> NDArray[np.float32]:
    """Two pictures of one size side by side, labelled, `[H, W, 3]` in [0, 1]; see `before_after`."""
    sheet = _side_by_side([before, after], ("before", "after"), title)
    return (sheet / 255.0).astype(np.float32)


def _drawn(renderer: Renderer, gaussians: Gaussians, camera: Camera) -> NDArray[np.uint8]:
    if not len(gaussians):
        return np.zeros((camera.height, camera.width, 3), np.uint8)
    return tone_map(renderer.render(gaussians, camera, RenderOptions()).image)


def _side_by_side(
    pictures: list[NDArray[np.uint8]], labels: tuple[str, ...], title: str
) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw, ImageFont

    height, width = pictures[0].shape[:2]
    bar = max(round(_LABEL_SHARE * height), _LEAST_LABEL)
    font: Any = ImageFont.load_default(size=round(0.62 * bar))
    size = (len(pictures) * width + _GAP * (len(pictures) - 1), height + bar * (2 if title else 1))
    sheet = Image.new("RGB", size, _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    for column, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        left = column * (width + _GAP)
        sheet.paste(Image.fromarray(picture), (left, bar))
        draw.text((left + width / 2, bar / 2), label, fill=_INK, font=font, anchor="mm")
    if title:
        text = _fitted(title, draw, font, size[0] - 2 * _GAP)
        draw.text((size[0] / 2, size[1] - bar / 2), text, fill=_INK, font=font, anchor="mm")
    return np.asarray(sheet)


def _fitted(text: str, draw: Any, font: Any, room: float) -> str:
    """`text`, cut with an ellipsis where it is wider than `room` [px]."""
    line = shown = " ".join(text.split())
    while line and draw.textlength(shown, font=font) > room:
        line = line[: -max(1, len(line) // 20)]
        shown = f"{line}..."
    return shown
