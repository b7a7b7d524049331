"""What is merged is what was asked for, in the order asked for, and nothing is done twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rowsplat.app.messages import IDENTITY, Look, SceneFailed, SceneLoaded, SceneSpec, Shape
from rowsplat.app.scene_stack import SceneStack, most_important
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes import Gaussians, save_gaussians, transform
from rowsplat.scenes.edits import Delete, Duplicate, EditProgram, Hide, ShowAll

from .fakes import some

_LOOK = Look()
_COUNT = 20
_DEADLINE_S = 20.0


def _scene(seed: int, count: int = _COUNT, *, sh_degree: int = 1) -> Gaussians:
    rng = np.random.default_rng(seed)
    return Gaussians(
        means=rng.normal(size=(count, 3)).astype(np.float32),
        quats=rng.normal(size=(count, 4)).astype(np.float32),
        log_scales=rng.normal(-3, 0.3, size=(count, 3)).astype(np.float32),
        logit_opacities=rng.normal(size=count).astype(np.float32),
        sh_coeffs=(0.3 * rng.normal(size=(count, (sh_degree + 1) ** 2, 3))).astype(np.float32),
    )


_FILES = {f"/{name}.ply": _scene(seed) for seed, name in enumerate("abc")}


class _Loads:
    """Reads the scenes above, and counts how often."""

    def __init__(self) -> None:
        self.paths: list[Path] = []
        self.threads: set[int] = set()

    def __call__(self, path: Path, *, lod: int | None = None) -> Gaussians:
        self.paths.append(path)
        self.threads.add(threading.get_ident())
        if path.name == "bad.ply":
            raise RowsplatError(f"{path}: truncated")
        if path.name == "worse.ply":
            raise KeyError("a fault of the reader")
        return _FILES[str(path)]


def _spec(scene_id: int, name: str = "a", **changes: object) -> SceneSpec:
    return replace(SceneSpec(scene_id=scene_id, source=Path(f"/{name}.ply")), **changes)  # type: ignore[arg-type]


def _collected(stack: SceneStack, until: Callable[[], bool] | None = None) -> list[SceneLoaded | SceneFailed]:
    news: list[SceneLoaded | SceneFailed] = []
    deadline = time.monotonic() + _DEADLINE_S
    while stack.is_loading if until is None else not until():
        assert time.monotonic() < deadline
        news += stack.collect()
        time.sleep(0.001)
    return news


def _stack(*specs: SceneSpec, load: Callable[..., Gaussians] | None = None) -> SceneStack:
    stack = SceneStack(load or _Loads())
    stack.show(specs)
    _collected(stack)
    return stack


def _means(stack: SceneStack, look: Look = _LOOK) -> np.ndarray:
    merged = stack.merged(look, highlight=False)
    return np.zeros((0, 3)) if merged is None else merged.means


def _joined(*names: str) -> np.ndarray:
    return np.concatenate([_FILES[f"/{name}.ply"].means for name in names])


def test_scenes_are_merged_in_the_order_of_the_list() -> None:
    for names in (("a", "b", "c"), ("c", "a", "b"), ("b",)):
        stack = _stack(*(_spec(number, name) for number, name in enumerate(names)))
        assert np.array_equal(_means(stack), _joined(*names))


def test_one_scene_as_it_is_is_its_very_file() -> None:
    assert _stack(_spec(1)).merged(_LOOK, highlight=True) is _FILES["/a.ply"]


def test_invisible_scenes_and_those_a_look_leaves_out_are_not_drawn() -> None:
    stack = _stack(_spec(1, "a"), _spec(2, "b", visible=False), _spec(3, "c"))
    assert np.array_equal(_means(stack), _joined("a", "c"))
    assert np.array_equal(_means(stack, Look(scenes=(3, 2))), _joined("c"))
    assert stack.merged(Look(scenes=()), highlight=False) is None
    assert SceneStack(_Loads()).merged(_LOOK, highlight=False) is None


def test_a_scene_is_edited_in_its_own_frame_and_then_placed() -> None:
    matrix = ((0.0, -2.0, 0.0, 1.0), (2.0, 0.0, 0.0, 0.0), (0.0, 0.0, 2.0, 3.0), (0.0, 0.0, 0.0, 1.0))
    program = EditProgram().then(Delete(mask=some(0, 1))).then(Hide(mask=some(5)))
    merged = _stack(_spec(1, matrix=matrix, program=program)).merged(_LOOK, highlight=False)
    kept = np.setdiff1d(np.arange(_COUNT), [0, 1, 5])
    expected = transform(_FILES["/a.ply"].select(kept), np.array(matrix))
    assert merged is not None
    for name in ("means", "quats", "log_scales", "sh_coeffs", "logit_opacities"):
        np.testing.assert_array_equal(getattr(merged, name), getattr(expected, name))


def test_edits_are_undone_by_the_next_list() -> None:
    program = EditProgram().then(Duplicate(mask=some(3))).then(Hide(mask=some(3, count=_COUNT + 1)))
    stack = _stack(_spec(1))
    for edits, count in ((program, _COUNT), (program.then(ShowAll()), _COUNT + 1), (EditProgram(), _COUNT)):
        assert stack.show([_spec(1, program=edits)]) == []
        assert len(_means(stack)) == count
    assert stack.merged(_LOOK, highlight=False) is _FILES["/a.ply"]


def test_only_the_selected_are_tinted_and_only_where_wanted() -> None:
    stack = _stack(_spec(1, selection=some(2, 7)))
    plain, tinted = (stack.merged(_LOOK, highlight=flag) for flag in (False, True))
    assert plain is _FILES["/a.ply"]
    assert tinted is not None
    changed = (tinted.sh_coeffs != plain.sh_coeffs).any(axis=(1, 2))
    assert np.flatnonzero(changed).tolist() == [2, 7]
    assert np.array_equal(tinted.logit_opacities, plain.logit_opacities)


def test_the_selected_are_seen_through_faint_others_where_that_is_wanted() -> None:
    stack, scene = _stack(_spec(1, selection=some(1), is_faint=True)), _FILES["/a.ply"]
    shown, plain = (stack.merged(_LOOK, highlight=flag) for flag in (True, False))
    assert plain is scene
    assert shown is not None
    before, after = (1.0 / (1.0 + np.exp(-g.logit_opacities.astype(np.float64))) for g in (scene, shown))
    assert after[1] == before[1]
    others = np.arange(_COUNT) != 1
    np.testing.assert_allclose(after[others], 0.03 * before[others], rtol=1e-5)


def test_a_scene_of_which_nothing_is_selected_is_faint_as_a_whole() -> None:
    shown = _stack(_spec(1, is_faint=True)).merged(_LOOK, highlight=True)
    assert shown is not None
    assert (shown.logit_opacities < _FILES["/a.ply"].logit_opacities).all()


def test_a_selection_of_other_rows_is_not_tinted() -> None:
    stack = _stack(_spec(1, selection=some(2, count=_COUNT + 1)))
    assert stack.merged(_LOOK, highlight=True) is _FILES["/a.ply"]


def test_a_selection_stays_on_its_rows_when_others_are_deleted() -> None:
    program = EditProgram().then(Delete(mask=some(0, 1)))
    tinted, plain = (
        _stack(_spec(1, program=program, selection=selection)).merged(_LOOK, highlight=True)
        for selection in (some(2), None)
    )
    assert tinted is not None
    assert plain is not None
    changed = (tinted.sh_coeffs != plain.sh_coeffs).any(axis=(1, 2))
    assert np.flatnonzero(changed).tolist() == [0]


def test_ellipsoids_are_opaque_and_centres_small_and_equal() -> None:
    stack = _stack(_spec(1))
    shapes = {shape: stack.merged(Look(shape=shape), highlight=False) for shape in Shape}
    splat, centre, ellipsoid = (shapes[shape] for shape in (Shape.SPLAT, Shape.CENTRE, Shape.ELLIPSOID))
    assert splat is not None
    assert centre is not None
    assert ellipsoid is not None
    assert (ellipsoid.logit_opacities > 5).all()
    assert np.array_equal(ellipsoid.log_scales, splat.log_scales)
    assert np.ptp(centre.log_scales) == 0
    assert centre.log_scales.max() < splat.log_scales.min()
    assert np.array_equal(centre.means, splat.means)


def test_the_same_wish_gives_the_same_object_and_another_wish_another() -> None:
    stack = _stack(_spec(1), _spec(2, "b"))
    merged = stack.merged(_LOOK, highlight=True)
    assert stack.merged(replace(_LOOK, max_sh_degree=0), highlight=True) is merged
    stack.show([_spec(1), _spec(2, "b")])
    assert stack.merged(_LOOK, highlight=True) is merged
    less = stack.merged(_LOOK, highlight=True, detail=0.5)
    assert stack.merged(_LOOK, highlight=True, detail=0.5) is less
    stack.show([_spec(1), _spec(2, "b", program=EditProgram().then(Delete(mask=some(1))))])
    assert stack.merged(_LOOK, highlight=True) is not merged
    assert stack.merged(_LOOK, highlight=True, detail=0.5) is not less


def test_fewer_gaussians_are_the_important_ones_a_little_larger() -> None:
    scene = _scene(5, 200)
    less = most_important(scene, 0.25)
    assert len(less) == 50
    rows = [int(np.flatnonzero((scene.means == mean).all(axis=1))[0]) for mean in less.means]
    assert rows == sorted(rows)
    scales = np.sort(scene.log_scales, axis=1)
    weight = scales[:, 1] + scales[:, 2] - np.log1p(np.exp(-scene.logit_opacities))
    assert set(rows) == set(np.argsort(weight)[-50:].tolist())
    growth = less.log_scales - scene.log_scales[rows]
    assert np.ptp(growth) < 1e-5
    assert 0 < growth.min() <= 0.5 * np.log(2) + 1e-5
    assert len(most_important(scene.select(np.arange(1)), 0.125)) == 1


# Reading


def test_files_are_read_in_threads_and_reported_with_their_facts() -> None:
    loads = _Loads()
    stack = SceneStack(loads)
    assert stack.show([_spec(1), _spec(2, "b")]) == []
    assert stack.is_empty_yet
    news = _collected(stack)
    assert {entry.scene_id for entry in news} == {1, 2}
    assert all(isinstance(entry, SceneLoaded) and entry.count == _COUNT for entry in news)
    assert threading.get_ident() not in loads.threads
    assert not stack.is_empty_yet


def test_the_same_file_twice_is_read_once_and_reported_for_each() -> None:
    loads = _Loads()
    stack = SceneStack(loads)
    stack.show([_spec(1), _spec(2)])
    assert sorted(entry.scene_id for entry in _collected(stack)) == [1, 2]
    (third,) = stack.show([_spec(1), _spec(2), _spec(3)])
    assert third.scene_id == 3
    assert len(loads.paths) == 1
    assert np.array_equal(_means(stack), _joined("a", "a", "a"))


@pytest.mark.parametrize("name", ["bad", "worse"])
def test_a_file_that_cannot_be_read_fails_for_each_scene_and_leaves_the_others(name: str) -> None:
    stack = SceneStack(_Loads())
    stack.show([_spec(1), _spec(2, name), _spec(3, name)])
    news = _collected(stack)
    failed = [entry for entry in news if isinstance(entry, SceneFailed)]
    assert sorted(entry.scene_id for entry in failed) == [2, 3]
    assert all(f"/{name}.ply" in entry.problem and "\n" not in entry.problem for entry in failed)
    assert np.array_equal(_means(stack), _joined("a"))
    with pytest.raises(RowsplatError, match="not loaded"):
        stack.edited(2)


def test_a_file_that_hangs_holds_up_nothing_and_can_be_dropped() -> None:
    go_on = threading.Event()

    def load(path: Path, *, lod: int | None = None) -> Gaussians:
        if path.name == "b.ply":
            go_on.wait(_DEADLINE_S)
        return _FILES[str(path)]

    stack = SceneStack(load)
    stack.show([_spec(1), _spec(2, "b")])
    _collected(stack, until=lambda: stack.holds(_spec(1)))
    assert stack.is_loading
    assert np.array_equal(_means(stack), _joined("a"))
    stack.show([_spec(1)])
    assert not stack.is_loading
    go_on.set()
    assert stack.collect() == []
    assert np.array_equal(_means(stack), _joined("a"))


def test_what_is_not_shown_any_more_is_let_go_and_read_again() -> None:
    loads = _Loads()
    stack = SceneStack(loads)
    for specs, reads in (([_spec(1)], 1), ([], 1), ([_spec(1)], 2)):
        stack.show(specs)
        _collected(stack)
        assert len(loads.paths) == reads
        assert stack.holds(_spec(1)) == bool(specs)


def test_levels_of_detail_are_different_scenes() -> None:
    seen: list[int | None] = []

    def load(path: Path, *, lod: int | None = None) -> Gaussians:
        seen.append(lod)
        return _FILES[str(path)]

    stack = _stack(_spec(1, lod=0), _spec(2, lod=2), load=load)
    assert sorted(seen, key=str) == [0, 2]
    assert len(_means(stack)) == 2 * _COUNT


def test_scenes_of_other_degrees_and_tags_are_merged() -> None:
    files = {"/a.ply": _scene(1, sh_degree=3), "/b.ply": replace(_scene(2, sh_degree=0), antialiased=True)}
    stack = _stack(_spec(1), _spec(2, "b"), load=lambda path, lod=None: files[str(path)])
    merged = stack.merged(_LOOK, highlight=False)
    assert merged is not None
    assert (len(merged), merged.sh_degree, merged.antialiased) == (2 * _COUNT, 3, False)


def test_a_scene_without_a_gaussian_is_shown_as_nothing() -> None:
    stack = SceneStack(lambda path, lod=None: _scene(0, 0))
    stack.show([_spec(1)])
    (news,) = _collected(stack)
    assert isinstance(news, SceneLoaded)
    assert news.count == 0
    assert stack.merged(_LOOK, highlight=True) is None


def test_a_flipbook_turns_to_the_frame_that_is_wanted(tmp_path: Path) -> None:
    frames = [_scene(seed) for seed in range(3)]
    for number, frame in enumerate(frames):
        save_gaussians(frame, tmp_path / f"frame_{number:03d}.ply")
    spec = SceneSpec(scene_id=1, source=tmp_path, frame=0)
    stack = SceneStack()
    stack.show([spec])
    (news,) = _collected(stack)
    assert isinstance(news, SceneLoaded)
    assert news.frames == 3
    for number in (0, 2, 1):
        stack.show([replace(spec, frame=number)])
        _collected(stack)
        assert np.allclose(_means(stack), frames[number].means)
    stack.show([])


def test_the_identity_moves_nothing_to_the_last_bit() -> None:
    stack = _stack(_spec(1, matrix=IDENTITY), _spec(2, "b"))
    assert _means(stack).tobytes() == _joined("a", "b").tobytes()
