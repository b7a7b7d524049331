"""A bar above the picture that offers something and blocks nothing."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from .. import texts


class OfferBar(QWidget):
    """A sentence and two buttons."""

    def __init__(self, text: str, accept: str, refuse: str, parent: QWidget | None = None) -> None:
        """Offer `text`; the buttons say `accept` and `refuse`."""
        super().__init__(parent)
        self.on_accept: Callable[[], object] = lambda: None
        self.on_refuse: Callable[[], object] = lambda: None
        self.accept_button, self.refuse_button = QPushButton(accept, self), QPushButton(refuse, self)
        self.accept_button.setToolTip(text)
        self.refuse_button.setToolTip(texts.REMOVE_TIP)
        self.accept_button.clicked.connect(self._accepted)
        self.refuse_button.clicked.connect(self._refused)
        layout = QHBoxLayout(self)
        layout.addWidget(QLabel(text, self), 1)
        layout.addWidget(self.accept_button)
        layout.addWidget(self.refuse_button)

    def _accepted(self) -> None:
        self.hide()
        self.on_accept()

    def _refused(self) -> None:
        self.hide()
        self.on_refuse()
