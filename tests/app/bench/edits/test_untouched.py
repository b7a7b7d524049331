"""The measurement of what edits leave alone sees a single bit, a mark, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from rowsplat.app.bench.edits.untouched import changed_gaussians, untouched
from rowsplat.app.editing import EditableScene
from rowsplat.scenes import Gaussians
from rowsplat.scenes.edits import EditedGaussians

COUNT = 200
ALL = np.arange(COUNT)


@pytest.fixture(scope="module")
def gaussians() -> Gaussians:
    rng = np.random.default_rng(3)
    return Gaussians(
        means=rng.normal(size=(COUNT, 3)).astype(np.float32),
        quats=rng.normal(size=(COUNT, 4)).astype(np.float32),
        log_scales=np.full((COUNT, 3), -2.0, np.float32),
        logit_opacities=np.zeros(COUNT, np.float32),
        sh_coeffs=rng.normal(size=(COUNT, 4, 3)).astype(np.float32),
    )


@pytest.mark.parametrize("name", ["means", "quats", "log_scales", "logit_opacities", "sh_coeffs"])
def test_the_last_bit_of_any_value_counts(gaussians: Gaussians, name: str) -> None:
    values = np.array(getattr(gaussians, name))
    values.reshape(COUNT, -1)[7, -1] = np.nextafter(values.reshape(COUNT, -1)[7, -1], np.float32(9.0))
    before = EditedGaussians.unedited(gaussians)
    after = EditedGaussians.unedited(replace(gaussians, **{name: values}))
    assert changed_gaussians(before, after, ALL) == 1
    assert changed_gaussians(before, after, np.delete(ALL, 7)) == 0


@pytest.mark.parametrize("mark", ["alive", "hidden"])
def test_marks_count(gaussians: Gaussians, mark: str) -> None:
    before = EditedGaussians.unedited(gaussians)
    marks = np.array(getattr(before, mark))
    marks[3:5] ^= True
    assert changed_gaussians(before, replace(before, **{mark: marks}), ALL) == 2


def test_each_step_with_a_target_is_looked_at(gaussians: Gaussians) -> None:
    plan = EditableScene.of(gaussians).plan("make the left half of everything blue and show everything")
    (row,) = untouched(plan)
    assert 0 < row.gaussians < COUNT
    assert row.changed == 0
