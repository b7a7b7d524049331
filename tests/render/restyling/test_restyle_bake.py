"""Restyled bakes: what stays as it was, the order of rounds, and that photos agree at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray
from rowsplat.kernels.errors import RowsplatError
from rowsplat.render.omni_recon.baked import Bake, BakedRenderer
from rowsplat.render.restyling import ColourTransfer, Picture, RestyleOptions, RestyleStage
from rowsplat.render.restyling.restyle_bake import drawn_photo, restyle_bake
from rowsplat.render.view_consistency import DepthView, correspondence, warped_error

from ..omni_recon.baked.coloured_solids import around, baked, box

COUNT = 8


@dataclass(eq=False, kw_only=True)
class Tinter:
    """Gives every photo another tint, and keeps what it was given."""

    rounds: int = 1
    spread: float = 1.0
    name: str = "tinter"
    given: list[tuple[Picture, Picture, float, int]] = field(default_factory=list)
    alphas: list[NDArray[np.float32]] = field(default_factory=list)

    def fitted(self, views: Sequence[Picture], alphas: Sequence[NDArray[np.float32]]) -> Tinter:
        assert len(views) == len(alphas)
        self.alphas = list(alphas)
        return self

    def edit(self, image: Picture, *, original: Picture, noise: float, seed: int) -> Picture:
        self.given.append((image, original, noise, seed))
        tint = 0.5 + self.spread * (np.random.default_rng(seed).random(3) - 0.5)
        return ((1.0 - noise) * image + noise * 0.5 * (original + tint)).astype(np.float32)


@pytest.fixture(scope="module")
def bake() -> Bake:
    return baked(box(), around(COUNT, side=48))


@pytest.fixture(scope="module")
def masks(bake: Bake) -> list[NDArray[np.bool_]]:
    renderer = BakedRenderer(bake)
    return [renderer.rasterise(view.camera).covered for view in bake.views]


def _pictures(bake: Bake) -> list[Picture]:
    return [(view.pixels / 255.0).astype(np.float32) for view in bake.views]


def _disagreement(bake: Bake, pictures: Sequence[Picture]) -> float:
    """Mean error between photos and their nearest ones, warped by depth."""
    renderer = BakedRenderer(bake)
    views = [DepthView(camera=v.camera, depth=renderer.rasterise(v.camera).depth) for v in bake.views]
    errors = list[float]()
    for k, view in enumerate(views):
        apart = [np.linalg.norm(view.camera.position - other.camera.position) for other in views]
        nearest = int(np.argsort(apart)[1])
        match = correspondence(view, views[nearest])
        errors.append(warped_error(match, pictures[k], pictures[nearest]))
    return float(np.mean(errors))


@pytest.mark.parametrize(
    "editor", [Tinter(), Tinter(rounds=2), ColourTransfer(np.full((4, 4, 3), 0.9, np.float32))]
)
def test_only_what_shows_the_mesh_changes(
    bake: Bake, masks: list[NDArray[np.bool_]], editor: Tinter | ColourTransfer
) -> None:
    found = restyle_bake(bake, editor)
    np.testing.assert_array_equal(found.mesh.vertices, bake.mesh.vertices)
    np.testing.assert_array_equal(found.mesh.faces, bake.mesh.faces)
    assert found.appearance is bake.appearance
    for before, after, mask in zip(bake.views, found.views, masks, strict=True):
        assert (after.name, after.camera) == (before.name, before.camera)
        np.testing.assert_array_equal(after.pixels[~mask], before.pixels[~mask])
        assert (after.pixels[mask] != before.pixels[mask]).any(axis=-1).mean() > 0.9


@pytest.mark.parametrize("rounds", [1, 4])
def test_photos_that_were_edited_apart_agree_twice_as_well_at_the_end(bake: Bake, rounds: int) -> None:
    """Against photos that were edited as often, each on its own."""
    found = restyle_bake(bake, Tinter(rounds=rounds))
    alone = Tinter()
    apart = _pictures(bake)
    for turn in range(rounds):
        noise = 0.3 if turn else 1.0
        apart = [
            alone.edit(picture, original=original, noise=noise, seed=100 * turn + k)
            for k, (picture, original) in enumerate(zip(apart, _pictures(bake), strict=True))
        ]
    assert _disagreement(bake, _pictures(bake)) < 0.02
    assert _disagreement(found, _pictures(found)) < 0.5 * _disagreement(bake, apart)


def test_an_edit_that_is_the_same_everywhere_is_kept(bake: Bake, masks: list[NDArray[np.bool_]]) -> None:
    found = restyle_bake(bake, Tinter(spread=0.0))
    for before, after, mask in zip(_pictures(bake), _pictures(found), masks, strict=True):
        error = np.abs(after - 0.5 * (before + 0.5))[mask]
        assert error.mean() < 0.01


def test_later_rounds_start_from_what_the_other_photos_show_and_keep_the_original(bake: Bake) -> None:
    editor = Tinter(rounds=2)
    restyle_bake(bake, editor)
    first, second = editor.given[:COUNT], editor.given[COUNT:]
    assert [noise for _, _, noise, _ in editor.given] == [1.0] * COUNT + [0.3] * COUNT
    assert len({seed for _, _, _, seed in editor.given}) == 2 * COUNT
    for (image, original, _, _), photo in zip(first, _pictures(bake), strict=True):
        np.testing.assert_array_equal(image, photo)
        np.testing.assert_array_equal(original, photo)
    for (image, original, _, _), photo in zip(second, _pictures(bake), strict=True):
        np.testing.assert_array_equal(original, photo)
        assert np.abs(image - photo).mean() > 0.02


def test_a_photo_has_no_part_in_its_own_prediction(bake: Bake, masks: list[NDArray[np.bool_]]) -> None:
    black = [*bake.views]
    black[3] = type(black[3])(
        name=black[3].name,
        camera=black[3].camera,
        pixels=np.zeros_like(black[3].pixels),
        features=black[3].features,
    )
    spoilt = BakedRenderer(Bake(mesh=bake.mesh, views=tuple(black), appearance=bake.appearance))
    views = spoilt.render(bake.views[3].camera, exclude="photo 3").views
    seen = masks[3] & (views >= 0).any(axis=-1)
    assert seen.sum() > 100
    np.testing.assert_array_less(0.05, drawn_photo(spoilt, 3, by_others=True)[seen].max(axis=-1))
    assert drawn_photo(spoilt, 3, by_others=True)[masks[3] & ~seen].max(initial=0.0) == 0.0


def test_masks_are_told_to_the_editor(bake: Bake, masks: list[NDArray[np.bool_]]) -> None:
    editor = Tinter()
    restyle_bake(bake, editor)
    for alpha, mask in zip(editor.alphas, masks, strict=True):
        np.testing.assert_array_equal(alpha > 0.5, mask)


def test_a_map_of_colours_is_applied_as_it_is_and_to_the_mesh_too(
    bake: Bake, masks: list[NDArray[np.bool_]]
) -> None:
    editor = ColourTransfer(np.random.default_rng(0).random((8, 8, 3)).astype(np.float32))
    found = restyle_bake(bake, editor)
    colour_map = editor.fitted(_pictures(bake), [mask.astype(np.float32) for mask in masks]).colour_map
    assert colour_map is not None
    for before, after, mask in zip(_pictures(bake), _pictures(found), masks, strict=True):
        np.testing.assert_allclose(after[mask], colour_map.of_picture(before)[mask], atol=0.51 / 255)
    np.testing.assert_allclose(
        found.mesh.vertex_colors, colour_map.of_picture(bake.mesh.vertex_colors[None])[0], atol=1e-6
    )


def _network(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Stands for the network: 32 numbers a cell that depend on the pixels."""
    cells = (pixels[::4, ::4] / 255.0).astype(np.float32)
    return np.concatenate([cells, np.tile(cells[..., :1], 29)], axis=-1)


def test_features_follow_the_photos_and_keep_what_fine_tuning_did(bake: Bake) -> None:
    tuned = [
        0.01 * np.random.default_rng(k).standard_normal(view.features.shape).astype(np.float32)
        for k, view in enumerate(bake.views)
    ]
    views = tuple(
        type(view)(
            name=view.name, camera=view.camera, pixels=view.pixels, features=_network(view.pixels) + more
        )
        for view, more in zip(bake.views, tuned, strict=True)
    )
    found = restyle_bake(
        Bake(mesh=bake.mesh, views=views, appearance=bake.appearance), Tinter(), features_of=_network
    )
    for view, more in zip(found.views, tuned, strict=True):
        np.testing.assert_allclose(view.features, _network(view.pixels) + more, atol=1e-5)


def test_features_of_another_network_are_refused(bake: Bake) -> None:
    with pytest.raises(RowsplatError, match="other weights"):
        restyle_bake(bake, Tinter(), features_of=_network)


def test_features_stay_without_a_network(bake: Bake) -> None:
    for before, after in zip(bake.views, restyle_bake(bake, Tinter()).views, strict=True):
        np.testing.assert_array_equal(before.features, after.features)


def test_the_same_seed_gives_the_same_bake(bake: Bake) -> None:
    first, second = (restyle_bake(bake, Tinter(rounds=2)) for _ in range(2))
    other = restyle_bake(bake, Tinter(rounds=2), RestyleOptions(seed=1))
    assert all((a.pixels == b.pixels).all() for a, b in zip(first.views, second.views, strict=True))
    assert any((a.pixels != b.pixels).any() for a, b in zip(first.views, other.views, strict=True))


def test_progress_runs_to_the_end_and_raising_from_it_ends_the_work(bake: Bake) -> None:
    told = list[tuple[RestyleStage, int, int]]()
    restyle_bake(bake, Tinter(rounds=2), on_progress=lambda *step: told.append(step))
    assert told[0] == (RestyleStage.DRAW, 0, COUNT)
    assert (RestyleStage.EDIT, 2 * COUNT, 2 * COUNT) in told
    assert told[-1] == (RestyleStage.BLEND, COUNT, COUNT)

    class StopError(Exception):
        pass

    for last in (0, COUNT + 3, len(told) - 1):
        left = list(range(last))

        def stop(*_: object, left: list[int] = left) -> None:
            if not left:
                raise StopError
            left.pop()

        with pytest.raises(StopError):
            restyle_bake(bake, Tinter(rounds=2), on_progress=stop)
