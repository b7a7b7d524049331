"""How much memory depth maps will take, told before the work starts."""

from __future__ import annotations

from ...kernels.errors import RowsplatError
from ..mesh_baking.memory import free_bytes
from .reconstruction_types import ReconstructionOptions

# measured on a CPU, rounded up
_BYTES_AT_REST = 250e6  # PyTorch and the network
_BYTES_PER_NODE = 700.0  # of the feature volume
_BYTES_PER_PIXEL = 450.0  # of a source view
_BYTES_PER_PIXEL_AND_PLANE = 32.0  # costs, and their sums along two directions at a time
_BYTES_PER_SAMPLE = 4000.0  # of the rays that are worked on at once
_BYTES_PER_SAMPLE_AND_VIEW = 1500.0
_USABLE = 0.7  # of the free memory


def estimated_bytes(width: int, height: int, options: ReconstructionOptions) -> float:
    """Memory at the peak of finding the depths of pictures of `width` x `height` [px], in bytes."""
    samples = 2 * options.samples * min(options.ray_chunk, width * height)
    return (
        _BYTES_AT_REST
        + _BYTES_PER_NODE * options.volume_resolution**3
        + (_BYTES_PER_PIXEL * options.source_views + _BYTES_PER_PIXEL_AND_PLANE * options.planes)
        * width
        * height
        + (_BYTES_PER_SAMPLE + _BYTES_PER_SAMPLE_AND_VIEW * options.source_views) * samples
    )


def require_memory(width: int, height: int, options: ReconstructionOptions) -> None:
    """Refuse pictures and a volume so fine that they would not fit.

    Raises:
        RowsplatError: They need more than `options.memory_limit`, or than most of what is free now.
    """
    limit = options.memory_limit
    allowed = _USABLE * free_bytes() if limit is None else float(limit)
    needed = estimated_bytes(width, height, options)
    if needed > allowed:
        raise RowsplatError(
            f"{options.source_views} source views of {width}x{height} and a volume of "
            f"{options.volume_resolution} nodes a side need about {needed / 1e9:.2g} GB, {allowed / 1e9:.2g} GB can "
            "be had. Take a coarser volume, smaller pictures, fewer source views or fewer samples."
        )
