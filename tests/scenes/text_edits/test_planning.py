"""What plans do to a scene of blocks, against their known boxes and colours."""

from __future__ import annotations

import colorsys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.kernels.constants import SH_C0
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes import save_gaussians
from rowsplat.scenes.edits import EditedGaussians, EditOperation, IndexMask, Recolour, changed_rows
from rowsplat.scenes.text_edits.edit_plan import EditPlan, PlanError, plan_json
from rowsplat.scenes.text_edits.edit_state import EditState
from rowsplat.scenes.text_edits.planning import FileRule, plan_edits
from rowsplat.scenes.text_edits.steps import (
    Adjust,
    Axis,
    Direction,
    Duplicate,
    Group,
    Hide,
    Keep,
    Mirror,
    Move,
    MoveBy,
    Put,
    Quantity,
    Recolor,
    Remove,
    Replace,
    Rotate,
    Scale,
    Select,
    ShiftHue,
    ShowAll,
    Step,
    Style,
    TextProgram,
    Undo,
)
from rowsplat.scenes.text_edits.targets import (
    Combined,
    CurrentSelection,
    Everything,
    It,
    PartOf,
    Place,
    Relation,
    Thing,
)

from .blocks import COUNT, VIEWPOINT, block, corners, room

VASE, TABLE, CUBE = Thing(noun="vase"), Thing(noun="table"), Thing(noun="cube")
_CLOSE = {"atol": 1e-3}


def _plan(*steps: Step, state: EditState | None = None) -> EditPlan:
    return plan_edits(TextProgram(steps=steps), state or room(), VIEWPOINT)


def _after(*steps: Step, state: EditState | None = None) -> EditState:
    return _plan(*steps, state=state).end


def _colors(state: EditState, name: str) -> np.ndarray:
    index = state.groups[name].indices()
    return 0.5 + SH_C0 * state.scene.gaussians.sh_coeffs[index, 0].astype(np.float64)


@pytest.mark.parametrize(
    ("direction", "way"),
    [
        (Direction.UP, (0, 1, 0)),
        (Direction.DOWN, (0, -1, 0)),
        (Direction.RIGHT, (1, 0, 0)),
        (Direction.LEFT, (-1, 0, 0)),
        (Direction.FORWARD, (0, 0, 1)),
        (Direction.BACK, (0, 0, -1)),
    ],
)
def test_things_move_along_the_frame(direction: Direction, way: tuple[int, int, int]) -> None:
    low, high = corners(room(), "vase")
    moved = corners(_after(Move(target=VASE, direction=direction, distance=0.5)), "vase")
    np.testing.assert_allclose(moved, [low + 0.5 * np.array(way), high + 0.5 * np.array(way)], **_CLOSE)


def test_a_relative_distance_is_in_sizes_along_the_way() -> None:
    up = Move(target=VASE, direction=Direction.UP, distance=0.5, relative=True)
    right = Move(target=VASE, direction=Direction.RIGHT, distance=0.5, relative=True)
    low, _ = corners(room(), "vase")
    np.testing.assert_allclose(corners(_after(up, right), "vase")[0], low + np.array([0.5, 1.0, 0]), **_CLOSE)


def test_a_vector_is_in_the_world_frame() -> None:
    low, _ = corners(room(), "vase")
    moved = corners(_after(MoveBy(target=VASE, offset=(1.0, 2.0, 3.0))), "vase")[0]
    np.testing.assert_allclose(moved, low + np.array([1, -2, -3]), **_CLOSE)


@pytest.mark.parametrize(
    ("relation", "low"),
    [
        (Relation.ON, (-0.5, 1, -0.5)),
        (Relation.ABOVE, (-0.5, 1, -0.5)),
        (Relation.BELOW, (-0.5, -1, -0.5)),
        (Relation.LEFT_OF, (-3, 0, -0.5)),
        (Relation.RIGHT_OF, (2, 0, -0.5)),
        (Relation.IN_FRONT_OF, (-0.5, 0, 1)),
        (Relation.BEHIND, (-0.5, 0, -2)),
        (Relation.NEAR, (2.25, 0, -0.5)),
    ],
)
def test_things_are_put_so_that_the_boxes_touch(relation: Relation, low: tuple[float, float, float]) -> None:
    after = _after(Put(target=CUBE, relation=relation, anchor=TABLE))
    np.testing.assert_allclose(corners(after, "cube")[0], low, **_CLOSE)


def test_what_is_over_the_anchor_already_keeps_its_place() -> None:
    lifted = Move(target=VASE, direction=Direction.UP, distance=3.0)
    after = _after(lifted, Put(target=VASE, relation=Relation.ON, anchor=TABLE))
    np.testing.assert_allclose(corners(after, "vase"), corners(room(), "vase"), **_CLOSE)


def test_things_turn_about_their_middle_counter_clockwise_from_the_tip() -> None:
    after = _after(Rotate(target=TABLE, degrees=90.0, axis=Axis.UP))
    np.testing.assert_allclose(corners(after, "table"), [[-1, 0, -2], [1, 1, 2]], **_CLOSE)
    quarter = _after(Rotate(target=CUBE, degrees=90.0)).scene.gaussians.means[2 * COUNT :]
    before = room().scene.gaussians.means[2 * COUNT :]
    middle = before.mean(axis=0)
    frame = VIEWPOINT.frame.matrix
    expected = (before - middle) @ frame.T @ np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]]).T
    np.testing.assert_allclose((quarter - middle) @ frame.T, expected, **_CLOSE)


def test_a_mirror_image_is_its_own_inverse_and_swaps_left_and_right() -> None:
    part = PartOf(side=Place.LEFT, whole=CUBE)
    moved = _after(Move(target=part, direction=Direction.UP, distance=1.0))
    mirrored = _after(Mirror(target=CUBE, axis=Axis.RIGHT), state=moved)
    again = _after(Mirror(target=CUBE, axis=Axis.RIGHT), state=mirrored)
    means = [state.scene.gaussians.means[2 * COUNT :] for state in (moved, mirrored, again)]
    np.testing.assert_allclose(means[0], means[2], **_CLOSE)
    np.testing.assert_allclose(means[1][:, 0], 9.0 - means[0][:, 0], **_CLOSE)
    np.testing.assert_allclose(means[1][:, 1:], means[0][:, 1:], **_CLOSE)


def test_things_are_scaled_about_their_foot() -> None:
    after = _after(Scale(target=VASE, factor=2.0))
    np.testing.assert_allclose(corners(after, "vase"), [[-2.5, 1, -1], [-0.5, 5, 1]], **_CLOSE)


def test_it_is_the_copy_after_a_duplication_and_copies_go_by_the_same_name() -> None:
    after = _after(Duplicate(target=VASE), Move(target=It(), direction=Direction.RIGHT, distance=2.0))
    assert len(after.scene) == 4 * COUNT
    np.testing.assert_allclose(corners(after, "vase"), [[-2, 1, -0.5], [1, 3, 0.5]], **_CLOSE)
    removed = _after(Remove(target=VASE), state=after)
    assert removed.scene.alive.sum() == 2 * COUNT


@pytest.mark.parametrize("color", ["red", "#3366cc", "orange", "navy"])
def test_a_recoloured_thing_has_the_hue_and_saturation(color: str) -> None:
    from PIL import ImageColor

    expected = colorsys.rgb_to_hsv(*(value / 255 for value in ImageColor.getrgb(color)))
    found = colorsys.rgb_to_hsv(*_colors(_after(Recolor(target=CUBE, color=color)), "cube")[0])
    np.testing.assert_allclose(found[:2], expected[:2], atol=1e-4)


def test_paint_is_as_light_as_its_colour_asks_for() -> None:
    value = {
        color: _colors(_after(Recolor(target=VASE, color=color)), "vase")[0].max()
        for color in ("white", "gray", "black", "red", "darkred")
    }
    assert value["white"] > 0.85
    assert 0.4 < value["gray"] < 0.5
    assert 0.0 < value["black"] < 0.06
    assert value["red"] == pytest.approx(0.8, abs=1e-4)  # the light stays
    assert value["darkred"] < 0.6 * value["red"]


def test_a_tint_lies_between() -> None:
    full = _colors(_after(Recolor(target=CUBE, color="red")), "cube")
    tint = _colors(_after(Recolor(target=CUBE, color="red", amount=0.25)), "cube")
    np.testing.assert_allclose(tint, 0.75 * _colors(room(), "cube") + 0.25 * full, **_CLOSE)


@pytest.mark.parametrize(
    "step",
    [
        Recolor(target=CUBE, color="red"),
        ShiftHue(target=CUBE, degrees=40.0),
        Adjust(target=CUBE, quantity=Quantity.BRIGHTNESS, factor=1.2),
        Adjust(target=CUBE, quantity=Quantity.SATURATION, factor=0.5),
        Adjust(target=CUBE, quantity=Quantity.CONTRAST, factor=1.5),
        Adjust(target=CUBE, quantity=Quantity.OPACITY, factor=0.5),
        Move(target=CUBE, direction=Direction.UP, distance=1.0),
        Rotate(target=CUBE, degrees=30.0),
        Scale(target=CUBE, factor=1.5),
        Mirror(target=CUBE, axis=Axis.UP),
        Put(target=CUBE, relation=Relation.ON, anchor=TABLE),
        Hide(target=CUBE),
        Remove(target=CUBE),
    ],
)
def test_what_a_step_is_not_about_keeps_every_bit(step: Step) -> None:
    before, after = room().scene, _after(step).scene
    others = np.arange(2 * COUNT)
    for name in ("means", "quats", "log_scales", "logit_opacities", "sh_coeffs"):
        one, other = getattr(before.gaussians, name), getattr(after.gaussians, name)
        assert one[others].tobytes() == other[others].tobytes()
    assert after.shown[others].all()
    changed = any(
        getattr(before.gaussians, name)[-COUNT:].tobytes()
        != getattr(after.gaussians, name)[-COUNT:].tobytes()
        for name in ("means", "logit_opacities", "sh_coeffs")
    )
    assert changed or not after.shown[-COUNT:].any()


def test_keeping_removes_all_else_and_hiding_is_undone_by_showing() -> None:
    kept = _plan(Keep(target=Combined(items=(VASE, CUBE))))
    assert kept.end.scene.alive.sum() == 2 * COUNT
    assert kept.steps[0].touched == COUNT
    hidden = _after(Hide(target=Combined(items=(Everything(),), exceptions=(VASE,))))
    assert hidden.scene.shown.sum() == COUNT
    assert _after(ShowAll(), state=hidden).scene.shown.all()


def test_the_selection_and_new_names_are_known_to_later_steps() -> None:
    top = PartOf(side=Place.TOP, whole=VASE)
    after = _after(
        Select(target=top), Group(target=CurrentSelection(), name="rim"), Remove(target=Thing(noun="rim"))
    )
    assert after.scene.alive.sum() == 2 * COUNT + COUNT / 2
    assert after.selection is not None
    assert after.selection.num_selected == COUNT / 2


def test_a_selection_by_hand_is_what_it_means_at_first() -> None:
    state = replace(room(), selection=room().groups["cube"])
    np.testing.assert_allclose(
        corners(_after(Scale(target=It(), factor=2.0), state=state), "cube")[1], [5.5, 2, 1], **_CLOSE
    )


def test_undo_takes_steps_back_with_what_they_named() -> None:
    state = room()
    plan = _plan(
        Group(target=CUBE, name="hero"),
        Remove(target=VASE),
        Scale(target=CUBE, factor=2.0),
        Undo(count=2),
        Recolor(target=Thing(noun="hero"), color="red"),
        state=state,
    )
    assert [operation.kind for operation in plan.program.operations] == ["paint"]
    assert plan.end.scene.alive.all()
    assert _after(Undo(count=2), state=plan.end).program == state.program


def test_undo_reaches_back_before_the_plan() -> None:
    removed = _after(Remove(target=VASE))
    assert _after(Undo(), state=removed).scene.alive.all()


def test_a_replacement_stands_where_the_thing_stood_and_is_as_high(tmp_path: Path) -> None:
    save_gaussians(block((10, 10, 10), (11, 14, 12), (0, 1, 0)), tmp_path / "new.ply")
    plan = plan_edits(
        TextProgram(steps=(Replace(target=VASE, path="new.ply"), Group(target=It(), name="new"))),
        room(),
        VIEWPOINT,
        files=FileRule(folder=tmp_path, confined=True),
    )
    expected = [[-1.75, 1, -0.5], [-1.25, 3, 0.5]]
    np.testing.assert_allclose(corners(plan.end, "new"), expected, **_CLOSE)
    assert plan.end.scene.alive.sum() == 3 * COUNT
    assert plan.end.groups["vase"].intersection(plan.end.groups["new"]).num_selected == 0


def test_colours_of_hex_and_name_are_understood_alike() -> None:
    one, other = (_after(Recolor(target=CUBE, color=color)) for color in ("navy", "#000080"))
    np.testing.assert_array_equal(_colors(one, "cube"), _colors(other, "cube"))


class _Redder:
    """Paints in one style only."""

    def check(self, style: str) -> None:
        if style != "red":
            raise RowsplatError(f"no style is called {style!r}. Known: red.")

    def restyled(self, scene: EditedGaussians, mask: IndexMask, style: str) -> tuple[EditOperation, ...]:
        del scene, style
        return (Recolour(mask=mask, tint=(1.0, 0.0, 0.0)),)


def test_styles_are_painted_by_the_stylist() -> None:
    program = TextProgram(steps=(Style(target=CUBE, style="red"),))
    after = plan_edits(program, room(), VIEWPOINT, stylist=_Redder()).end
    np.testing.assert_allclose(_colors(after, "cube")[:, 1:], 0.0, atol=1e-6)


def test_steps_are_told_before_they_are_tried() -> None:
    told: list[tuple[int, int, str]] = []
    plan_edits(
        TextProgram(steps=(Remove(target=VASE), Undo())),
        room(),
        VIEWPOINT,
        on_step=lambda *facts: told.append(facts),
    )
    assert told == [(1, 2, "remove the vase"), (2, 2, "undo")]


def test_a_plan_says_what_each_step_is_about() -> None:
    plan = _plan(Remove(target=VASE), Put(target=CUBE, relation=Relation.ON, anchor=TABLE), Undo())
    assert plan.lines[0] == "1. remove the vase   [216 Gaussians, confidence 1.00]"
    assert plan.lines[-1] == "3. undo   [1 step taken back]"
    entries = plan_json(plan)
    assert [entry["gaussians"] for entry in entries] == [COUNT, COUNT, 0]
    assert len(entries[1]["meanings"]) == 2  # type: ignore[arg-type]
    assert plan.start.scene.alive.all()


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([Remove(target=Thing(noun="dragon"))], ["step 1, remove the dragon", "dragon", "table"]),
        ([Remove(target=VASE), Scale(target=It(), factor=2.0)], ["step 2", '"it" was removed']),
        ([Remove(target=VASE), Scale(target=VASE, factor=2.0)], ["step 2", "no Gaussian left"]),
        ([Remove(target=It())], ['"it" stands for nothing yet']),
        ([Remove(target=CurrentSelection())], ["nothing is selected"]),
        ([Undo()], ["nothing can be undone"]),
        ([Hide(target=CUBE), Undo(count=3)], ["step 2", "only 1 step can be undone"]),
        ([Remove(target=Everything()), Hide(target=Everything())], ["step 2", "holds no Gaussian"]),
        ([Remove(target=Combined(items=(VASE,), exceptions=(VASE,)))], ["nothing is left of"]),
        ([Put(target=CUBE, relation=Relation.ON, anchor=CUBE)], ["are the same"]),
        ([Recolor(target=CUBE, color="ultrablue")], ["'ultrablue' is no colour"]),
        ([Replace(target=CUBE, path="none.ply")], ["none.ply: no such file"]),
        ([Replace(target=CUBE, path="x" * 5000)], ["no such file"]),
        ([Replace(target=CUBE, path="a\0b")], ["is no name of a file"]),
        ([Style(target=CUBE, style="mosaic")], ["styles cannot be painted here"]),
        ([Scale(target=CUBE, factor=1000.0)] * 8, ["step "]),
        (
            [MoveBy(target=CUBE, offset=(1e6, 0, 0)), Scale(target=Thing(noun="unicorn"), factor=2)],
            ["step 2"],
        ),
    ],
)
def test_what_cannot_be_done_is_one_line_that_names_the_step(steps: list[Step], said: list[str]) -> None:
    state = room()
    with pytest.raises(PlanError) as failure:
        plan_edits(TextProgram(steps=tuple(steps)), state, VIEWPOINT)
    text = str(failure.value)
    assert "\n" not in text
    for words in said:
        assert words in text
    assert state.scene.alive.all()
    assert len(state.program) == 0


def test_a_scene_does_not_grow_beyond_what_memory_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed_rows, "MAX_GAUSSIANS", 1 << 12)
    with pytest.raises(PlanError, match=r"step 3, duplicate everything: .* at most 4,096 are allowed"):
        _plan(*[Duplicate(target=Everything())] * 9)


def test_a_meaning_below_the_least_confidence_is_refused() -> None:
    strict = replace(VIEWPOINT, least_confidence=1.01)
    with pytest.raises(PlanError, match=r'"the vase" is only 1.00 sure'):
        plan_edits(TextProgram(steps=(Remove(target=VASE),)), room(), strict)


def test_a_script_cannot_name_files_outside_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    save_gaussians(block((0, 0, 0), (1, 1, 1), (0, 1, 0)), tmp_path / "out.ply")
    (folder / "link.ply").symlink_to(tmp_path / "out.ply")
    for path in ("../out.ply", str(tmp_path / "out.ply"), "link.ply"):
        with pytest.raises(PlanError, match="outside of the script's folder"):
            plan_edits(
                TextProgram(steps=(Replace(target=CUBE, path=path),)),
                room(),
                VIEWPOINT,
                files=FileRule(folder=folder, confined=True),
            )
