"""Misspelled words of the language are corrected, told, and never taken for what they may not be."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rowsplat.scenes.text_edits.not_understood import NotUnderstood
from rowsplat.scenes.text_edits.parsing import parse_edits, read_edits
from rowsplat.scenes.text_edits.spelling import Correction, misspelled_in, vocabulary


def test_what_was_corrected_is_told() -> None:
    reading = read_edits("delte teh chair. hide the wall")
    assert str(reading.program) == "remove the chair\nhide the wall"
    assert [str(correction) for correction in reading.corrections] == [
        'read "delte" as "delete"',
        'read "teh" as "the"',
    ]


def test_what_is_spelled_right_is_not_corrected() -> None:
    assert read_edits("make the robot bigger").corrections == ()


def test_two_mistakes_are_read_in_long_words_only() -> None:
    reading = read_edits("recolor the lamp turqoize")
    assert reading.corrections == (Correction(said="turqoize", read="turquoise"),)
    with pytest.raises(NotUnderstood):
        parse_edits("dlte the lamp")


def test_a_word_that_may_be_two_things_is_refused_with_both() -> None:
    with pytest.raises(NotUnderstood, match='"green" or "grey"'):
        parse_edits("recolor the vase gren")


def test_names_of_groups_are_not_corrected() -> None:
    program = parse_edits("remove the raed chair", names=["raed chair"])
    assert str(program) == "remove the raed chair"
    assert str(parse_edits("remove the raed chair")) == "remove the red chair"


def test_nouns_are_not_corrected() -> None:
    assert str(parse_edits("remove the tabel")) == "remove the tabel"
    assert read_edits("delte the chiar").program == parse_edits("remove the chiar")


def test_quotes_are_not_corrected() -> None:
    assert str(parse_edits('group the robot as "delte"')) == 'group the robot as "delte"'


def test_english_words_are_not_misspelled() -> None:
    assert misspelled_in("read the book on the table, open the widow", []) == []


def test_no_word_of_the_language_is_misspelled() -> None:
    assert misspelled_in(" ".join(sorted(vocabulary())), []) == []


def test_questions_with_mistakes_are_questions() -> None:
    for text in ("wehre is the lamp", "rmeove", "tehre is a chair", "waht is red?"):
        with pytest.raises(NotUnderstood):
            parse_edits(text)


def test_importing_the_parser_does_not_load_rapidfuzz() -> None:
    loaded = "'rapidfuzz' in sys.modules"
    program = f"import sys, rowsplat.scenes.text_edits.parsing; sys.exit({loaded})"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
