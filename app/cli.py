"""The command line `rowsplat`: reads the flags, runs a subcommand, tells in one line what users can mend."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any, NoReturn

import tyro
from tyro import conf

from ..kernels.errors import RowsplatError, one_line
from .commands.all_commands import SUBCOMMANDS, Command, run_command

EXIT_USAGE, EXIT_INTERRUPTED, EXIT_TERMINATED = 2, 130, 143

_DESCRIPTION = (
    "Real-time 3D Gaussian splatting with intra-row sequential shading (IRSS), with or without a GPU. "
    "`rowsplat COMMAND --help` has the flags and examples of a command."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments without the program's name; `None` takes those of the process.

    Returns:
        Exit code: 0, 2 for what the user can mend, 130 after Ctrl-C.

    Raises:
        SystemExit: After `--help` (0), for flags that cannot be read (2), after SIGTERM (143).
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:
        return _print_version()
    _stop_cleanly_on_sigterm()
    try:
        run_command(_parse(arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("cancelled; nothing was written", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        return _reader_is_gone()
    except (RowsplatError, OSError, MemoryError) as error:
        print(f"error: {_one_line(error)}", file=sys.stderr)
        return EXIT_USAGE
    return 0


def _parse(arguments: list[str]) -> Any:
    """The flags, as the dataclass of their subcommand."""
    try:
        return tyro.cli(
            Command,  # pyright: ignore[reportArgumentType] # a union of types is what tyro wants here
            prog="rowsplat",
            args=arguments,
            description=_DESCRIPTION,
            config=(conf.EnumChoicesFromValues, conf.FlagCreatePairsOff),
        )
    except SystemExit as stop:
        if stop.code in (0, None) and arguments[0] in SUBCOMMANDS:
            print("\n".join(("examples:", *(f"  {line}" for line in SUBCOMMANDS[arguments[0]].examples))))
        raise


def _one_line(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "not enough memory. Try a coarser level of detail, a smaller picture or fewer variants."
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}."
    return one_line(error)


def _print_version() -> int:
    from importlib.metadata import version

    print(f"rowsplat {version('rowsplat')}")
    return 0


def _reader_is_gone() -> int:
    """End quietly when the reader of a pipe, `head` for one, has stopped reading."""
    os.dup2(
        os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
    )  # or Python complains when it flushes at exit
    return 0


def _stop_cleanly_on_sigterm() -> None:
    """Let SIGTERM unwind the stack, so that temporary files are removed as after Ctrl-C."""

    def _exit(signum: int, frame: object) -> NoReturn:
        raise SystemExit(EXIT_TERMINATED)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _exit)


if __name__ == "__main__":
    sys.exit(main())
