"""Scenes of blocks whose boxes are known, under names."""

from __future__ import annotations

import numpy as np
from rowsplat.kernels.constants import SH_C0
from rowsplat.scenes import Gaussians, merge
from rowsplat.scenes.edits import IndexMask
from rowsplat.scenes.text_edits.edit_state import EditState
from rowsplat.scenes.text_edits.meaning import Viewpoint
from rowsplat.scenes.text_edits.scene_frame import SceneFrame

SIDE = 6
"""Gaussians along an edge of a block."""

COUNT = SIDE**3
VIEWPOINT = Viewpoint(frame=SceneFrame(), eye=np.array([0.0, 0.0, -10.0]))


def block(
    low: tuple[float, float, float], high: tuple[float, float, float], color: tuple[float, float, float]
) -> Gaussians:
    """A block of small Gaussians from corner to corner [right, up, forward], of one colour."""
    axes = [np.linspace(low[k], high[k], SIDE) for k in range(3)]
    local = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    means = local @ SceneFrame().matrix
    sh = np.zeros((COUNT, 4, 3))
    sh[:, 0] = (np.array(color) - 0.5) / SH_C0
    return Gaussians(
        means=means.astype(np.float32),
        quats=np.tile([1.0, 0, 0, 0], (COUNT, 1)).astype(np.float32),
        log_scales=np.full((COUNT, 3), -12.0, np.float32),
        logit_opacities=np.full(COUNT, 3.0, np.float32),
        sh_coeffs=sh.astype(np.float32),
    )


def room() -> EditState:
    """A table (4 x 1 x 2) with a red vase (1 x 2 x 1) on its left end, and a blue cube of 1 to the right of both."""
    parts = {
        "table": block((-2, 0, -1), (2, 1, 1), (0.5, 0.4, 0.3)),
        "vase": block((-2, 1, -0.5), (-1, 3, 0.5), (0.8, 0.1, 0.1)),
        "cube": block((4, 0, -0.5), (5, 1, 0.5), (0.1, 0.2, 0.9)),
    }
    state = EditState.of(merge(*parts.values()))
    total = COUNT * len(parts)
    groups = {
        name: IndexMask.from_indices(np.arange(k * COUNT, (k + 1) * COUNT), total)
        for k, name in enumerate(parts)
    }
    return EditState(cache=state.cache, groups=groups)


def corners(state: EditState, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Least and greatest coordinates [right, up, forward] of what goes by a name and is not deleted."""
    chosen = state.groups[name].to_bool() & state.scene.alive
    local = state.scene.gaussians.means[chosen].astype(np.float64) @ SceneFrame().matrix.T
    return local.min(axis=0), local.max(axis=0)
