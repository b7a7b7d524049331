"""The GPU-shaped kernels on Vulkan (Mesa's software driver will do) against the float64 reference."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rowsplat.render import RenderMode, RenderResult, psnr
from rowsplat.render.reference_renderer import ReferenceRenderer

from ..taichi.boundary_band import boundary_band
from .cases import BLENDERS, CASES, options_of
from .draw_program import NO_DEVICE, SORT_LENGTHS, sort_keys

pytestmark = pytest.mark.gpu_api

Results = Mapping[str, NDArray[np.float32]]


@pytest.fixture(scope="module", params=["taichi", "quadrants"])
def results(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What a process with the language drew."""
    language = request.param
    if importlib.util.find_spec(language) is None:
        pytest.skip(f"{language} is not installed")
    out = tmp_path_factory.mktemp("gpu") / "results.npz"
    program = Path(__file__).with_name("draw_program.py")
    command = [sys.executable, str(program), language, str(out)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode == NO_DEVICE and not os.environ.get("CI"):
        pytest.skip(finished.stdout.strip())
    assert finished.returncode == 0, finished.stdout + finished.stderr
    with np.load(out) as arrays:
        return dict(arrays)


@cache
def _reference(case: str, blender: str) -> tuple[RenderResult, NDArray[np.bool_]]:
    """The reference's picture, and the pixels where rounding may decide."""
    chosen = CASES[case]
    options = options_of(chosen, blender)
    band = boundary_band(chosen.scene, chosen.view, options.blend, antialiased=bool(options.antialiased))
    return ReferenceRenderer().render(chosen.scene, chosen.view, options), band


@pytest.mark.parametrize("blender", list(BLENDERS))
@pytest.mark.parametrize("case", [name for name in CASES if name != "mode cost"])
def test_every_blender_draws_what_the_reference_draws(results: Results, case: str, blender: str) -> None:
    expected, band = _reference(case, blender)
    image, alpha = results[f"{case}/{blender}/image"], results[f"{case}/{blender}/alpha"]
    assert band.mean() <= 0.02
    assert image.shape == expected.image.shape
    # 1e-5 but for `antialiased`: the determinant of a needle cancels in float32, as it does in gsplat
    np.testing.assert_allclose(alpha[~band], expected.alpha[~band], atol=1e-4)
    np.testing.assert_allclose(image[~band], expected.image[~band], atol=2e-4)
    assert psnr(image, expected.image, peak=max(1.0, float(expected.image.max()))) >= 60.0


@pytest.mark.parametrize("blender", list(BLENDERS))
def test_fragments_that_count_are_those_of_the_reference(results: Results, blender: str) -> None:
    expected, band = _reference("mode cost", blender)
    evaluated, contributing = np.moveaxis(results[f"mode cost/{blender}/image"], -1, 0)
    np.testing.assert_array_equal(contributing[~band], expected.image[~band][:, 1])
    assert (evaluated >= contributing).all()


def test_irss_evaluates_fewer_fragments_than_pfs_on_the_same_lists(results: Results) -> None:
    work = {name: results[f"mode cost/{name}/image"][..., 0].sum() for name in BLENDERS}
    assert work["irss-thread-per-row"] < work["irss-subtile-mask"] < work["baseline-exact"] < work["baseline"]


def test_a_row_thread_evaluates_exactly_the_fragments_that_the_paper_does(results: Results) -> None:
    expected, band = _reference("mode cost", "irss-thread-per-row")
    evaluated = results["mode cost/irss-thread-per-row/image"][..., 0]
    # one more or less where a row's interval ends within rounding of a pixel's centre
    assert np.abs(evaluated[~band] - expected.image[~band][:, 0]).max() <= 1


@pytest.mark.parametrize("num", SORT_LENGTHS)
def test_sorting_is_stable_and_complete(results: Results, num: int) -> None:
    np.testing.assert_array_equal(results[f"sort {num}"], np.argsort(sort_keys(num), kind="stable"))


def test_the_total_holds_all_stages(results: Results) -> None:
    for name, times in results.items():
        if name.endswith("/times"):
            assert (times > 0).all()
            assert times[-1] >= times[:-1].sum() * 0.999


def test_every_mode_is_drawn(results: Results) -> None:
    for mode in RenderMode:
        assert results[f"mode {mode.value}/irss-subtile-mask/image"].std() > 0.01
