"""The rendered picture has a say of two photos, and the only one where no photo shows what it shows."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from rowsplat.render.omni_recon import OmniRecon
from rowsplat.render.omni_recon.lifting import (
    Legend,
    LiftedView,
    LiftedViews,
    MapKind,
    numbered_channels,
    render_then_predict,
    with_picture,
)
from rowsplat.render.omni_recon.types import DepthRange, RenderedView
from rowsplat.scenes.photo_sets import PhotoSet

from .conftest import OPTIONS, maps_of

_SIZE = (4, 5)


def _seen(values: list[float], kind: MapKind, agreeing: float | None) -> LiftedView:
    """The same in every pixel."""
    everywhere = torch.ones(_SIZE)
    shape = (len(values), *_SIZE)
    return LiftedView(
        legend=Legend(title="test", kind=kind, channels=numbered_channels(len(values), "channel")),
        map=np.broadcast_to(np.array(values, np.float32)[:, None, None], shape).copy(),
        picture=RenderedView(
            image=torch.zeros(3, *_SIZE), depth=everywhere, confidence=everywhere, opacity=everywhere
        ),
        sources=("a", "b", "c"),
        bounds=DepthRange(near=1.0, far=2.0),
        agreeing=None if agreeing is None else np.full(_SIZE, agreeing, np.float32),
    )


def _constant(values: list[float]) -> np.ndarray:
    return np.broadcast_to(np.array(values, np.float32)[:, None, None], (len(values), *_SIZE))


@pytest.mark.parametrize(("agreeing", "photos"), [(0.0, 0.0), (1.0, 1.5), (2.0, 3.0), (3.0, 3.0)])
def test_the_picture_counts_as_two_photos_beside_all_three_where_two_agree(
    agreeing: float, photos: float
) -> None:
    both = with_picture(_seen([0.0], MapKind.FEATURES, agreeing), _constant([1.0]))
    np.testing.assert_allclose(both, 2.0 / (photos + 2.0), rtol=1e-6)


def test_where_no_photo_agrees_a_label_is_what_the_picture_says() -> None:
    both = with_picture(_seen([1.0, 0.0, 0.0], MapKind.LABELS, 0.0), _constant([0.2, 0.5, 0.3]))
    assert (both.argmax(axis=0) == 1).all()


def test_a_label_that_both_find_possible_wins_over_those_that_one_excludes() -> None:
    both = with_picture(_seen([0.6, 0.4, 0.0], MapKind.LABELS, 2.0), _constant([0.0, 0.45, 0.55]))
    assert (both.argmax(axis=0) == 1).all()
    np.testing.assert_allclose(both.sum(axis=0), 1.0, rtol=1e-6)


def test_logits_are_averaged() -> None:
    both = with_picture(_seen([-4.0, 2.0], MapKind.LABELS, 2.0), _constant([1.0, -1.0]))
    np.testing.assert_allclose(both, _constant([-2.0, 0.8]), rtol=1e-6)


def test_where_nothing_is_known_nothing_is_said() -> None:
    both = with_picture(_seen([0.0, 0.0], MapKind.LABELS, 2.0), _constant([0.0, 0.0]))
    assert (both == 0.0).all()


def test_photos_that_agree_outvote_the_picture() -> None:
    both = with_picture(_seen([1.0, 0.0], MapKind.LABELS, 3.0), _constant([0.0, 1.0]))
    assert (both.argmax(axis=0) == 0).all()


def test_a_view_that_does_not_tell_who_agrees_is_refused() -> None:
    with pytest.raises(ValueError, match="how many photos agree"):
        with_picture(_seen([1.0], MapKind.FEATURES, None), _constant([1.0]))


def test_rendering_first_looks_at_the_picture(photo_set: PhotoSet, network: OmniRecon) -> None:
    maps = maps_of(lambda image: image[::2, ::2].mean(axis=2)[None], 1)
    camera = photo_set.cameras[2].resized(22, 18)
    seen = LiftedViews(photo_set, network, maps, OPTIONS).view(camera)
    found = render_then_predict(maps.predictor, seen.picture)
    assert found.shape == (1, 18, 22)
    assert abs(found.mean() - seen.picture.image.numpy()[:, ::2, ::2].mean()) < 0.02
