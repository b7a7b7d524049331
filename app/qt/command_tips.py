"""What a control says of the command that it runs."""

from __future__ import annotations

from PyQt6.QtGui import QKeySequence

from .. import texts
from ..actions import Action


def key_name(entry: Action) -> str:
    """The first shortcut as this platform writes it, empty without one."""
    return QKeySequence(entry.keys[0]).toString(QKeySequence.SequenceFormat.NativeText) if entry.keys else ""


def tip_with_key(entry: Action) -> str:
    """Tip and shortcut."""
    return texts.with_key(entry.tip, key_name(entry))
