"""Libraries that only some features need, with a clear word when one is missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..kernels.errors import RowsplatError


def optional_module(name: str, *, extra: str, feature: str) -> Any:
    """Import the module `name`.

    Args:
        name: The module, as after `import`.
        extra: The extra of this package that installs it.
        feature: What needs it, the subject of the error's sentence.

    Raises:
        RowsplatError: It is not installed, or cannot be loaded on this machine.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise RowsplatError(
            f'{feature} needs {error.name}, which is not installed: pip install "rowsplat[{extra}]".'
        ) from error
    except (ImportError, OSError) as error:
        raise RowsplatError(
            f"{feature} needs {name}, which cannot be loaded here ({error}). Install what it asks for."
        ) from error
