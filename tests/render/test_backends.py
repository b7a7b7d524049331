"""Choosing a back end."""

from __future__ import annotations

import pytest
from rowsplat.kernels.errors import BackendError
from rowsplat.render import Backend, backends, create_renderer
from rowsplat.render.reference_renderer import ReferenceRenderer
from rowsplat.render.taichi_renderer import TaichiRenderer


def test_the_cpu_is_taken_where_no_cuda_card_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "has_cuda", lambda: False)
    assert "on cpu" in create_renderer(Backend.AUTO).description


def test_a_cuda_card_that_cannot_be_used_is_reported_and_the_cpu_taken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    create_renderer(Backend.CPU)  # this process draws on the CPU, so that CUDA is refused on any machine
    monkeypatch.setattr(backends, "has_cuda", lambda: True)
    assert "on cpu" in create_renderer(Backend.AUTO).description
    assert "cuda is present but cannot be used" in caplog.text


@pytest.mark.parametrize("backend", [Backend.CUDA, Backend.VULKAN, Backend.METAL])
def test_a_device_asked_for_by_name_is_never_replaced(backend: Backend) -> None:
    create_renderer(Backend.CPU)
    with pytest.raises(BackendError, match=backend.value):
        create_renderer(backend)


def test_gsplat_without_cuda_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(BackendError) as caught:
        create_renderer(Backend.GSPLAT)
    assert "CUDA" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_name_gives_its_own_renderer() -> None:
    assert isinstance(create_renderer(Backend.REFERENCE), ReferenceRenderer)
    assert isinstance(create_renderer(Backend.CPU), TaichiRenderer)


def test_one_thread_can_be_asked_for() -> None:
    try:
        assert "(1 threads)" in create_renderer(Backend.CPU, threads=1).description
    finally:
        create_renderer(Backend.CPU)
