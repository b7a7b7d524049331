"""What a measurement ran on: machine, versions, commit. Everything that can be missing is `None` then."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_PACKAGES = ("rowsplat", "numpy", "taichi", "quadrants", "torch", "gsplat", "tyro", "pillow")
_GPU_QUERY = "name,uuid,memory.total,driver_version,power.limit"


def describe_environment() -> dict[str, Any]:
    """Machine, system, versions and commit, in JSON types."""
    return {
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "cpu": {
            "model": _cpu_model(),
            "logical_cores": os.cpu_count(),
            "usable_cores": _usable_cores(),
            "load_average": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        },
        "ram_bytes": _ram_bytes(),
        "gpus": _gpus(),
        "os": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: _package_version(name) for name in _PACKAGES},
        "commit": _commit(),
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
    }


def _cpu_model() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return _output_of("sysctl", "-n", "machdep.cpu.brand_string") or platform.processor() or None
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or None


def _usable_cores() -> int | None:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _ram_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _gpus() -> list[dict[str, str]]:
    names = _GPU_QUERY.split(",")
    table = _output_of("nvidia-smi", f"--query-gpu={_GPU_QUERY}", "--format=csv,noheader") or ""
    rows = [[cell.strip() for cell in line.split(",")] for line in table.splitlines()]
    return [dict(zip(names, row, strict=True)) for row in rows if len(row) == len(names)]


def _package_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    """Commit of the checkout that this file lies in, with `+changes` when it has any; `None` if installed."""
    folder = str(Path(__file__).resolve().parent)
    commit = _output_of("git", "-C", folder, "rev-parse", "HEAD")
    tracked = _output_of("git", "-C", folder, "ls-files", "--", Path(__file__).name)
    if (
        not commit or not tracked
    ):  # no checkout, or one that merely holds the environment this is installed in
        return None
    changes = _output_of("git", "-C", folder, "status", "--porcelain", "--untracked-files=no")
    return f"{commit}+changes" if changes else commit


def _output_of(*command: str) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
