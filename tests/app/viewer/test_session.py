"""The session sends what differs, once, and answers change nothing but what they are about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.messages import Answered, Comparison, DrawFailed, SceneFailed
from rowsplat.app.questions import Combine, Rectangle
from rowsplat.app.session import MAX_USELESS_STARTS, Session
from rowsplat.app.state import Document, Life
from rowsplat.render import Blend, RenderMode
from rowsplat.scenes.edits import Delete, Duplicate, Hide, IndexMask, Recolour, Transform

from .fakes import COUNT, camera, frame_of, loaded, new_session, select, some, with_scenes

_WHOLE = Rectangle(first=(0, 0), second=(64, 48))


# Sending


def test_only_what_differs_is_sent() -> None:
    session, service, (scene,) = with_scenes("a")
    client = service.client
    sent = len(client.shown), len(client.draws)
    session.look_from(session.state.view.camera)
    session.set_view(session.state.view)
    session.rest()
    session.say("hello")
    service.finish_all()
    assert (len(client.shown), len(client.draws)) == sent
    session.look_from(camera(azimuth=10.0))
    service.finish_all()
    assert (len(client.shown), len(client.draws)) == (sent[0], sent[1] + 1)
    item = session.state.document.scene(scene)
    assert item is not None
    session.change_scene("Hide", replace(item, visible=False))
    service.finish_all()
    assert (len(client.shown), len(client.draws)) == (sent[0] + 1, sent[1] + 2)
    session.change_scene("Rename", replace(item, visible=False, name="b"))  # which nobody sees
    session.change_scene("Lock", replace(item, visible=False, locked=True))
    service.finish_all()
    assert (len(client.shown), len(client.draws)) == (sent[0] + 1, sent[1] + 2)


def test_one_picture_is_on_its_way_and_the_newest_wish_follows() -> None:
    session, service, _ = with_scenes("a")
    before = len(service.client.draws)
    for azimuth in range(1, 20):
        session.look_from(camera(azimuth=azimuth), moving=True)
    first, *more = service.client.draws[before:]
    assert not more
    assert session.is_waiting
    service.finish(first)
    (_, newest) = service.client.draws[before:]
    assert np.array_equal(newest.camera.viewmat, camera(azimuth=19).viewmat)
    service.finish(newest)
    assert not session.is_waiting
    assert len(service.client.draws) == before + 2


def test_generations_grow_and_older_pictures_are_dropped() -> None:
    session, service, _ = with_scenes("a")
    session.look_from(camera(azimuth=1.0))
    service.finish_all()
    session.look_from(camera(azimuth=2.0))
    service.finish_all()
    older, newer = service.client.draws[-2:]
    assert older.generation < newer.generation
    service.finish(older)
    assert session.state.frame is not None
    assert session.state.frame.generation == newer.generation


def test_a_picture_drawn_again_for_a_file_that_was_read_is_not_taken_for_the_one_on_its_way() -> None:
    session, service, _ = with_scenes("a")
    drawn = service.client.draws[-1]
    session.look_from(camera(azimuth=5.0))
    sent = len(service.client.draws)
    service.finish(drawn)  # again, which the render process does by itself
    session.look_from(camera(azimuth=6.0))
    assert session.is_waiting
    assert len(service.client.draws) == sent
    service.finish(service.client.draws[-1])
    assert len(service.client.draws) == sent + 1


def test_a_moving_camera_is_drawn_smaller_and_a_resting_one_in_full() -> None:
    session, service, _ = with_scenes("a")
    for azimuth in range(10):
        session.look_from(camera(640, 480, azimuth=azimuth + 1), moving=True)
        service.finish_all(milliseconds=60.0)
    moving = service.client.draws[-1]
    assert moving.scale < 0.6
    assert (moving.camera.width, moving.camera.height) != (640, 480)
    sent = len(service.client.draws)
    service.finish(moving)
    assert len(service.client.draws) == sent  # standing still is no reason to draw again
    session.rest()
    full = service.client.draws[-1]
    assert (full.scale, full.detail, full.camera.width, full.camera.height) == (1.0, 1.0, 640, 480)
    assert np.array_equal(full.camera.viewmat, moving.camera.viewmat)


def test_a_picture_that_cannot_be_drawn_is_told_and_not_asked_for_again() -> None:
    session, service, _ = with_scenes("a")
    session.look_from(camera(azimuth=3.0))
    sent = len(service.client.draws)
    session.receive(DrawFailed(generation=service.client.draws[-1].generation, problem="too large"))
    assert session.state.message == "too large"
    assert not session.is_waiting
    assert len(service.client.draws) == sent
    session.look_from(camera(azimuth=4.0))
    assert len(service.client.draws) == sent + 1


def test_toggling_the_blender_draws_the_same_camera_with_the_other_and_back() -> None:
    session, service, _ = with_scenes("a")
    looks = []
    for _ in range(2):
        session.toggle_blend()
        service.finish_all()
        looks.append(service.client.draws[-1].looks)
    assert [look.blend for (look,) in looks] == [Blend.BASELINE, Blend.IRSS]


def test_the_gain_of_the_difference_is_only_sent_where_it_shows() -> None:
    session, service, _ = with_scenes("a")
    sent = len(service.client.draws)
    session.set_view(replace(session.state.view, gain=99.0))
    assert len(service.client.draws) == sent
    session.set_view(replace(session.state.view, comparison=Comparison.DIFFERENCE))
    service.finish_all()
    assert service.client.draws[-1].gain == 99.0
    assert len(service.client.draws[-1].looks) == 2


# Editing


def _delete(session: Session) -> bool:
    return session.edit(lambda item, mask: Delete(mask=some(0)))


@pytest.mark.parametrize("change", [{"locked": True}, {"is_mesh": True}, {"is_flipbook": True}])
def test_locked_scenes_meshes_and_flipbooks_are_not_edited_or_selected(change: dict[str, bool]) -> None:
    session, service, (scene,) = with_scenes("a")
    item = session.state.document.scene(scene)
    assert item is not None
    session.change_scene("Change", replace(item, **change))
    before = session.state.document
    assert not _delete(session)
    session.select(_WHOLE, Combine.REPLACE)
    assert service.client.questions[service.client.asked].scene_ids == ()
    service.answer_all()
    assert session.state.document is before


def test_a_scene_that_is_not_read_yet_is_not_edited() -> None:
    session, _ = new_session()
    session.open(Path("/a.ply"))
    before = session.state.document
    assert not _delete(session)
    assert not session.show_hidden()
    assert session.state.document is before


def test_undo_and_redo_give_back_the_very_documents() -> None:
    session, service, ids = with_scenes("a", "b")
    start = session.state.document
    documents = [start]

    def note() -> None:
        documents.append(session.state.document)

    for scene, indices in ((ids[0], (1, 2)), (ids[1], (3,))):
        select(session, service, {scene: some(*indices)})
        note()
    session.hide_selected()
    note()
    session.show_hidden()
    note()
    session.place_scenes("Move", np.diag([1.0, 1.0, 1.0, 1.0]) + np.eye(4, k=3))
    note()
    session.remove(ids[0])
    note()
    for document in reversed(documents[:-1]):
        assert session.undo()
        assert session.state.document is document
        assert service.client.shown[-1].scenes == document.specs()
    for document in documents[1:]:
        assert session.redo()
        assert session.state.document is document
        assert service.client.shown[-1].scenes == document.specs()
    assert not session.redo()


def test_deleting_hiding_and_showing_say_so_in_the_program_and_drop_the_selection() -> None:
    session, service, (scene,) = with_scenes("a")
    select(session, service, {scene: some(1)})
    assert session.delete_selected()
    assert not session.delete_selected()  # nothing is selected any more
    select(session, service, {scene: some(2, 3)})
    assert session.hide_selected()
    assert session.show_hidden()
    assert not session.show_hidden()
    item = session.state.document.scene(scene)
    assert item is not None
    assert item.program.descriptions == ("Delete 1 Gaussian", "Hide 2 Gaussians", "Show all")
    assert session.state.document.selection == ()


def test_what_was_moved_or_recoloured_stays_selected() -> None:
    session, service, (scene,) = with_scenes("a")
    select(session, service, {scene: some(1, 2)})
    chosen = session.state.document.selection
    moved = np.eye(4) + np.eye(4, k=3)
    assert session.edit(lambda item, mask: Transform.of(moved, mask))
    assert session.edit(lambda item, mask: Recolour(mask=mask, saturation=0.0))
    assert session.state.document.selection == chosen


def test_a_selection_by_tool_joins_those_of_other_scenes_and_empty_ones_are_nothing() -> None:
    session, service, (a, b) = with_scenes("a", "b")
    select(session, service, {a: some(1)})
    select(session, service, {b: some(2)})
    assert dict(session.state.document.selection) == {a: some(1), b: some(2)}
    select(session, service, {a: IndexMask.none(COUNT)})
    assert dict(session.state.document.selection) == {b: some(2)}
    steps = len(session.state.history.labels)
    select(session, service, {b: some(2)})  # the same is no step
    assert len(session.state.history.labels) == steps
    session.select_none()
    session.select_none()
    assert len(session.state.history.labels) == steps + 1


@pytest.mark.parametrize("meanwhile", ["duplicate", "delete", "remove", "undo"])
def test_an_answer_about_rows_that_are_others_by_now_selects_nothing(meanwhile: str) -> None:
    session, service, (a, b) = with_scenes("a", "b")
    select(session, service, {a: some(4)})
    session.edit(lambda item, mask: None if mask is None else Duplicate(mask=mask))
    session.select_all()
    number = service.client.asked
    if meanwhile == "duplicate":
        session.edit(
            lambda item, mask: Duplicate(mask=some(0, count=COUNT + 1)) if item.scene_id == a else None
        )
    elif meanwhile == "delete":
        session.edit(lambda item, mask: Delete(mask=some(0, count=COUNT + 1)) if item.scene_id == a else None)
    elif meanwhile == "remove":
        session.remove(a)
    else:
        session.undo()
    before = session.state.document
    session.receive(Answered(number=number, value={a: some(0, 1, count=COUNT + 1), b: some(5)}))
    assert dict(session.state.document.selection).get(a) == before.selected(a)
    assert session.state.document.selected(b) == some(5)
    _assert_masks_fit(session.state.document)


def _assert_masks_fit(document: Document) -> None:
    """Every mask is over the rows of its scene, at its step."""
    for item in document.scenes:
        rows = item.program.count_after(COUNT)  # raises where a step does not fit
        mask = document.selected(item.scene_id)
        assert mask is None or mask.count == rows
    assert {scene for scene, _ in document.selection} <= {item.scene_id for item in document.scenes}


def test_separating_splits_a_scene_without_losing_or_doubling_a_gaussian() -> None:
    session, service, (a, b) = with_scenes("a", "b")
    select(session, service, {a: some(1, 2), b: some(3)})
    session.separate_selected()
    assert len(session.state.document.scenes) == 4
    for source, part, rows in ((0, 2, {1, 2}), (1, 3, {3})):
        one, other = session.state.document.scenes[source], session.state.document.scenes[part]
        assert one.source == other.source
        gone = [item.program.operations[-1] for item in (one, other)]
        assert all(isinstance(operation, Delete) for operation in gone)
        first, second = (set(op.mask.indices().tolist()) for op in gone if isinstance(op, Delete))
        assert first == rows
        assert second == set(range(COUNT)) - rows
    assert len({item.scene_id for item in session.state.document.scenes}) == 4
    assert session.state.document.selection == ()
    session.undo()
    assert len(session.state.document.scenes) == 2


def test_placing_moves_visible_unlocked_scenes_and_leaves_their_edits_alone() -> None:
    session, _, ids = with_scenes("a", "b", "c")
    for scene, change in ((ids[1], {"visible": False}), (ids[2], {"locked": True})):
        item = session.state.document.scene(scene)
        assert item is not None
        session.change_scene("Change", replace(item, **change))
    motion = np.eye(4)
    motion[:3, 3] = 1.0, 2.0, 3.0
    session.place_scenes("Move", motion)
    session.place_scenes("Move", motion)
    shifts = [np.array(item.matrix)[:3, 3].tolist() for item in session.state.document.scenes]
    assert shifts == [[2.0, 4.0, 6.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]


def test_placing_nothing_is_no_step() -> None:
    session, _, _ = with_scenes("a")
    steps = session.state.history.labels
    session.place_scenes("Stay", np.eye(4))
    assert session.state.history.labels == steps


def test_an_answer_is_heard_once_and_a_problem_is_told() -> None:
    session, service, _ = with_scenes("a")
    heard: list[object] = []
    session.ask(service.client.questions.setdefault(0, None), heard.append)
    number = service.client.asked
    session.receive(Answered(number=number, value=7))
    session.receive(Answered(number=number, value=7))
    assert heard == [7]
    session.ask(service.client.questions[0], heard.append)
    session.receive(Answered(number=service.client.asked, problem="no surface"))
    assert (heard, session.state.message) == ([7], "no surface")


# Loading


def test_the_first_scene_is_brought_into_view_and_later_ones_are_not() -> None:
    session, service = new_session()
    session.open(Path("/a.ply"))
    service.load_all()
    shown = session.state.view.camera
    assert (shown.width, shown.height) == (64, 48)
    assert np.allclose(shown.viewmat, loaded(1).view.viewmat)
    session.open(Path("/b.ply"))
    service.load_all()
    assert session.state.view.camera is shown


def test_a_file_that_cannot_be_read_leaves_the_document_and_says_why() -> None:
    session, service, (a,) = with_scenes("a")
    bad = session.open(Path("/bad.ply"))
    session.receive(SceneFailed(scene_id=bad, problem="/bad.ply: truncated"))
    assert [item.scene_id for item in session.state.document.scenes] == [a]
    assert session.state.message == "/bad.ply: truncated"
    assert [spec.scene_id for spec in service.client.shown[-1].scenes] == [a]
    assert not session.state.is_loading


def test_reading_can_be_cancelled_and_begun_again_by_undo() -> None:
    session, service, (a,) = with_scenes("a")
    slow = session.open(Path("/slow.ply"))
    assert session.state.is_loading
    session.cancel_loading(slow)
    assert not session.state.is_loading
    assert [spec.scene_id for spec in service.client.shown[-1].scenes] == [a]
    session.undo()
    assert [spec.scene_id for spec in service.client.shown[-1].scenes] == [a, slow]


def test_flipbooks_repeat_and_each_moment_has_its_frame() -> None:
    session, service = new_session()
    book = session.open(Path("/book"), is_flipbook=True)
    session.receive(loaded(book, frames=48))
    assert session.state.duration == 2.0
    for seconds, frame in ((0.0, 0), (1.0, 24), (2.5, 12), (-3.0, 0)):
        session.show_time(seconds)
        assert service.client.shown[-1].scenes[0].frame == frame


def test_another_document_has_new_ids_so_that_no_late_answer_is_taken_for_its_own() -> None:
    session, _, ids = with_scenes("a", "b")
    document, view = session.state.document, session.state.view
    session.replace_document(document, view)
    assert not {item.scene_id for item in session.state.document.scenes} & set(ids)
    assert session.state.history.undo_label is None
    session.receive(SceneFailed(scene_id=ids[0], problem="late"))
    assert len(session.state.document.scenes) == 2


# The render process dies


def _state_of_work(session: Session) -> tuple[object, ...]:
    state = session.state
    return state.document, state.history.labels, state.view.look, state.view.camera.viewmat.tobytes()


def test_a_render_process_that_dies_20_times_loses_nothing() -> None:
    session, service, (a, _) = with_scenes("a", "b")
    for death in range(20):
        select(session, service, {a: some(death % COUNT)})
        session.delete_selected()
        session.look_from(camera(azimuth=death + 1.0))
        session.ask(None, lambda value: pytest.fail("the answer of a dead process"))  # pyright: ignore[reportArgumentType]
        before, dead = _state_of_work(session), service.client
        service.die()
        assert dead.closed
        assert len(service.clients) == death + 2
        assert _state_of_work(session) == before
        assert session.state.life is Life.RESTARTING
        assert "nothing is lost" in session.state.message
        assert service.client.shown[-1].scenes == session.state.document.specs()
        assert len(service.client.draws) == 1
        service.started()
        service.load_all()
        service.finish_all()
        assert session.state.life is Life.RUNNING
        assert session.state.frame is not None
        assert session.state.frame.scale == 1.0
    item = session.state.document.scene(a)
    assert item is not None
    assert len(item.program) == 20
    while session.undo():
        pass
    assert session.state.document.scenes == ()


def test_render_processes_that_die_without_a_picture_are_given_up_with_the_reason() -> None:
    session, service, _ = with_scenes("a")
    before = _state_of_work(session)
    for _ in range(MAX_USELESS_STARTS):
        assert session.state.life is not Life.GIVEN_UP
        service.die("the render process ended (exit code 1)")
    assert session.state.life is Life.GIVEN_UP
    assert len(service.clients) == MAX_USELESS_STARTS
    assert f"exit code 1) {MAX_USELESS_STARTS} times" in session.state.message
    assert "\n" not in session.state.message
    assert _state_of_work(session) == before
    sent = len(service.client.shown), len(service.client.draws)
    session.look_from(camera(azimuth=9.0))
    assert (len(service.client.shown), len(service.client.draws)) == sent


def test_a_back_end_that_cannot_be_had_says_why_and_is_not_tried_again() -> None:
    session, service = new_session()
    session.receive(DrawFailed(generation=-1, problem="no CUDA device"))
    service.die("the render process ended (exit code 0)")
    assert session.state.life is Life.GIVEN_UP
    assert session.state.message == "no CUDA device"
    assert len(service.clients) == 1


def test_what_was_given_up_starts_again_when_the_user_says_so() -> None:
    session, service, _ = with_scenes("a")
    for _ in range(MAX_USELESS_STARTS):
        service.die()
    session.restart()
    assert session.state.life is Life.STARTING
    assert service.client.shown[-1].scenes == session.state.document.specs()
    service.started()
    service.finish_all()
    assert session.state.life is Life.RUNNING


def test_restarting_kills_the_process_and_a_planned_end_starts_none() -> None:
    session, service, _ = with_scenes("a")
    session.restart()
    assert service.client.killed
    service.die("the render process ended (exit code -9)")
    assert len(service.clients) == 2
    service.die("")
    assert len(service.clients) == 2
    session.close()
    assert service.client.closed


def test_every_change_is_told() -> None:
    session, service, _ = with_scenes("a")
    told: list[int] = []
    session.on_change = lambda: told.append(len(told))
    session.toggle_blend()
    service.finish_all()
    assert len(told) == 2


def test_a_look_without_splats_is_drawn_like_any_other() -> None:
    session, service, _ = with_scenes("a")
    for mode in RenderMode:
        session.set_look(replace(session.state.view.look, mode=mode))
        service.finish_all()
        assert service.client.draws[-1].looks[0].mode is mode
    assert session.state.frame == frame_of(service.client.draws[-1])


def test_hiding_is_found_in_long_programs() -> None:
    session, _, _ = with_scenes("a")
    for _ in range(3):
        session.edit(lambda item, mask: Hide(mask=some(1)))
    assert session.show_hidden()
    assert not session.show_hidden()
