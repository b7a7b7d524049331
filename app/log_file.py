"""The log: what went wrong and was told in one line, with all that a report of a fault needs."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

_MOST_BYTES, _KEPT = 1 << 20, 1
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def log_to(folder: Path) -> Path:
    """Keep warnings and errors in `folder`/rowsplat.log; gives the file. Without a place to write nothing is kept."""
    path = folder / "rowsplat.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=_MOST_BYTES, backupCount=_KEPT, delay=True, encoding="utf-8"
        )
    except OSError:
        return path
    handler.setFormatter(logging.Formatter(_FORMAT))
    logging.getLogger("rowsplat").addHandler(handler)
    return path
