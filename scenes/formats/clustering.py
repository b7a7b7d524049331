"""Few representatives for many numbers: codebooks of scalars and palettes of vectors (k-means).

Notation: values x, centres c_0..c_{K-1}; a value belongs to its nearest centre, a centre is the mean of its
values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_CODEBOOK_STEPS = 60
_PALETTE_STEPS = 6
_LEAVES = 256  # centres that one branch of the palette tree holds
_MAX_BRANCHES = 256
_BLOCK = 1 << 14  # vectors whose distances are held at once
_SEED = 7


def codebook(values: NDArray[np.floating], size: int = 256) -> NDArray[np.float64]:
    """Sorted centres `[size]` for scalars `[M]`: Lloyd's algorithm, where each step is a search."""
    ordered = np.sort(values.astype(np.float64).ravel())
    distinct = np.unique(ordered)
    if len(distinct) <= size:  # already quantised: nothing need be lost
        return np.pad(distinct, (0, size - len(distinct)), mode="edge")
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    centres = _first_centres(ordered, size)
    for _ in range(_CODEBOOK_STEPS):
        edges = np.searchsorted(ordered, (centres[:-1] + centres[1:]) / 2)
        bounds = np.concatenate([[0], edges, [len(ordered)]])
        counts = np.diff(bounds)
        means = np.diff(sums[bounds]) / np.maximum(counts, 1)
        centres = np.sort(np.where(counts > 0, means, centres))
    return centres


def nearest_in_codebook(values: NDArray[np.floating], centres: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Index of the nearest of up to 256 sorted centres, of the same shape as `values`."""
    return np.searchsorted((centres[:-1] + centres[1:]) / 2, values).astype(np.uint8)


def _first_centres(ordered: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Centres spaced by the cube root of the values' density: for many centres the least squared error."""
    density, edges = np.histogram(ordered, bins=4096)
    weight = np.concatenate([[0.0], np.cumsum(np.cbrt(density))])
    centres = np.interp((np.arange(size) + 0.5) / size * weight[-1], weight, edges)
    centres[0], centres[-1] = ordered[0], ordered[-1]
    return centres


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
