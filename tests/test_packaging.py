"""What pip installs is what the repository holds."""

from __future__ import annotations

import importlib.resources
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_PACKAGE_FOLDERS = ("app", "assets", "kernels", "render", "scenes")


@pytest.fixture(scope="module")
def pyproject(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


def _folders_holding(repository: Path, pattern: str) -> set[str]:
    """Dotted names of the folders that hold a file matching `pattern`."""
    files = (file for top in _PACKAGE_FOLDERS for file in (repository / top).rglob(pattern))
    return {"rowsplat." + ".".join(file.parent.relative_to(repository).parts) for file in files}


def test_the_listed_packages_are_the_folders_that_hold_an_init_file(
    repository: Path, pyproject: dict[str, Any]
) -> None:
    listed = pyproject["tool"]["setuptools"]["packages"]
    assert sorted(listed) == sorted(_folders_holding(repository, "__init__.py"))


def test_every_folder_of_python_files_is_a_package(repository: Path) -> None:
    assert _folders_holding(repository, "*.py") == _folders_holding(repository, "__init__.py")


def test_every_top_level_package_is_marked_as_typed(repository: Path) -> None:
    assert all((repository / top / "py.typed").is_file() for top in _PACKAGE_FOLDERS)


def test_the_assets_can_be_read_through_the_package(repository: Path) -> None:
    installed = {entry.name for entry in importlib.resources.files("rowsplat.assets").iterdir()}
    on_disk = {entry.name for entry in (repository / "assets").iterdir()}
    assert installed == on_disk
    assert "py.typed" in installed


def test_the_tested_versions_cover_every_requirement(repository: Path, pyproject: dict[str, Any]) -> None:
    extras = pyproject["project"]["optional-dependencies"]
    requirements = pyproject["project"]["dependencies"] + extras["dev"] + extras["fast"] + extras["mesh"]
    pinned = {line.split("==")[0] for line in (repository / "constraints.txt").read_text().splitlines()}
    wanted = {requirement.split(">=")[0].split("[")[0].lower() for requirement in requirements} - {"rowsplat"}
    assert wanted <= pinned


def _build(folder: Path, kind: str, into: Path) -> Path:
    """Build an sdist or a wheel of the project in `folder`, as a build front end does; the new file."""
    program = f"import setuptools.build_meta as backend; backend.build_{kind}({str(into)!r})"
    run = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return next(into.iterdir())


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made from a source package made from a copy of the checkout."""
    root = tmp_path_factory.mktemp("packaging")
    checkout, source, sdist_folder, wheel_folder = (
        root / name for name in ("checkout", "source", "sdist", "wheel")
    )
    for folder in (checkout, sdist_folder, wheel_folder):
        folder.mkdir()
    for name in _PACKAGE_FOLDERS:
        shutil.copytree(repository / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(repository / name, checkout / name)
    with tarfile.open(_build(checkout, "sdist", sdist_folder)) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian's Python 3.11 lacks it
        archive.extractall(source)
    return _build(next(source.iterdir()), "wheel", wheel_folder)


def test_the_wheel_holds_every_file_of_the_packages(repository: Path, wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    files = [file for top in _PACKAGE_FOLDERS for file in (repository / top).rglob("*")]
    ours = {
        f"rowsplat/{f.relative_to(repository).as_posix()}"
        for f in files
        if f.is_file() and f.suffix != ".pyc"
    }
    assert len(ours) > 20
    assert ours <= held
    assert {name.split("/")[0] for name in held} == {
        "rowsplat",
        next(n for n in held if "/METADATA" in n).split("/")[0],
    }


def test_an_installed_wheel_finds_its_assets_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    program = """
import importlib.resources, sys
sys.path.insert(0, sys.argv[1])
import rowsplat.assets
assert rowsplat.assets.__file__.startswith(sys.argv[1]), rowsplat.assets.__file__
print(*(entry.name for entry in importlib.resources.files("rowsplat.assets").iterdir()))
"""
    command = [sys.executable, "-S", "-c", program, str(site)]  # -S: without this environment's site-packages
    run = subprocess.run(command, cwd=tmp_path, env=_bare_environment(), capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "py.typed" in run.stdout.split()


def _bare_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
