"""The planning process plans on the scene as the window shows it, refuses in one line, and ends when told to."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import Queue
from typing import Any

import numpy as np
import pytest
from rowsplat.app.plan_process import PlanProcess
from rowsplat.app.session import Session
from rowsplat.app.viewer import Viewer
from rowsplat.app.word_planning import WordPlanning
from rowsplat.app.word_plans import (
    PlanMessage,
    PlanProgress,
    PlanReady,
    PlanRefused,
    PlanRequest,
    SceneMoment,
)
from rowsplat.kernels.constants import SH_C0
from rowsplat.render import write_image
from rowsplat.render.restyling import OnProgress, RestyleStage
from rowsplat.scenes import Gaussians, save_gaussians
from rowsplat.scenes.edits import Delete, Duplicate, EditProgram, Hide, IndexMask, ReplaceColours
from rowsplat.scenes.text_edits.edit_state import EditState

from .fakes import FakeService, FakeWindow, camera, loaded, new_session

_LEFT, _RIGHT = 60, 40
_COUNT = _LEFT + _RIGHT
_WAIT_S = 60.0


def _scene() -> Gaussians:
    """A blue ball on the left, a red one on the right, as a camera at azimuth 0 sees them."""
    rng = np.random.default_rng(4)
    means = 0.1 * rng.normal(size=(_COUNT, 3))
    means[:_LEFT, 0] -= 1.0
    means[_LEFT:, 0] += 1.0
    colours = np.where(np.arange(_COUNT)[:, None] < _LEFT, [0.1, 0.1, 0.9], [0.9, 0.1, 0.1])
    return Gaussians(
        means=means.astype(np.float32),
        quats=np.tile(np.float32([1, 0, 0, 0]), (_COUNT, 1)),
        log_scales=np.full((_COUNT, 3), -3.0, np.float32),
        logit_opacities=np.full(_COUNT, 4.0, np.float32),
        sh_coeffs=((colours[:, None] - 0.5) / SH_C0).astype(np.float32),
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scene") / "balls.ply"
    save_gaussians(_scene(), path)
    return path


def _request(source: Path, text: str, *moments: SceneMoment, **values: Any) -> PlanRequest:
    made = PlanRequest(
        text=text, source=source, lod=None, count=_COUNT, moments=moments or (SceneMoment(),), it=None,
        camera=camera(), up=(0.0, -1.0, 0.0), planner="grammar",
    )  # fmt: skip
    return replace(made, **values)


def _ignore(message: PlanMessage) -> None:
    """Tell nobody."""


def _plan(source: Path, text: str, *moments: SceneMoment, **values: Any) -> PlanReady:
    found = WordPlanning().answer(_request(source, text, *moments, **values), _ignore)
    assert isinstance(found, PlanReady), found
    return found


def _rows(*spans: tuple[int, int]) -> IndexMask:
    return IndexMask.from_indices(np.concatenate([np.arange(*span) for span in spans]), _COUNT)


_BLUE, _RED = _rows((0, _LEFT)), _rows((_LEFT, _COUNT))


def test_steps_say_what_they_are_about_and_do(source: Path) -> None:
    first, second = _plan(source, "remove the red thing, then select the blue thing").steps
    assert first.sentence == "remove the red thing"
    assert first.operations == (Delete(mask=_RED),)
    assert (first.mask, first.touched) == (_RED, _RIGHT)
    assert first.confidence is not None
    assert "red" in first.why
    assert second.operations == ()
    assert second.selection == _BLUE
    assert second.it == _BLUE


def test_left_and_right_are_as_the_camera_of_the_request_sees_them(source: Path) -> None:
    seen = [
        _plan(source, "select the left half of everything", camera=camera(azimuth=azimuth)).steps[0].mask
        for azimuth in (0.0, 180.0)
    ]
    assert set(seen) == {_BLUE, _RED}


def test_words_are_about_the_scene_after_its_edits(source: Path) -> None:
    edited = SceneMoment(program=EditProgram().then(Delete(mask=_RED)))
    (step,) = _plan(source, "select everything", edited).steps
    assert step.mask == _BLUE
    refused = WordPlanning().answer(_request(source, "remove the red thing", edited), _ignore)
    assert isinstance(refused, PlanRefused)
    assert "\n" not in refused.problem


def test_the_selection_names_and_it_come_from_the_window(source: Path) -> None:
    moment = SceneMoment(selection=_RED, groups=(("lid", _BLUE),))
    masks = [
        _plan(source, f"select {words}", moment, it=_rows((5, 9))).steps[0].mask
        for words in ("the selection", "the lid", "it")
    ]
    assert masks == [_RED, _BLUE, _rows((5, 9))]


def test_names_are_those_of_copies_too_once_the_scene_has_grown(source: Path) -> None:
    grown = SceneMoment(program=EditProgram().then(Duplicate(mask=_RED)), groups=(("lid", _BLUE),))
    (step,) = _plan(source, "select the lid", grown).steps
    assert step.mask == _BLUE.grown(_COUNT + _RIGHT)
    (step,) = _plan(source, "duplicate the lid", grown).steps
    assert dict(step.groups)["lid"].num_selected == 2 * _LEFT


def test_what_is_removed_or_hidden_is_not_selected_afterwards(source: Path) -> None:
    steps = _plan(source, "select everything, then hide the red thing, then remove the blue thing").steps
    assert [step.selection for step in steps] == [IndexMask.all(_COUNT), _BLUE, None]
    assert isinstance(steps[1].operations[0], Hide)


def test_undo_goes_back_along_the_windows_undo_list(source: Path) -> None:
    moments = (SceneMoment(selection=_BLUE), SceneMoment(program=EditProgram().then(Delete(mask=_RED))))
    undo, after = _plan(source, "undo, then remove the selection", *moments).steps
    assert undo.undone == 1
    assert after.mask == _BLUE
    refused = WordPlanning().answer(_request(source, "undo 2", *moments), _ignore)
    assert isinstance(refused, PlanRefused)


def test_plans_do_to_the_windows_document_what_they_do_to_the_scene(source: Path, tmp_path: Path) -> None:
    session, service = new_session()
    window = FakeWindow(tmp_path)
    viewer = Viewer(session, window)
    session.open(source)
    _report(service, session)
    text = (
        'group the red thing as "hat", remove the blue thing, undo, duplicate the hat, make it green, '
        "shift hue of it by 30 degrees"
    )
    viewer.words.ask(text)
    (planning,) = window.plannings
    ready = pickle.loads(pickle.dumps(WordPlanning().answer(planning.requests[0], _ignore)))
    assert isinstance(ready, PlanReady), ready
    planning.say(ready)
    viewer.words.apply()
    (item,) = session.state.document.scenes
    assert dict(item.groups)["hat"].num_selected == 2 * _RIGHT
    got = item.program.apply(_scene())
    assert got.alive.all()
    assert len(got) == _COUNT + _RIGHT
    whole = EditState.of(_scene())
    for step in ready.steps:
        whole = whole.after(step.operations) if not step.undone else whole.before or whole
    np.testing.assert_array_equal(got.gaussians.sh_coeffs, whole.scene.gaussians.sh_coeffs)


def _report(service: FakeService, session: Session) -> None:
    (item,) = session.state.document.scenes
    service.receive(loaded(item.scene_id, count=_COUNT))


def test_progress_names_the_steps(source: Path) -> None:
    told: list[PlanMessage] = []
    WordPlanning().answer(_request(source, "remove the red thing, then undo"), told.append)
    stages = [message.stage for message in told if isinstance(message, PlanProgress)]
    assert stages[-2:] == ["Step 1 of 2: remove the red thing", "Step 2 of 2: undo"]


@pytest.mark.parametrize(
    ("text", "values", "reason"),
    [
        ("make me a sandwich", {}, "not in the language"),
        ("remove the piano", {}, "piano"),
        ('replace the red thing with "nowhere.ply"', {}, "nowhere.ply"),
        ("remove the red thing", {"count": _COUNT + 1}, "Open it again"),
        ('style the red thing like "mosaic"', {}, "style"),
        ("x" * 10_000, {}, ""),
        ("🫖🫖🫖", {}, ""),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    source: Path, text: str, values: dict[str, Any], reason: str
) -> None:
    found = WordPlanning().answer(_request(source, text, **values), _ignore)
    assert isinstance(found, PlanRefused)
    assert found.problem
    assert "\n" not in found.problem
    assert len(found.problem) < 400
    assert reason in found.problem
    assert found.details == ""


def test_a_fault_of_ours_is_told_and_leaves_its_trace(source: Path) -> None:
    def broken(path: Path, *, lod: int | None) -> Gaussians:
        raise KeyError("oops")

    found = WordPlanning(broken).answer(_request(source, "remove the red thing"), _ignore)
    assert isinstance(found, PlanRefused)
    assert "oops" in found.problem
    assert "Traceback" in found.details


def test_the_scene_is_read_once_and_again_when_its_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "balls.ply"
    save_gaussians(_scene(), path)
    read: list[Path] = []

    def load(path: Path, *, lod: int | None) -> Gaussians:
        read.append(path)
        return _scene()

    planning = WordPlanning(load)
    for text in ("remove the red thing", "remove the blue thing"):
        planning.answer(_request(path, text), _ignore)
    assert len(read) == 1
    path.write_bytes(path.read_bytes() + b"\n")
    planning.answer(_request(path, "remove the red thing"), _ignore)
    assert len(read) == 2


def _listening() -> tuple[PlanProcess, Callable[[], PlanMessage]]:
    heard: Queue[PlanMessage] = Queue()
    process = PlanProcess(heard.put)

    def last() -> PlanMessage:
        while isinstance(message := heard.get(timeout=_WAIT_S), PlanProgress):
            pass
        return message

    return process, last


def test_a_process_answers_again_after_it_died_and_says_nothing_once_it_was_closed(source: Path) -> None:
    process, last = _listening()
    process.ask(_request(source, "remove the red thing"))
    ready = last()
    assert isinstance(ready, PlanReady)
    assert ready.steps[0].mask == _RED
    assert process._process is not None
    process._process.kill()
    process._process.join()
    process.ask(_request(source, "remove the sofa"))
    assert isinstance(last(), PlanRefused)
    pid_of = process._process
    process.ask(_request(source, "remove the red thing"))
    process.close()
    process.wait()
    assert not pid_of.is_alive()


def test_a_style_is_painted_while_it_is_planned_and_its_colours_lie_in_the_folder(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grey(scene: Gaussians, editor: object, *, mask: object, on_progress: OnProgress) -> Gaussians:
        on_progress(RestyleStage.DRAW, 3, 24)
        return replace(scene, sh_coeffs=np.zeros_like(scene.sh_coeffs))

    monkeypatch.setattr("rowsplat.render.restyling.restyle", grey)
    write_image(source.parent / "waves.png", np.zeros((24, 24, 3), np.float32))
    told: list[PlanMessage] = []
    request = _request(source, 'style the red thing like "waves.png"', colours=tmp_path / "colours")
    found = WordPlanning().answer(request, told.append)
    assert isinstance(found, PlanReady), found
    (operation,) = found.steps[0].operations
    assert isinstance(operation, ReplaceColours)
    assert operation.mask == _RED
    assert operation.path.parent == tmp_path / "colours"
    assert PlanProgress(stage="Painting: draw views, 3 of 24") in told
