"""Editing by words: a prompt, the plan as a list of steps, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from ... import texts
from ...actions import Action, action
from ...viewer import Viewer
from ...word_plans import WordStep
from ..command_tips import tip_with_key
from .controls import push_button
from .prompt_line import PointedList, PromptLine


class WordsPanel(QWidget):
    """Nothing is changed before the plan is applied; pointing at a step shows in the picture what it is about."""

    def __init__(self, viewer: Viewer, run: Callable[[Action], None]) -> None:
        """Edit the scenes of `viewer`; `run` runs a command."""
        super().__init__()
        self._viewer, self._words = viewer, viewer.words
        self._filling = False
        self._shown_plan: object = None
        self._shown_scenes: object = None
        apply, script = action("apply-plan"), action("save-edit-script")
        self.scene = QComboBox(self)
        self.scene.setToolTip(texts.SUBJECT_TIP)
        self.scene.setAccessibleName(texts.SUBJECT)
        self.scene.activated.connect(self._choose_scene)
        self.prompt = PromptLine(lambda: self._words.said, self)
        self.prompt.setToolTip(texts.PROMPT_TIP)
        self.prompt.setAccessibleName(texts.PROMPT)
        self.prompt.returnPressed.connect(self._ask)
        self.plan = push_button(self, texts.PLAN, texts.PLAN_TIP, self._ask)
        self.stop = push_button(self, texts.STOP, texts.STOP_TIP, self._words.stop)
        self.model = QCheckBox(texts.MODEL, self)
        self.model.toggled.connect(self._set_model)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 0)
        self.told = QLabel(self)
        self.told.setTextFormat(Qt.TextFormat.PlainText)  # what was typed may look like HTML
        self.told.setWordWrap(True)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.steps = PointedList(self._words.look_at, self)
        self.steps.setWordWrap(True)
        self.steps.setAlternatingRowColors(True)
        self.steps.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.steps.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.steps.setToolTip(texts.PLANNED_TIP)
        self.steps.setAccessibleName(texts.PLANNED)
        self.steps.currentRowChanged.connect(self._choose)
        self.result = QCheckBox(texts.RESULT, self)
        self.result.setToolTip(texts.RESULT_TIP)
        self.result.toggled.connect(self._show_results)
        self.apply = push_button(self, texts.APPLY_PLAN, tip_with_key(apply), lambda: run(apply))
        self.discard = push_button(self, texts.DISCARD_PLAN, texts.DISCARD_PLAN_TIP, self._words.discard)
        self.script = push_button(self, texts.SCRIPT, texts.SCRIPT_TIP, lambda: run(script))
        self.setFocusProxy(self.prompt)
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.addWidget(self.scene)
        layout.addWidget(self.prompt)
        for widgets in ((self.plan, self.stop, self.model), (self.progress, self.told), (self.steps,)):
            row = QHBoxLayout()
            for widget in widgets:
                row.addWidget(widget, 1)
            layout.addLayout(row, 1 if widgets == (self.steps,) else 0)
        layout.addWidget(self.result)
        row = QHBoxLayout()
        for widget in (self.apply, self.discard, self.script):
            row.addWidget(widget)
        layout.addLayout(row)

    def refresh(self) -> None:
        """Show what is planned and what can be done."""
        words, self._filling = self._words, True
        plan = words.plan
        self._fill_scenes()
        examples = texts.PROMPT_EXAMPLES
        self.prompt.setPlaceholderText(examples[len(words.said) % len(examples)])
        self.progress.setVisible(words.is_planning)
        self.stop.setVisible(words.is_planning)
        self.plan.setVisible(not words.is_planning)
        self.told.setText(words.progress or words.problem or (texts.NOTHING_PLANNED if plan else ""))
        self.model.setEnabled(words.has_model)
        self.model.setToolTip(texts.MODEL_TIP if words.has_model else texts.MODEL_MISSING)
        self.model.setChecked(words.uses_model and words.has_model)
        if plan is not self._shown_plan:
            self._shown_plan = plan
            self.steps.clear()
            for number, step in enumerate(plan.steps if plan else (), start=1):
                self.steps.addItem(_line(number, step))
        self.steps.setCurrentRow(-1 if words.chosen is None else words.chosen)
        self.result.setChecked(words.shows_result)
        for control in (self.result, self.apply, self.discard):
            control.setEnabled(plan is not None)
        self.script.setEnabled(bool(words.script))
        self._filling = False

    def _fill_scenes(self) -> None:
        scenes, chosen = self._words.scenes, self._words.scene
        shown = tuple((item.scene_id, item.name) for item in scenes)
        if shown != self._shown_scenes:
            self._shown_scenes = shown
            self.scene.clear()
            for scene_id, name in shown:
                self.scene.addItem(name, scene_id)
        if chosen is not None:
            self.scene.setCurrentIndex(self.scene.findData(chosen.scene_id))
        self.scene.setVisible(len(scenes) > 1)

    def _ask(self) -> None:
        self.prompt.begin_again()
        self._words.ask(self.prompt.text())

    def _choose(self, row: int) -> None:
        if not self._filling:
            self._words.choose(None if row < 0 else row)

    def _choose_scene(self) -> None:
        self._words.choose_scene(self.scene.currentData())

    def _show_results(self, on: bool) -> None:
        if not self._filling:
            self._words.show_results(on)

    def _set_model(self, on: bool) -> None:
        if not self._filling:
            self._words.uses_model = on


def _line(number: int, step: WordStep) -> str:
    facts = texts.step_facts(step.touched, step.confidence, step.why, step.note)
    return "\n".join(part for part in (texts.numbered(number, step.sentence), facts) if part)
