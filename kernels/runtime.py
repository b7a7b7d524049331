"""Which kernel language runs (Taichi or its fork Quadrants), on which device, with how many threads, and why.

The language is chosen once a process, before `rowsplat.kernels.taichi` is imported, by `choose_language` or the
environment variable `ROWSPLAT_KERNEL_LANGUAGE`. An explicit choice is never silently replaced.
"""

import importlib.util
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from .errors import BackendError

_LOG = logging.getLogger("rowsplat")


class KernelLanguage(Enum):
    """The two languages that compile the same kernel source."""

    TAICHI = "taichi"
    QUADRANTS = "quadrants"


class Device(Enum):
    """Where kernels run."""

    CPU = "cpu"
    CUDA = "cuda"
    VULKAN = "vulkan"
    METAL = "metal"


@dataclass(frozen=True, kw_only=True)
class LanguageChoice:
    """A kernel language and the reason it was taken."""

    language: KernelLanguage
    reason: str


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The initialised kernel language of this process.

    Args:
        language: Taichi or Quadrants, with the reason.
        device: Where kernels run.
        threads: Worker threads on the CPU.
    """

    language: LanguageChoice
    device: Device
    threads: int

    @property
    def description(self) -> str:
        """One line for logs and the About box."""
        where = (
            f"{self.device.value} ({self.threads} threads)"
            if self.device is Device.CPU
            else self.device.value
        )
        return f"{self.language.language.value} on {where}: {self.language.reason}"


_choice: LanguageChoice | None = None
_runtime: Runtime | None = None


def _candidates() -> Iterator[LanguageChoice]:
    """Languages in order of preference, with the reason each would be taken."""
    if importlib.util.find_spec("quadrants"):
        yield LanguageChoice(
            language=KernelLanguage.QUADRANTS, reason="installed, and its newer LLVM is faster"
        )
    if importlib.util.find_spec("taichi"):
        yield LanguageChoice(language=KernelLanguage.TAICHI, reason="quadrants is not installed")


def choose_language(name: str | None = None) -> LanguageChoice:
    """Fix the kernel language of this process.

    Args:
        name: "taichi", "quadrants", or `None` for the environment's wish, else the best that is installed.

    Returns:
        The choice, which is the earlier one when it was made before.

    Raises:
        BackendError: The language is unknown, not installed, or another one is already in use.
    """
    global _choice
    if _choice is not None:
        if name is not None and name != _choice.language.value:
            raise BackendError(
                f"kernel language {name} was asked for, but this process already runs {_choice.language.value}"
            )
        return _choice
    _choice = _first_choice(name or os.environ.get("ROWSPLAT_KERNEL_LANGUAGE") or None)
    _LOG.info("kernel language %s: %s", _choice.language.value, _choice.reason)
    return _choice


def _first_choice(name: str | None) -> LanguageChoice:
    if name is None:
        choice = next(_candidates(), None)
        if choice is None:
            raise BackendError("neither quadrants nor taichi is installed; run: pip install taichi")
        return choice
    if name not in {language.value for language in KernelLanguage}:
        raise BackendError(f"unknown kernel language {name!r}, expected taichi or quadrants")
    if importlib.util.find_spec(name) is None:
        raise BackendError(f"kernel language {name} is not installed; run: pip install {name}")
    return LanguageChoice(language=KernelLanguage(name), reason="asked for")


def initialise(device: Device, *, language: str | None = None, threads: int | None = None) -> Runtime:
    """Start the kernel language on `device`; does nothing when it already runs there.

    Args:
        device: Where kernels run. Fixed for the process, since starting another would end the kernels of the first.
        language: See `choose_language`.
        threads: CPU worker threads, all cores by default.

    Raises:
        BackendError: The device cannot be had on this machine, or this process already runs another.
    """
    global _runtime
    threads = threads or _available_cores()
    choice = choose_language(language)
    if _runtime is not None and _runtime.device is not device:
        raise BackendError(
            f"{device.value} was asked for, but this process already draws on {_runtime.device.value}; "
            "use one process for each"
        )
    if _runtime is not None and _runtime.threads == threads:
        return _runtime
    from .taichi import start  # imports the language: seconds, so only when a picture is wanted

    start.start(device, threads)
    _runtime = Runtime(language=choice, device=device, threads=threads)
    return _runtime


def _available_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
