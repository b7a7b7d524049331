"""Sentences are planned elsewhere, looked at, then applied as steps of the undo list, or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.app import texts
from rowsplat.app.messages import IDENTITY
from rowsplat.app.session import Session
from rowsplat.app.viewer import Viewer
from rowsplat.app.viewer_words import seen_by_scene
from rowsplat.app.word_plans import PlanProgress, PlanReady, PlanRefused
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes.edits import Delete, EditProgram, Recolour
from rowsplat.scenes.edits.similarity import matrix_tuple
from rowsplat.scenes.text_edits.steps import Group, Select, Undo
from rowsplat.scenes.text_edits.targets import It, Thing
from rowsplat.scenes.text_edits.toml_scripts import read_edit_script

from .fakes import COUNT, FakeService, FakeWindow, camera, select, some, with_scenes
from .plans import copying, plan, removal, word_step


@pytest.fixture
def shown(tmp_path: Path) -> tuple[Viewer, FakeWindow, FakeService, list[int]]:
    session, service, ids = with_scenes("a", "b")
    window = FakeWindow(tmp_path)
    viewer = Viewer(session, window)
    return viewer, window, service, ids


Shown = tuple[Viewer, FakeWindow, FakeService, "list[int]"]


def _programs(session: Session) -> list[EditProgram]:
    return [item.program for item in session.state.document.scenes]


def test_a_request_says_what_the_scene_is_and_was(shown: Shown) -> None:
    viewer, window, service, (a, _) = shown
    select(viewer.session, service, {a: some(4)})
    viewer.session.edit(lambda item, mask: None if mask is None else Recolour(mask=mask, saturation=0.5))
    viewer.words.ask("  make it blue ")
    (request,) = window.plannings[-1].requests
    assert (request.text, request.source, request.count) == ("make it blue", Path("/scenes/a.ply"), COUNT)
    assert [len(moment.program) for moment in request.moments] == [
        0,
        0,
        0,
        1,
    ]  # a opened, b opened, selected, edited
    assert [moment.selection for moment in request.moments] == [None, None, some(4), some(4)]
    assert request.it is None
    assert viewer.words.said == ("make it blue",)


def test_nothing_is_asked_without_words_or_scene(shown: Shown) -> None:
    viewer, window, _, ids = shown
    viewer.words.ask("   ")
    assert not window.plannings
    for scene in ids:
        viewer.session.remove(scene)
    viewer.words.ask("remove it")
    assert not window.plannings
    assert viewer.words.problem == texts.NO_SCENE_FOR_WORDS


def test_words_are_about_the_chosen_scene_else_the_first_that_may_be_edited(shown: Shown) -> None:
    viewer, window, _, (a, b) = shown
    item = viewer.state.document.scene(a)
    assert item is not None
    assert viewer.words.scene == item
    viewer.words.choose_scene(b)
    viewer.words.ask("remove it")
    assert window.plannings[-1].requests[-1].source.name == "b.ply"
    viewer.words.choose_scene(a)
    viewer.session.change_scene("Lock", replace(item, locked=True))
    assert [scene.scene_id for scene in viewer.words.scenes] == [b]
    assert viewer.words.scene is not None
    assert viewer.words.scene.scene_id == b


def test_progress_is_told_and_a_refusal_changes_nothing(shown: Shown) -> None:
    viewer, window, _, _ = shown
    before = viewer.state.document
    viewer.words.ask("remove the sofa")
    assert viewer.words.is_planning
    window.plannings[-1].say(PlanProgress(stage="looking"))
    assert viewer.words.progress == "looking"
    window.plannings[-1].say(PlanRefused(problem="there is no sofa"))
    assert viewer.words.problem == "there is no sofa"
    assert not viewer.words.is_planning
    assert viewer.words.plan is None
    assert viewer.state.document is before
    assert viewer.state.message == ""


def test_a_plan_is_shown_before_anything_is_changed(shown: Shown) -> None:
    viewer, window, _, (a, _) = shown
    before = viewer.state.document
    plan(viewer, window, removal(some(1, 2)), removal(some(3)))
    assert viewer.words.chosen == 0
    assert viewer.state.document is before
    previewed = viewer.state.previewed
    assert previewed is not None
    assert previewed.scenes == before.scenes
    assert dict(previewed.selection) == {a: some(1, 2)}
    viewer.words.choose(1)
    later = viewer.state.previewed
    assert later is not None
    assert later.scenes[0].program.operations == (Delete(mask=some(1, 2)),)
    assert dict(later.selection) == {a: some(3)}
    assert viewer.state.document is before


def test_the_picture_shows_the_step_that_is_pointed_at_and_then_the_chosen_one(shown: Shown) -> None:
    viewer, window, _, (a, _) = shown
    plan(viewer, window, removal(some(1)), removal(some(2)))

    def selected() -> object:
        assert viewer.state.previewed is not None
        return dict(viewer.state.previewed.selection)[a]

    viewer.words.look_at(1)
    assert selected() == some(2)
    viewer.words.look_at(None)
    assert selected() == some(1)
    viewer.words.show_results(True)
    assert viewer.state.previewed is not None
    assert viewer.state.previewed.scenes[0].program.operations == (Delete(mask=some(1)),)


def test_what_is_previewed_is_sent_to_the_render_process(shown: Shown) -> None:
    viewer, window, service, _ = shown
    plan(viewer, window, removal(some(1, 2)))
    first, other = service.client.shown[-1].scenes
    assert first.selection == some(1, 2)
    assert first.is_faint  # so that what is meant is seen even behind other things
    assert other.is_faint
    viewer.words.show_results(True)
    assert not service.client.shown[-1].scenes[0].is_faint
    viewer.words.discard()
    assert not service.client.shown[-1].scenes[0].is_faint
    assert service.client.shown[-1].scenes[0].selection is None


def test_applying_makes_a_step_of_each_and_undoing_them_brings_back_exactly_what_was(shown: Shown) -> None:
    viewer, window, _, _ = shown
    before = viewer.state.document
    plan(viewer, window, removal(some(1, 2)), copying(some(3)))
    viewer.words.apply()
    assert viewer.state.history.labels[-2:] == ("remove it", "remove it")
    assert _programs(viewer.session)[0].count_after(COUNT) == COUNT + 1
    assert viewer.words.plan is None
    assert viewer.state.previewed is None
    viewer.session.undo()
    assert _programs(viewer.session)[0].operations == (Delete(mask=some(1, 2)),)
    viewer.session.undo()
    assert viewer.state.document is before


def test_a_step_that_changes_nothing_is_a_step_too_so_that_words_count_alike(shown: Shown) -> None:
    viewer, window, _, _ = shown
    before = viewer.state.document
    plan(viewer, window, word_step(), word_step(Undo(count=1), undone=1, mask=None), removal(some(1)))
    viewer.words.apply()
    assert viewer.state.history.labels[-1] == "remove it"
    viewer.session.undo()
    assert viewer.state.document is before


def test_undo_in_words_takes_back_what_was_done_before(shown: Shown) -> None:
    viewer, window, _, _ = shown
    viewer.session.edit(lambda item, mask: Recolour(saturation=0.5))
    earlier = viewer.state.history.values[-2]
    plan(viewer, window, word_step(Undo(count=1), undone=1, mask=None, touched=0, confidence=None))
    viewer.words.show_results(True)
    assert viewer.state.previewed is earlier
    viewer.words.apply()
    assert viewer.state.document is earlier
    assert viewer.session.redo()


def test_selecting_by_words_selects_nothing_else(shown: Shown) -> None:
    viewer, window, service, (a, b) = shown
    select(viewer.session, service, {a: some(1), b: some(2)})
    chosen = word_step(Select(target=Thing(noun="lid")), mask=some(5), selection=some(5))
    plan(viewer, window, chosen)
    viewer.words.apply()
    assert dict(viewer.state.document.selection) == {a: some(5)}


def test_other_steps_leave_the_selection_of_other_scenes(shown: Shown) -> None:
    viewer, window, service, (a, b) = shown
    select(viewer.session, service, {a: some(1), b: some(2)})
    plan(viewer, window, removal(some(1)))
    viewer.words.apply()
    assert dict(viewer.state.document.selection) == {b: some(2)}


def test_names_are_known_to_later_sentences_and_undone_with_their_step(shown: Shown) -> None:
    viewer, window, _, _ = shown
    named = word_step(Group(target=It(), name="lid"), groups=(("lid", some(1, 2)),))
    plan(viewer, window, named)
    viewer.words.apply()
    viewer.words.ask("remove the lid")
    assert window.plannings[-1].requests[-1].moments[-1].groups == (("lid", some(1, 2)),)
    viewer.words.stop()
    viewer.session.undo()
    viewer.words.ask("remove the lid")
    assert window.plannings[-1].requests[-1].moments[-1].groups == ()


def test_it_is_what_the_text_before_was_about_until_the_scene_is_edited(shown: Shown) -> None:
    viewer, window, _, _ = shown
    plan(viewer, window, removal(some(1), it=some(7)))
    viewer.words.apply()
    viewer.words.ask("make it blue")
    assert window.plannings[-1].requests[-1].it == some(7)
    viewer.words.stop()
    viewer.session.edit(lambda item, mask: Recolour(saturation=0.5))
    viewer.words.ask("make it blue")
    assert window.plannings[-1].requests[-1].it is None


def test_a_plan_for_a_scene_that_changed_is_forgotten(shown: Shown) -> None:
    viewer, window, _, _ = shown
    plan(viewer, window, removal(some(1)))
    viewer.session.edit(lambda item, mask: Recolour(saturation=0.5))
    assert viewer.words.plan is None
    before = viewer.state.document
    viewer.words.apply()
    assert viewer.state.document is before
    viewer.words.ask("remove it")
    viewer.session.undo()
    window.plannings[-1].say(PlanReady(steps=(removal(some(1)),)))
    assert viewer.words.plan is None
    assert viewer.words.problem == texts.CHANGED_MEANWHILE


def test_cancelling_ends_the_process_and_what_it_still_says_is_not_heard(shown: Shown) -> None:
    viewer, window, _, _ = shown
    viewer.words.ask("remove it")
    (first,) = window.plannings
    viewer.cancel()
    assert first.closed
    assert not viewer.words.is_planning
    viewer.words.ask("remove the floor")
    first.say(PlanReady(steps=(removal(some(1)),)))
    assert viewer.words.plan is None
    assert viewer.words.is_planning
    window.plannings[-1].say(PlanReady(steps=(removal(some(2)),)))
    assert viewer.words.plan is not None


def test_a_process_plans_one_sentence_after_the_other(shown: Shown) -> None:
    viewer, window, _, _ = shown
    plan(viewer, window, removal(some(1)))
    plan(viewer, window, removal(some(2)))
    (planning,) = window.plannings
    assert len(planning.requests) == 2
    viewer.close()
    assert planning.closed


def test_escape_puts_a_plan_away_before_anything_else(shown: Shown) -> None:
    viewer, window, _, _ = shown
    plan(viewer, window, removal(some(1)))
    viewer.cancel()
    assert viewer.words.plan is None
    assert viewer.state.previewed is None


def test_what_is_asked_about_the_scenes_is_not_about_a_preview(shown: Shown) -> None:
    viewer, window, service, _ = shown
    plan(viewer, window, copying(some(1)))
    viewer.words.show_results(True)
    assert len(service.client.shown[-1].scenes[0].program) == 1
    viewer.session.select_all()
    assert len(service.client.shown[-1].scenes[0].program) == 0


def test_a_script_holds_what_was_applied_and_not_undone_then_the_plan(shown: Shown, tmp_path: Path) -> None:
    viewer, window, _, _ = shown
    with pytest.raises(RowsplatError, match="no script"):
        viewer.words.save_script()
    floor, lid, cup = (Select(target=Thing(noun=noun)) for noun in ("floor", "lid", "cup"))
    for step in (floor, lid):
        plan(viewer, window, word_step(step))
        viewer.words.apply()
    viewer.session.undo()
    plan(viewer, window, word_step(cup))
    assert viewer.words.script == (floor, cup)
    viewer.words.save_script()
    assert read_edit_script(tmp_path / "saved.toml").steps == (floor, cup)
    viewer.words.discard()
    viewer.session.redo()
    assert viewer.words.script == (floor, lid)


@pytest.mark.parametrize("factor", [1.0, 2.5])
def test_a_scene_is_seen_from_where_it_is_seen_in_the_world(factor: float) -> None:
    rng = np.random.default_rng(3)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    turn *= np.sign(np.linalg.det(turn))
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = factor * turn, rng.normal(size=3)
    world = camera(azimuth=40.0)
    seen, up = seen_by_scene(world, matrix_tuple(matrix))
    point = rng.normal(size=3)
    placed = matrix[:3, :3] @ point + matrix[:3, 3]
    in_world = world.viewmat[:3, :3] @ placed + world.viewmat[:3, 3]
    in_scene = seen.viewmat[:3, :3] @ point + seen.viewmat[:3, 3]
    np.testing.assert_allclose(factor * in_scene, in_world, atol=1e-12)
    np.testing.assert_allclose(matrix[:3, :3] @ np.array(up), [0.0, -factor, 0.0], atol=1e-12)
    assert seen_by_scene(world, IDENTITY)[1] == (0.0, -1.0, 0.0)
