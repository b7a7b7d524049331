"""Child processes that begin afresh, each at the other end of a pipe."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any


def spawned(
    target: Callable[..., object], *args: object, name: str | None = None, duplex: bool = True
) -> tuple[BaseProcess, Connection]:
    """A process that runs `target(pipe, *args)`, and this side's end of the pipe. It ends with this one.

    Args:
        target: A function of a module; it and `args` travel as pickles.
        args: After the pipe.
        name: Of the process.
        duplex: Whether this side may send as well.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=duplex)
    arguments: tuple[Any, ...] = (theirs, *args)
    process = context.Process(target=target, args=arguments, daemon=True, name=name)
    process.start()
    theirs.close()
    return process, ours
