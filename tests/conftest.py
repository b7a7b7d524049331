"""Fixtures and skips that all tests share."""

from __future__ import annotations

import ctypes.util
import os
from pathlib import Path

import pytest

# gsply's numba would warn about the TBB library that Open3D brings, and warnings are errors.
os.environ.setdefault("NUMBA_THREADING_LAYER", "workqueue")

_REPOSITORY = Path(__file__).resolve().parents[1]
_SHARED_DATA = _REPOSITORY.parent / "shared" / "data"


@pytest.fixture(scope="session")
def repository() -> Path:
    """Root folder of the checkout."""
    return _REPOSITORY


@pytest.fixture
def shared_data_dir(request: pytest.FixtureRequest) -> Path:
    """Folder of the optional real data; the test that takes it must be marked `shared_data`."""
    if request.node.get_closest_marker("shared_data") is None:
        pytest.fail("a test that takes shared_data_dir needs the mark shared_data", pytrace=False)
    return _SHARED_DATA


def _reason_without_shared_data() -> str | None:
    return None if _SHARED_DATA.is_dir() else "no folder shared/data beside the checkout"


def _reason_without_vulkan() -> str | None:
    in_ci = "CI" in os.environ  # there a missing driver is a failure, not a skip
    if in_ci or ctypes.util.find_library("vulkan"):
        return None
    return "no Vulkan loader; on Debian and Ubuntu: apt-get install libvulkan1 mesa-vulkan-drivers"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reasons = {"shared_data": _reason_without_shared_data(), "gpu_api": _reason_without_vulkan()}
    for marker, reason in reasons.items():
        if reason is None:
            continue
        for item in items:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))
