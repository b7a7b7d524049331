"""The registry of commands is complete, free of contradictions, and usable at any time."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from rowsplat.app.actions import ACTIONS, Action, Menu, action
from rowsplat.app.viewer import Viewer

from .fakes import COUNT, FakeWindow, new_session, select, some, with_scenes


def test_names_texts_and_shortcuts_are_unique() -> None:
    for values in (
        [entry.name for entry in ACTIONS],
        [(entry.menu, entry.text) for entry in ACTIONS],
        [key.lower() for entry in ACTIONS for key in entry.keys],
    ):
        assert [value for value, times in Counter(values).items() if times > 1] == []


def test_every_command_says_in_one_sentence_what_it_does() -> None:
    for entry in ACTIONS:
        assert re.fullmatch(r"[a-z0-9_-]+", entry.name), entry.name
        assert re.fullmatch(r"[A-Z].*\.", entry.tip), entry.name
        assert entry.text
        assert entry.tip.rstrip(".") != entry.text
        assert action(entry.name) is entry
    assert {entry.menu for entry in ACTIONS} == set(Menu)


@pytest.mark.parametrize("entry", ACTIONS, ids=lambda entry: entry.name)
def test_every_command_can_be_asked_about_and_run_in_an_empty_viewer(entry: Action, tmp_path: Path) -> None:
    session, service = new_session()
    viewer = Viewer(session, FakeWindow(tmp_path))
    assert isinstance(entry.enabled(viewer), bool)
    assert entry.checked is None or isinstance(entry.checked(viewer), bool)
    if entry.enabled(viewer):
        entry.run(viewer)
        service.answer_all()
        service.finish_all()


@pytest.mark.parametrize("entry", [e for e in ACTIONS if e.checked is not None], ids=lambda entry: entry.name)
def test_what_can_be_on_is_on_after_it_was_switched_on(entry: Action, tmp_path: Path) -> None:
    session, _, _ = with_scenes("a")
    viewer = Viewer(session, FakeWindow(tmp_path))
    assert entry.checked is not None
    if entry.enabled(viewer) and not entry.checked(viewer):
        entry.run(viewer)
        assert entry.checked(viewer)


def test_making_grey_leaves_other_scenes_alone_where_something_is_selected(tmp_path: Path) -> None:
    session, service, (a, b) = with_scenes("a", "b")
    viewer = Viewer(session, FakeWindow(tmp_path))
    select(session, service, {a: some(1)})
    action("desaturate").run(viewer)
    lengths = {item.scene_id: len(item.program) for item in session.state.document.scenes}
    assert lengths == {a: 1, b: 0}


def test_cropping_deletes_all_but_the_selection(tmp_path: Path) -> None:
    session, service, (a,) = with_scenes("a")
    select(session, service, {a: some(1, 2)})
    action("crop").run(Viewer(session, FakeWindow(tmp_path)))
    (item,) = session.state.document.scenes
    assert item.program.descriptions == (f"Delete {COUNT - 2} Gaussians",)
