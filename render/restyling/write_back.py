"""Edited pictures -> colours of the Gaussians, by least squares through blending and its transpose.

Notation: s the coefficients of the selected Gaussians, s_0 what they were, Phi_v s the colours that view v sees,
A_v blending (`blending_weights`), m_v = A_v 1_selected how much of a pixel the selected ones make, e_v the edited
picture. The selected ones should make of each pixel what they make of it now, in the edited colour:

    min over s of   sum_v | m_v e_v - A_v Phi_v s |^2  +  lambda | L (s - s_0) |^2

solved by conjugate gradients on the normal equations, preconditioned by their diagonal sum_v Y_k^2 sum_p w^2 + lambda.
L weighs coefficients of a higher degree more: without it they would store, by direction, in what the edited views
contradict each other. Colours below 0, which are drawn as 0, are left out where they fit already: the solution is
linearised again, from where it is, once (Gauss-Newton).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...kernels.constants import SH_C0
from ...scenes import Gaussians
from ...scenes.gaussians import SH_COEFFS_PER_DEGREE
from ..blending_weights import BlendingWeights
from .types import Picture, WriteBackOptions
from .view_colors import sh_basis_seen, sh_gradients, sh_sums

FloatArray = NDArray[np.float32]
_TINY = 1e-30


_DEFAULT_OPTIONS = WriteBackOptions()


def nothing() -> None:
    """Go on."""


def write_back(
    gaussians: Gaussians,
    weights: BlendingWeights,
    edited: Sequence[Picture],
    options: WriteBackOptions = _DEFAULT_OPTIONS,
    *,
    mask: NDArray[np.bool_] | None = None,
    on_step: Callable[[], None] = nothing,
) -> Gaussians:
    """The scene whose selected Gaussians have the colours of the edited pictures; all else stays bit for bit.

    Needs about eight times the memory of the scene's coefficients, beside that of `weights`.

    Args:
        gaussians: The scene, with the geometry that `weights` was made for.
        weights: Blending weights of the views.
        edited: A picture for each view, of its camera's size.
        options: How to solve.
        mask: `[N]`, the Gaussians that may change; `None` lets all.
        on_step: Called between steps; raise from it to cancel.

    Raises:
        ValueError: There is not one picture for each view, or `mask` or a picture has another size.
    """
    selected = np.ones(len(gaussians), np.bool_) if mask is None else np.asarray(mask, np.bool_)
    if len(edited) != len(weights) or selected.shape != (len(gaussians),):
        raise ValueError(
            f"expected {len(weights)} pictures and a mask of [{len(gaussians)}], "
            f"got {len(edited)} and {list(selected.shape)}"
        )
    problem = _Problem(gaussians, weights, selected, options, on_step)
    solved = problem.solved(edited)
    changed = np.array(gaussians.sh_coeffs)
    changed[selected, : solved.shape[1]] = solved[selected]
    return replace(gaussians, sh_coeffs=changed)


class _Problem:
    """The least-squares problem of `write_back`, over all Gaussians with those not selected held at a change of 0."""

    def __init__(
        self,
        gaussians: Gaussians,
        weights: BlendingWeights,
        selected: NDArray[np.bool_],
        options: WriteBackOptions,
        on_step: Callable[[], None],
    ) -> None:
        self._gaussians, self._weights, self._selected = gaussians, weights, selected
        self._options, self._on_step = options, on_step
        wanted = gaussians.sh_degree if options.max_sh_degree is None else options.max_sh_degree
        self._degree = min(wanted, gaussians.sh_degree)
        count = SH_COEFFS_PER_DEGREE[self._degree]
        degrees = np.sqrt(np.arange(count)).astype(np.intp)
        growth = options.stiffness_growth**degrees
        self._stiffness: FloatArray = (options.stiffness * SH_C0**2 * growth).astype(np.float32)[
            None, :, None
        ]
        self._old = np.array(gaussians.sh_coeffs[:, :count])
        self._fixed = gaussians.sh_coeffs[:, count:]

    def solved(self, edited: Sequence[Picture]) -> FloatArray:
        """The coefficients `[N, K, 3]`."""
        coeffs = self._seen_first(edited)
        for linearised, steps in enumerate(self._options.steps):
            if steps:
                coeffs = coeffs + self._change(coeffs, edited, steps, clamped=linearised > 0)
        return coeffs

    def _seen_first(self, edited: Sequence[Picture]) -> FloatArray:
        """Where to start `[N, K, 3]`: every Gaussian moved, in all directions alike, to the mean colour edited onto it.

        From the old colours, a dozen steps left their texture as grain where many Gaussians share a pixel.
        """
        moves = np.zeros_like(self._old[:, 0])
        totals = np.zeros((len(moves), 1), np.float32)
        for view, picture in enumerate(edited):
            self._on_step()
            ids, _ = self._seen(view)
            share = self._picture(view, np.ones((len(ids), 3), np.float32))
            weights = self._gathered(view, share)[0]
            colors = np.maximum(self._colors(ids, view, self._old), 0.0)
            moves[ids] += self._gathered(view, share * picture)[0] - weights * colors
            totals[ids] += weights[:, :1]
        start = self._old.copy()
        start[:, 0] += np.divide(moves, SH_C0 * totals, out=np.zeros_like(moves), where=totals > 0)
        return start

    def _change(
        self, coeffs: FloatArray, edited: Sequence[Picture], steps: int, *, clamped: bool
    ) -> FloatArray:
        """What conjugate gradients add to `coeffs`; with `clamped`, of the colours as they are drawn."""
        residual = np.asarray(self._stiffness * (self._old - coeffs), np.float32)
        diagonal = np.broadcast_to(self._stiffness, (*coeffs.shape[:2], 1)).copy()
        active = list[FloatArray]()
        for view in range(len(self._weights)):
            self._on_step()
            active.append(self._add_view(view, coeffs, edited[view], residual, diagonal, clamped))
        change = np.zeros_like(coeffs)
        preconditioned = np.asarray(residual / diagonal, np.float32)
        direction = preconditioned.copy()
        product = _dots(residual, preconditioned)
        for _ in range(steps):
            applied = self._applied(direction, active)
            length = (product / np.maximum(_dots(direction, applied), _TINY)).astype(np.float32)
            change += length * direction
            residual -= length * applied
            preconditioned = np.asarray(residual / diagonal, np.float32)
            before, product = product, _dots(residual, preconditioned)
            direction *= (product / np.maximum(before, _TINY)).astype(np.float32)
            direction += preconditioned
        return change

    def _add_view(
        self,
        view: int,
        coeffs: FloatArray,
        edited: Picture,
        residual: FloatArray,
        diagonal: FloatArray,
        clamped: bool,
    ) -> FloatArray:
        """Add one view's right-hand side and diagonal; gives which colours `[D, 3]` move what is drawn, 1 or 0."""
        ids, basis = self._seen(view)
        colors = self._colors(ids, view, coeffs)
        active = np.ones_like(colors)
        if clamped:
            active = (colors > 0).astype(np.float32)
            colors = np.maximum(colors, 0)
        made, share = self._picture(view, colors), self._picture(view, np.ones_like(colors))
        gathered, squares = self._gathered(view, share * edited - made)
        residual[ids] += sh_gradients(basis, active * gathered)
        diagonal[ids] += (basis * basis * squares[:, None])[:, :, None]
        return active

    def _applied(self, direction: FloatArray, active: Sequence[FloatArray]) -> FloatArray:
        """The normal equations' matrix times `direction [N, K, 3]`."""
        total = np.asarray(self._stiffness * direction, np.float32)
        for view, moves in enumerate(active):
            self._on_step()
            ids, basis = self._seen(view)
            image = self._picture(view, moves * sh_sums(basis, direction[ids]))
            total[ids] += sh_gradients(basis, moves * self._gathered(view, image)[0])
        return total

    def _places(self, view: int) -> NDArray[np.int32]:
        """Places `[D]` in `visible(view)` of the selected Gaussians that some pixel shows."""
        drawn = self._weights.drawn(view)
        return drawn[self._selected[self._weights.visible(view)[drawn]]]

    def _seen(self, view: int) -> tuple[NDArray[np.int32], FloatArray]:
        """Those Gaussians `[D]` and their basis functions `[D, K]`."""
        ids = self._weights.visible(view)[self._places(view)]
        return ids, sh_basis_seen(self._gaussians.means[ids], self._weights.cameras[view], self._degree)

    def _picture(self, view: int, colors: FloatArray) -> FloatArray:
        """What those Gaussians make of the view with `colors [D, 3]`, `[H, W, 3]`."""
        all_colors = np.zeros((len(self._weights.visible(view)), 3), np.float32)
        all_colors[self._places(view)] = colors
        return self._weights.blend(view, all_colors).image

    def _gathered(self, view: int, values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What those Gaussians collect from a map: sums of w r `[D, 3]` and of w^2 `[D]`."""
        places, sums = self._places(view), self._weights.gather(view, values)
        return sums.values[places], sums.squares[places]

    def _colors(self, ids: NDArray[np.int32], view: int, coeffs: FloatArray) -> FloatArray:
        """Colours `[D, 3]` before they are clamped, degrees that stay included."""
        degree, camera = self._gaussians.sh_degree, self._weights.cameras[view]
        basis = sh_basis_seen(self._gaussians.means[ids], camera, degree)
        return 0.5 + sh_sums(basis, np.concatenate([coeffs[ids], self._fixed[ids]], axis=1))


def _dots(a: FloatArray, b: FloatArray) -> NDArray[np.float64]:
    """Inner products of the three channels of `[N, K, 3]`, `[3]`."""
    return np.einsum("nkc,nkc->c", a, b, dtype=np.float64)
