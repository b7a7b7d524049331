"""Memory of this process and of a CUDA card."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

_STATUS, _CLEAR_REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # proc(5): resets the peak resident set size


def resident_bytes() -> int | None:
    """Memory in use now [bytes], `None` where the system does not say."""
    return _status_bytes("VmRSS")


def peak_resident_bytes() -> int | None:
    """Highest memory in use since `reset_peaks`, or since the start where it has no effect [bytes]."""
    peak = _status_bytes("VmHWM")
    return _peak_of_whole_run() if peak is None else peak


def reset_peaks() -> bool:
    """Start a new measurement of the peaks; false where the system cannot."""
    torch = _cuda_torch()
    if torch is not None:
        torch.cuda.reset_peak_memory_stats()
    try:
        _CLEAR_REFS.write_text(_RESET_PEAK)
    except OSError:
        return False
    return True


def peak_cuda_bytes() -> int | None:
    """Highest memory that torch had allocated on the CUDA card [bytes], `None` when torch uses no card."""
    torch = _cuda_torch()
    return None if torch is None else int(torch.cuda.max_memory_allocated())


def _status_bytes(field: str) -> int | None:
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return None
    values = [line.split() for line in lines if line.startswith(f"{field}:")]
    return int(values[0][1]) * 1024 if values else None


def _peak_of_whole_run() -> int | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _cuda_torch() -> Any:
    """The module torch, if a renderer has loaded it and it drives a card."""
    torch = sys.modules.get("torch")
    return torch if torch is not None and torch.cuda.is_available() else None
