"""A run goes on exactly where it stopped, and its adapter does what the tuned model did."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from rowsplat.app.planning.language_model import LanguageModel
from rowsplat.kernels.errors import SceneFileError

torch = pytest.importorskip("torch")

from rowsplat.app.planning.batches import IGNORED, ExampleStream, padded, tokens_of  # noqa: E402
from rowsplat.app.planning.lora import LoraConfig, merge_adapter  # noqa: E402
from rowsplat.app.planning.sentences.examples import example  # noqa: E402
from rowsplat.app.planning.tuning import (  # noqa: E402
    Schedule,
    Tuner,
    answer_loss,
    load_adapter,
    load_checkpoint,
    save_adapter,
    save_checkpoint,
)

CONFIG = LoraConfig(rank=2, alpha=4.0, first_layer=1)
SCHEDULE = Schedule(rate=1e-2, warmup=2, steps=20, cooldown=4)


def _tuner(model: LanguageModel, config: LoraConfig = CONFIG) -> Tuner:
    stream = ExampleStream(model.tokenizer, seed=1, size=3)
    return Tuner(copy.deepcopy(model.model), stream, SCHEDULE, config, seed=3)


def test_a_run_in_two_parts_is_the_run_in_one(tiny_model: LanguageModel, tmp_path: Path) -> None:
    straight = _tuner(tiny_model)
    losses = [straight.train_step() for _ in range(6)]
    first = _tuner(tiny_model)
    begun = [first.train_step() for _ in range(3)]
    save_checkpoint(first, tmp_path / "c.safetensors")
    second = _tuner(tiny_model)
    load_checkpoint(second, tmp_path / "c.safetensors")
    assert second.step == 3
    assert begun + [second.train_step() for _ in range(3)] == losses
    for name, value in straight.parameters.items():
        assert torch.equal(value, second.parameters[name]), name


def test_tuning_lowers_the_loss_of_a_batch_and_leaves_the_weights(tiny_model: LanguageModel) -> None:
    tuner = _tuner(tiny_model)
    batch = tuner.examples.batch(0)
    before = {n: v.clone() for n, v in tuner.model.state_dict().items() if "base" in n or "embed" in n}
    first = float(answer_loss(tuner.model, batch).detach())
    for _ in range(12):
        tuner.train_step()
    assert float(answer_loss(tuner.model, batch).detach()) < first - 0.05
    after = tuner.model.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_a_merged_adapter_does_what_the_tuned_model_did(tiny_model: LanguageModel, tmp_path: Path) -> None:
    tuner = _tuner(tiny_model)
    for _ in range(4):
        tuner.train_step()
    save_adapter(tuner, tmp_path / "a.safetensors", {"model": "tiny"})
    adapter = load_adapter(tmp_path / "a.safetensors")
    merged = copy.deepcopy(tiny_model.model)
    merge_adapter(merged, adapter.tensors, adapter.scale)
    tokens = torch.arange(40)[None]
    with torch.inference_mode():
        torch.testing.assert_close(
            merged(input_ids=tokens).logits, tuner.model(input_ids=tokens).logits, atol=2e-3, rtol=0
        )
        assert not torch.allclose(merged(input_ids=tokens).logits, tiny_model.model(input_ids=tokens).logits)
    assert adapter.facts["model"] == "tiny"


def test_an_adapter_of_another_model_is_refused(tiny_model: LanguageModel) -> None:
    name = "model.layers.0.self_attn.q_proj"
    wrong = {f"{name}.down": torch.zeros(2, 7), f"{name}.up": torch.zeros(32, 2)}
    with pytest.raises(ValueError, match="q_proj"):
        merge_adapter(tiny_model.model, wrong, 1.0)


@pytest.mark.parametrize("content", [b"", b"\x80\x04pickle", b"{}" * 100])
def test_files_that_are_no_checkpoint_are_one_clear_line(
    tiny_model: LanguageModel, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "c.safetensors"
    path.write_bytes(content)
    with pytest.raises(SceneFileError) as caught:
        load_checkpoint(_tuner(tiny_model), path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_checkpoint_with_other_adapters_is_refused(tiny_model: LanguageModel, tmp_path: Path) -> None:
    save_checkpoint(_tuner(tiny_model), tmp_path / "c.safetensors")
    with pytest.raises(SceneFileError, match="other adapters"):
        load_checkpoint(_tuner(tiny_model, LoraConfig(rank=3, first_layer=1)), tmp_path / "c.safetensors")


def test_only_the_tokens_of_answers_are_learned(tiny_model: LanguageModel) -> None:
    drawn = example(0, 1)
    rows = [tokens_of(tiny_model.tokenizer, drawn), tokens_of(tiny_model.tokenizer, example(0, 2))]
    batch = padded(rows)
    for index, row in enumerate(rows):
        learned = [int(token) for token in batch.targets[index] if token != IGNORED]
        assert learned == row.ids[row.answer_start :]


def test_batches_depend_on_seed_and_step_alone(tiny_model: LanguageModel) -> None:
    one, other = (ExampleStream(tiny_model.tokenizer, seed=5, size=2) for _ in range(2))
    forwards = [one.batch(step).tokens for step in range(20)]
    backwards = [other.batch(step).tokens for step in reversed(range(20))][::-1]
    assert all(torch.equal(a, b) for a, b in zip(forwards, backwards, strict=True))


def test_the_rate_warms_up_and_falls_to_nothing() -> None:
    rates = [Schedule(rate=1.0, warmup=4, steps=20, cooldown=5).at(step) for step in range(21)]
    assert rates[:4] == [0.25, 0.5, 0.75, 1.0]
    assert rates[4:16] == [1.0] * 12
    assert rates[16:] == pytest.approx([0.8, 0.6, 0.4, 0.2, 0.0])
