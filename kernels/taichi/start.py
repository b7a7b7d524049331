# pyright: basic, reportInvalidTypeForm=false
"""Start the kernel language on a device, once."""

import contextlib
import io
import os
import sys
import threading

from ..errors import BackendError
from ..runtime import Device
from .language import ti

_PIN_VARIABLE = "ROWSPLAT_PIN_THREADS"


def start(device: Device, threads: int) -> None:
    """Initialise the language on `device`.

    Raises:
        BackendError: The device cannot be had, or this is not the process's first kernel thread.
    """
    arch = getattr(ti, device.value)
    options = {"arch": arch, "offline_cache": True, "fast_math": True, "log_level": ti.ERROR}
    if device is Device.CPU:
        before = _thread_ids()
        _init(**options, real_matrix_scalarize=False, cpu_max_num_threads=threads)
        _pin_workers(before, threads)
        return
    with _without_driver_messages():
        _init(**options)
    if ti.lang.impl.current_cfg().arch != arch:
        raise BackendError(f"no {device.value} device was found; use --backend cpu or install its driver")


@contextlib.contextmanager
def _without_driver_messages():
    """Keep what a missing driver writes to standard error from the user, who is told in one line."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _init(**options: object) -> None:
    """`ti.init` without its greeting on standard output, which belongs to the user's pipes."""
    with contextlib.redirect_stdout(io.StringIO()):
        ti.init(**options)


@ti.kernel
def _touch(threads: ti.i32):
    for _ in range(threads * 1024):
        pass


def _thread_ids() -> set[int]:
    return {int(name) for name in os.listdir("/proc/self/task")} if sys.platform == "linux" else set()


def _pin_workers(before: set[int], threads: int) -> None:
    """Give every worker thread a core of its own.

    Seen on a 2-core virtual machine: without this, Linux left both workers on one core for seconds and every kernel
    took twice as long. `ROWSPLAT_PIN_THREADS=0` turns it off.
    """
    if sys.platform != "linux" or os.environ.get(_PIN_VARIABLE) == "0":
        return
    _touch(threads)
    cores = sorted(os.sched_getaffinity(0))
    workers = sorted(_thread_ids() - before - {threading.get_native_id()})[-threads:]
    # A thread may have ended, or a container forbid it: only speed is lost.
    with contextlib.suppress(OSError):
        for i, worker in enumerate(workers):
            os.sched_setaffinity(worker, {cores[i % len(cores)]})
