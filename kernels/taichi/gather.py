"""What the blenders collect."""

from enum import IntEnum


class Gather(IntEnum):
    """What a pixel collects: blended features, the depth where transmittance passes 0.5, or fragment counts."""

    FEATURES = 0
    MEDIAN = 1
    COST = 2
