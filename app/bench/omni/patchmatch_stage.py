"""One resolution of PatchmatchNet: propose depths, compare the views at them, keep what fits.

Notation: B = 1 picture of H x W cells, C feature channels in G groups, D depth hypotheses, N neighbours.

Source: PatchmatchNet (arXiv:2012.01411), sections 3.2 and 3.3. Attributes have the names of the released weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .network_views import cell_grid, in_unit_square
from .patchmatch_features import ConvNorm

_FIRST_HYPOTHESES = 48
_EVALUATED = 9  # neighbours whose costs are added
_LEAST_DEPTH = 1e-3  # a point nearer to a source camera, or behind it, is not seen
_LEAST_WEIGHT = 1e-5
_CONFIDENT = 4  # hypotheses around the chosen one that count for the confidence


@dataclass(frozen=True, kw_only=True)
class StageSize:
    """What tells the resolutions apart.

    Args:
        shrink: The stage works at 1/`shrink` of the picture's size.
        channels: Of the features.
        groups: That the channels are compared in.
        iterations: Of patchmatch.
        samples: Hypotheses around the depth so far.
        interval: Between them, of the range of inverse depth.
        dilation: Distance of the neighbours [cells].
        propagated: Neighbours whose depths are tried, 0, 8 or 16.
    """

    shrink: int
    channels: int
    groups: int
    iterations: int
    samples: int
    interval: float
    dilation: int
    propagated: int


@dataclass(frozen=True, eq=False, kw_only=True)
class SourceFeatures:
    """A source view at one resolution.

    Args:
        features: `[1, C, h, w]`.
        matrix: See `network_views.relative_projection`, `[3, 3]`.
        offset: The same, `[3]`.
    """

    features: Tensor
    matrix: Tensor
    offset: Tensor


@dataclass(frozen=True, eq=False, kw_only=True)
class StageResult:
    """Args: depth: `[1, 1, H, W]` [scene units]; view_weights: `[1, V, H, W]`; confidence: `[1, 1, H, W]`."""

    depth: Tensor
    view_weights: Tensor
    confidence: Tensor


class GroupNet(nn.Module):
    """Correlation of G groups -> one score, cell by cell."""

    def __init__(self, groups: int, last: str) -> None:
        """`last` is the name of the last convolution."""
        super().__init__()
        self.conv0 = ConvNorm(groups, 16, 1, dims=3)
        self.conv1 = ConvNorm(16, 8, 1, dims=3)
        self.add_module(last, nn.Conv3d(8, 1, 1))
        self._last = last

    def forward(self, correlation: Tensor) -> Tensor:
        """`[1, G, D, H, W]` -> `[1, D, H, W]`."""
        return self.get_submodule(self._last)(self.conv1(self.conv0(correlation)))[:, 0]


class Evaluation(nn.Module):
    """The two networks that turn correlations into weights of views and scores of hypotheses."""

    def __init__(self, groups: int) -> None:
        """For correlations of `groups` groups."""
        super().__init__()
        self.pixel_wise_net = GroupNet(groups, "conv2")
        self.similarity_net = GroupNet(groups, "similarity")


class PatchmatchStage(nn.Module):
    """All iterations at one resolution."""

    def __init__(self, size: StageSize) -> None:
        """Layers for `size`."""
        super().__init__()
        self.size = size
        self.evaluation = Evaluation(size.groups)
        self.propa_conv = self._offsets(max(2 * size.propagated, 1))
        self.eval_conv = self._offsets(2 * _EVALUATED)
        self.feature_weight_net = GroupNet(size.groups, "similarity")

    def forward(
        self,
        reference: Tensor,
        sources: Sequence[SourceFeatures],
        near_far: tuple[float, float],
        before: StageResult | None,
        generator: torch.Generator,
    ) -> StageResult:
        """Depth at this resolution.

        Args:
            reference: Features `[1, C, H, W]`.
            sources: The other views.
            near_far: Range of the depth [scene units].
            before: The coarser stage's result at this resolution; `None` begins with random depths.
            generator: Of the random depths.
        """
        evaluated = _neighbours(self.eval_conv(reference), _evaluated_offsets(self.size.dilation - 1))
        propagated = None
        if self.size.propagated:
            offsets = _propagated_offsets(self.size.dilation, self.size.propagated)
            propagated = _neighbours(self.propa_conv(reference), offsets)
        similar = self._feature_weights(reference, evaluated)
        result = before
        for _ in range(self.size.iterations):
            depths = self._hypotheses(reference, result, near_far, generator)
            if propagated is not None:
                middle = depths[:, depths.shape[1] // 2][:, None]
                depths = torch.cat([depths, _sampled(middle, propagated)[:, 0]], dim=1).sort(dim=1).values
            weights = similar[:, None] * self._depth_weights(depths, evaluated, near_far)
            weights = weights / weights.sum(dim=2, keepdim=True)
            views = None if result is None else result.view_weights
            result = self._evaluated(reference, sources, depths, evaluated, weights, views)
        assert result is not None, "there is at least one iteration"
        return result

    def _offsets(self, channels: int) -> nn.Conv2d:
        dilation = self.size.dilation
        return nn.Conv2d(self.size.channels, channels, 3, padding=dilation, dilation=dilation)

    def _hypotheses(
        self,
        reference: Tensor,
        so_far: StageResult | None,
        near_far: tuple[float, float],
        generator: torch.Generator,
    ) -> Tensor:
        """Depths to try, `[1, D, H, W]`, evenly spread in inverse depth."""
        closest, farthest = 1.0 / near_far[0], 1.0 / near_far[1]
        if so_far is None:
            height, width = reference.shape[-2:]
            parts = torch.arange(_FIRST_HYPOTHESES, dtype=torch.float32)[None, :, None, None]
            parts = parts + torch.rand((1, _FIRST_HYPOTHESES, height, width), generator=generator)
            return 1.0 / (farthest + parts / _FIRST_HYPOTHESES * (closest - farthest))
        half = self.size.samples // 2
        steps = torch.arange(-half, half, dtype=torch.float32)[None, :, None, None]
        around = 1.0 / so_far.depth + steps * self.size.interval * (closest - farthest)
        return 1.0 / around.clamp(farthest, closest)

    def _feature_weights(self, reference: Tensor, neighbours: Tensor) -> Tensor:
        """How alike the neighbours' features are to the cell's, `[1, N, H, W]` in [0, 1]."""
        around = _sampled(reference, neighbours).unflatten(1, (self.size.groups, -1))
        centre = reference.unflatten(1, (self.size.groups, -1))[:, :, :, None]
        return self.feature_weight_net((around * centre).mean(dim=2)).sigmoid()

    def _depth_weights(self, depths: Tensor, neighbours: Tensor, near_far: tuple[float, float]) -> Tensor:
        """How close the neighbours' hypotheses are to the cell's, `[1, D, N, H, W]` in [0, 1]."""
        closest, farthest = 1.0 / near_far[0], 1.0 / near_far[1]
        shares = (1.0 / depths - farthest) / (closest - farthest)
        apart = (_sampled(shares, neighbours) - shares[:, :, None]).abs() / self.size.interval
        return torch.sigmoid(4.0 - 2.0 * apart.clamp(max=4.0))

    def _evaluated(
        self,
        reference: Tensor,
        sources: Sequence[SourceFeatures],
        depths: Tensor,
        neighbours: Tensor,
        weights: Tensor,
        view_weights: Tensor | None,
    ) -> StageResult:
        """The depth that fits best among `depths [1, D, H, W]`."""
        groups = self.size.groups
        centre = reference.unflatten(1, (groups, -1))[:, :, :, None]
        total, views = torch.zeros(()), list[Tensor]()
        for number, source in enumerate(sources):
            alike = (_warped(source, depths).unflatten(1, (groups, -1)) * centre).mean(dim=2)
            if view_weights is None:
                view = self.evaluation.pixel_wise_net(alike).sigmoid().amax(dim=1)[:, None]
            else:
                view = view_weights[:, number : number + 1]
            total = total + alike * view[:, None]
            views.append(view)
        seen = torch.cat(views, dim=1)
        scores = self.evaluation.similarity_net(total / (seen.sum(dim=1)[:, None, None] + _LEAST_WEIGHT))
        scores = (_sampled(scores, neighbours) * weights).sum(dim=2)
        return self._result(depths, scores.softmax(dim=1), seen)

    def _result(self, depths: Tensor, probabilities: Tensor, view_weights: Tensor) -> StageResult:
        count = depths.shape[1]
        numbers = torch.arange(count, dtype=torch.float32)[None, :, None, None]
        index = (probabilities * numbers).sum(dim=1, keepdim=True)
        if self.size.propagated:
            depth = (probabilities * depths).sum(dim=1, keepdim=True)
        else:  # the hypotheses are evenly spread, and the last iteration reads their mean as an index
            first, last = 1.0 / depths[:, :1], 1.0 / depths[:, -1:]
            depth = 1.0 / (first + index / (count - 1) * (last - first))
        return StageResult(
            depth=depth, view_weights=view_weights, confidence=_confidence(probabilities, index)
        )


def _confidence(probabilities: Tensor, index: Tensor) -> Tensor:
    """Probability of the four hypotheses around `index [1, 1, H, W]`."""
    padded = F.pad(probabilities, (0, 0, 0, 0, 1, 2))
    count = probabilities.shape[1]
    sums = torch.stack([padded[:, i : i + count] for i in range(_CONFIDENT)]).sum(dim=0)
    return sums.gather(1, index.long().clamp(0, count - 1))


def _warped(source: SourceFeatures, depths: Tensor) -> Tensor:
    """Features of a source view at hypotheses `[1, D, H, W]`, `[1, C, D, H, W]`; 0 where it does not see them."""
    _, count, height, width = depths.shape
    rays = source.matrix @ cell_grid(width, height)
    points = rays[:, None] * depths.view(1, count, -1) + source.offset[:, None, None]
    source_height, source_width = source.features.shape[-2:]
    hidden = points[2] <= _LEAST_DEPTH
    z = points[2].masked_fill(hidden, 1.0)
    outside = points.new_tensor([source_width, source_height])
    cells = (points[:2] / z).movedim(0, -1)
    cells = torch.where(hidden[..., None], outside, cells)
    grid = in_unit_square(cells, source_width, source_height)[None]
    warped = F.grid_sample(source.features, grid, mode="bilinear", padding_mode="zeros", align_corners=True)
    return warped.unflatten(3, (height, width))


def _evaluated_offsets(distance: int) -> list[tuple[int, int]]:
    """A 3x3 block, (x, y), row by row."""
    return [(x, y) for y in (-distance, 0, distance) for x in (-distance, 0, distance)]


def _propagated_offsets(distance: int, count: int) -> list[tuple[int, int]]:
    """The eight around a cell, (x, y), row by row, and for 16 the same at twice the distance."""
    ring = [offset for offset in _evaluated_offsets(distance) if offset != (0, 0)]
    return (ring + [(2 * x, 2 * y) for x, y in ring])[:count]


def _neighbours(learned: Tensor, fixed: Sequence[tuple[int, int]]) -> Tensor:
    """Where the neighbours are, `[1, N * H, W, 2]` for `grid_sample`, from learned offsets `[1, 2 N, H, W]`."""
    height, width = learned.shape[-2:]
    cells = cell_grid(width, height)[:2].view(2, height, width).permute(1, 2, 0)
    offsets = learned[0].unflatten(0, (-1, 2)).permute(0, 2, 3, 1)
    places = cells + learned.new_tensor(fixed)[:, None, None] + offsets
    return in_unit_square(places, width, height).flatten(0, 1)[None]


def _sampled(maps: Tensor, neighbours: Tensor) -> Tensor:
    """`maps [1, C, H, W]` at the neighbours, `[1, C, N, H, W]`."""
    found = F.grid_sample(maps, neighbours, mode="bilinear", padding_mode="border", align_corners=False)
    return found.unflatten(2, (-1, maps.shape[-2]))
