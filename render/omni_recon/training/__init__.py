"""Training of Omni-Recon: examples from generated scenes and photos, losses, the loop, checkpoints and figures."""

from .checkpoints import load_checkpoint, save_checkpoint
from .examples import ExampleSource, GeneratedExamples, PictureSize, TrainingExample
from .fine_tuning import FineTuning, FineTuningOptions
from .losses import Losses, training_losses
from .photo_examples import PhotoExamples, photos_to_learn_from
from .schedule import Schedule
from .trainer import StepReport, Trainer
from .tuned_parts import TunedParts
from .validation import Figures, validate, validation_examples

__all__ = [
    "ExampleSource",
    "Figures",
    "FineTuning",
    "FineTuningOptions",
    "GeneratedExamples",
    "Losses",
    "PhotoExamples",
    "PictureSize",
    "Schedule",
    "StepReport",
    "Trainer",
    "TrainingExample",
    "TunedParts",
    "load_checkpoint",
    "photos_to_learn_from",
    "save_checkpoint",
    "training_losses",
    "validate",
    "validation_examples",
]
