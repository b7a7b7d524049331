"""Dark and light colours."""

from __future__ import annotations

from PyQt6.QtGui import QColor, QPalette
from PyQt6.QtWidgets import QApplication

_DARK = {
    QPalette.ColorRole.Window: "#26282b",
    QPalette.ColorRole.WindowText: "#e6e6e6",
    QPalette.ColorRole.Base: "#131517",
    QPalette.ColorRole.AlternateBase: "#232528",
    QPalette.ColorRole.Text: "#e6e6e6",
    QPalette.ColorRole.Button: "#2e3135",
    QPalette.ColorRole.ButtonText: "#e6e6e6",
    QPalette.ColorRole.ToolTipBase: "#2e3135",
    QPalette.ColorRole.ToolTipText: "#e6e6e6",
    QPalette.ColorRole.Highlight: "#2f6fb5",
    QPalette.ColorRole.HighlightedText: "#ffffff",
    QPalette.ColorRole.PlaceholderText: "#8a8d91",
    QPalette.ColorRole.Link: "#6fb0ff",
}
_DISABLED = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


def apply_theme(*, dark: bool) -> None:
    """Give the whole application dark or light colours."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setStyle("Fusion")
    style = application.style()
    assert style is not None
    palette = QPalette(style.standardPalette())
    if dark:
        for role, colour in _DARK.items():
            palette.setColor(role, QColor(colour))
        for role in _DISABLED:
            palette.setColor(QPalette.ColorGroup.Disabled, role, QColor("#6d7075"))
    application.setPalette(palette)
