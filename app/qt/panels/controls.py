"""Controls as the panels use them: each says what it does to the eye and to the ear."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QDoubleSpinBox, QPushButton, QWidget

_DIGITS, _NARROW = 3, 56  # so that three numbers fit beside each other [logical px]


def push_button(parent: QWidget, text: str, tip: str, clicked: Callable[[], object]) -> QPushButton:
    """A button; `clicked` is called without arguments."""
    button = QPushButton(text, parent)
    button.setToolTip(tip)
    button.clicked.connect(lambda _checked=False: clicked())
    return button


def narrow_number(parent: QWidget, tip: str, least: float, most: float) -> QDoubleSpinBox:
    """A number without arrows, for rows of three."""
    box = QDoubleSpinBox(parent)
    box.setRange(least, most)
    box.setDecimals(_DIGITS)
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    box.setMinimumWidth(_NARROW)
    box.setToolTip(tip)
    box.setAccessibleName(tip)
    return box
