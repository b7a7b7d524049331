"""Edit programs: undo gives back every bit, and what is kept between steps changes no result."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes.edits import (
    Delete,
    Duplicate,
    EditCache,
    EditProgram,
    Hide,
    IndexMask,
    Recolour,
    ShowAll,
    Transform,
)
from rowsplat.scenes.edits.changed_rows import MAX_GAUSSIANS
from rowsplat.scenes.edits.similarity import similarity_matrix

from .scenes_and_steps import (
    assert_same_gaussians,
    assert_same_scene,
    programs,
    random_rotation,
    random_scene,
)

_COUNT = 12
_BASE = random_scene(_COUNT)
_MEMORY = st.sampled_from([0, 2_000, 20_000, 1 << 30])


def _mask(*indices: int, count: int = _COUNT) -> IndexMask:
    return IndexMask.from_indices(list(indices), count)


@settings(deadline=None)
@given(programs(_COUNT), _MEMORY)
def test_undoing_all_steps_gives_the_scene_bit_for_bit(program: EditProgram, max_bytes: int) -> None:
    cache, before = EditCache(_BASE, max_bytes=max_bytes), random_scene(_COUNT)
    cache.apply(program)
    while len(program):
        program = program.without_last()
        assert_same_scene(cache.apply(program), program.apply(_BASE))
    undone = cache.apply(program)
    assert_same_gaussians(undone.gaussians, before)
    assert_same_gaussians(undone.visible(), before)
    assert_same_gaussians(undone.finished(), before)


@settings(deadline=None)
@given(st.lists(programs(_COUNT, max_steps=4), min_size=1, max_size=4), _MEMORY, st.data())
def test_what_is_kept_between_steps_changes_no_result(
    branches: list[EditProgram], max_bytes: int, data: st.DataObject
) -> None:
    cache = EditCache(_BASE, max_bytes=max_bytes)
    for branch in branches:
        for length in data.draw(st.lists(st.integers(0, len(branch)), max_size=4)):
            part = EditProgram(operations=branch.operations[:length])
            assert_same_scene(cache.apply(part), part.apply(_BASE))
        assert_same_scene(cache.apply(branch), branch.apply(_BASE))


@settings(deadline=None)
@given(programs(_COUNT))
def test_json_round_trip(program: EditProgram) -> None:
    written = json.loads(json.dumps(program.to_json(), allow_nan=False))
    again = EditProgram.from_json(written, count=_COUNT)
    assert again == program
    assert hash(again) == hash(program)
    assert_same_scene(again.apply(_BASE), program.apply(_BASE))


@settings(deadline=None)
@given(programs(_COUNT))
def test_every_step_has_one_line_for_the_undo_list(program: EditProgram) -> None:
    assert len(program.descriptions) == len(program)
    assert all(line and line == " ".join(line.split()) for line in program.descriptions)


@settings(deadline=None)
@given(programs(_COUNT))
def test_counts_are_known_without_applying(program: EditProgram) -> None:
    edited = program.apply(_BASE)
    assert len(edited) == program.count_after(_COUNT)
    assert len(edited.finished()) == edited.alive.sum()
    assert len(edited.visible()) == (edited.alive & ~edited.hidden).sum()


def test_deleting_and_undoing_share_the_geometry() -> None:
    cache, program = EditCache(_BASE), EditProgram()
    deleted = cache.apply(program.then(Delete(mask=_mask(1, 2))))
    assert np.shares_memory(deleted.gaussians.sh_coeffs, _BASE.sh_coeffs)
    assert np.shares_memory(cache.apply(program).visible().sh_coeffs, _BASE.sh_coeffs)


def test_redo_computes_nothing() -> None:
    cache = EditCache(_BASE)
    program = EditProgram().then(Duplicate(mask=_mask(0, 5)))
    done = cache.apply(program)
    cache.apply(program.without_last())
    assert cache.apply(EditProgram(operations=program.operations)) is done


def test_a_small_memory_keeps_the_scene_and_the_current_one() -> None:
    cache, program = EditCache(_BASE, max_bytes=0), EditProgram()
    for step in range(5):
        program = program.then(Transform.of(similarity_matrix(random_rotation(step), 1.5, [1, 2, 3])))
        cache.apply(program)
        assert cache.num_kept == 2
    cache.apply(program.without_last())
    assert cache.num_kept == 2


def test_memory_holds_only_what_steps_changed() -> None:
    flags_of_one_step = _COUNT
    cache = EditCache(_BASE, max_bytes=10 * flags_of_one_step)
    program = EditProgram(operations=tuple(Delete(mask=_mask(step % _COUNT)) for step in range(30)))
    cache.apply(program)
    assert cache.num_kept == 12  # ten, the scene and the current one


def test_an_edit_of_another_scene_is_refused_and_changes_nothing() -> None:
    cache, good = EditCache(_BASE), EditProgram().then(Delete(mask=_mask(3)))
    bad = good.then(Duplicate(mask=_mask(0))).then(Hide(mask=_mask(1)))
    message = r"^Hide 1 Gaussian: its mask is for 12 Gaussians, the scene has 13 at this step$"
    for apply in (cache.apply, lambda program: program.apply(_BASE)):
        with pytest.raises(RowsplatError, match=message):
            apply(bad)
    assert_same_scene(cache.apply(good), good.apply(_BASE))
    assert_same_gaussians(cache.apply(EditProgram()).gaussians, _BASE)


def test_doubling_without_end_is_refused_before_memory_is_taken() -> None:
    program, count = EditProgram(), _COUNT
    while 2 * count <= MAX_GAUSSIANS:
        program = program.then(Duplicate(mask=IndexMask.all(count)))
        count = program.count_after(_COUNT)
    once_more = program.then(Duplicate(mask=IndexMask.all(count)))
    with pytest.raises(RowsplatError, match="at most 67,108,864 are allowed"):
        once_more.apply(_BASE)


def _json(*operations: object, **others: object) -> dict[str, object]:
    return {"version": 1, "operations": list(operations), **others}


_TRANSFORM = {"kind": "transform", "mask": None}
_RECOLOUR: dict[str, object] = {
    "kind": "recolour",
    "mask": None,
    "tint": [1, 1, 1],
    "saturation": 1,
    "brightness": 1,
    "opacity": 1,
}
_SHEAR = [[1, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
_NAN_MATRIX = [[1, 0, 0, float("nan")], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "edits: expected an object, found nothing"),
        ([], "edits: expected an object, found a list of 0"),
        ({"operations": []}, "edits.version: expected a whole number from 1 to 1, found nothing"),
        (_json() | {"version": 2}, "edits.version: expected a whole number from 1 to 1, found 2"),
        ({"version": 1}, "edits.operations: expected a list, found nothing"),
        (_json(extra=1), "edits: expected the fields version, operations, found 'extra'"),
        (_json(3), "edits.operations[0]: expected an object, found 3"),
        (_json({}), "edits.operations[0].kind: expected text, found nothing"),
        (
            _json({"kind": "show_all"}, {"kind": "rm"}),
            "edits.operations[1].kind: expected one of delete, hide, show_all, transform, recolour, duplicate, "
            "paint, shift_hue, contrast, insert, replace_colours, found 'rm'",
        ),
        (_json({"kind": "delete"}), "edits.operations[0].mask: expected an object, found nothing"),
        (
            _json({"kind": "delete", "mask": None}),
            "edits.operations[0].mask: expected an object, found nothing",
        ),
        (
            _json({"kind": "hide", "mask": IndexMask.none(11).to_json()}),
            "edits.operations[0].mask.count: expected 12, the number of Gaussians at this step, found 11",
        ),
        (
            _json({"kind": "transform", "matrix": []}),
            "edits.operations[0].mask: expected an object, found nothing",
        ),
        (_json(_TRANSFORM | {"matrix": [1]}), "edits.operations[0].matrix: expected 4 rows, found 1"),
        (
            _json(_TRANSFORM | {"matrix": [[1, 0, 0]] * 4}),
            "edits.operations[0].matrix[0]: expected 4 numbers, found a list of 3",
        ),
        (
            _json(_TRANSFORM | {"matrix": _NAN_MATRIX}),
            "edits.operations[0].matrix[0]: expected a finite number, found nan",
        ),
        (
            _json(_TRANSFORM | {"matrix": _SHEAR}),
            "edits.operations[0].matrix: matrix must be a similarity (rotation, uniform scale, translation)",
        ),
        (
            _json(_RECOLOUR | {"tint": [1, True, 1]}),
            "edits.operations[0].tint: expected a finite number, found True",
        ),
        (
            _json(_RECOLOUR | {"opacity": 10**400}),
            "edits.operations[0].opacity: expected a finite number, found a huge whole number",
        ),
        (
            _json(_RECOLOUR | {"brightness": -1}),
            "edits.operations[0].brightness: must be 0 to 1000, got -1.0",
        ),
        (
            _json(_RECOLOUR | {"hue": 1}),
            "edits.operations[0]: expected the fields kind, mask, tint, saturation, brightness, opacity, "
            "found 'hue'",
        ),
    ],
)
def test_bad_json_is_one_line_that_names_the_field(value: object, message: str) -> None:
    with pytest.raises(RowsplatError) as caught:
        EditProgram.from_json(value, count=_COUNT)
    assert str(caught.value) == message


@settings(deadline=None)
@given(programs(_COUNT, max_steps=2), st.data())
def test_any_field_replaced_by_anything_is_read_or_refused(program: EditProgram, data: st.DataObject) -> None:
    """Nothing but the one kind of error comes out."""
    leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5))
    values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4), max_leaves=6)
    written = json.loads(json.dumps(program.to_json()))
    target = written
    if written["operations"]:
        target = data.draw(st.sampled_from([written, *written["operations"]]))
        target = data.draw(st.sampled_from([target, *[v for v in target.values() if isinstance(v, dict)]]))
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(values)
    try:
        again = EditProgram.from_json(written, count=_COUNT)
    except RowsplatError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
    else:
        again.count_after(_COUNT)


def test_show_all_ends_every_hiding_and_no_deletion() -> None:
    program = (
        EditProgram().then(Hide(mask=_mask(1, 2))).then(Delete(mask=_mask(2, 3))).then(Hide(mask=_mask(4)))
    )
    np.testing.assert_array_equal(np.flatnonzero(~program.apply(_BASE).shown), [1, 2, 3, 4])
    shown = program.then(ShowAll()).apply(_BASE)
    np.testing.assert_array_equal(np.flatnonzero(~shown.shown), [2, 3])
    assert_same_gaussians(shown.visible(), shown.finished())
    np.testing.assert_array_equal(
        program.apply(_BASE).finished().means, _BASE.means[[0, 1, 4, 5, 6, 7, 8, 9, 10, 11]]
    )


def test_programs_compare_by_what_they_do() -> None:
    one, other = (EditProgram().then(Recolour(mask=_mask(3), brightness=2)) for _ in range(2))
    assert (one, hash(one)) == (other, hash(other))
    assert one != other.then(ShowAll())
    assert one.without_last() == EditProgram() == EditProgram().without_last()
