"""Restyling a bake: its photos are edited, drawn from one another by its own shader, and edited again.

The pool holds every photo as it looks now. Drawing a photo from the others blends their edits, which is what makes them
agree; the mesh is never touched.

Source: Omni-Recon (arXiv:2403.11131), text-guided editing: a pool of edited views, re-rendered and edited again with
the original as condition, 20 rounds; nothing flows back into the geometry. There the whole network renders, here the
bake does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError
from ...scenes.mesh import TriangleMesh
from ..omni_recon.baked import Bake, BakedRenderer
from .colour_transfer import ColourMap, ColourTransfer, monge_kantorovich
from .restyle import edit_view
from .types import OnProgress, Picture, RestyleOptions, RestyleStage, ViewEditor, no_progress

PhotoFeatures = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""From pixels `[H, W, 3]` to `BakedView.features`."""

_DEFAULT_OPTIONS = RestyleOptions()
_LARGEST_SEED = 2**31
_MOST_COLOURS = 200_000  # that a map of colours is fitted to
_OTHER_WEIGHTS = 0.5  # of their size: features that differ by more are not those of the same network


def restyle_bake(
    bake: Bake,
    editor: ViewEditor,
    options: RestyleOptions = _DEFAULT_OPTIONS,
    *,
    features_of: PhotoFeatures | None = None,
    on_progress: OnProgress = no_progress,
) -> Bake:
    """The bake with edited photos; what is neither mesh nor backdrop keeps its pixels.

    Triangles that no photo sees get the colours that an affine map gives them, which is fitted to the photos.

    Args:
        bake: The scene.
        editor: Edits the photos.
        options: Rounds, noise, seed and exact maps; the rest is about Gaussians.
        features_of: The network that the features come from, in which fine-tuning may have moved them: they move by
            what it sees changed. `None` keeps those of the unedited photos.
        on_progress: Told of every photo; raise from it to cancel.

    Raises:
        RowsplatError: The editor cannot edit the photos, or `features_of` is not the network of this bake.
    """
    renderer, pool = BakedRenderer(bake), _Pool(bake, features_of)
    masks = list[NDArray[np.bool_]]()
    for number, view in enumerate(bake.views):
        on_progress(RestyleStage.DRAW, number, len(bake.views))
        masks.append(renderer.rasterise(view.camera).covered)
    on_progress(RestyleStage.DRAW, len(masks), len(masks))
    fitted = editor.fitted(pool.originals, [mask.astype(np.float32) for mask in masks])
    colour_map = fitted.colour_map if isinstance(fitted, ColourTransfer) and options.exact_maps else None
    if colour_map is not None:  # one map for all photos: they agree as well as they did
        edited = _masked(pool.originals, [colour_map.of_picture(each) for each in pool.originals], masks)
        return _recoloured(pool.filled_with(edited), colour_map)
    current = bake
    rounds = options.rounds or editor.rounds
    seeds = np.random.default_rng(options.seed).integers(0, _LARGEST_SEED, (rounds, len(masks)))
    for done in range(rounds):
        if done:
            renderer.upload(current)
        edited = list[Picture]()
        for number, original in enumerate(pool.originals):
            step = done * len(masks) + number
            image = drawn_photo(renderer, number, by_others=True) if done else original
            noise = options.later_noise if done else options.first_noise
            tell = _teller(on_progress, step, seeds.size)
            edited.append(edit_view(image, original, fitted, noise, int(seeds[done, number]), tell))
        current = pool.filled_with(_masked(pool.originals, edited, masks))
    on_progress(RestyleStage.EDIT, seeds.size, seeds.size)
    current = pool.filled_with(_masked(pool.originals, _blended(current, renderer, on_progress), masks))
    seen = _colours_of(bake, masks), _colours_of(current, masks)
    return _recoloured(current, monge_kantorovich(*seen)) if len(seen[0]) else current


def drawn_photo(renderer: BakedRenderer, number: int, *, by_others: bool) -> Picture:
    """The view of a photo as the bake of `renderer` draws it; the photo where no other that may be used sees the mesh.

    Args:
        renderer: Of the bake.
        number: Of the photo.
        by_others: The photo itself is not used.
    """
    view = renderer.bake.views[number]
    drawn = renderer.render(view.camera, exclude=view.name if by_others else None)
    seen: NDArray[np.bool_] = np.any(drawn.views >= 0, axis=-1, keepdims=True)
    return np.where(seen, drawn.image, _picture(view.pixels)).astype(np.float32, copy=False)


class _Pool:
    """The photos before, and bakes with others in their places."""

    def __init__(self, bake: Bake, features_of: PhotoFeatures | None) -> None:
        self._bake, self._features_of = bake, features_of
        self.originals = tuple(_picture(view.pixels) for view in bake.views)
        self._tuned = [np.zeros(1, np.float32)] * len(bake.views)
        if features_of is not None:
            self._tuned = [view.features - features_of(view.pixels) for view in bake.views]
            sizes = [np.square(view.features).sum(dtype=np.float64) for view in bake.views]
            moved = [np.square(each).sum(dtype=np.float64) for each in self._tuned]
            if sum(moved) > _OTHER_WEIGHTS**2 * sum(sizes):
                raise RowsplatError(
                    "the bake was made with other weights of Omni-Recon. Give these with --weights FILE."
                )

    def filled_with(self, pictures: Sequence[Picture]) -> Bake:
        """The bake with `pictures` for photos."""
        views = [
            replace(view, pixels=_levels(picture))
            for view, picture in zip(self._bake.views, pictures, strict=True)
        ]
        if self._features_of is not None:
            views = [
                replace(view, features=self._features_of(view.pixels) + tuned)
                for view, tuned in zip(views, self._tuned, strict=True)
            ]
        return replace(self._bake, views=tuple(views))


def _blended(bake: Bake, renderer: BakedRenderer, on_progress: OnProgress) -> list[Picture]:
    """Every photo as the bake draws its view, from itself and the two most alike."""
    renderer.upload(bake)
    drawn = list[Picture]()
    for number in range(len(bake.views)):
        on_progress(RestyleStage.BLEND, number, len(bake.views))
        drawn.append(drawn_photo(renderer, number, by_others=False))
    on_progress(RestyleStage.BLEND, len(drawn), len(drawn))
    return drawn


def _masked(
    outside: Sequence[Picture], inside: Sequence[Picture], masks: Sequence[NDArray[np.bool_]]
) -> list[Picture]:
    """`inside` where the mesh is."""
    parts = zip(outside, inside, masks, strict=True)
    return [np.where(mask[..., None], within, around) for around, within, mask in parts]


def _recoloured(bake: Bake, colour_map: ColourMap) -> Bake:
    """The bake with the own colours of mesh and backdrop mapped."""
    mesh, backdrop = bake.mesh, bake.backdrop
    colors = colour_map.of_picture(mesh.vertex_colors[None].astype(np.float32))[0]
    if backdrop is not None:
        backdrop = replace(backdrop, colors=_levels(colour_map.of_picture(_picture(backdrop.colors))))
    mesh = TriangleMesh(vertices=mesh.vertices, faces=mesh.faces, vertex_colors=colors)
    return replace(bake, mesh=mesh, backdrop=backdrop)


def _colours_of(bake: Bake, masks: Sequence[NDArray[np.bool_]]) -> NDArray[np.float32]:
    """Some of the photos' colours where the mesh is, `[M, 3]`."""
    step = max(1, sum(int(mask.sum()) for mask in masks) // _MOST_COLOURS)
    pixels = [view.pixels[mask][::step] for view, mask in zip(bake.views, masks, strict=True)]
    return _picture(np.concatenate(pixels))


def _picture(pixels: NDArray[np.uint8]) -> Picture:
    return (pixels / np.float32(255.0)).astype(np.float32, copy=False)


def _levels(picture: Picture) -> NDArray[np.uint8]:
    return np.round(np.clip(picture, 0.0, 1.0) * 255.0).astype(np.uint8)


def _teller(on_progress: OnProgress, done: int, total: int) -> Callable[[], None]:
    return lambda: on_progress(RestyleStage.EDIT, done, total)
