"""From nouns to Gaussians: what the things that a text speaks of are in a scene, how surely, and why."""

from .context import GroundingContext, NounFinder, Weights, WordMatcher
from .grounder import ground
from .parts import part_of
from .result import ASK_BELOW, LEAST_CONFIDENCE, Grounding, GroundingError

__all__ = [
    "ASK_BELOW",
    "LEAST_CONFIDENCE",
    "Grounding",
    "GroundingContext",
    "GroundingError",
    "NounFinder",
    "Weights",
    "WordMatcher",
    "ground",
    "part_of",
]
