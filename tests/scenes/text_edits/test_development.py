"""The sentences by which the grammar is worked on: what must not be lost again."""

from __future__ import annotations

import pytest
from rowsplat.scenes.text_edits.comparing import same_program
from rowsplat.scenes.text_edits.not_understood import NotUnderstood
from rowsplat.scenes.text_edits.parsing import parse_edits

from .sentence_files import DEVELOPMENT

REFUSED_SO_FAR = {
    "there should be another lamp like the left lamp",
    "put the vase no the table",
    "select the larget chair",
}
"""Not read: a second thing of a kind, a misspelling that is a word, a word that may be "large" as well."""


@pytest.mark.parametrize("entry", DEVELOPMENT["edit"], ids=lambda entry: entry["say"])
def test_a_sentence_means_what_stands_beside_it_or_is_known_to_be_refused(
    entry: dict[str, list[str]],
) -> None:
    if entry["say"] in REFUSED_SO_FAR:
        with pytest.raises(NotUnderstood):
            parse_edits(str(entry["say"]))
    else:
        assert same_program(parse_edits(str(entry["say"])), parse_edits("\n".join(entry["means"])))


@pytest.mark.parametrize("entry", DEVELOPMENT["nonsense"], ids=lambda entry: entry["say"])
def test_nonsense_is_refused(entry: dict[str, str]) -> None:
    with pytest.raises(NotUnderstood):
        parse_edits(entry["say"])
