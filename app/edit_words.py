"""What makes programs of sentences: the grammar, or a language model for what the grammar does not understand."""

from __future__ import annotations

from ..kernels.errors import RowsplatError
from .editing import Words, by_grammar

GRAMMAR, SMALL_MODEL = "grammar", "small-model"


def words_of(planner: str) -> Words:
    """The planner of a name: `grammar`, `small-model`, or the path of a language model.

    Raises:
        RowsplatError: There is no such planner.
    """
    if planner == GRAMMAR:
        return by_grammar
    raise RowsplatError(f"--planner {planner}: is not known here. Take {GRAMMAR}.")
