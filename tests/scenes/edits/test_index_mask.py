"""Sets of Gaussians: the algebra of booleans, in one bit each."""

from __future__ import annotations

import base64
import json
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from rowsplat.kernels.errors import RowsplatError
from rowsplat.scenes.edits import IndexMask
from rowsplat.scenes.edits.json_fields import JsonFields


@st.composite
def _pairs(draw: st.DrawFn) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    count = draw(st.integers(0, 40))
    bits = st.lists(st.booleans(), min_size=count, max_size=count)
    return np.array(draw(bits), dtype=np.bool_), np.array(draw(bits), dtype=np.bool_)


def _fields(**values: object) -> JsonFields:
    return JsonFields.of(values, "mask")


@given(_pairs())
def test_set_operations_are_those_of_booleans(pair: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> None:
    a, b = pair
    first, second = IndexMask.from_bool(a), IndexMask.from_bool(b)
    np.testing.assert_array_equal(first.to_bool(), a)
    np.testing.assert_array_equal(first.union(second).to_bool(), a | b)
    np.testing.assert_array_equal(first.intersection(second).to_bool(), a & b)
    np.testing.assert_array_equal(first.difference(second).to_bool(), a & ~b)
    np.testing.assert_array_equal(first.inverted().to_bool(), ~a)
    np.testing.assert_array_equal(first.indices(), np.flatnonzero(a))
    assert first.num_selected == a.sum()


@given(_pairs())
def test_equal_sets_are_equal_values(pair: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> None:
    a, b = pair
    first, second = IndexMask.from_bool(a), IndexMask.from_bool(b)
    assert (first == second) == np.array_equal(a, b)
    assert hash(first) == hash(first.inverted().inverted())
    assert first == IndexMask.from_indices(np.flatnonzero(a)[::-1], len(a))
    assert first.union(first.inverted()) == IndexMask.all(len(a))
    assert first.intersection(first.inverted()) == IndexMask.none(len(a))


@given(_pairs(), st.integers(0, 20))
def test_growing_adds_nothing_to_the_set(
    pair: tuple[NDArray[np.bool_], NDArray[np.bool_]], more: int
) -> None:
    grown = IndexMask.from_bool(pair[0]).grown(len(pair[0]) + more)
    np.testing.assert_array_equal(grown.to_bool(), np.append(pair[0], np.zeros(more, dtype=np.bool_)))


@given(_pairs())
def test_json_round_trip(pair: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> None:
    mask = IndexMask.from_bool(pair[0])
    written = JsonFields.of(json.loads(json.dumps(mask.to_json())), "mask")
    assert IndexMask.from_json(written, count=mask.count) == mask


def test_noise_fits_into_the_size_that_is_allowed() -> None:
    mask = IndexMask.from_bool(np.random.default_rng(0).random(500_000) < 0.5)
    assert len(mask.packed) == 62_500
    assert IndexMask.from_json(JsonFields.of(mask.to_json(), "mask"), count=mask.count) == mask


def _bits(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode("ascii")


@pytest.mark.parametrize(
    ("bits", "problem"),
    [
        (_bits(bytes(1 << 26)), "at most"),
        (_bits(bytes(20_000)), "does not inflate to 2 bytes"),
        (_bits(b"\0"), "does not inflate to 2 bytes"),
        (_bits(b"\0\1"), "beyond its count"),
        (_bits(b"\0\0")[:8], "does not inflate"),
        ("????", "base64"),
        ("AAAA", "damage"),
        ("é", "damage"),
        (7, "expected text, found 7"),
        (None, "expected text, found nothing"),
    ],
)
def test_damaged_bits_are_one_line_that_names_the_field(bits: object, problem: str) -> None:
    with pytest.raises(RowsplatError, match=problem) as caught:
        IndexMask.from_json(_fields(count=10, bits=bits), count=10)
    assert str(caught.value).startswith("mask.bits: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("count", [9, 11, -1, True, 10.0, "10", None, 10**30])
def test_another_count_is_refused(count: object) -> None:
    with pytest.raises(RowsplatError, match=r"^mask\.count: expected "):
        IndexMask.from_json(_fields(count=count, bits=_bits(b"\0\0")), count=10)


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(RowsplatError, match="expected the fields count, bits, found 'bit'"):
        IndexMask.from_json(_fields(count=8, bits=_bits(b"\0"), bit=""), count=8)


def test_wrong_values_are_refused() -> None:
    with pytest.raises(ValueError, match="needs 2 bytes, got 1"):
        IndexMask(count=9, packed=b"\0")
    with pytest.raises(ValueError, match="beyond its count"):
        IndexMask(count=9, packed=b"\0\x01")
    with pytest.raises(ValueError, match="must be bool"):
        IndexMask.from_bool(np.zeros(3, dtype=np.int64))  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="one count"):
        IndexMask.none(3).union(IndexMask.none(4))
    with pytest.raises(ValueError, match="cannot shrink"):
        IndexMask.none(3).grown(2)
