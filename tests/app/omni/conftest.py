"""A network of random weights that looks at little, so that whole reconstructions take a second."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
import torch
from rowsplat.app.cli import main
from rowsplat.render.omni_recon import OmniRecon, ReconstructionOptions, save_weights

from ..conftest import Outcome
from .generated_photos import shots, write_photos

Reconstruct = Callable[..., Outcome]

ANYTHING_GOES = ("--least-confidence", "0", "--tolerance", "1", "--voxel", "0.15")
"""Random weights find no surface that views agree upon."""


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = OmniRecon()
    path = tmp_path_factory.mktemp("weights") / "random.safetensors"
    save_weights(model, path)
    return path


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Generator[None]:
    """On small tensors and a busy machine, threads mostly wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _tiny_options(_: object, *, views: int | None = None, source_views: int = 3) -> ReconstructionOptions:
    return ReconstructionOptions(
        views=views, source_views=source_views, max_side=24, volume_resolution=8, samples=4
    )


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both qualities look at 24 px."""
    monkeypatch.setattr(ReconstructionOptions, "of_quality", _tiny_options)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three photos of a generated scene."""
    return write_photos(tmp_path / "photos", shots()[:3])


@pytest.fixture
def reconstruct(cli: Any, weights: Path, tiny: None) -> Reconstruct:
    """`rowsplat reconstruct PHOTOS --out run`, by default with flags under which random weights give a mesh."""

    def _call(path: Path, *flags: str, anything_goes: bool = True) -> Outcome:
        lenient = ANYTHING_GOES if anything_goes else ()
        return cli("reconstruct", path, "--out", "run", "--weights", weights, *lenient, *flags)

    return _call


@pytest.fixture(scope="session")
def finished_once(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    """A folder with `photos` and what was made of them in `run`; not to be changed."""
    folder = tmp_path_factory.mktemp("finished")
    photos = write_photos(folder / "photos", shots()[:3])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ReconstructionOptions, "of_quality", _tiny_options)
        command = ["reconstruct", str(photos), "--out", str(folder / "run"), "--weights", str(weights)]
        assert main([*command, *ANYTHING_GOES]) == 0
    return folder


@pytest.fixture
def finished(finished_once: Path, tmp_path: Path) -> Path:
    """A copy of the finished folder, beside its photos, in `tmp_path`."""
    shutil.copytree(finished_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "run"
