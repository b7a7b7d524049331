"""The scenes of the render process: read, edited, placed, merged into the one set of Gaussians that is drawn.

Gaussians of several scenes are merged before sorting, so that they hide each other correctly. Every step keeps its last
result, so that a change redoes only what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from ..kernels.constants import SH_C0
from ..kernels.errors import RowsplatError, one_line
from ..render.mesh_rendering import MeshRenderer
from ..scenes import (
    Camera,
    Gaussians,
    SceneExtent,
    default_camera,
    load_gaussians,
    merge,
    scene_extent,
    transform,
)
from ..scenes.edits import EditCache, EditedGaussians, IndexMask
from ..scenes.flipbook import open_flipbook
from ..scenes.flipbook_loader import FlipbookLoader
from ..scenes.formats.mesh_files import load_mesh
from .held_bakes import HeldBake, PlacedBake, is_bake_file
from .messages import IDENTITY, Look, Matrix, SceneFailed, SceneLoaded, SceneSpec, Shape
from .photo_shelf import PhotoShelf

_HIGHLIGHT = np.array([1.0, 0.62, 0.1], np.float32)
_HIGHLIGHT_SHARE = 0.7
_FAINT = np.float32(0.03)
"""Part of the opacity of what is seen through; solid things are many layers of splats."""
_CENTRE_SIZE = 0.002  # of the scene's radius
_OPAQUE_LOGIT = 6.0
_LARGEST_GROWTH = 2.0  # of the area of what is kept while the camera moves
_VIEW_WIDTH, _VIEW_HEIGHT = 1280, 720

_NEAREST_PLANE = 1e-3
_EVERYTHING = Look()

Source = tuple[Path, "int | None", "Matrix | None", bool]
"""File, level of detail, for meshes, which are held in the world frame, their placement, and whether a flipbook."""

NOTHING = Gaussians(
    means=np.empty((0, 3), np.float32),
    quats=np.empty((0, 4), np.float32),
    log_scales=np.empty((0, 3), np.float32),
    logit_opacities=np.empty(0, np.float32),
    sh_coeffs=np.empty((0, 1, 3), np.float32),
)
"""What is drawn while there is nothing to draw."""


@dataclass
class _Held:
    """A scene that was read, and its last edited form."""

    base: Gaussians
    extent: SceneExtent
    cache: EditCache
    mesh: MeshRenderer | None = None
    bake: HeldBake | None = None
    flipbook: FlipbookLoader | None = None
    frame: int = 0
    shown: tuple[object, Gaussians] | None = None
    reduced: tuple[object, Gaussians] | None = None

    def reduced_to(self, share: float, gaussians: Gaussians) -> Gaussians:
        """The most important share of them; kept until others are asked for."""
        if self.reduced is None or self.reduced[0] != (share, gaussians):
            self.reduced = ((share, gaussians), most_important(gaussians, share))
        return self.reduced[1]

    @cached_property
    def view(self) -> Camera:
        """A good view of it; of a flipbook, of its first frame."""
        if self.bake is not None:
            return self.bake.view
        if self.mesh is None:
            return default_camera(self.base, width=_VIEW_WIDTH, height=_VIEW_HEIGHT)
        return Camera.orbit(
            self.extent.center,
            distance=3.0 * self.extent.radius,
            azimuth_deg=0.0,
            elevation_deg=15.0,
            width=_VIEW_WIDTH,
            height=_VIEW_HEIGHT,
        )

    def turn_to(self, frame: int) -> bool:
        """Hold another frame of the flipbook if it has been read; whether it has."""
        assert self.flipbook is not None
        found = self.flipbook.request(frame % len(self.flipbook.flipbook))
        if found is None:
            return False
        self.base, self.cache, self.frame = found, EditCache(found), frame
        return True


class SceneStack:
    """What `ShowScenes` asked for, as far as it has been read, and the `photos` that it is compared with.

    Use from one thread.
    """

    def __init__(self, load: Callable[..., Gaussians] = load_gaussians) -> None:
        """Show nothing yet; `load(path, lod=...)` reads a scene file."""
        self._load = load
        self.specs: tuple[SceneSpec, ...] = ()
        self.photos = PhotoShelf()
        self._held: dict[Source, _Held] = {}
        self._loading: dict[Source, list[_Held | RowsplatError]] = {}
        self._merged: tuple[object, dict[float, Gaussians | None]] = (None, {})

    @property
    def is_loading(self) -> bool:
        """Whether a file or a frame of a flipbook is being read."""
        return bool(self._loading) or bool(self._turning())

    @property
    def is_empty_yet(self) -> bool:
        """Whether nothing has been read of what is being read."""
        return self.is_loading and not self._held

    def show(self, specs: Sequence[SceneSpec]) -> list[SceneLoaded]:
        """Show these scenes; files not held are read in threads, the others are reported at once."""
        known = {spec.scene_id for spec in self.specs}
        self.specs = tuple(specs)
        wanted = {_source(spec) for spec in self.specs}
        for source in set(self._held) - wanted:
            self._drop(source)
        self._loading = {source: box for source, box in self._loading.items() if source in wanted}
        for source in wanted - set(self._held) - set(self._loading):
            box: list[_Held | RowsplatError] = []
            self._loading[source] = box
            Thread(target=self._read, args=(source, box), daemon=True).start()
        return [
            _loaded(spec, self._held[_source(spec)])
            for spec in self.specs
            if spec.scene_id not in known and _source(spec) in self._held
        ]

    def _drop(self, source: Source) -> None:
        flipbook = self._held.pop(source).flipbook
        if flipbook is not None:
            flipbook.close()

    def collect(self) -> list[SceneLoaded | SceneFailed]:
        """What has been read since the last call."""
        news: list[SceneLoaded | SceneFailed] = []
        for source, box in list(self._loading.items()):
            if not box:
                continue
            del self._loading[source]
            specs = [spec for spec in self.specs if _source(spec) == source]
            found = box[0]
            if isinstance(found, RowsplatError):
                news += [SceneFailed(scene_id=spec.scene_id, problem=str(found)) for spec in specs]
                continue
            self._held[source] = found
            news += [_loaded(spec, found) for spec in specs]
        return news + self._turn()

    def _turn(self) -> list[SceneLoaded | SceneFailed]:
        """Turn the flipbooks to the frames that are wanted, as far as these have been read."""
        turned = [(spec, held, _turned(held, spec.frame or 0)) for spec, held in self._turning()]
        return [
            SceneFailed(scene_id=spec.scene_id, problem=problem) if problem else _loaded(spec, held)
            for spec, held, problem in turned
            if problem is not None
        ]

    def _turning(self) -> list[tuple[SceneSpec, _Held]]:
        """Flipbooks that show another frame than the one that is wanted."""
        found = [(spec, self._held.get(_source(spec))) for spec in self.specs if spec.frame is not None]
        return [(spec, held) for spec, held in found if held is not None and held.frame != spec.frame]

    def holds(self, spec: SceneSpec) -> bool:
        """Whether the scene has been read."""
        return _source(spec) in self._held

    def edited(self, scene_id: int) -> EditedGaussians:
        """The scene after its edits, in its own frame.

        Raises:
            RowsplatError: It is not shown, or not read yet.
        """
        for spec in self.specs:
            if spec.scene_id == scene_id and _source(spec) in self._held:
                return self._held[_source(spec)].cache.apply(spec.program)
        raise RowsplatError(f"scene {scene_id} is not loaded (any more)")

    def depth_before(self, camera: Camera, photos: Path) -> float:
        """View-space depth of the middle of what is visible, or the way to it where it is not before the camera; of
        what the `photos` look at where nothing is.
        """
        middles = [
            (np.array(spec.matrix) @ np.array([*self._held[_source(spec)].extent.center, 1.0]))[:3]
            for spec in self._visible(_EVERYTHING)
        ]
        if not middles:
            subject = self.photos.middle(photos)
            if subject is None:
                return 1.0
            middles = [subject]
        x, y, z = camera.viewmat[:3, :3] @ np.mean(middles, axis=0) + camera.viewmat[:3, 3]
        return max(float(z) if z > 0 else float(np.hypot(np.hypot(x, y), z)), _NEAREST_PLANE)

    def meshes(self, look: Look) -> list[MeshRenderer | PlacedBake]:
        """The visible meshes and bakes of `look`, in the world frame."""
        found = [(spec, self._held[_source(spec)]) for spec in self._visible(look)]
        meshes: list[MeshRenderer | PlacedBake] = [held.mesh for _, held in found if held.mesh is not None]
        return meshes + [
            PlacedBake(held=held.bake, matrix=spec.matrix) for spec, held in found if held.bake is not None
        ]

    def bake_alone(self, look: Look) -> PlacedBake | None:
        """The bake of `look`, where nothing else of it is visible."""
        meshes = self.meshes(look)
        if len(self._visible(look)) != 1 or not meshes or not isinstance(meshes[0], PlacedBake):
            return None
        return meshes[0]

    def _visible(self, look: Look) -> list[SceneSpec]:
        return [
            spec
            for spec in self.specs
            if spec.visible
            and _source(spec) in self._held
            and (look.scenes is None or spec.scene_id in look.scenes)
        ]

    def merged(self, look: Look, *, highlight: bool, detail: float = 1.0) -> Gaussians | None:
        """What `look` draws, in the world frame; `None` for nothing. The same object while it is the same.

        With `detail` < 1 only that share of each scene, the most important Gaussians.
        """
        specs = [spec for spec in self._visible(look) if not spec.is_mesh]
        key = ([(s, self._held[_source(s)].base) for s in specs], look.shape, highlight)
        if self._merged[0] != key:
            self._merged = (key, {})
        found = self._merged[1]
        if detail not in found:
            for other in [other for other in found if other < 1.0]:  # one reduced set beside the whole one
                del found[other]
            found[detail] = self._merge(specs, look.shape, highlight=highlight, detail=detail)
        return found[detail]

    def _merge(
        self, specs: Sequence[SceneSpec], shape: Shape, *, highlight: bool, detail: float
    ) -> Gaussians | None:
        parts = [self._placed(spec, shape, highlight=highlight, detail=detail) for spec in specs]
        parts = [part for part in parts if len(part)]
        if len(parts) < 2:
            return parts[0] if parts else None
        antialiased = parts[0].antialiased
        return merge(*(replace(part, antialiased=antialiased) for part in parts))

    def _placed(self, spec: SceneSpec, shape: Shape, *, highlight: bool, detail: float) -> Gaussians:
        held = self._held[_source(spec)]
        gaussians = self._shown(held, spec, highlight=highlight)
        # Reduced before the rest, which a scene that is being dragged needs for every picture.
        if detail < 1.0 and len(gaussians):
            gaussians = held.reduced_to(detail, gaussians)
        if spec.matrix != IDENTITY:
            gaussians = transform(gaussians, np.array(spec.matrix))
        return _shaped(gaussians, shape, held.extent.radius)

    def _shown(self, held: _Held, spec: SceneSpec, *, highlight: bool) -> Gaussians:
        """Edited, tinted and without what is hidden; the same object while it is the same."""
        edited = held.cache.apply(spec.program)
        key = (edited, (spec.selection, spec.is_faint) if highlight else None)
        if held.shown is None or held.shown[0] != key:
            gaussians = edited.gaussians
            if highlight and spec.selection is not None and spec.selection.count == len(gaussians):
                gaussians = _tinted(gaussians, spec.selection)
            if highlight and spec.is_faint:
                gaussians = _faint_but(gaussians, spec.selection)
            shown = edited.alive & ~edited.hidden
            held.shown = (key, gaussians if shown.all() else gaussians.select(shown))
        return held.shown[1]

    def _read(self, source: Source, box: list[_Held | RowsplatError]) -> None:
        path, lod, placement, is_flipbook = source
        try:
            if is_flipbook:
                box.append(_held_flipbook(path))
            elif is_bake_file(path):
                box.append(_held_bake(path))
            elif placement is not None:
                box.append(_held_mesh(path, placement))
            else:
                box.append(_held(self._load(path, lod=lod)))
        except RowsplatError as error:
            box.append(error)
        except Exception as error:  # else the scene would be waited for for ever
            what = one_line(error) or type(error).__name__
            box.append(RowsplatError(f"{path}: cannot be read ({what})."))


def most_important(gaussians: Gaussians, share: float) -> Gaussians:
    """The Gaussians with the most opacity times area, enlarged a little to cover for the others."""
    count = max(1, round(share * len(gaussians)))
    scales = np.sort(gaussians.log_scales, axis=1)
    opacity = -np.logaddexp(0.0, -gaussians.logit_opacities)
    weight = opacity + scales[:, 1] + scales[:, 2]
    kept = np.sort(np.argpartition(weight, len(weight) - count)[len(weight) - count :])
    area = np.exp(weight - weight.max())
    missing = float(area.sum() / max(float(area[kept].sum()), 1e-12))
    chosen = gaussians.select(kept)
    growth = np.float32(0.5 * np.log(min(missing, _LARGEST_GROWTH)))
    return replace(chosen, log_scales=chosen.log_scales + growth)


def _source(spec: SceneSpec) -> Source:
    placed = spec.is_mesh and not is_bake_file(spec.source)  # bakes are placed when they are drawn
    return spec.source, spec.lod, spec.matrix if placed else None, spec.frame is not None


def _held(base: Gaussians) -> _Held:
    return _Held(base=base, extent=scene_extent(base), cache=EditCache(base))


def _turned(held: _Held, frame: int) -> str | None:
    """Turn a flipbook: "" when it shows the frame, `None` when it is not read yet, else what is wrong in one line."""
    try:
        return "" if held.turn_to(frame) else None
    except RowsplatError as error:
        return str(error)


def _held_flipbook(folder: Path) -> _Held:
    loader = FlipbookLoader(open_flipbook(folder))
    first = loader.frame(0)
    return _Held(base=first, extent=scene_extent(first), cache=EditCache(first), flipbook=loader)


def _held_mesh(path: Path, placement: Matrix) -> _Held:
    mesh = load_mesh(path)
    matrix = np.array(placement)
    vertices = mesh.vertices @ matrix[:3, :3].T + matrix[:3, 3]
    middle = (vertices.min(axis=0) + vertices.max(axis=0)) / 2 if len(vertices) else np.zeros(3)
    radius = float(np.linalg.norm(vertices - middle, axis=1).max(initial=1e-6))
    placed = replace(mesh, vertices=vertices.astype(np.float32))
    extent = SceneExtent(center=middle.astype(np.float64), radius=radius)
    return _Held(base=NOTHING, extent=extent, cache=EditCache(NOTHING), mesh=MeshRenderer(placed))


def _held_bake(path: Path) -> _Held:
    bake = HeldBake(path)
    return _Held(base=NOTHING, extent=bake.extent, cache=EditCache(NOTHING), bake=bake)


def _loaded(spec: SceneSpec, held: _Held) -> SceneLoaded:
    x, y, z = (float(value) for value in held.extent.center)
    return SceneLoaded(
        scene_id=spec.scene_id,
        count=len(held.base),
        center=(x, y, z),
        radius=held.extent.radius,
        view=held.view,
        sh_degree=held.base.sh_degree,
        nbytes=held.base.nbytes if held.bake is None else held.bake.nbytes,
        frames=1 if held.flipbook is None else len(held.flipbook.flipbook),
        fps=24.0 if held.flipbook is None else held.flipbook.flipbook.fps,
    )


def _tinted(gaussians: Gaussians, selection: IndexMask) -> Gaussians:
    chosen: NDArray[np.bool_] = selection.to_bool()
    if not chosen.any():
        return gaussians
    sh = gaussians.sh_coeffs.copy()
    tint = (_HIGHLIGHT - 0.5) / SH_C0
    sh[chosen] *= 1.0 - _HIGHLIGHT_SHARE
    sh[chosen, 0] += np.float32(_HIGHLIGHT_SHARE) * tint
    return replace(gaussians, sh_coeffs=sh)


def _faint_but(gaussians: Gaussians, selection: IndexMask | None) -> Gaussians:
    """The selected as they are, the others with a small part of their opacity."""
    others = np.ones(len(gaussians), np.bool_)
    if selection is not None and selection.count == len(gaussians):
        others = ~selection.to_bool()
    logits = gaussians.logit_opacities.copy()
    # sigmoid(y) = f sigmoid(x)  <=>  y = x + ln f - ln(1 + (1 - f) e^x)
    inverse = np.logaddexp(0.0, logits[others] + np.log1p(-_FAINT))
    logits[others] += np.float32(np.log(_FAINT)) - inverse
    return replace(gaussians, logit_opacities=logits)


def _shaped(gaussians: Gaussians, shape: Shape, radius: float) -> Gaussians:
    if shape is Shape.SPLAT:
        return gaussians
    logits = np.full(len(gaussians), _OPAQUE_LOGIT, np.float32)
    if shape is Shape.ELLIPSOID:
        return replace(gaussians, logit_opacities=logits)
    log_scales = np.full((len(gaussians), 3), np.log(_CENTRE_SIZE * radius), np.float32)
    return replace(gaussians, logit_opacities=logits, log_scales=log_scales)
