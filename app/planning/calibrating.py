"""When to believe an answer: thresholds from generated sentences that a model was not tuned on.

Only those count that the grammar refuses: no others reach the model, and nonsense is more frequent among them.

`python -m rowsplat.app.planning.calibrating --adapter FILE` prints them, for `small_model.Thresholds`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ...scenes.text_edits.not_understood import NotUnderstood
from .planner import GrammarPlanner
from .prompts import REFUSE
from .sentences.examples import Example, example

SEED = 1_000_003
"""Of the sentences; runs are tuned on others."""

_MEANS = (-2.0, -1.0, -0.7, -0.5, -0.4, -0.35, -0.3, -0.25, -0.2, -0.15, -0.1, -0.07, -0.05)
_LEASTS = (-9.0, -6.0, -5.0, -4.0, -3.5, -3.0, -2.5, -2.0, -1.5, -1.2, -1.0)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """An answer, and whether it was right.

    Args:
        mean: Mean log-probability of its tokens [nats].
        least: Least log-probability of a token [nats].
        is_edit: Not a refusal by the model itself.
        is_right: It is the program that was meant.
        is_nonsense: It should have been refused.
    """

    mean: float
    least: float
    is_edit: bool
    is_right: bool
    is_nonsense: bool


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Thresholds, and the shares of exact programs and of nonsense refused that they had."""

    mean: float
    least: float
    exact: float
    refused: float


def calibrated(answers: Sequence[Judged], refused: float = 0.99) -> Calibration:
    """The thresholds with most exact programs among those that refuse at least `refused` of the nonsense.

    Where none does, those that refuse most. Of equally good ones the strictest is taken.
    """
    return max(_all(answers), key=lambda c: (min(c.refused, refused), c.exact, c.mean, c.least))


def _all(answers: Sequence[Judged]) -> Iterable[Calibration]:
    edits = [a for a in answers if not a.is_nonsense]
    nonsense = [a for a in answers if a.is_nonsense]
    for mean in _MEANS:
        for least in _LEASTS:
            exact = sum(a.is_right and _believed(a, mean, least) for a in edits)
            wrong = sum(_believed(a, mean, least) for a in nonsense)
            yield Calibration(
                mean=mean,
                least=least,
                exact=exact / max(1, len(edits)),
                refused=1 - wrong / max(1, len(nonsense)),
            )


def _believed(answer: Judged, mean: float, least: float) -> bool:
    return answer.is_edit and answer.mean >= mean and answer.least >= least


@dataclass(frozen=True, kw_only=True)
class Calibrate:
    """Find when to believe an adapter's answers."""

    adapter: Annotated[Path, tyro.conf.arg(help="What rowsplat train-planner made.")]
    count: Annotated[int, tyro.conf.arg(help="Generated sentences that the grammar refuses.")] = 200


def main() -> None:
    """Print the thresholds."""
    from .small_model import SmallModelPlanner

    command = tyro.cli(Calibrate)
    planner = SmallModelPlanner(adapter=command.adapter)
    answers: list[Judged] = []
    for drawn in itertools.islice(_refused_by_the_grammar(), command.count):
        written = planner.answer(drawn.text)
        answers.append(
            Judged(
                mean=written.mean,
                least=written.least,
                is_edit=written.text not in ("", REFUSE),
                is_right=drawn.program is not None and written.text == str(drawn.program).lower(),
                is_nonsense=drawn.program is None,
            )
        )
    print(calibrated(answers))


def _refused_by_the_grammar() -> Iterator[Example]:
    grammar = GrammarPlanner()
    for index in itertools.count():
        drawn = example(SEED, index)
        try:
            grammar.plan(drawn.text)
        except NotUnderstood:
            yield drawn


if __name__ == "__main__":
    main()
