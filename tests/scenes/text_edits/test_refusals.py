"""What is not in the language of text edits is refused in one line that quotes it and says what could be meant."""

from __future__ import annotations

import pytest
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes.text_edits.not_understood import NotUnderstood
from rowsplat.scenes.text_edits.parsing import parse_edits

from .sentences import REFUSED


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_not_in_the_language_is_refused_in_one_line_with_a_remedy(text: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        parse_edits(text)
    line = str(caught.value)
    assert isinstance(caught.value, RowsplatError)
    assert line.isprintable()
    assert len(line) < 300
    assert caught.value.remedy
    assert line.rstrip(".").endswith(caught.value.remedy.rstrip("."))


def test_an_error_quotes_what_was_written() -> None:
    with pytest.raises(NotUnderstood, match='"Grbl the FLOOR"'):
        parse_edits("remove the wall. Grbl the FLOOR")


def test_a_misspelled_verb_is_suggested() -> None:
    with pytest.raises(NotUnderstood, match=r'Did you mean "delete"\?'):
        parse_edits("derlte the chair")
