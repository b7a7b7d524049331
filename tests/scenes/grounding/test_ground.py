"""Nouns in a scene of balls on a floor, whose parts are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes.edits import IndexMask
from rowsplat.scenes.grounding import GroundingContext, GroundingError, ground
from rowsplat.scenes.text_edits.targets import Place, Relation, Size, Thing

from .small_scenes import ball_points, context, floor_points, iou, painted

FLOOR, RED, BLUE, GREEN, BLUE2 = range(5)
OTHERS = [BLUE, GREEN, BLUE2]
BALLS = [RED, BLUE, BLUE2]


@lru_cache(maxsize=1)
def scene() -> tuple[GroundingContext, NDArray[np.intp]]:
    """A floor with a red ball at the left, a blue one in the middle that carries a green one, a small blue one."""
    parts = [
        (floor_points(2.5, 6000, 0), "gray"),
        (ball_points((-1.5, -0.42, 0.3), 0.4, 2500, 1), "red"),
        (ball_points((0.0, -0.62, 0.8), 0.6, 5000, 2), "blue"),
        (ball_points((0.0, -1.44, 0.8), 0.2, 800, 3), "green"),
        (ball_points((1.4, -0.27, -0.9), 0.25, 1200, 4), "blue"),
    ]
    gaussians, part_of = painted(parts)
    return context(gaussians), part_of


def _labelled(**labels: Sequence[int]) -> GroundingContext:
    return _context_of(tuple((name, tuple(numbers)) for name, numbers in labels.items()))


@cache
def _context_of(labels: tuple[tuple[str, tuple[int, ...]], ...]) -> GroundingContext:
    """The scene with label weights; kept, because planes and clusters are found once in a context."""
    known, part_of = scene()
    weights = {name: np.isin(part_of, numbers).astype(np.float32) for name, numbers in labels}
    return replace(known, labels=weights)


def _selected(thing: Thing, known: GroundingContext | None = None) -> NDArray[np.bool_]:
    return ground(thing, known or scene()[0]).mask.to_bool()


@pytest.mark.parametrize(
    ("thing", "means"),
    [
        (Thing(noun="floor"), [FLOOR]),
        (Thing(noun="ground"), [FLOOR]),
        (Thing(noun="foreground"), [RED, BLUE, GREEN, BLUE2]),
        (Thing(noun="thing", color="red"), [RED]),
        (Thing(noun="object", color="blue"), [BLUE, BLUE2]),
        (Thing(noun="thing", color="green"), [GREEN]),
        (Thing(noun="thing", color="blue", size=Size.SMALLEST), [BLUE2]),
        (Thing(noun="thing", color="blue", place=Place.FRONT), [BLUE2]),
        (Thing(noun="thing", place=Place.LEFT), [RED]),
        (Thing(noun="thing", place=Place.RIGHT), [BLUE2]),
        (Thing(noun="thing", relation=Relation.RIGHT_OF, anchor=Thing(noun="thing", color="red")), OTHERS),
    ],
    ids=str,
)  # fmt: skip
def test_words_without_names_select_what_they_mean(thing: Thing, means: list[int]) -> None:
    assert iou(_selected(thing), np.isin(scene()[1], means)) > 0.9


@pytest.mark.parametrize(
    ("thing", "means"),
    [
        (Thing(noun="ball"), BALLS),
        (Thing(noun="ball", color="blue"), [BLUE, BLUE2]),
        (Thing(noun="ball", size=Size.LARGEST), [BLUE]),
        (Thing(noun="ball", size=Size.SMALLEST), [BLUE2]),
        (Thing(noun="ball", place=Place.LEFT), [RED]),
        (Thing(noun="ball", place=Place.TOP), [BLUE]),
        (Thing(noun="apple", relation=Relation.ON, anchor=Thing(noun="ball", size=Size.LARGEST)), [GREEN]),
        (Thing(noun="ball", relation=Relation.IN_FRONT_OF, anchor=Thing(noun="ball", color="red")), [BLUE2]),
        (Thing(noun="ball", size=Size.LARGEST, place=Place.RIGHT), [BLUE2]),
    ],
    ids=str,
)  # fmt: skip
def test_properties_choose_among_the_things_of_a_label(thing: Thing, means: list[int]) -> None:
    known = _labelled(ball=BALLS, apple=[GREEN])
    assert iou(_selected(thing, known), np.isin(scene()[1], means)) > 0.98


def test_all_that_goes_by_a_name_is_selected_exactly() -> None:
    assert np.array_equal(
        _selected(Thing(noun="orb"), _labelled(orb=[RED, BLUE2])), np.isin(scene()[1], [RED, BLUE2])
    )


def test_a_group_hides_a_label_of_its_name() -> None:
    part_of = scene()[1]
    known = replace(_labelled(ball=[RED]), groups={"Ball": IndexMask.from_bool(part_of == GREEN)})
    assert np.array_equal(_selected(Thing(noun="ball"), known), part_of == GREEN)


@pytest.mark.parametrize("noun", ["pyramids", "Pyramid", "pyramdi", "the pyramid"])
def test_plurals_and_misspellings_find_a_name(noun: str) -> None:
    assert np.array_equal(_selected(Thing(noun=noun), _labelled(pyramid=[RED])), scene()[1] == RED)


def test_a_misspelling_is_less_sure_than_the_name() -> None:
    known = _labelled(pyramid=[RED])
    assert ground(Thing(noun="pyramdi"), known).confidence < ground(Thing(noun="pyramid"), known).confidence


def test_what_is_alike_in_meaning_finds_a_name() -> None:
    def matcher(noun: str, names: Sequence[str]) -> list[float]:
        return [0.9 if (noun, name) == ("automobile", "car") else 0.1 for name in names]

    known = replace(_labelled(car=[RED], tree=[BLUE]), matcher=matcher)
    grounding = ground(Thing(noun="automobile"), known)
    assert np.array_equal(grounding.mask.to_bool(), scene()[1] == RED)
    assert "car" in grounding.why


def test_what_nobody_knows_is_refused_in_a_line_that_names_what_is_known() -> None:
    with pytest.raises(GroundingError, match=r'"zebra".*Known names are') as caught:
        ground(Thing(noun="zebra"), _labelled(car=[RED], tree=[BLUE]))
    assert "car" in str(caught.value)
    assert "tree" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, RowsplatError)


def test_finders_are_asked_for_what_nobody_else_knows() -> None:
    part_of = scene()[1]

    class Finder:
        name = "a model"

        def find(self, noun: str, context: GroundingContext) -> NDArray[np.float32] | None:
            del context
            return np.where(part_of == RED, 0.9, 0.1).astype(np.float32) if noun == "zebra" else None

    known = replace(scene()[0], finders=(Finder(),))
    assert np.array_equal(_selected(Thing(noun="zebra"), known), part_of == RED)
    with pytest.raises(GroundingError):
        ground(Thing(noun="giraffe"), known)


def test_deleted_gaussians_are_never_selected() -> None:
    known, part_of = scene()
    alive = part_of != BLUE2
    known = replace(known, alive=alive)
    for thing in (Thing(noun="thing", color="blue"), Thing(noun="floor"), Thing(noun="foreground")):
        assert not (_selected(thing, known) & ~alive).any()


def test_a_label_follows_neighbours_where_no_picture_shows_a_gaussian() -> None:
    known, part_of = scene()
    weights = (part_of == RED).astype(np.float32)
    weights[np.random.default_rng(0).random(len(weights)) < 0.4] = np.nan
    known = replace(known, labels={"ball": weights})
    assert iou(_selected(Thing(noun="ball"), known), part_of == RED) > 0.98


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (Thing(noun="thing", color="yellow"), "nothing here is yellow"),
        (Thing(noun="ball", color="yellow"), "no ball is yellow"),
        (Thing(noun="ceiling"), "no ceiling"),
        (Thing(noun="wall"), "no wall"),
        (Thing(noun="ball", relation=Relation.ON, anchor=Thing(noun="apple")), "none of"),
    ],
    ids=str,
)
def test_what_is_not_there_is_refused(thing: Thing, words: str) -> None:
    with pytest.raises(GroundingError, match=words):
        ground(thing, _labelled(ball=BALLS, apple=[GREEN]))


def test_confidence_and_reason_are_given() -> None:
    grounding = ground(Thing(noun="ball", size=Size.LARGEST), _labelled(ball=BALLS, apple=[GREEN]))
    assert 0.35 <= grounding.confidence <= 1.0
    assert "largest of 3" in grounding.why
    assert "5,000 Gaussians" in grounding.why


def test_an_empty_scene_refuses_everything() -> None:
    known, _ = scene()
    empty = replace(known, alive=np.zeros(len(known.alive), dtype=np.bool_))
    for noun in ("thing", "floor", "background", "floater", "zebra", "wall", "table"):
        with pytest.raises(GroundingError):
            ground(Thing(noun=noun), empty)
    with pytest.raises(GroundingError):
        ground(Thing(noun="thing", color="red"), empty)


def test_what_is_less_sure_than_asked_for_is_refused() -> None:
    known, _ = scene()
    sure = ground(Thing(noun="floor"), known).confidence
    assert ground(Thing(noun="floor"), replace(known, least_confidence=sure)).confidence == sure
    with pytest.raises(GroundingError, match="not clear enough"):
        ground(Thing(noun="floor"), replace(known, least_confidence=sure + 1e-6))
