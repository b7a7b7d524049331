"""Names of photos as names of files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

_FOREIGN = re.compile(r"[^A-Za-z0-9._-]+")
_MOST = 80  # characters


def file_names(photos: Sequence[str]) -> tuple[str, ...]:
    """A name without suffix for each photo, as like its own as any file system allows; all differ."""
    names: list[str] = []
    taken = set[str]()
    for index, photo in enumerate(photos):
        path = PurePosixPath(photo.replace("\\", "/"))
        plain = _FOREIGN.sub("_", path.with_suffix("").as_posix() if path.name else photo).strip("._")[:_MOST]
        name = plain or f"photo-{index}"
        while name.lower() in taken:
            name = f"{name}-{index}"
        taken.add(name.lower())
        names.append(name)
    return tuple(names)
