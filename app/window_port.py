"""What the viewer asks of its window. Tests give it a window without a screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from .jobs import Job, JobMessage, JobProcess
from .plan_process import Planning
from .thumbnails import OnThumbnail, Thumbnails
from .view_requests import OnViewMessage, Viewing
from .word_plans import PlanMessage


class WindowPort(Protocol):
    """A window, as far as the viewer needs one. Nothing here waits for the user."""

    @property
    def is_dark(self) -> bool:
        """Whether the window has dark colours."""
        ...

    def ask_open(self, title: str, suffixes: Sequence[str], done: Callable[[Sequence[Path]], None]) -> None:
        """Ask for files to open; `done` hears the answer unless the user cancels."""
        ...

    def ask_save(self, title: str, suffixes: Sequence[str], done: Callable[[Path], None]) -> None:
        """Ask for a file to write."""
        ...

    def ask_number(self, title: str, value: float, done: Callable[[float], None]) -> None:
        """Ask for a positive number."""
        ...

    def save_picture(self, path: Path) -> None:
        """Save the picture as it is shown.

        Raises:
            RowsplatError: It cannot be written.
        """
        ...

    def start_job(self, job: Job, on_message: Callable[[JobMessage], None]) -> JobProcess:
        """Start a job whose messages come in the window's thread."""
        ...

    def start_planning(self, on_message: Callable[[PlanMessage], None]) -> Planning:
        """A planning process, which starts with the first sentence, whose messages come in the window's thread."""
        ...

    def start_viewing(self, on_message: OnViewMessage) -> Viewing:
        """A view process, which starts with the first wish, whose messages come in the window's thread."""
        ...

    def start_thumbnails(self, on_read: OnThumbnail) -> Thumbnails:
        """A reader of thumbnails that tells of them in the window's thread."""
        ...

    def show_prompt(self) -> None:
        """Show where sentences are typed, ready for typing."""
        ...

    def show_palette(self) -> None:
        """Show the command palette."""
        ...

    def show_about(self) -> None:
        """Show version, back end, licences."""
        ...

    def toggle_theme(self) -> None:
        """Dark to light or back."""
        ...

    def toggle_full_screen(self) -> None:
        """Fill the screen, or not."""
        ...

    def quit(self) -> None:
        """Close."""
        ...
