"""The window: picture in the middle, panels around it, menus from the registry. It implements `WindowPort`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt6.QtCore import QByteArray, QEvent, QSettings, Qt, QTimer, QUrl
from PyQt6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QWheelEvent,
)
from PyQt6.QtWidgets import (
    QDockWidget,
    QFrame,
    QLabel,
    QMainWindow,
    QMessageBox,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ...kernels.errors import RowsplatError, one_line
from ...render.output_files import replacing_file, require_writable_place
from .. import texts
from ..actions import ACTIONS, Action, Menu
from ..autosave import INTERVAL_S, Autosave
from ..camera_events import FocusLost
from ..drawing import Point
from ..jobs import Job, JobMessage, JobProcess
from ..messages import FromService
from ..overlay import status_text
from ..plan_process import Planning
from ..session import Session
from ..thumbnails import OnThumbnail, Thumbnails
from ..view_requests import OnViewMessage, Viewing
from ..viewer import Viewer
from ..word_plans import PlanMessage
from . import dialogs, events
from .command_tips import tip_with_key
from .job_bridge import JobBridge
from .offer_bar import OfferBar
from .palette_dialog import PaletteDialog
from .panels.registry import PANELS
from .picture_view import PictureView
from .theme import apply_theme

_TICK_MS = 15
_LONGEST_TICK_S = 0.1
_CALM_MS, _CALM_MOVING_MS = 20, 400
"""Delay of what is around the picture, which would take time from it."""
_MAX_RECENT = 10
_PANEL_WIDTH = 280


class MainWindow(QMainWindow):
    """Shows the session's state after every change and hands on what the user does."""

    def __init__(self, session: Session, settings: QSettings, bridge: object, autosave: Autosave) -> None:
        """Build the window around `session`; `bridge`, which feeds it, lives as long as the window."""
        super().__init__()
        self._bridge, self._jobs = bridge, JobBridge()
        self.setWindowTitle(texts.TITLE)
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.settings = settings
        self.viewer = Viewer(session, self)
        self.picture = PictureView(self)
        self.picture.on_pointer, self.picture.on_key = self._pointer, self._key
        self.picture.on_resize = self.viewer.resize
        self.picture.on_focus_lost = lambda: self.viewer.camera_event(FocusLost())
        middle = QWidget(self)
        self._rows = QVBoxLayout(middle)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.addWidget(self.picture, 1)
        self.setCentralWidget(middle)
        self._autosave = autosave
        self.viewer.words.colours = autosave.colours
        self._dark = settings.value("dark", True, bool)
        apply_theme(dark=self._dark)
        self._actions = self._make_menus()
        self.panels = self._make_panels()
        self._status = QLabel()
        self._renderer = QLabel()
        self._make_status_bar()
        self._shown_frame: object = None
        self._ticker = QTimer(self)
        self._ticker.setInterval(_TICK_MS)
        self._last_tick = 0.0
        self._ticker.timeout.connect(self._tick)
        self._changed = QTimer(self)
        self._changed.setSingleShot(True)
        self._changed.setInterval(0)
        self._changed.timeout.connect(self.refresh)
        for dock in self.findChildren(QDockWidget):
            dock.visibilityChanged.connect(self._note_shown)
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.timeout.connect(self.refresh_around)
        session.on_change = self._note_change
        self._saver = QTimer(self)
        self._saver.timeout.connect(self.save_now)
        self._saver.start(round(INTERVAL_S * 1000))
        self.resize(1500, 860)
        self._restore_layout()

    # Building

    def _make_menus(self) -> dict[str, QAction]:
        made: dict[str, QAction] = {}
        bar = self.menuBar()
        assert bar is not None
        taken: set[str] = set()
        for menu in Menu:
            entries = bar.addMenu(texts.with_mnemonic(menu.value, taken))
            assert entries is not None
            entries.setToolTipsVisible(True)
            for entry in (entry for entry in ACTIONS if entry.menu is menu):
                made[entry.name] = self._make_action(entry)
                entries.addAction(made[entry.name])
            if menu is Menu.FILE:
                self._recent = entries.addMenu(texts.RECENT)
            if menu is Menu.VIEW:
                self._panel_menu = entries.addMenu(texts.PANELS)
        return made

    def _make_action(self, entry: Action) -> QAction:
        made = QAction(entry.text, self)
        made.setShortcuts([QKeySequence(key) for key in entry.keys])
        made.setToolTip(tip_with_key(entry))
        made.setStatusTip(entry.tip)
        made.setCheckable(entry.checked is not None)
        made.triggered.connect(lambda _checked=False, entry=entry: self.run(entry))
        self.addAction(made)
        return made

    def _make_panels(self) -> dict[str, QWidget]:
        panels: dict[str, QWidget] = {}
        for entry in PANELS:
            panels[entry.title] = entry.make(self.viewer, self.run)
            dock = QDockWidget(entry.title, self)
            dock.setObjectName(entry.title)
            dock.setWidget(_scrolling(panels[entry.title]))
            self.addDockWidget(entry.side, dock)
            if entry.tab_of:
                before = self.findChild(QDockWidget, entry.tab_of)
                self.tabifyDockWidget(before, dock)
                before.raise_()
            toggle = dock.toggleViewAction()
            if self._panel_menu is not None and toggle is not None:
                self._panel_menu.addAction(toggle)
                toggle.triggered.connect(dock.raise_)  # before those that share its place
        docks = [self.findChild(QDockWidget, entry.title) for entry in PANELS]
        self.resizeDocks(docks, [_PANEL_WIDTH] * len(docks), Qt.Orientation.Horizontal)
        self.resizeDocks(docks, [entry.height for entry in PANELS], Qt.Orientation.Vertical)
        return panels

    def _make_status_bar(self) -> None:
        bar = self.statusBar()
        assert bar is not None
        for label in (self._status, self._renderer):
            label.setTextFormat(Qt.TextFormat.PlainText)  # names of files may look like HTML
        bar.addWidget(self._status, 1)
        self._job = QProgressBar()
        self._job.setMaximumWidth(260)
        self._job.setToolTip(texts.JOB_TIP)
        bar.addPermanentWidget(self._job)
        bar.addPermanentWidget(self._renderer)

    def _restore_layout(self) -> None:
        geometry, state = self.settings.value("geometry"), self.settings.value("layout")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        if isinstance(state, QByteArray):
            self.restoreState(state)

    # Showing the state

    def _note_change(self) -> None:
        """Refresh once, after all changes of this turn of the event loop."""
        if not self._changed.isActive():
            self._changed.start()

    def _note_shown(self, visible: bool) -> None:
        """A panel that was hidden has not been refreshed."""
        if visible:
            self._note_change()

    def receive(self, message: FromService) -> None:
        """Take a message of the render process, in the window's thread."""
        self.viewer.receive(message)

    def refresh(self) -> None:
        """Show the state as it is."""
        state = self.viewer.state
        frame = state.frame
        if frame is not None and frame is not self._shown_frame:
            self._shown_frame = frame
            pictures = self.viewer.pictures()
            if pictures:  # else what was shown last stays
                self.picture.show_pictures(pictures)
        self.viewer.follow()
        self.picture.show_drawing(self.viewer.drawing())
        self._tick_on()
        if not self._calm.isActive():
            self._calm.start(_CALM_MOVING_MS if state.moving else _CALM_MS)

    def refresh_around(self) -> None:
        """Show the state in everything but the picture, which is too much work for every picture."""
        state = self.viewer.state
        self.picture.setCursor(events.cursor_of(state.tool))
        for entry in ACTIONS:
            made = self._actions[entry.name]
            made.setEnabled(entry.enabled(self.viewer))
            if entry.checked is not None:
                made.setChecked(entry.checked(self.viewer))
        for panel in self.panels.values():
            if panel.isVisible():
                panel.refresh()  # pyright: ignore[reportAttributeAccessIssue]
        said = one_line(status_text(self.viewer))
        self._status.setText(said)
        self._status.setToolTip(said)  # whole, where the window is too narrow for it
        self._renderer.setText(state.renderer)
        progress = self.viewer.job_progress
        self._job.setVisible(self.viewer.job is not None)
        self._job.setRange(0, progress.total)
        self._job.setValue(progress.done)
        self._job.setFormat(f"{progress.stage} %p%{texts.time_left(progress.seconds_left)}")
        self._note_recent()

    def run(self, entry: Action) -> None:
        """Run a command if it can be run; what the user can mend is told in the status bar."""
        if entry.enabled(self.viewer):
            try:
                entry.run(self.viewer)
            except RowsplatError as error:
                self.viewer.session.say(str(error))
        self._note_change()

    def _tick_on(self) -> None:
        """Tick while something moves."""
        if not self.viewer.needs_ticks:
            self._ticker.stop()
        elif not self._ticker.isActive():
            self._last_tick = time.perf_counter()
            self._ticker.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.viewer.tick(min(now - self._last_tick, _LONGEST_TICK_S))
        self._last_tick = now
        if not self.viewer.needs_ticks:
            self._ticker.stop()

    def _note_recent(self) -> None:
        recent: list[str] = self.settings.value("recent", [], list)
        opened = [str(item.source) for item in self.viewer.state.document.scenes]
        merged = list(dict.fromkeys([*reversed(opened), *recent]))[:_MAX_RECENT]
        if merged != recent or (self._recent is not None and not self._recent.actions()):
            self.settings.setValue("recent", merged)
            if self._recent is not None:
                self._recent.clear()
                for path in merged:
                    self._recent.addAction(path, lambda path=path: self.viewer.files.open_all([Path(path)]))

    # Autosave

    def save_now(self) -> None:
        """Keep the work where a crash cannot take it."""
        problem = self._autosave.save(self.viewer.files.project())
        if problem:
            self.viewer.session.say(problem)

    def offer_recovery(self) -> bool:
        """Offer what a window left behind that did not close; whether there is something."""
        left = self._autosave.left_behind()
        if left:
            bar = OfferBar(texts.recovery(left[0]), texts.RESTORE, texts.DISCARD, self)
            bar.on_accept = lambda: self._recover(left[0])
            bar.on_refuse = lambda: self._remove(left)
            self._rows.insertWidget(0, bar)
        return bool(left)

    def _recover(self, path: Path) -> None:
        self.viewer.files.restore(path)
        self.save_now()
        self._autosave.remove(path)

    def _remove(self, paths: Sequence[Path]) -> None:
        for path in paths:
            self._autosave.remove(path)

    # What the user does

    def _pointer(self, event: QEvent, at: Point) -> None:
        viewer = self.viewer
        modifiers = events.modifiers_of(event)
        left = isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton
        taken = False
        if event.type() == QEvent.Type.MouseButtonDblClick and left:
            viewer.double_click(at)
            taken = True
        elif event.type() == QEvent.Type.MouseButtonPress and left:
            taken = viewer.tools.press(at, modifiers)
        elif event.type() == QEvent.Type.MouseButtonRelease and left:
            taken = viewer.tools.release(at)
        elif event.type() == QEvent.Type.MouseMove:
            taken = viewer.tools.move(at)
        if not taken and isinstance(event, (QMouseEvent, QWheelEvent)):
            neutral = events.camera_event(event, at)
            if neutral is not None:
                viewer.camera_event(neutral)

    def _key(self, event: QKeyEvent, down: bool) -> bool:
        neutral = events.key_events(event, down)
        for entry in neutral:
            self.viewer.camera_event(entry)
        self._note_change()
        return len(neutral) > 1

    def event(self, event: QEvent | None) -> bool:
        """Leave a key to the control that has the focus where it needs it, though it is a shortcut too."""
        if isinstance(event, QKeyEvent) and events.belongs_to(event, self.focusWidget()):
            event.accept()
            return True
        return super().event(event)

    def dragEnterEvent(self, a0: QDragEnterEvent | None) -> None:
        """Take files."""
        data = None if a0 is None else a0.mimeData()
        if a0 is not None and data is not None and data.hasUrls():
            a0.acceptProposedAction()

    def dropEvent(self, a0: QDropEvent | None) -> None:
        """Open dropped files."""
        data = None if a0 is None else a0.mimeData()
        urls: Sequence[QUrl] = data.urls() if data is not None else []
        self.viewer.files.open_all([Path(url.toLocalFile()) for url in urls if url.isLocalFile()])

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Keep the layout, end the render process."""
        self.settings.setValue("geometry", self.saveGeometry())
        self.settings.setValue("layout", self.saveState())
        self.settings.setValue("dark", self._dark)
        self.picture.show_pictures(())
        self.viewer.close()
        self._saver.stop()
        self._autosave.discard()
        super().closeEvent(a0)

    # WindowPort

    @property
    def is_dark(self) -> bool:
        """Whether the window has dark colours."""
        return self._dark

    def ask_open(self, title: str, suffixes: Sequence[str], done: Callable[[Sequence[Path]], None]) -> None:
        """Ask for files to open."""
        dialogs.ask_open(self, title, suffixes, done)

    def ask_save(self, title: str, suffixes: Sequence[str], done: Callable[[Path], None]) -> None:
        """Ask for a file to write."""
        dialogs.ask_save(self, title, suffixes, done)

    def ask_number(self, title: str, value: float, done: Callable[[float], None]) -> None:
        """Ask for a positive number."""
        dialogs.ask_number(self, title, value, done)

    def save_picture(self, path: Path) -> None:
        """Save the picture as it is shown."""
        require_writable_place(path)
        with replacing_file(path) as temporary:
            if not self.picture.grab_picture().save(str(temporary)):
                raise RowsplatError(texts.picture_formats(path))

    def start_job(self, job: Job, on_message: Callable[[JobMessage], None]) -> JobProcess:
        """Start a job whose messages come in the window's thread."""
        self.save_now()
        return self._jobs.start(job, on_message)

    def start_planning(self, on_message: Callable[[PlanMessage], None]) -> Planning:
        """A planning process whose messages come in the window's thread."""
        return self._jobs.start_planning(on_message)

    def start_viewing(self, on_message: OnViewMessage) -> Viewing:
        """A view process whose messages come in the window's thread."""
        return self._jobs.start_viewing(on_message)

    def start_thumbnails(self, on_read: OnThumbnail) -> Thumbnails:
        """A reader of thumbnails that tells of them in the window's thread."""
        return self._jobs.start_thumbnails(on_read)

    def show_prompt(self) -> None:
        """Show the panel for sentences and let them be typed."""
        dock = self.findChild(QDockWidget, texts.WORDS)
        dock.show()
        dock.raise_()
        self.panels[texts.WORDS].setFocus(
            Qt.FocusReason.ShortcutFocusReason
        )  # the prompt's, which selects its text

    def show_palette(self) -> None:
        """Show the command palette."""
        PaletteDialog(self, [entry for entry in ACTIONS if entry.enabled(self.viewer)], self.run).open()

    def show_about(self) -> None:
        """Show version, back end, licences."""
        box = QMessageBox(self)
        box.setWindowTitle(texts.TITLE)
        box.setText(texts.about(self.viewer.state.renderer))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def toggle_theme(self) -> None:
        """Dark to light or back."""
        self._dark = not self._dark
        apply_theme(dark=self._dark)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or not."""
        self.showNormal() if self.isFullScreen() else self.showFullScreen()

    def quit(self) -> None:
        """Close."""
        self.close()


def _scrolling(panel: QWidget) -> QScrollArea:
    """So that the window may be lower than its panels."""
    area = QScrollArea()
    area.setWidget(panel)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    bar = area.verticalScrollBar()
    area.setMinimumWidth(panel.minimumSizeHint().width() + (0 if bar is None else bar.sizeHint().width()))
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
