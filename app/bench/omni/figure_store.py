"""Figures that were measured, kept in a file so that a table that takes hours can be made in parts."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ....render.output_files import replacing_file

Figures = Mapping[str, float | str]


class FigureStore:
    """Figures by key in a JSON file. Whoever wants fresh ones deletes the file, or lines of it."""

    def __init__(self, path: Path) -> None:
        """Read what is there already."""
        self._path = path
        self._known: dict[str, dict[str, float | str]] = (
            json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        )

    def measured(self, key: str, measure: Callable[[], Figures]) -> Figures:
        """The figures under `key`, measured and written down if they are not known."""
        if key not in self._known:
            self._known[key] = dict(measure())
            print(f"{key}: {self._known[key]}", file=sys.stderr, flush=True)
            with replacing_file(self._path) as temporary:
                temporary.write_text(json.dumps(self._known, indent=1) + "\n", encoding="utf-8")
        return self._known[key]

    def under(self, prefix: str) -> Iterator[tuple[str, Figures]]:
        """Rest of the key and figures of all keys that begin with `prefix`, in the order of measuring."""
        for key, figures in self._known.items():
            if key.startswith(prefix):
                yield key[len(prefix) :], figures
