"""Sentences without a verb are tried with those verbs that could take what is said, and with no others."""

from __future__ import annotations

import pytest
from rowsplat.scenes.text_edits.lexicon import terminals_of_phrases
from rowsplat.scenes.text_edits.parsing import parse_edits
from rowsplat.scenes.text_edits.quantities import words_of_numbers
from rowsplat.scenes.text_edits.rephrasing import shortened

RELATIONS = ("ON", "ABOVE", "BELOW", "BEHIND", "NEAR", "IN_FRONT_OF", "LEFT_OF", "RIGHT_OF", "_ON", "_BY")
AMOUNTS = ("HALF", "THIRD", "QUARTER", "TWICE", "THRICE")


@pytest.mark.parametrize("kind", RELATIONS)
def test_whatever_names_a_place_may_be_where_a_thing_is_put(kind: str) -> None:
    for phrase in phrases(kind):
        assert f"put lamp {phrase} chair" in shortened(f"lamp {phrase} chair")


@pytest.mark.parametrize("kind", AMOUNTS)
def test_whatever_names_an_amount_may_be_how_much_a_thing_is_scaled(kind: str) -> None:
    for phrase in phrases(kind):
        assert f"scale lamp {phrase}" in shortened(f"lamp {phrase}")


@pytest.mark.parametrize("way", ["up", "down", "left", "upwards", "backward", "forwards", "higher"])
def test_a_way_is_where_a_thing_is_moved_before_anything_else_is_tried(way: str) -> None:
    assert str(parse_edits(f"lamp {way}")).startswith("move the lamp")


def test_words_of_numbers_are_amounts() -> None:
    assert all(f"scale lamp {word} times" in shortened(f"lamp {word} times") for word in words_of_numbers())


def test_a_sentence_without_a_place_or_an_amount_is_neither_put_nor_scaled() -> None:
    assert list(shortened("lamp red")) == ["make lamp red"]


def test_a_sentence_that_begins_with_an_unknown_verb_gets_no_other() -> None:
    assert list(shortened("polish the lamp red")) == []


def phrases(kind: str) -> list[str]:
    """All ways to say it."""
    found = [" ".join(words) for words, (terminal, _) in terminals_of_phrases().items() if terminal == kind]
    assert found
    return found
