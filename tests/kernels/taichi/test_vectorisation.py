"""The optimised LLVM IR of the hot kernels is made of vectors: speed hangs on it, and nothing else would tell."""

from __future__ import annotations

import re

import pytest

from .language_processes import LANGUAGES, draw
from .random_scenes import random_scene, save_scene

_VECTOR_MULTIPLY = re.compile(r"\bfmul\b[^\n]*<8 x float>")
_VECTOR_SELECT = re.compile(r"\bselect\b[^\n]*<8 x float>")
_SCALAR_MULTIPLY = re.compile(r"\bfmul\b[^\n<]*\bfloat ")
_SCALAR_EXP = re.compile(r"call[^\n]*@(llvm\.)?(exp2?f?|expf|pow|powf)\b")


@pytest.fixture(scope="module", params=LANGUAGES)
def kernels(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """IR of every kernel that drawing once with every blender compiles."""
    folder = tmp_path_factory.mktemp(request.param)
    save_scene(folder / "scene.npz", random_scene(50, sh_degree=1))
    draw(folder, folder / "scene.npz", language=request.param, print_ir=True)
    texts = [path.read_text() for path in sorted(folder.glob("*.ll"))]
    assert len(texts) >= 8
    return texts


def _called(kernels: list[str], name: str) -> list[str]:
    """IR of the compiled variants of the kernel `name`."""
    return [text for text in kernels if f"define void @{name}_c" in text]


def test_both_blenders_shade_eight_pixels_at_once(kernels: list[str]) -> None:
    blenders = _called(kernels, "blend")
    assert len(blenders) == 2  # PFS, which both baselines use, and IRSS
    for text in blenders:
        # shading a row takes 15 multiplications and 4 selections
        assert len(_VECTOR_MULTIPLY.findall(text)) >= 15
        assert len(_VECTOR_SELECT.findall(text)) >= 4
        # 2.7 to 9 vector multiplications for every scalar one; 0.2 to 2.1 where the language takes vectors apart
        assert len(_VECTOR_MULTIPLY.findall(text)) > 2.4 * len(_SCALAR_MULTIPLY.findall(text))


def test_no_kernel_calls_a_scalar_exponential(kernels: list[str]) -> None:
    assert not [match.group() for text in kernels for match in _SCALAR_EXP.finditer(text)]


def test_projection_computes_eight_gaussians_at_once(kernels: list[str]) -> None:
    projections = _called(kernels, "project")
    assert len(projections) == 2  # for squares and for exact lists
    for text in projections:
        assert len(_VECTOR_MULTIPLY.findall(text)) >= 50
        assert len(_VECTOR_SELECT.findall(text)) >= 8
        # 5 to 13 as they are, 0 to 2.3 taken apart
        assert len(_VECTOR_MULTIPLY.findall(text)) > 3 * len(_SCALAR_MULTIPLY.findall(text))
