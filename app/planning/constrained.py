"""Writing under a constraint: a language model may only choose tokens that a regular expression lets follow.

Notation: `p(t)` is what the model gives a token before the constraint, so that a low mean of `log p` over an answer
says that the model wanted to write something else.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .language_model import LanguageModel


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a model wrote.

    Args:
        text: Matches the pattern; "" if it was longer than allowed, and broken off.
        log_probability: Sum over its tokens, before the constraint [nats].
        tokens: How many, the end among them.
        least: The least likely token's share [nats].
    """

    text: str
    log_probability: float
    tokens: int
    least: float

    @property
    def mean(self) -> float:
        """Mean of a token [nats]."""
        return self.log_probability / max(1, self.tokens)


class ConstrainedWriter:
    """Writes answers of a model, always the likeliest token that the pattern allows.

    Args:
        language_model: Not changed.
        prefix: Beginning of all prompts; what the model makes of it is computed once.
    """

    def __init__(self, language_model: LanguageModel, prefix: str = "") -> None:
        """Reads the prefix."""
        import llguidance.hf

        self._model: Any = language_model.model
        self._tokenizer = language_model.tokenizer
        self._constraints: Any = llguidance.hf.from_tokenizer(self._tokenizer)
        self._end = int(self._tokenizer.eos_token_id)
        self._prefix_state: Any = None
        with torch.inference_mode():
            if prefix:
                self._prefix_state = self._read(self._tokens(prefix), None)[1]

    @torch.inference_mode()
    def write(self, prompt: str, pattern: str, most_tokens: int = 80) -> Written:
        """The answer to `prompt` (after the prefix) that matches `pattern`.

        Raises:
            ValueError: The pattern is none.
        """
        matcher = self._matcher(pattern)
        state = copy.deepcopy(self._prefix_state)
        logits, state = self._read(self._tokens(prompt), state)
        written: list[int] = []
        shares: list[float] = []
        while len(written) < most_tokens:
            log_p = torch.log_softmax(logits[-1].float(), dim=-1)
            token = int(torch.where(self._allowed(matcher, len(log_p)), log_p, -torch.inf).argmax())
            shares.append(float(log_p[token]))
            written.append(token)
            if token == self._end:
                break
            if not matcher.consume_token(token):
                raise ValueError(f"the pattern broke: {matcher.get_error()}")
            # what must follow is read together with the token: a step over many tokens costs hardly more than over one
            forced = list(matcher.compute_ff_tokens())
            forced = forced if forced and matcher.consume_tokens(forced) else []
            logits, state = self._read([token, *forced], state)
            shares += [float(torch.log_softmax(logits[i].float(), dim=-1)[t]) for i, t in enumerate(forced)]
            written += forced
        ended = bool(written) and written[-1] == self._end
        text = self._tokenizer.decode(written[:-1]) if ended else ""
        return Written(
            text=text, log_probability=sum(shares), tokens=len(written), least=min(shares, default=0.0)
        )

    @torch.inference_mode()
    def score(self, prompt: str, answer: str) -> float:
        """Log-probability of `answer` and the end after `prompt` [nats], without a constraint."""
        state = copy.deepcopy(self._prefix_state)
        before, after = self._tokens(prompt), [*self._tokens(answer), self._end]
        output = self._model(
            input_ids=torch.tensor([[*before, *after]]), past_key_values=state, use_cache=True
        )
        log_p = torch.log_softmax(output.logits[0, len(before) - 1 : -1].float(), dim=-1)
        return float(log_p[torch.arange(len(after)), torch.tensor(after)].sum())

    def admits(self, pattern: str, answer: str) -> bool:
        """Whether `pattern` lets the whole of `answer` be written."""
        matcher = self._matcher(pattern)
        tokens = self._tokens(answer)
        return int(matcher.try_consume_tokens(tokens)) == len(tokens) and bool(matcher.is_accepting())

    def _matcher(self, pattern: str) -> Any:
        import llguidance

        grammar = llguidance.LLMatcher.grammar_from_regex(pattern)
        matcher = llguidance.LLMatcher(self._constraints, grammar)
        if matcher.is_error():
            raise ValueError(f"the pattern is none: {matcher.get_error()}")
        return matcher

    def _allowed(self, matcher: Any, count: int) -> Tensor:
        """Which of `count` tokens may follow; [count], bool."""
        bits = np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8)
        allowed = np.unpackbits(bits, bitorder="little").astype(bool)[:count]
        padded = np.zeros(count, dtype=bool)
        padded[: len(allowed)] = allowed
        return torch.from_numpy(padded)

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _read(self, tokens: Sequence[int], state: Any) -> tuple[Tensor, Any]:
        """Logits of what follows each of `tokens`, [T, V], and the model's state after them."""
        output = self._model(input_ids=torch.tensor([list(tokens)]), past_key_values=state, use_cache=True)
        return output.logits[0], output.past_key_values
