"""Training of Omni-Recon: examples from generated scenes, losses, the loop, checkpoints and validation figures."""

from .checkpoints import load_checkpoint, save_checkpoint
from .examples import ExampleSource, GeneratedExamples, PictureSize, TrainingExample
from .losses import Losses, training_losses
from .schedule import Schedule
from .trainer import StepReport, Trainer
from .validation import Figures, validate, validation_examples

__all__ = [
    "ExampleSource",
    "Figures",
    "GeneratedExamples",
    "Losses",
    "PictureSize",
    "Schedule",
    "StepReport",
    "Trainer",
    "TrainingExample",
    "load_checkpoint",
    "save_checkpoint",
    "training_losses",
    "validate",
    "validation_examples",
]
