"""The standard library's reader of TOML, or before Python 3.11 the package that it came from."""

from __future__ import annotations

import sys

if sys.version_info >= (3, 11):
    from tomllib import TOMLDecodeError, loads
else:
    from tomli import TOMLDecodeError, loads  # pyright: ignore

__all__ = ["TOMLDecodeError", "loads"]
