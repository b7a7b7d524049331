"""Batches of examples as tokens, of about one length each, always the same for the same seed and step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import torch
from torch import Tensor

from .prompts import answer, tuned_prompt
from .sentences.examples import Example, example

IGNORED = -100
"""Target of a token that no loss is taken on."""

_BLOCK = 16
"""Batches that are sorted by length together."""

_MOST_TOKENS = 192


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Examples side by side.

    Args:
        tokens: [B, T]; padded on the right.
        mask: [B, T]; 1 for tokens, 0 for padding.
        targets: [B, T]; the token that is to follow each, `IGNORED` where none is learned: only answers are.
    """

    tokens: Tensor
    mask: Tensor
    targets: Tensor


class ExampleStream:
    """The examples of a run: generated ones, and some of those that people accepted.

    Args:
        tokenizer: Of transformers.
        seed: Of the generator and of the order.
        size: Examples of a batch.
        accepted: From a log; drawn with chance `accepted_share`.
        accepted_share: 0 to 1.
    """

    def __init__(
        self,
        tokenizer: Any,
        *,
        seed: int,
        size: int,
        accepted: Sequence[Example] = (),
        accepted_share: float = 0.2,
        generate: Callable[[int, int], Example] = example,
    ) -> None:
        """Generates nothing yet."""
        self._tokenizer, self._seed, self._size, self._generate = tokenizer, seed, size, generate
        self._accepted, self._share = tuple(accepted), accepted_share if accepted else 0.0
        self._block: tuple[int, list[list[Tokens]]] | None = None

    def batch(self, step: int) -> Batch:
        """Batch of step `step`."""
        block, place = divmod(step, _BLOCK)
        if self._block is None or self._block[0] != block:
            self._block = (block, self._make_block(block))
        return padded(self._block[1][place])

    def _make_block(self, block: int) -> list[list[Tokens]]:
        count = _BLOCK * self._size
        rng = Random(f"{self._seed}/{block}/order")
        rows = [self._tokens(rng, block * count + index) for index in range(count)]
        rows.sort(key=lambda row: len(row.ids))
        batches = [rows[start : start + self._size] for start in range(0, count, self._size)]
        rng.shuffle(batches)
        return batches

    def _tokens(self, rng: Random, index: int) -> Tokens:
        drawn = (
            rng.choice(self._accepted) if rng.random() < self._share else self._generate(self._seed, index)
        )
        return tokens_of(self._tokenizer, drawn)


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """An example as tokens; the answer begins at `answer_start`."""

    ids: list[int]
    answer_start: int


def tokens_of(tokenizer: Any, drawn: Example) -> Tokens:
    """Prompt and answer, as long as a sequence may be at most."""
    prompt = tokenizer(tuned_prompt(drawn.text), add_special_tokens=False)["input_ids"]
    written = tokenizer(answer(drawn.program), add_special_tokens=False)["input_ids"]
    return Tokens(ids=[*prompt, *written][:_MOST_TOKENS], answer_start=len(prompt))


def padded(rows: Sequence[Tokens]) -> Batch:
    """`rows` side by side."""
    length = max(len(row.ids) for row in rows)
    tokens = torch.zeros(len(rows), length, dtype=torch.long)
    mask = torch.zeros(len(rows), length, dtype=torch.long)
    targets = torch.full((len(rows), length), IGNORED, dtype=torch.long)
    for index, row in enumerate(rows):
        count = len(row.ids)
        tokens[index, :count] = torch.tensor(row.ids)
        mask[index, :count] = 1
        first = row.answer_start - 1  # the last token of the prompt foretells the first of the answer
        targets[index, first : count - 1] = torch.tensor(row.ids[first + 1 : count])
    return Batch(tokens=tokens, mask=mask, targets=targets)
