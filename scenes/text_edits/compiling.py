"""From a step in words to the edit operations that do it, once it is known which Gaussians are meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..edits import (
    Contrast,
    Delete,
    EditedGaussians,
    EditOperation,
    IndexMask,
    Insert,
    Paint,
    Recolour,
    Transform,
)
from ..edits import Duplicate as DuplicateOperation
from ..edits import Hide as HideOperation
from ..edits import ShiftHue as ShiftHueOperation
from ..edits import ShowAll as ShowAllOperation
from ..edits.file_operations import inserted_scene
from ..edits.similarity import Matrix4
from .color_values import color_value
from .frame_boxes import FrameBox, frame_box
from .paint_levels import contrast_pivot, paint_gain
from .placing import about, mirrored, put, shifted, standing_in_for, turned
from .scene_frame import SceneFrame
from .steps import (
    Adjust,
    Duplicate,
    Group,
    Hide,
    Keep,
    Mirror,
    Move,
    MoveBy,
    Put,
    Quantity,
    Recolor,
    Remove,
    Replace,
    Rotate,
    Scale,
    Select,
    ShiftHue,
    ShowAll,
    Step,
)


@dataclass(frozen=True, eq=False, kw_only=True)
class Aim:
    """What a step is compiled for.

    Args:
        scene: As the steps before left it.
        frame: Right, up, forward.
        mask: The Gaussians that the step is about; not empty where the step has a target.
        anchor: Those that `Put` is to.
        folder: Where the files of `Replace` are looked for.
    """

    scene: EditedGaussians
    frame: SceneFrame
    mask: IndexMask
    anchor: IndexMask | None = None
    folder: Path = Path()

    @property
    def box(self) -> FrameBox:
        """Around what the step is about."""
        return frame_box(self.scene.gaussians, self.frame, self.mask)


def compile_step(step: Step, aim: Aim) -> tuple[EditOperation, ...]:
    """The operations that do `step`; none for what changes no Gaussian, such as `Select`.

    `Style` takes long and needs pictures, and `Undo` is about other steps: planning sees to both.

    Raises:
        RowsplatError: A file or a colour is at fault.
        ValueError: The numbers lead out of what a scene can hold; or the step is one of the two above.
    """
    if isinstance(step, Select | Group):
        return ()
    if isinstance(step, ShowAll):
        return (ShowAllOperation(),)
    if type(step) not in _COMPILERS:
        raise ValueError(f"{type(step).__name__} is not compiled by itself")
    return _COMPILERS[type(step)](step, aim)


def _remove(step: Remove, aim: Aim) -> tuple[EditOperation, ...]:
    del step
    return (Delete(mask=aim.mask),)


def _keep(step: Keep, aim: Aim) -> tuple[EditOperation, ...]:
    del step
    others = IndexMask.from_bool(aim.scene.alive & ~aim.mask.to_bool())
    return (Delete(mask=others),) if others.num_selected else ()


def _hide(step: Hide, aim: Aim) -> tuple[EditOperation, ...]:
    del step
    return (HideOperation(mask=aim.mask),)


def _move(step: Move, aim: Aim) -> tuple[EditOperation, ...]:
    distance = step.distance
    if step.relative:
        distance *= float(aim.box.size[aim.frame.row_of(step.direction)])
    return _moved(aim, shifted(distance * aim.frame.direction(step.direction)))


def _move_by(step: MoveBy, aim: Aim) -> tuple[EditOperation, ...]:
    return _moved(aim, shifted(np.array(step.offset)))


def _put(step: Put, aim: Aim) -> tuple[EditOperation, ...]:
    assert aim.anchor is not None
    anchor = frame_box(aim.scene.gaussians, aim.frame, aim.anchor)
    return _moved(aim, put(aim.box, step.relation, anchor))


def _rotate(step: Rotate, aim: Aim) -> tuple[EditOperation, ...]:
    return _moved(aim, turned(aim.box.middle, aim.frame.axis(step.axis), step.degrees))


def _mirror(step: Mirror, aim: Aim) -> tuple[EditOperation, ...]:
    return _moved(aim, mirrored(aim.box.middle, aim.frame.axis(step.axis)))


def _scale(step: Scale, aim: Aim) -> tuple[EditOperation, ...]:
    return _moved(aim, about(aim.box.foot, np.eye(3), step.factor))


def _moved(aim: Aim, matrix: Matrix4) -> tuple[EditOperation, ...]:
    return (Transform(matrix=matrix, mask=aim.mask),)


def _duplicate(step: Duplicate, aim: Aim) -> tuple[EditOperation, ...]:
    del step
    return (DuplicateOperation(mask=aim.mask),)


def _recolor(step: Recolor, aim: Aim) -> tuple[EditOperation, ...]:
    color = color_value(step.color)
    gain = paint_gain(aim.scene.gaussians, aim.mask, color)
    return (Paint(mask=aim.mask, colour=color, amount=step.amount, gain=gain),)


def _shift_hue(step: ShiftHue, aim: Aim) -> tuple[EditOperation, ...]:
    return (ShiftHueOperation(mask=aim.mask, degrees=step.degrees),)


def _adjust(step: Adjust, aim: Aim) -> tuple[EditOperation, ...]:
    match step.quantity:
        case Quantity.BRIGHTNESS:
            return (Recolour(mask=aim.mask, brightness=step.factor),)
        case Quantity.SATURATION:
            return (Recolour(mask=aim.mask, saturation=step.factor),)
        case Quantity.OPACITY:
            return (Recolour(mask=aim.mask, opacity=step.factor),)
        case Quantity.CONTRAST:
            pivot = contrast_pivot(aim.scene.gaussians, aim.mask)
            return (Contrast(mask=aim.mask, factor=step.factor, pivot=pivot),)


def _replace(step: Replace, aim: Aim) -> tuple[EditOperation, ...]:
    found = Insert.of(aim.folder / step.path)
    other = frame_box(inserted_scene(found.path, found.sha256), aim.frame)
    return (
        Delete(mask=aim.mask),
        Insert(
            path=found.path,
            sha256=found.sha256,
            count=found.count,
            matrix=standing_in_for(other, aim.box),
        ),
    )


_COMPILERS: dict[type, Callable[[Any, Aim], tuple[EditOperation, ...]]] = {
    Remove: _remove,
    Keep: _keep,
    Hide: _hide,
    Move: _move,
    MoveBy: _move_by,
    Put: _put,
    Rotate: _rotate,
    Mirror: _mirror,
    Scale: _scale,
    Duplicate: _duplicate,
    Recolor: _recolor,
    ShiftHue: _shift_hue,
    Adjust: _adjust,
    Replace: _replace,
}
