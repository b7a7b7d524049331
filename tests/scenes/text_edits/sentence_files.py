"""Sentences with their programs, and nonsense: those by which the grammar is worked on, and those that are held out."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DEVELOPMENT = tomllib.loads(Path(__file__).with_name("development.toml").read_text(encoding="utf-8"))
HELD_OUT = tomllib.loads(Path(__file__).with_name("held_out.toml").read_text(encoding="utf-8"))
