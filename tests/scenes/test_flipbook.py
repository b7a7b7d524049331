"""Flipbooks: the order of frames, the frame of a time, and what stays in memory."""

from __future__ import annotations

import math
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rowsplat.kernels.errors import RowsplatError, SceneFileError
from rowsplat.scenes import Gaussians, save_gaussians
from rowsplat.scenes.flipbook import Flipbook, open_flipbook
from rowsplat.scenes.flipbook_loader import FlipbookLoader

_COUNT = 10  # Gaussians of a frame


def _gaussians(mark: float) -> Gaussians:
    """A small scene that is known by its first mean."""
    return Gaussians(
        means=np.full((_COUNT, 3), mark, np.float32),
        quats=np.tile(np.array([1, 0, 0, 0], np.float32), (_COUNT, 1)),
        log_scales=np.zeros((_COUNT, 3), np.float32),
        logit_opacities=np.zeros(_COUNT, np.float32),
        sh_coeffs=np.zeros((_COUNT, 1, 3), np.float32),
    )


_FRAME_BYTES = _gaussians(0.0).nbytes


class _Disk:
    """Stands for the disk: remembers what was read; reading waits while `gate` is closed."""

    def __init__(self) -> None:
        self.read: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.started = threading.Event()
        self.broken: set[int] = set()

    def load(self, path: Path) -> Gaussians:
        index = int(path.stem)
        self.read.append(index)
        self.started.set()
        assert self.gate.wait(30)
        if index in self.broken:
            raise SceneFileError(path, "", "is broken", "Mend it")
        return _gaussians(float(index))


@pytest.fixture
def disk() -> _Disk:
    return _Disk()


def _flipbook(count: int) -> Flipbook:
    return Flipbook(paths=tuple(Path(f"{index}.ply") for index in range(count)))


def _loader(disk: _Disk, count: int, frames: float, ahead: int = 3) -> FlipbookLoader:
    budget = int(frames * _FRAME_BYTES)
    return FlipbookLoader(_flipbook(count), budget_bytes=budget, ahead=ahead, load=disk.load)


def _touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


# Order


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (["f10.ply", "f9.ply", "f1.ply"], ["f1.ply", "f9.ply", "f10.ply"]),
        (["m_0002.sog", "m_0001.sog"], ["m_0001.sog", "m_0002.sog"]),
        (["t2_f1.ply", "t1_f2.ply", "t1_f10.ply"], ["t1_f2.ply", "t1_f10.ply", "t2_f1.ply"]),
        (["2.compressed.ply", "1.PLY", "3.spz"], ["1.PLY", "2.compressed.ply", "3.spz"]),
        (["scene.ply", "notes.txt", ".0.ply.part", ".1.ply"], ["scene.ply"]),
    ],
)
def test_frames_come_in_the_order_of_their_numbers(tmp_path: Path, names: list, order: list) -> None:
    assert [path.name for path in open_flipbook(_touch(tmp_path, *names)).paths] == order


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], "expected scene files.*found none"),
        (["readme.txt"], "found none"),
        (["f1.ply", "f2.ply", "room.ply"], "named alike, found f1.ply and room.ply"),
        (["a.ply", "b.ply"], "found a.ply and b.ply"),
        (["f1.ply", "f1b2.ply"], "named alike"),
        (["f1.ply", "f01.ply"], "one file for each frame, found f01.ply and f1.ply"),
        (["f1.ply", "f1.sog"], "one file for each frame"),
        (["meta.json", "f1.ply"], "one SOG scene.*Open it as a scene"),
    ],
)
def test_folders_without_an_order_are_refused_in_one_line(tmp_path: Path, names: list, text: str) -> None:
    with pytest.raises(SceneFileError, match=text) as error:
        open_flipbook(_touch(tmp_path, *names))
    assert "\n" not in str(error.value)


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SceneFileError, match="found nothing"):
        open_flipbook(tmp_path / "none")
    with pytest.raises(SceneFileError, match="found a file"):
        open_flipbook(_touch(tmp_path, "f1.ply") / "f1.ply")


# Time


@given(count=st.integers(1, 300), fps=st.floats(0.1, 240), turn=st.integers(-3, 3))
def test_every_frame_has_its_time_in_every_turn(count: int, fps: float, turn: int) -> None:
    flipbook = Flipbook(paths=(Path("x"),) * count, fps=fps)
    for frame in {0, count // 2, count - 1}:
        assert flipbook.frame_at((frame + 0.5 + turn * count) / fps) == frame
        assert flipbook.frame_at(frame / fps) == frame
        assert flipbook.frame_at((frame + 0.5) / fps, loop=False) == frame


@given(st.floats(allow_nan=False, allow_infinity=False), st.booleans())
def test_any_time_has_a_frame(time: float, loop: bool) -> None:
    assert 0 <= _flipbook(7).frame_at(time, loop=loop) < 7


def test_without_a_loop_the_ends_stand_still() -> None:
    flipbook = _flipbook(5)
    assert flipbook.frame_at(-1.0, loop=False) == 0
    assert flipbook.frame_at(flipbook.duration + 1.0, loop=False) == 4
    assert flipbook.frame_at(flipbook.duration) == 0


def test_impossible_times_and_rates_are_refused() -> None:
    for time in (math.nan, math.inf):
        with pytest.raises(ValueError, match="finite"):
            _flipbook(3).frame_at(time)
    for fps in (0.0, math.nan, -1.0):
        with pytest.raises(ValueError, match="fps"):
            Flipbook(paths=(Path("x"),), fps=fps)
    with pytest.raises(ValueError, match="at least one frame"):
        Flipbook(paths=())


# Memory


def test_written_frames_are_read_in_order(tmp_path: Path) -> None:
    for index in range(12):
        save_gaussians(_gaussians(float(index)), tmp_path / f"wave_{index}.ply")
    flipbook = open_flipbook(tmp_path)
    with FlipbookLoader(flipbook) as loader:
        marks = [loader.frame(index).means[0, 0] for index in range(len(flipbook))]
    assert marks == list(range(12))


def test_the_next_frames_are_there_before_they_are_asked_for(disk: _Disk) -> None:
    with _loader(disk, 10, 8) as loader:
        loader.frame(8)
        loader.wait_until_idle()
        assert loader.held == {8, 9, 0, 1}
        assert disk.read == [8, 9, 0, 1]
        assert loader.frame(9).means[0, 0] == 9
        assert disk.read.count(9) == 1


@given(
    order=st.lists(st.integers(0, 9), min_size=1, max_size=30),
    frames=st.floats(0, 12),
    ahead=st.integers(0, 5),
)
def test_memory_never_exceeds_the_budget_but_for_one_frame(order: list, frames: float, ahead: int) -> None:
    with _loader(_Disk(), 10, frames, ahead) as loader:
        for index in order:
            assert loader.frame(index).means[0, 0] == index
            loader.wait_until_idle()
            assert loader.held_bytes <= max(int(frames * _FRAME_BYTES), _FRAME_BYTES)
            assert index in loader.held


def test_a_loop_that_does_not_fit_keeps_part_of_its_frames(disk: _Disk) -> None:
    with _loader(disk, 10, 6, ahead=1) as loader:
        for turn in range(3):
            for index in range(10):
                loader.frame(index)
                loader.wait_until_idle()
            if turn == 0:
                first = len(disk.read)
        assert first < 13
        assert len(disk.read) - first <= 2 * 7  # least recently used would read all ten of each turn


def test_a_loop_that_fits_is_read_once(disk: _Disk) -> None:
    with _loader(disk, 10, 10) as loader:
        for _ in range(3):
            for index in range(10):
                loader.frame(index)
        assert sorted(disk.read) == list(range(10))


def test_a_frame_that_is_being_read_ahead_is_waited_for_not_read_twice(disk: _Disk) -> None:
    with _loader(disk, 10, 10, ahead=1) as loader:
        disk.gate.clear()
        assert loader.request(4) is None
        assert disk.started.wait(30)
        threading.Timer(0.05, disk.gate.set).start()
        assert loader.frame(4).means[0, 0] == 4
        assert disk.read.count(4) == 1


def test_a_request_never_waits_and_is_there_later(disk: _Disk) -> None:
    with _loader(disk, 10, 10) as loader:
        disk.gate.clear()
        assert loader.request(3) is None
        assert loader.request(3) is None
        disk.gate.set()
        loader.wait_until_idle()
        found = loader.request(3)
        assert found is not None
        assert found.means[0, 0] == 3


def test_cancel_stops_reading_ahead_until_the_next_request(disk: _Disk) -> None:
    with _loader(disk, 10, 10) as loader:
        disk.gate.clear()
        loader.request(0)
        assert disk.started.wait(30)
        loader.cancel()
        disk.gate.set()
        loader.wait_until_idle()
        assert disk.read == [0]
        loader.frame(0)
        loader.wait_until_idle()
        assert sorted(disk.read) == [0, 1, 2, 3]


def test_a_broken_frame_is_told_when_it_is_asked_for_and_stops_nothing(disk: _Disk) -> None:
    disk.broken = {2}
    with _loader(disk, 5, 5) as loader:
        loader.frame(1)
        loader.wait_until_idle()
        assert loader.held == {1, 3, 4}
        with pytest.raises(RowsplatError, match="is broken"):
            loader.frame(2)
        assert loader.frame(3).means[0, 0] == 3
        loader.wait_until_idle()
        loader.request(2)
        loader.wait_until_idle()
        with pytest.raises(RowsplatError, match="is broken"):
            loader.request(2)
        disk.broken = set()
        assert loader.frame(2).means[0, 0] == 2


def test_a_frame_that_memory_has_no_room_for_is_told_in_one_line() -> None:
    def load(path: Path) -> Gaussians:
        raise MemoryError

    with (
        FlipbookLoader(_flipbook(3), load=load) as loader,
        pytest.raises(RowsplatError, match=r"0\.ply: there is no memory"),
    ):
        loader.frame(0)


def test_closing_frees_the_frames_and_ends_the_thread(disk: _Disk) -> None:
    loader = _loader(disk, 5, 5)
    loader.frame(0)
    threads = [thread for thread in threading.enumerate() if thread.name == "flipbook"]
    assert threads
    loader.close(wait=True)
    assert loader.held_bytes == 0
    assert not any(thread.is_alive() for thread in threads)
    for ask in (loader.frame, loader.request):
        with pytest.raises(RowsplatError, match="closed"):
            ask(0)


def test_frames_that_do_not_exist_and_negative_budgets_are_refused(disk: _Disk) -> None:
    with _loader(disk, 5, 5) as loader:
        for index in (-1, 5):
            with pytest.raises(IndexError, match="0 to 4"):
                loader.frame(index)
    with pytest.raises(ValueError, match="negative"):
        FlipbookLoader(_flipbook(2), budget_bytes=-1)


@pytest.mark.shared_data
def test_a_real_flipbook_plays(shared_data_dir: Path) -> None:
    flipbook = open_flipbook(shared_data_dir / "dynamic" / "wave_flipbook_sog")
    assert len(flipbook) == 50
    with FlipbookLoader(flipbook) as loader:
        first, later = loader.frame(0), loader.frame(10)
    assert len(first) == 4225
    assert not np.array_equal(first.means, later.means)
