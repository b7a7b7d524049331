"""Finding floaters: stray splats that hang in empty space.

A splat counts as a floater if it is lonely. Its loneliness is the distance to its k-th nearest neighbour, where k is
more than a small clump of floaters has members. Densities within a scene differ by orders of magnitude, so
distances are compared by their logarithm: with the median m of log distances and their spread
s = 1.4826 * median |log distance - m| (a standard deviation, were they normal), floaters have

    log distance > m + strength * s

Neither a few very distant splats nor a dense surface move m and s much. Faint floaters can be asked for alone by
a largest opacity: sparse background is mostly opaque, fog is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..gaussians import Gaussians
from .attributes import Attribute, attribute_values
from .edited_gaussians import BoolArray

_NORMAL_SPREAD = 1.4826  # standard deviation / median absolute deviation of a normal distribution
_SMALLEST_SPREAD = (
    0.05  # of log distances: on a regular grid all are alike, and rounding alone would stand out
)


@dataclass(frozen=True, kw_only=True)
class FloaterRule:
    """What counts as a floater.

    Args:
        neighbours: The k of the k-th nearest neighbour.
        strength: Spreads above the median; less finds more.
        max_opacity: Only splats of at most this opacity, 0 to 1.

    Raises:
        ValueError: `neighbours` is not positive, or another number is not finite.
    """

    neighbours: int = 8
    strength: float = 4.0
    max_opacity: float = 1.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.neighbours < 1:
            raise ValueError(f"neighbours must be positive, got {self.neighbours}")
        if not (np.isfinite(self.strength) and np.isfinite(self.max_opacity)):
            raise ValueError(
                f"strength and max_opacity must be finite, got {self.strength}, {self.max_opacity}"
            )


DEFAULT_FLOATER_RULE = FloaterRule()


def floaters(
    gaussians: Gaussians, rule: FloaterRule = DEFAULT_FLOATER_RULE, *, among: BoolArray | None = None
) -> BoolArray:
    """The floaters of a scene, `[N]`.

    Args:
        gaussians: The scene.
        rule: What counts as one.
        among: Those that are there at all, `[N]`, such as the ones that are not deleted; `None` = all.
    """
    present = np.arange(len(gaussians)) if among is None else np.flatnonzero(among)
    found = np.zeros(len(gaussians), dtype=np.bool_)
    if len(present) <= rule.neighbours:
        return found
    distances = neighbour_distances(gaussians.means[present], rule.neighbours)
    logs = np.log(np.maximum(distances, np.finfo(np.float32).tiny))
    median = np.median(logs)
    spread = max(_NORMAL_SPREAD * float(np.median(np.abs(logs - median))), _SMALLEST_SPREAD)
    found[present] = logs > median + rule.strength * spread
    return found & (attribute_values(gaussians, Attribute.OPACITY) <= rule.max_opacity)


def neighbour_distances(means: NDArray[np.float32], neighbours: int) -> NDArray[np.float64]:
    """Distance of each point to its `neighbours`-th nearest other point, `[N]` [scene units].

    Args:
        means: `[N, 3]`, more points than `neighbours`.
        neighbours: k, at least 1.
    """
    from scipy.spatial import KDTree

    points = means.astype(np.float64)
    # not balanced: building is several times faster and splats are spread well enough
    tree = KDTree(points, balanced_tree=False, compact_nodes=False)
    distances, _ = tree.query(points, k=neighbours + 1, workers=-1)  # the first is the point itself
    return np.asarray(distances, dtype=np.float64)[:, -1]
