"""Maps of photos (edges, labels, features...) seen from any camera, the same from all sides: predict, then blend."""

from .callable_predictor import CallablePredictor
from .lifted_views import LiftedView, LiftedViews, strongest
from .picture_votes import render_then_predict, with_picture
from .types import Channel, Legend, MapKind, PhotoMaps, PredictedMaps, Predictor, numbered_channels

__all__ = [
    "CallablePredictor",
    "Channel",
    "Legend",
    "LiftedView",
    "LiftedViews",
    "MapKind",
    "PhotoMaps",
    "PredictedMaps",
    "Predictor",
    "numbered_channels",
    "render_then_predict",
    "strongest",
    "with_picture",
]
