"""A language model small enough to be made in a test: random weights, a byte a token."""

from __future__ import annotations

from typing import Any

import pytest
from rowsplat.app.planning.language_model import LanguageModel


@pytest.fixture
def tiny_model() -> LanguageModel:
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers", reason="the extra slm is not installed")
    pytest.importorskip("llguidance", reason="the extra slm is not installed")
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=260,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=3,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=4096,
        bos_token_id=256,
        eos_token_id=257,
        pad_token_id=257,
        tie_word_embeddings=True,
    )
    return LanguageModel(model=LlamaForCausalLM(config).eval(), tokenizer=_byte_tokenizer(), name="tiny")


def _byte_tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bytes_alone = Tokenizer(models.BPE(vocab={letter: i for i, letter in enumerate(alphabet)}, merges=[]))
    bytes_alone.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bytes_alone.decoder = decoders.ByteLevel()
    bytes_alone.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    return PreTrainedTokenizerFast(
        tokenizer_object=bytes_alone, bos_token="<|im_start|>", eos_token="<|im_end|>", pad_token="<|im_end|>"
    )
