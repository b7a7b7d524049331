"""Codebooks and palettes against what their error can be at best and must be at worst."""

from __future__ import annotations

import numpy as np
import pytest
from rowsplat.scenes.formats.clustering import codebook, nearest_in_codebook, palette

_RANDOM = np.random.default_rng(3)


def _rms(values: np.ndarray, centres: np.ndarray) -> float:
    return float(np.sqrt(np.mean((values - centres[nearest_in_codebook(values, centres)]) ** 2)))


@pytest.mark.parametrize("count", [5_000, 200_000])
def test_a_codebook_of_normal_values_is_nearly_the_best(count: int) -> None:
    """Panter and Dite: the least rms error of K levels for normal values is sqrt(pi sqrt(3) / 2) / K."""
    values = _RANDOM.normal(size=count)
    assert _rms(values, codebook(values)) < 1.05 * np.sqrt(np.pi * np.sqrt(3) / 2) / 256


@pytest.mark.parametrize("values", [_RANDOM.uniform(size=9000), _RANDOM.standard_t(2, size=50_000)])
def test_a_codebook_is_better_than_even_steps(values: np.ndarray) -> None:
    assert _rms(values, codebook(values)) <= np.ptp(values) / 255 / np.sqrt(12) * 1.02


@pytest.mark.parametrize("distinct", [1, 2, 256])
def test_a_codebook_of_few_values_is_exact(distinct: int) -> None:
    values = _RANDOM.choice(_RANDOM.normal(size=distinct), size=2000)
    centres = codebook(values)
    assert len(centres) == 256
    assert np.array_equal(centres[nearest_in_codebook(values, centres)], values)


def test_nearest_in_codebook_is_nearest() -> None:
    values, centres = _RANDOM.normal(size=500), np.sort(_RANDOM.normal(size=256))
    brute = np.abs(values[:, None] - centres).min(axis=1)
    assert np.allclose(np.abs(values - centres[nearest_in_codebook(values, centres)]), brute)


def test_a_palette_of_few_vectors_is_exact() -> None:
    vectors = _RANDOM.normal(size=(90, 24)).astype(np.float32)[_RANDOM.integers(0, 90, 4000)]
    representatives, labels = palette(vectors, 1024)
    assert len(representatives) == 90
    assert np.array_equal(representatives[labels], vectors)


@pytest.mark.parametrize("size", [200, 1024])
def test_a_palette_finds_clusters(size: int) -> None:
    """150 tight clusters: the error left must be that inside of the clusters, not that between them."""
    centres = _RANDOM.normal(size=(150, 9)) * 5
    vectors = (centres[_RANDOM.integers(0, 150, 6000)] + _RANDOM.normal(size=(6000, 9)) * 0.01).astype(
        np.float32
    )
    representatives, labels = palette(vectors, size)
    assert len(representatives) <= size
    between = np.sqrt(np.mean((vectors - vectors.mean(axis=0)) ** 2))
    assert np.sqrt(np.mean((representatives[labels] - vectors) ** 2)) < 0.25 * between


def test_every_vector_has_its_nearest_of_its_branch() -> None:
    vectors = _RANDOM.normal(size=(3000, 9)).astype(np.float32)
    representatives, labels = palette(vectors, 64)
    distances = np.linalg.norm(vectors[:, None] - representatives, axis=2)
    assert np.allclose(distances[np.arange(3000), labels], distances.min(axis=1), atol=1e-5)


def test_clustering_is_repeatable() -> None:
    vectors = _RANDOM.normal(size=(3000, 9)).astype(np.float32)
    first, second = palette(vectors, 512), palette(vectors, 512)
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])
