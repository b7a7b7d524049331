"""Few representatives for many numbers: codebooks of scalars and palettes of vectors (k-means).

Notation: values x, centres c_0..c_{K-1}; a value belongs to its nearest centre, a centre is the mean of its
values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_CODEBOOK_STEPS, _EXCHANGE_STEPS = 60, 40
_PALETTE_STEPS = 6
_LEAVES = 256  # centres that one branch of the palette tree holds
_MAX_BRANCHES = 256
_BLOCK = 1 << 14  # vectors whose distances are held at once
_SEED = 7


def codebook(values: NDArray[np.floating], size: int = 256) -> NDArray[np.float64]:
    """Sorted centres `[size]` for scalars `[M]` of nearly the least squared error.

    Lloyd's algorithm on the sorted values, where a step is a search. Alone it cannot carry centres from where
    they are many to a far tail, so steps also merge the cheapest neighbours and split the worst clusters.
    """
    ordered = np.sort(values.astype(np.float64).ravel())
    distinct = np.unique(ordered)
    if len(distinct) <= size:  # already quantised: nothing need be lost
        return np.pad(distinct, (0, size - len(distinct)), mode="edge")
    sums = np.stack([np.append(0.0, np.cumsum(ordered**power)) for power in (1, 2)])
    even = np.linspace(ordered[0], ordered[-1], size // 2)
    centres = np.sort(np.append(even, np.quantile(ordered, np.linspace(0, 1, size - size // 2))))
    for step in range(_CODEBOOK_STEPS):
        centres, counts, errors = _lloyd_step(ordered, sums, centres)
        if step < _EXCHANGE_STEPS:
            centres = _exchange(centres, counts, errors)
    return centres


def _lloyd_step(
    ordered: NDArray[np.float64], sums: NDArray[np.float64], centres: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]]:
    """New centres, their counts and squared errors; an empty centre stays."""
    edges = np.searchsorted(ordered, (centres[:-1] + centres[1:]) / 2)
    bounds = np.concatenate([[0], edges, [len(ordered)]])
    counts = np.diff(bounds)
    first, second = np.diff(sums[:, bounds], axis=1)
    means = first / np.maximum(counts, 1)
    errors = np.maximum(second - first * means, 0.0)
    return np.where(counts > 0, means, centres), counts, errors


def _exchange(
    centres: NDArray[np.float64], counts: NDArray[np.intp], errors: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Merge neighbours where that costs less than splitting the worst clusters gains."""
    pair = counts[:-1] * counts[1:] / np.maximum(counts[:-1] + counts[1:], 1)
    costs = pair * np.diff(centres) ** 2
    worst = np.argsort(-errors)[: len(centres) // 8]
    costs[worst[worst < len(costs)]] = np.inf
    costs[worst[worst > 0] - 1] = np.inf
    cheapest = np.argsort(costs)[: len(worst)]
    apart = np.array([index for index in cheapest if index - 1 not in cheapest], dtype=np.intp)
    moves = min(len(apart), len(worst))
    gains = 0.75 * errors[worst[:moves]]  # halving a cluster leaves a quarter of its error
    useful = gains > costs[apart[:moves]]
    merged, split = apart[:moves][useful], worst[:moves][useful]
    spread = np.sqrt(errors[split] / np.maximum(counts[split], 1))
    weights = counts / np.maximum(counts.sum(), 1) + 1e-12
    joint = (centres[merged] * weights[merged] + centres[merged + 1] * weights[merged + 1]) / (
        weights[merged] + weights[merged + 1]
    )
    moved = centres.copy()
    moved[merged] = joint
    moved[merged + 1] = centres[split] + spread
    moved[split] = centres[split] - spread
    return np.sort(moved)


def nearest_in_codebook(values: NDArray[np.floating], centres: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Index of the nearest of up to 256 sorted centres, of the same shape as `values`."""
    return np.searchsorted((centres[:-1] + centres[1:]) / 2, values).astype(np.uint8)


def palette(vectors: NDArray[np.float32], size: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Representatives `[P, D]`, P <= `size`, and the label of each vector `[N]`.

    A tree of k-means of two levels: flat k-means with tens of thousands of centres would take hours here, the
    tree takes seconds and loses little because harmonics cluster strongly.
    """
    distinct, labels = _distinct(vectors)
    if len(distinct) <= size:  # already a palette, or few Gaussians: nothing need be lost
        return distinct, labels
    random = np.random.default_rng(_SEED)
    branches = min(size // _LEAVES, _MAX_BRANCHES)
    if branches < 2:
        return _kmeans(vectors, size, random)
    _, branch = _kmeans(vectors, branches, random)
    members = np.split(
        np.argsort(branch, kind="stable"), np.cumsum(np.bincount(branch, minlength=branches))[:-1]
    )
    shares = _shares(vectors, members, size)
    centres: list[NDArray[np.float32]] = []
    labels = np.empty(len(vectors), dtype=np.intp)
    for rows, share in zip(members, shares, strict=True):
        if share:
            local, label = _kmeans(vectors[rows], share, random)
            labels[rows] = label + sum(map(len, centres))
            centres.append(local)
    return np.concatenate(centres), labels


def _distinct(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """The vectors without repetitions and the index of each; all, if two different ones share a hash."""
    bits = vectors.view(np.uint32).astype(np.uint64)
    factors = np.random.default_rng(_SEED).integers(1, 1 << 63, size=vectors.shape[1], dtype=np.uint64)
    _, first, labels = np.unique(bits @ (factors | np.uint64(1)), return_index=True, return_inverse=True)
    distinct = vectors[first]
    if np.array_equal(distinct[labels], vectors):
        return distinct, labels
    return vectors.copy(), np.arange(len(vectors))


def _shares(vectors: NDArray[np.float32], members: list[NDArray[np.intp]], size: int) -> list[int]:
    """Centres for each branch: by its count and spread, at least one, never more than it has vectors."""
    counts = np.array([len(rows) for rows in members])
    spread = np.array([np.sqrt(vectors[rows].var(axis=0).sum()) if len(rows) else 0.0 for rows in members])
    weight = counts * (spread + 1e-9)
    spare = size - np.count_nonzero(counts)
    shares = np.floor(spare * weight / weight.sum()).astype(int) + (counts > 0)
    return np.minimum(shares, counts).tolist()


def _kmeans(
    vectors: NDArray[np.float32], size: int, random: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Lloyd's algorithm from randomly chosen vectors."""
    if size >= len(vectors):
        return vectors.copy(), np.arange(len(vectors))
    sample = vectors if len(vectors) <= 64 * size else random.choice(vectors, 64 * size, replace=False)
    centres = random.choice(sample, size, replace=False)
    for _ in range(_PALETTE_STEPS):
        centres = _moved(centres, sample, _nearest(sample, centres))
    return centres, _nearest(vectors, centres)


def _moved(
    centres: NDArray[np.float32], vectors: NDArray[np.float32], labels: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Each centre at the mean of its vectors; one without vectors stays."""
    order = np.argsort(labels, kind="stable")
    used, first = np.unique(labels[order], return_index=True)
    counts = np.diff(np.append(first, len(vectors)))
    moved = centres.copy()
    moved[used] = np.add.reduceat(vectors[order], first, axis=0) / counts[:, None]
    return moved


def _nearest(vectors: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.intp]:
    """Index of the nearest centre of each vector, from |x - c|^2 - |x|^2 = |c|^2 - 2 x.c."""
    labels = np.empty(len(vectors), dtype=np.intp)
    squares = np.einsum("ij,ij->i", centres, centres)
    for start in range(0, len(vectors), _BLOCK):
        block = slice(start, start + _BLOCK)
        labels[block] = np.argmin(squares - 2.0 * (vectors[block] @ centres.T), axis=1)
    return labels
