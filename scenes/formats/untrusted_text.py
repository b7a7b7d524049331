"""Names and JSON that come from files and are not to be trusted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...kernels.errors import SceneFileError
from .byte_source import DAMAGED, ByteSource

MAX_JSON = 16 << 20
"""Largest JSON that is parsed unless a caller allows more [bytes]."""


def check_member_name(path: Path, name: object) -> str:
    """`name` if it is a plain relative path without '..', else `SceneFileError`."""
    if not isinstance(name, str) or len(name) > 255 or not all(_is_plain(part) for part in name.split("/")):
        problem = f"expected a plain file name inside the scene's folder, found {str(name)[:60]!r}"
        raise SceneFileError(
            path, "file reference", problem, "Do not trust this file; ask for a clean export"
        )
    return name


def _is_plain(part: str) -> bool:
    return part not in ("", ".", "..") and part.isprintable() and not set(part) & set('\\:*?"<>|')


def parse_json(source: ByteSource, largest: int = MAX_JSON) -> dict[str, Any]:
    """A JSON object.

    Raises:
        SceneFileError: It is not one, or is larger than `largest` bytes.
    """
    if len(source) > largest:
        raise source.error("", f"expected JSON of at most {largest} bytes, found {len(source)}")
    try:
        parsed = json.loads(source.data.tobytes())
    except (ValueError, RecursionError) as error:
        raise source.error("", f"expected JSON ({error})", DAMAGED) from error
    if not isinstance(parsed, dict):
        raise source.error("", f"expected a JSON object, found {type(parsed).__name__}", DAMAGED)
    return parsed
