"""Percentiles of repeated measurements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

PERCENTILES = (50, 95, 99)
"""Percentiles that are reported, named p50, p95, p99."""


def summarise(samples: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 (interpolated), mean, standard deviation, least and greatest of at least one sample."""
    values = np.asarray(samples, dtype=np.float64)
    percentiles = np.percentile(values, PERCENTILES)
    named = {f"p{p}": float(value) for p, value in zip(PERCENTILES, percentiles, strict=True)}
    return {
        **named,
        "mean": float(values.mean()),
        "std": float(values.std()),
        "min": float(values.min()),
        "max": float(values.max()),
    }


def evenly_chosen(count: int, total: int) -> list[int]:
    """`count` indices into `total` things: spread evenly when there are more things, else round and round."""
    if count < total:
        return [k * total // count for k in range(count)]
    return [k % total for k in range(count)]
