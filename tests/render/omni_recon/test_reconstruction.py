"""Depth maps of photos: right where the network is right, the same after a stop, and refused in one line."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render.omni_recon import EncodedScene, Normalisation, OmniRecon, fuse_depths
from rowsplat.render.omni_recon import reconstruction as reconstruction_module
from rowsplat.render.omni_recon.reconstruction import reconstruct
from rowsplat.render.omni_recon.reconstruction_memory import estimated_bytes
from rowsplat.render.omni_recon.reconstruction_types import (
    Quality,
    Reconstruction,
    ReconstructionOptions,
    ReconstructionProgress,
    ReconstructionStage,
)
from rowsplat.render.omni_recon.sample_inputs import SampleInputs
from rowsplat.scenes.photo_sets import Photo, PhotoSet
from torch import Tensor, nn

from .sphere_scene import CENTER, SPHERE_RADIUS, orbiting, sphere_distances, sphere_picture, world_rays

_NEAR_FAR = (4.5, 9.5)
_OPTIONS = ReconstructionOptions(
    volume_resolution=8, samples=6, max_side=24, least_confidence=0.0, ray_chunk=400, planes=0
)


def _photo_set(count: int = 4, *, alpha: bool = False) -> PhotoSet:
    photos = []
    for index, camera in enumerate(orbiting(count)):
        pixels = sphere_picture(camera).astype(np.float32)
        if alpha:
            pixels = np.dstack([pixels, np.isfinite(sphere_distances(camera)).astype(np.float32)])
        photos.append(Photo(name=f"photos/{index}.png", camera=camera, source=pixels, near_far=_NEAR_FAR))
    return PhotoSet(name="sphere", photos=tuple(photos))


class _KnownSphere(nn.Module):
    """Exact signed ray distances to the sphere, in whatever unit frame was encoded last."""

    def __init__(self, model: OmniRecon, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.frame: Normalisation | None = None
        encode = model.encode

        def _encode(*args: object, **kwargs: object) -> EncodedScene:
            encoded = encode(*args, **kwargs)
            self.frame = encoded.normalisation
            return encoded

        monkeypatch.setattr(model, "encode", _encode)

    def forward(self, samples: SampleInputs) -> Tensor:
        assert self.frame is not None
        center = self.frame.rotation @ (np.array(CENTER) - self.frame.center) / self.frame.scale
        points = samples.points.unflatten(0, samples.rays)
        dirs = nn.functional.normalize(points[:, -1:] - points[:, :1], dim=-1)
        away = points - torch.tensor(center, dtype=points.dtype)
        b = (away * dirs).sum(-1)
        gap = b.square() - away.square().sum(-1) + (SPHERE_RADIUS / self.frame.scale) ** 2
        return torch.where(gap > 0, -b - gap.clamp(min=0).sqrt(), torch.full_like(b, 10.0))


def _same(first: Reconstruction, second: Reconstruction) -> bool:
    return len(first.views) == len(second.views) and all(
        np.array_equal(a.depth, b.depth) and np.array_equal(a.confidence, b.confidence)
        for a, b in zip(first.views, second.views, strict=True)
    )


def test_a_network_that_knows_the_surface_gives_its_depth(
    model: OmniRecon, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.geometry = _KnownSphere(model, monkeypatch)
    with torch.no_grad():
        model.log_sharpness.fill_(math.log(400.0) / 10.0)
    photo_set = _photo_set()
    options = replace(_OPTIONS, samples=32, max_side=44, least_confidence=0.5)
    for view, photo in zip(reconstruct(photo_set, model, options).views, photo_set, strict=True):
        origin, dirs = world_rays(photo.camera)
        truth = sphere_distances(photo.camera) * (dirs @ photo.camera.viewmat[2, :3])
        assert origin == pytest.approx(view.camera.position)
        inside = np.isfinite(truth)
        middle = inside & (np.abs(truth - np.nanmin(truth)) < 0.8)  # not the rim, seen edge on
        assert (view.depth[middle] > 0).mean() > 0.99
        wrong = np.abs(view.depth - truth)[middle & (view.depth > 0)] / 5.0
        assert np.median(wrong) < 0.004
        assert wrong.max() < 0.03
        assert not view.depth[~inside].any()


def test_each_view_is_made_from_itself_and_its_neighbours(model: OmniRecon) -> None:
    found = reconstruct(_photo_set(5), model, replace(_OPTIONS, source_views=3))
    assert [view.name for view in found.views] == [f"photos/{index}.png" for index in range(5)]
    for index, view in enumerate(found.views):
        assert len(set(view.sources)) == 3
        assert view.sources[0] == view.name
        apart = [abs(index - int(name.removeprefix("photos/").removesuffix(".png"))) for name in view.sources]
        assert max(apart) <= 2
        assert view.depth.shape == view.confidence.shape == view.image.shape[:2] == (20, 24)
        assert (view.camera.width, view.camera.height) == (24, 20)


def test_fewer_views_are_spread_over_the_set(model: OmniRecon) -> None:
    found = reconstruct(_photo_set(5), model, replace(_OPTIONS, views=3))
    assert [view.name for view in found.views] == ["photos/0.png", "photos/2.png", "photos/4.png"]


def test_depths_of_little_confidence_and_in_transparent_parts_are_dropped(model: OmniRecon) -> None:
    everything = reconstruct(_photo_set(3), model, _OPTIONS).views[0]
    level = float(np.median(everything.confidence))
    some = reconstruct(_photo_set(3), model, replace(_OPTIONS, least_confidence=level)).views[0]
    assert np.array_equal(some.depth, np.where(everything.confidence >= level, everything.depth, 0.0))
    assert 0 < (some.depth > 0).sum() < (everything.depth > 0).sum()
    photo_set = _photo_set(3, alpha=True)
    cut_out = reconstruct(photo_set, model, _OPTIONS).views[0]
    alpha = photo_set.photos[0].image(24).alpha
    assert alpha is not None
    assert (cut_out.depth[alpha >= 0.5] > 0).all()
    assert not cut_out.depth[alpha < 0.5].any()


def test_photos_of_other_sizes_take_part(model: OmniRecon) -> None:
    photo_set = _photo_set(3)
    wide = orbiting(3, width=48, height=34)[1]
    other = replace(photo_set.photos[1], camera=wide, source=sphere_picture(wide).astype(np.float32))
    mixed = replace(photo_set, photos=(photo_set.photos[0], other, photo_set.photos[2]))
    found = reconstruct(mixed, model, _OPTIONS)
    assert [view.depth.shape for view in found.views] == [(20, 24), (17, 24), (20, 24)]
    assert all((view.depth > 0).any() for view in found.views)


def test_the_network_is_left_as_it_was(model: OmniRecon) -> None:
    model.train()
    config, before = model.config, {name: value.clone() for name, value in model.state_dict().items()}
    reconstruct(_photo_set(2), model, _OPTIONS)
    assert model.training
    assert model.config is config
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


class _StopError(Exception):
    pass


def test_a_cancelled_run_goes_on_where_it_was_and_gives_the_same(model: OmniRecon, tmp_path: Path) -> None:
    photo_set, rays = _photo_set(4), 24 * 20

    def _stop_in_the_third_view(progress: ReconstructionProgress) -> None:
        if progress.done > 2 * rays:
            raise _StopError

    with pytest.raises(_StopError):
        reconstruct(
            photo_set, model, _OPTIONS, on_progress=_stop_in_the_third_view, resume_folder=tmp_path / "run"
        )
    assert len(list((tmp_path / "run").iterdir())) == 2
    resumed = reconstruct(photo_set, model, _OPTIONS, resume_folder=tmp_path / "run")
    assert resumed.resumed == 2
    assert _same(resumed, reconstruct(photo_set, model, _OPTIONS))
    again = reconstruct(photo_set, model, _OPTIONS, resume_folder=tmp_path / "run")
    assert again.resumed == 4
    assert _same(again, resumed)


def test_whatever_changes_the_depths_makes_them_anew(model: OmniRecon, tmp_path: Path) -> None:
    photo_set = _photo_set(3)
    reconstruct(photo_set, model, _OPTIONS, resume_folder=tmp_path)

    def _resumed(photos: PhotoSet = photo_set, options: ReconstructionOptions = _OPTIONS) -> int:
        found = reconstruct(photos, model, options, resume_folder=tmp_path)
        assert not found.resumed or _same(found, reconstruct(photos, model, options))
        return found.resumed

    assert _resumed() == 3
    assert _resumed(options=replace(_OPTIONS, least_confidence=0.3)) == 3  # applied to what is stored
    assert _resumed(options=replace(_OPTIONS, samples=5)) == 0
    assert _resumed(options=replace(_OPTIONS, samples=5, source_views=2)) == 0
    assert _resumed() == 0
    brighter = replace(
        photo_set.photos[0], source=np.asarray(photo_set.photos[0].source) * np.float32(1.1) % 1
    )
    assert _resumed(replace(photo_set, photos=(brighter, *photo_set.photos[1:]))) == 0
    with torch.no_grad():
        model.log_sharpness += 0.05
    assert _resumed() == 0


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nothing", None])
def test_a_damaged_file_counts_as_none(model: OmniRecon, tmp_path: Path, damage: bytes | None) -> None:
    photo_set = _photo_set(2)
    first = reconstruct(photo_set, model, _OPTIONS, resume_folder=tmp_path)
    file = sorted(tmp_path.iterdir())[0]
    file.write_bytes(file.read_bytes()[:-200] if damage is None else damage)
    second = reconstruct(photo_set, model, _OPTIONS, resume_folder=tmp_path)
    assert second.resumed == 1
    assert _same(first, second)


def test_progress_counts_every_ray_and_knows_the_time_left(model: OmniRecon, tmp_path: Path) -> None:
    photo_set, told = _photo_set(3), list[ReconstructionProgress]()
    reconstruct(photo_set, model, replace(_OPTIONS, views=2), resume_folder=tmp_path)
    reconstruct(photo_set, model, _OPTIONS, on_progress=told.append, resume_folder=tmp_path)
    assert {progress.stage for progress in told} == {ReconstructionStage.DEPTH}
    assert {progress.total for progress in told} == {3 * 24 * 20}
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, 3 * 24 * 20)
    assert told[0].seconds_left is None
    assert told[-1].seconds_left == 0.0


class _Clock:
    """Time that passes only while the network works: 100 s to encode a view, 1 s for a chunk of rays."""

    def __init__(self, model: OmniRecon, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        for name, seconds in (("encode", 100.0), ("render_rays", 1.0)):
            monkeypatch.setattr(model, name, self._taking(getattr(model, name), seconds))

    def _taking(self, work: Any, seconds: float) -> Any:
        def _work(*args: Any, **kwargs: Any) -> Any:
            self.now += seconds
            return work(*args, **kwargs)

        return _work

    def monotonic(self) -> float:
        return self.now


def test_the_time_left_is_judged_by_the_work_that_is_left(
    model: OmniRecon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconstruction_module, "time", _Clock(model, monkeypatch))
    told = list[ReconstructionProgress]()
    reconstruct(_photo_set(3), model, replace(_OPTIONS, ray_chunk=240), on_progress=told.append)
    assert [progress.done for progress in told] == [0, 240, 480, 720, 960, 1200, 1440]
    assert [progress.seconds_left for progress in told[1:]] == pytest.approx([205, 204, 103, 102, 1, 0])


def test_too_little_memory_is_refused_in_one_line_before_the_work(model: OmniRecon) -> None:
    def _fail(progress: ReconstructionProgress) -> None:
        raise AssertionError(progress)

    options = replace(_OPTIONS, memory_limit=10**6)
    with pytest.raises(RowsplatError, match=r"24x20.*need about .* GB") as caught:
        reconstruct(_photo_set(2), model, options, on_progress=_fail)
    assert "\n" not in str(caught.value)


def test_more_of_anything_needs_more_memory() -> None:
    least = estimated_bytes(160, 120, _OPTIONS)
    assert estimated_bytes(320, 240, _OPTIONS) > least
    for change in (
        {"volume_resolution": 96},
        {"samples": 64},
        {"source_views": 8},
        {"ray_chunk": 4096},
        {"planes": 128},
    ):
        assert estimated_bytes(160, 120, replace(_OPTIONS, **change)) > least
    fast, full = (ReconstructionOptions.of_quality(quality) for quality in (Quality.FAST, Quality.FULL))
    assert estimated_bytes(160, 120, fast) < estimated_bytes(320, 240, full) < 6e9


def test_what_cannot_be_reconstructed_is_refused_in_one_line(model: OmniRecon, tmp_path: Path) -> None:
    with pytest.raises(RowsplatError, match="expected at least 2 photos"):
        reconstruct(_photo_set(1), model, _OPTIONS)
    photo_set = _photo_set(2)
    flat = orbiting(2, width=60, height=8)[0]
    narrow = replace(photo_set.photos[0], camera=flat, source=sphere_picture(flat).astype(np.float32))
    with pytest.raises(RowsplatError, match="at least 16 px"):
        reconstruct(replace(photo_set, photos=(narrow, photo_set.photos[1])), model, _OPTIONS)
    (tmp_path / "file").write_text("")
    with pytest.raises(RowsplatError, match="cannot be made"):
        reconstruct(photo_set, model, _OPTIONS, resume_folder=tmp_path / "file")


def test_options_out_of_range_are_refused() -> None:
    for change in (
        {"views": 0},
        {"source_views": 1},
        {"max_side": 8},
        {"least_confidence": 1.5},
        {"volume_resolution": 30},
    ):
        with pytest.raises(ValueError, match=next(iter(change))):
            ReconstructionOptions(**change)


def test_photos_become_the_surface_if_the_network_knows_it(
    model: OmniRecon, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.geometry = _KnownSphere(model, monkeypatch)
    with torch.no_grad():
        model.log_sharpness.fill_(math.log(400.0) / 10.0)
    options = replace(_OPTIONS, samples=20, max_side=44, least_confidence=0.5)
    views = reconstruct(_photo_set(3), model, options).views
    fused = fuse_depths(views)
    off = np.linalg.norm(fused.mesh.vertices - CENTER, axis=1) - SPHERE_RADIUS
    assert len(fused.mesh.faces) > 500
    assert np.abs(off).mean() < 0.3 * fused.voxel_size
    assert np.abs(off).max() < 2.0 * fused.voxel_size


def test_without_the_network_the_depths_are_those_of_the_sweep() -> None:
    options = replace(_OPTIONS, network=False, planes=32)
    found = [_reconstructed_by(seed, options) for seed in (0, 5)]
    assert _same(*found)
    assert _same(found[0], _reconstructed_by(0, replace(options, samples=8)))
    assert not _same(found[0], _reconstructed_by(0, replace(options, network=True)))


def test_something_must_find_the_depths() -> None:
    with pytest.raises(ValueError, match="planes"):
        replace(_OPTIONS, network=False)


def _reconstructed_by(seed: int, options: ReconstructionOptions) -> Reconstruction:
    torch.manual_seed(seed)
    return reconstruct(_photo_set(), OmniRecon().eval(), options)
