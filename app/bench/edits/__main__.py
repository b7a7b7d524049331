"""The table of docs/edits.md: `python -m rowsplat.app.bench.edits selection untouched --data FOLDER`."""

from __future__ import annotations

import sys

import tyro

from ....kernels.errors import RowsplatError
from .report import HEADER, Report, figures, line


def main() -> None:
    """Measure and print, a row as soon as it is known.

    Raises:
        SystemExit: 2, after one line, if something is missing or cannot be read.
    """
    report = tyro.cli(
        Report, prog="python -m rowsplat.app.bench.edits", config=(tyro.conf.EnumChoicesFromValues,)
    )
    try:
        for number, figure in enumerate(figures(report)):
            if not number:
                print(HEADER)
            print(line(figure), flush=True)
    except RowsplatError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
