"""The choice of the kernel language and the device. A process makes it once, so each test has its own process."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

_PRELUDE = """
from rowsplat.kernels.errors import BackendError
from rowsplat.kernels.runtime import Device, KernelLanguage, choose_language, initialise
def refused(call, *arguments, **named):
    try:
        call(*arguments, **named)
    except BackendError as error:
        assert "\\n" not in str(error)
        return str(error)
    raise AssertionError("not refused")
def without(*names):
    import importlib.util
    find = importlib.util.find_spec
    importlib.util.find_spec = lambda name: None if name in names else find(name)
"""


def _run(program: str, **environment: str) -> None:
    """Run `program` in a fresh process without a choice of language but that in `environment`."""
    kept = {name: value for name, value in os.environ.items() if name != "ROWSPLAT_KERNEL_LANGUAGE"}
    command = [sys.executable, "-W", "error", "-c", _PRELUDE + program]
    finished = subprocess.run(
        command, env={**kept, **environment}, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


needs_quadrants = pytest.mark.skipif(
    importlib.util.find_spec("quadrants") is None, reason="quadrants is not installed"
)


@needs_quadrants
def test_quadrants_is_preferred_where_it_is_installed() -> None:
    _run("""
choice = choose_language()
assert choice.language is KernelLanguage.QUADRANTS
assert "installed" in choice.reason
""")


def test_taichi_is_taken_where_quadrants_is_not_installed() -> None:
    _run("""
without("quadrants")
choice = choose_language()
assert choice.language is KernelLanguage.TAICHI
assert choice.reason == "quadrants is not installed"
""")


def test_the_environment_decides() -> None:
    _run("assert choose_language().language is KernelLanguage.TAICHI", ROWSPLAT_KERNEL_LANGUAGE="taichi")


@needs_quadrants
def test_an_explicit_choice_wins_over_the_environment() -> None:
    _run(
        """
assert choose_language("quadrants").language is KernelLanguage.QUADRANTS
assert choose_language().language is KernelLanguage.QUADRANTS
""",
        ROWSPLAT_KERNEL_LANGUAGE="taichi",
    )


def test_an_explicit_choice_is_never_replaced() -> None:
    _run("""
without("quadrants")
assert "pip install quadrants" in refused(choose_language, "quadrants")
assert "unknown kernel language 'cobol'" in refused(choose_language, "cobol")
assert choose_language("taichi").reason == "asked for"
assert "already runs taichi" in refused(choose_language, "quadrants")
assert choose_language("taichi") is choose_language()
""")


def test_no_language_at_all_is_an_error_that_says_what_to_install() -> None:
    _run("""
without("quadrants", "taichi")
assert "pip install taichi" in refused(choose_language)
""")


def test_starting_twice_on_one_device_starts_once() -> None:
    _run("""
first = initialise(Device.CPU, threads=1)
assert initialise(Device.CPU, threads=1) is first
assert "cpu (1 threads)" in first.description
""")


def test_a_process_keeps_its_device_and_what_was_made_on_it() -> None:
    _run("""
import numpy as np
from rowsplat.render import Backend, create_renderer
from rowsplat.scenes import Gaussians, default_camera
one = dict(means=[[0, 0, 0]], quats=[[1, 0, 0, 0]], log_scales=[[-1, -1, -1]], logit_opacities=[2.0],
           sh_coeffs=[[[1, 1, 1]]])
scene = Gaussians(**{name: np.array(value, np.float32) for name, value in one.items()})
camera = default_camera(scene, width=16, height=16)
renderer = create_renderer(Backend.CPU)
picture = renderer.render(scene, camera).image
for backend in (Backend.CUDA, Backend.VULKAN):
    assert "already draws on cpu" in refused(create_renderer, backend)
assert (renderer.render(scene, camera).image == picture).all()
assert picture.max() > 0.1
""")


@pytest.mark.parametrize("device", ["cuda", "metal"])
def test_a_device_that_is_not_there_is_refused_and_the_cpu_still_starts(device: str) -> None:
    if device == "cuda" and os.path.exists("/proc/driver/nvidia/version"):
        pytest.skip("this machine has CUDA")
    if device == "metal" and sys.platform == "darwin":
        pytest.skip("this machine has Metal")
    _run(f"""
assert "no {device} device was found" in refused(initialise, Device("{device}"))
assert initialise(Device.CPU).device is Device.CPU
""")
