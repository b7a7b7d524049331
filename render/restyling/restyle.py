"""Restyling a scene through pictures of it: draw views, edit them one by one, write what was edited into the colours.

Views that are edited one by one contradict each other. Writing them into one set of Gaussians and drawing these again
is what makes them agree; editors that gain from it start the next round from there.

Source: Omni-Recon (arXiv:2403.11131), text-guided editing: a pool of edited views, re-rendered through blending and
edited again with the original as condition. There an image-based renderer blends the pool; here blending is inverted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...kernels.errors import RowsplatError
from ...scenes import Camera, Gaussians
from ..blending_weights import BlendingWeights
from .colour_transfer import ColourMap, ColourTransfer
from .types import OnProgress, Picture, RestyleOptions, RestyleStage, ViewEditor, no_progress
from .view_colors import sh_basis_seen, sh_sums
from .view_ring import camera_ring
from .write_back import write_back

_DEFAULT_OPTIONS = RestyleOptions()
_LARGEST_SEED = 2**31


@dataclass(frozen=True, eq=False, kw_only=True)
class Restyled:
    """A restyled scene and what it was made from.

    Args:
        gaussians: The scene; all but the colours of the selected Gaussians is that of the original, bit for bit.
        weights: Blending weights of the views, good for further edits.
        originals: The views before.
        pool: The edited views of the last round; `originals` edited where nothing had to be written back.
        shares: How much of each pixel the selected Gaussians make, `[H, W]` each.
    """

    gaussians: Gaussians
    weights: BlendingWeights
    originals: tuple[Picture, ...]
    pool: tuple[Picture, ...]
    shares: tuple[NDArray[np.float32], ...]


def restyle(
    gaussians: Gaussians,
    editor: ViewEditor,
    options: RestyleOptions = _DEFAULT_OPTIONS,
    *,
    mask: NDArray[np.bool_] | None = None,
    cameras: Sequence[Camera] | None = None,
    on_progress: OnProgress = no_progress,
) -> Gaussians:
    """The scene with the colours that an editor of pictures gives it; arguments and errors as in `restyle_views`."""
    return restyle_views(
        gaussians, editor, options, mask=mask, cameras=cameras, on_progress=on_progress
    ).gaussians


def restyle_views(
    gaussians: Gaussians,
    editor: ViewEditor,
    options: RestyleOptions = _DEFAULT_OPTIONS,
    *,
    mask: NDArray[np.bool_] | None = None,
    cameras: Sequence[Camera] | None = None,
    weights: BlendingWeights | None = None,
    on_progress: OnProgress = no_progress,
) -> Restyled:
    """Restyle a scene and keep the views.

    Args:
        gaussians: The scene.
        editor: Edits the views.
        options: How to restyle.
        mask: `[N]`, the Gaussians that may change; `None` lets all.
        cameras: The views; `None` takes those of `weights`, or a ring of `options.views` around the subject.
        weights: Blending weights of the scene, where somebody has them already; they bring their cameras.
        on_progress: Told of every view drawn and edited, and often in between; raise from it to cancel.

    Raises:
        RowsplatError: Nothing is selected or seen, or the editor cannot edit the views.
        ValueError: `mask` has another size.
    """
    selected = np.ones(len(gaussians), np.bool_) if mask is None else np.asarray(mask, np.bool_)
    if selected.shape != (len(gaussians),):
        raise ValueError(f"mask must have shape [{len(gaussians)}], got {list(selected.shape)}")
    if not selected.any():
        raise RowsplatError("nothing is selected that could be restyled.")
    if weights is None:
        ring = camera_ring(gaussians, options.views, options.picture_size) if cameras is None else cameras
        weights = BlendingWeights(gaussians, ring, memory_limit=options.memory_limit)
    originals, shares = _drawn(gaussians, weights, selected, options, on_progress)
    fitted = editor.fitted(originals, shares)
    colour_map = fitted.colour_map if isinstance(fitted, ColourTransfer) and options.exact_maps else None
    if colour_map is not None:
        mapped = _mapped(gaussians, selected, colour_map)
        pool = tuple(colour_map.of_picture(original) for original in originals)
    else:
        mapped, pool = _rounds(gaussians, weights, selected, originals, fitted, options, on_progress)
    return Restyled(gaussians=mapped, weights=weights, originals=originals, pool=pool, shares=shares)


def draw_view(
    gaussians: Gaussians,
    weights: BlendingWeights,
    view: int,
    background: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Picture:
    """One view as the renderer draws it, clipped to [0, 1], over `background`."""
    ids = weights.visible(view)
    basis = sh_basis_seen(gaussians.means[ids], weights.cameras[view], gaussians.sh_degree)
    drawn = weights.blend(view, np.maximum(0.5 + sh_sums(basis, gaussians.sh_coeffs[ids]), 0.0))
    behind = (1.0 - drawn.alpha)[..., None] * np.array(background, np.float32)
    return np.clip(drawn.image + behind, 0.0, 1.0).astype(np.float32, copy=False)


def _drawn(
    gaussians: Gaussians,
    weights: BlendingWeights,
    selected: NDArray[np.bool_],
    options: RestyleOptions,
    on_progress: OnProgress,
) -> tuple[tuple[Picture, ...], tuple[NDArray[np.float32], ...]]:
    """All views and how much of their pixels the selected Gaussians make."""
    pictures, shares = list[Picture](), list[NDArray[np.float32]]()
    for view in range(len(weights)):
        on_progress(RestyleStage.DRAW, view, len(weights))
        pictures.append(draw_view(gaussians, weights, view, options.background))
        chosen = np.repeat(selected[weights.visible(view), None].astype(np.float32), 3, axis=1)
        shares.append(np.ascontiguousarray(weights.blend(view, chosen).image[..., 0]))
    on_progress(RestyleStage.DRAW, len(weights), len(weights))
    return tuple(pictures), tuple(shares)


def _mapped(gaussians: Gaussians, selected: NDArray[np.bool_], colour_map: ColourMap) -> Gaussians:
    coeffs = np.array(gaussians.sh_coeffs)
    coeffs[selected] = colour_map.of_sh(gaussians.sh_coeffs[selected])
    return replace(gaussians, sh_coeffs=coeffs)


def _rounds(
    gaussians: Gaussians,
    weights: BlendingWeights,
    selected: NDArray[np.bool_],
    originals: tuple[Picture, ...],
    editor: ViewEditor,
    options: RestyleOptions,
    on_progress: OnProgress,
) -> tuple[Gaussians, tuple[Picture, ...]]:
    """The scene after all rounds of editing and writing back, and the last pool."""
    views, rounds = len(weights), options.rounds or editor.rounds
    edits = rounds * views
    seeds = np.random.default_rng(options.seed).integers(0, _LARGEST_SEED, edits)
    current, pool = gaussians, originals
    for edited in range(0, edits, views):
        pool = tuple(
            edit_view(
                originals[view] if not edited else draw_view(current, weights, view, options.background),
                originals[view],
                editor,
                options.later_noise if edited else options.first_noise,
                int(seeds[edited + view]),
                _teller(on_progress, edited + view, edits),
            )
            for view in range(views)
        )
        current = write_back(
            gaussians,
            weights,
            pool,
            options.write_back,
            mask=selected,
            on_step=_teller(on_progress, edited + views, edits),
        )
    on_progress(RestyleStage.EDIT, edits, edits)
    return current, pool


def edit_view(
    image: Picture,
    original: Picture,
    editor: ViewEditor,
    noise: float,
    seed: int,
    tell: Callable[[], None],
) -> Picture:
    """What the editor makes of a picture; arguments as in `ViewEditor.edit`, `tell` is called first.

    Raises:
        RowsplatError: It is of another size, or not finite.
    """
    tell()
    edited = np.asarray(editor.edit(image, original=original, noise=noise, seed=seed), np.float32)
    if edited.shape != original.shape or not np.isfinite(edited).all():
        raise RowsplatError(
            f"{editor.name}: expected a picture of {original.shape[1]}x{original.shape[0]} with finite colours, "
            f"got {list(edited.shape)}. Check its weights."
        )
    return edited


def _teller(on_progress: OnProgress, done: int, total: int) -> Callable[[], None]:
    return lambda: on_progress(RestyleStage.EDIT, done, total)
