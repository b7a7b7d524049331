"""What a scene consists of, without any names: floor, table, walls, ceiling, background, floaters, separate things.

Each is found when it is first asked for. What one of them takes, the later ones do not have: floaters, what lies far
beyond the subject, level and upright planes around everything, then the connected parts of the rest.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from ...kernels.constants import SH_C0
from ..edits.edited_gaussians import BoolArray
from ..edits.floaters import floaters
from ..gaussians import Gaussians
from ..poses import FloatMatrix
from ..views import SceneExtent, scene_extent
from .clusters import Labels, main_parts, spacing
from .contact import standing
from .found import Found
from .planes import Plane, PlaneKind, covered_cells, find_planes

_FAR = 2.0  # times the subject's radius: nothing nearer is background
_FAR_STEP = 1.6  # of distances: a gap so wide parts the background from the rest
_BELOW_FLOOR = 0.1  # of the points near the subject may lie under its floor
_SHARE_OF_LARGEST = 0.35  # of the area of the largest level plane, of a floor
_LEAST_COVER = 0.6  # of what all else covers, seen from above: a floor reaches beyond what stands on it
_LEAST_CONTRAST = 0.5
_ONE_SIDED = 0.93  # of the points are on one side of a wall
_WALL_SHARE = 0.3  # of the largest upright plane's area
_LEAST_WALL = 0.5  # of the scene's size: how wide a wall is
_HAZE_REACH = 2.5  # spacings: what is nearer to a surface belongs to it, however faint
_LEAST_FILLED = 0.6  # of a wall's box is covered: a slice through several things has gaps
_HAZE = 3.0  # thicknesses of a plane: crumbs nearer to it are part of it
_COLUMN = 2.0  # spacings
_MOST_AROUND, _ROOM = (
    0.9,
    4.0,
)  # of the Gaussians; subjects: a room may be so much larger than what stands in it
_CELL = 2.0  # spacings: points nearer than about that hang together
_LEAST_PART = 0.004  # of the things' points: fewer are crumbs of another thing
_LEAST_POINTS = 20
_CRUMB_REACH = 3.0  # cells


class SceneStructure:
    """The parts of a scene, `[N]` masks.

    Args:
        gaussians: The scene.
        alive: Which are there, `[N]`.
        up: Unit vector `[3]`, world frame.
    """

    def __init__(self, gaussians: Gaussians, alive: BoolArray, up: FloatMatrix) -> None:
        """Remember the scene; nothing is looked for yet."""
        self._gaussians, self._alive, self._up = gaussians, alive, up
        self._means = gaussians.means.astype(np.float64)

    @cached_property
    def floaters(self) -> Found | None:
        """Stray Gaussians: lonely ones, and clumps too small to be a thing."""
        mask = self._lonely | self._crumbs
        for plane in (self.floor_plane, self._ceiling_plane, *self._wall_planes):
            if plane is not None:
                mask &= ~self._crumbs_of(plane)
        return _found(mask, 0.85, "stray Gaussians far from others")

    @cached_property
    def background(self) -> Found | None:
        """What lies far beyond the subject, walls and ceiling too."""
        walls = [part.mask for part in (self.walls, self.ceiling) if part is not None]
        mask = np.logical_or.reduce([self._far, *walls])
        if self.floor is not None:
            mask &= ~self.floor.mask
        return _found(mask, 0.8, "what lies beyond the subject")

    @cached_property
    def floor_plane(self) -> Plane | None:
        """The lowest of the large level planes."""
        large = self._level_planes
        return min(large, key=lambda plane: float(self._height(plane)), default=None)

    @cached_property
    def floor(self) -> Found | None:
        """Floor, ground, or whatever a scene stands on."""
        return self._level("the lowest large level plane", self.floor_plane)

    @cached_property
    def table(self) -> Found | None:
        """The largest level plane above the floor; the floor itself where there is no other."""
        others = [plane for plane in self._level_planes if plane is not self.floor_plane]
        plane = max(others, key=lambda plane: plane.area, default=self.floor_plane)
        return self._level("the largest raised level plane" if others else "the only level plane", plane)

    @cached_property
    def ceiling(self) -> Found | None:
        """What is above everything."""
        return self._level("the highest level plane", self._ceiling_plane)

    @cached_property
    def _ceiling_plane(self) -> Plane | None:
        """The highest of the level planes that have nearly everything below them."""
        above = [plane for plane in self._planes(PlaneKind.LEVEL) if self._share_beyond(plane, 1.0) < 0.02]
        floor = self.floor_plane
        if floor is None:
            return None
        above = [
            plane for plane in above if plane is not floor and plane.area >= _SHARE_OF_LARGEST * floor.area
        ]
        return max(above, key=lambda plane: float(self._height(plane)), default=None)

    @cached_property
    def wall_parts(self) -> tuple[BoolArray, ...]:
        """Each wall, `[N]`, largest first."""
        masks: list[BoolArray] = []
        taken = np.zeros(len(self._means), dtype=np.bool_)
        for plane in self._wall_planes:
            mask = self._slab(plane) & ~taken
            mask |= self._crumbs_of(plane) & ~taken
            taken |= mask
            masks.append(mask)
        return tuple(masks)

    @cached_property
    def walls(self) -> Found | None:
        """All walls."""
        if not self.wall_parts:
            return None
        contrast = float(np.mean([plane.contrast for plane in self._wall_planes]))
        count = len(self.wall_parts)
        why = f"{count} upright plane{'s' if count > 1 else ''} around the scene"
        return _found(np.logical_or.reduce(self.wall_parts), 0.5 + 0.45 * contrast, why)

    @cached_property
    def things(self) -> tuple[BoolArray, ...]:
        """Connected parts of what is neither floor nor background nor floater, `[N]` each, most points first."""
        rest, parts = np.flatnonzero(self._rest), self._thing_parts
        masks: list[BoolArray] = []
        for number in range(int(parts.max(initial=-1)) + 1):
            members = rest[parts == number]
            if len(members):
                masks.append(_scattered(members, len(self._means)))
        return tuple(masks)

    @cached_property
    def foreground(self) -> Found | None:
        """All things."""
        if not self.things:
            return None
        count = len(self.things)
        why = f"{count} thing{'s' if count > 1 else ''} that stand{'' if count > 1 else 's'} free of the background"
        return _found(np.logical_or.reduce(self.things), 0.8, why)

    @cached_property
    def cell(self) -> float:
        """Points nearer than about this hang together [scene units]."""
        return _CELL * spacing(self._means[self._rest])

    @cached_property
    def size(self) -> float:
        """Diameter of the subject [scene units]."""
        return 2.0 * self._extent.radius

    @cached_property
    def _extent(self) -> SceneExtent:
        return scene_extent(self._gaussians.select(np.flatnonzero(self._alive)))

    @cached_property
    def _lonely(self) -> BoolArray:
        """Floaters by how far apart they are, without the haze that hangs about surfaces, `[N]`."""
        from scipy.spatial import KDTree

        lonely = floaters(self._gaussians, among=self._alive)
        others = self._means[self._alive & ~lonely]
        if not lonely.any() or not len(others):
            return lonely
        distances, _ = KDTree(others).query(self._means[lonely])
        lonely[lonely] = distances > _HAZE_REACH * spacing(others)
        return lonely

    @cached_property
    def _far(self) -> BoolArray:
        """What is beyond a gap in the distances from the subject, `[N]`."""
        distances = self._distances
        least = _FAR * self._extent.radius
        present = np.sort(distances[self._alive & ~self._lonely])
        beyond = present[np.searchsorted(present, least) :]
        if not len(beyond):
            return np.zeros(len(distances), dtype=np.bool_)
        steps = beyond / np.concatenate([[max(least / _FAR_STEP, 1e-12)], beyond[:-1]])
        wide = np.flatnonzero(steps >= _FAR_STEP)
        start = beyond[wide[0]] if len(wide) else 2.0 * least
        return self._alive & ~self._lonely & (distances >= start)

    @cached_property
    def _distances(self) -> FloatMatrix:
        """From the middle of the subject, `[N]` [scene units]."""
        return np.linalg.norm(self._means - self._extent.center, axis=1)

    @cached_property
    def _room_size(self) -> float:
        """Diameter of the subject and of what is around it, but for what is very far [scene units]."""
        distances = self._distances[self._alive & ~self._lonely]
        reach = float(np.quantile(distances, _MOST_AROUND)) if len(distances) else 0.0
        return float(np.clip(2.0 * reach, self.size, _ROOM * self.size))

    @cached_property
    def _around(self) -> BoolArray:
        """Subject and what is around it, `[N]`: where planes are looked for."""
        return self._alive & ~self._lonely & (self._distances <= self._room_size)

    @cached_property
    def _near(self) -> BoolArray:
        return self._alive & ~self._lonely & ~self._far

    @cached_property
    def _rest(self) -> BoolArray:
        """What is neither plane nor background nor lonely, `[N]`."""
        rest = self._near.copy()
        for plane in (self.floor_plane, self._ceiling_plane, *self._wall_planes):
            if plane is not None:
                rest &= ~self._slab(plane)
        return rest

    @cached_property
    def _thing_parts(self) -> Labels:
        """Number of the thing of each of `_rest`, -1 for crumbs."""
        points = self._means[self._rest]
        least = max(_LEAST_POINTS, int(_LEAST_PART * len(points)))
        return main_parts(points, self.cell, least=least, reach=_CRUMB_REACH * self.cell)

    @cached_property
    def _crumbs(self) -> BoolArray:
        """What hangs together with too few others to be a thing, `[N]`."""
        members = np.flatnonzero(self._rest)[self._thing_parts < 0]
        return _scattered(members, len(self._means))

    def _slab(self, plane: Plane) -> BoolArray:
        """What belongs to a plane and not to what stands on it, `[N]`."""
        if plane not in self._slabs:
            slab = self._around & plane.holds(self._means)
            near = np.flatnonzero(self._around)
            upward = plane if self._upward(plane) > 0 else plane.turned()
            feet = standing(self._means[near], self._colors[near], upward, self._column)
            slab[near[feet]] = False
            self._slabs[plane] = slab
        return self._slabs[plane]

    def _crumbs_of(self, plane: Plane) -> BoolArray:
        """Crumbs so near a plane that they are its haze, `[N]`."""
        return self._crumbs & (np.abs(plane.heights(self._means)) <= _HAZE * plane.thickness)

    @cached_property
    def _slabs(self) -> dict[Plane, BoolArray]:
        return {}

    @cached_property
    def _column(self) -> float:
        """Width of the columns in which things stand on a plane [scene units]."""
        return spacing(self._means[self._around]) * _COLUMN

    @cached_property
    def _colors(self) -> FloatMatrix:
        return np.clip(0.5 + SH_C0 * self._gaussians.sh_coeffs[:, 0].astype(np.float64), 0.0, 1.0)

    @cached_property
    def _found_planes(self) -> dict[PlaneKind, list[Plane]]:
        return {}

    def _planes(self, kind: PlaneKind) -> list[Plane]:
        """The planes of a kind, upright ones without the points of floor and ceiling."""
        if kind not in self._found_planes:
            near = self._around
            if kind is PlaneKind.UPRIGHT:
                for plane in (self.floor_plane, self._ceiling_plane):
                    near = near & ~self._slab(plane) if plane is not None else near
            count = 4 if kind is PlaneKind.LEVEL else 6
            self._found_planes[kind] = find_planes(
                self._means[near], self._up, kind, size=self._room_size, count=count
            )
        return self._found_planes[kind]

    @cached_property
    def _level_planes(self) -> list[Plane]:
        """Those that something can stand on."""
        planes = [plane for plane in self._planes(PlaneKind.LEVEL) if plane.contrast >= _LEAST_CONTRAST]
        largest = max((plane.area for plane in planes), default=0)
        return [
            plane
            for plane in planes
            if plane.area >= _SHARE_OF_LARGEST * largest
            and self._share_beyond(plane, 1.0) > 0.02
            and self._cover(plane) >= _LEAST_COVER
        ]

    @cached_property
    def _wall_planes(self) -> list[Plane]:
        planes = [
            plane
            for plane in self._planes(PlaneKind.UPRIGHT)
            if plane.contrast >= _LEAST_CONTRAST
            and min(self._share_beyond(plane, 1.0), self._share_beyond(plane, -1.0)) <= 1.0 - _ONE_SIDED
            and self._width(plane) >= _LEAST_WALL * self._room_size
            and self._filled(plane) >= _LEAST_FILLED
        ]
        largest = max((plane.area for plane in planes), default=0)
        return [plane for plane in planes if plane.area >= _WALL_SHARE * largest]

    def _level(self, why: str, plane: Plane | None) -> Found | None:
        if plane is None:
            return None
        mask = self._slab(plane) | self._crumbs_of(plane)
        return _found(mask, 0.5 + 0.45 * plane.contrast * min(1.0, self._cover(plane)), why)

    def _height(self, plane: Plane) -> float:
        """Of the plane at the middle of the scene, along up [scene units]."""
        middle = self._extent.center
        return float(middle @ self._up - plane.heights(middle[None])[0] * self._upward(plane))

    def _upward(self, plane: Plane) -> float:
        """1 if the plane's normal points up, else -1."""
        return 1.0 if plane.normal @ self._up > 0 else -1.0

    def _share_beyond(self, plane: Plane, side: float) -> float:
        """Share of the points near the subject that are above a level plane (`side` 1) or below it (-1)."""
        heights = plane.heights(self._means[self._around]) * self._upward(plane) * side
        return float(np.mean(heights > 2.0 * plane.thickness)) if len(heights) else 0.0

    def _cover(self, plane: Plane) -> float:
        """Area of the plane by that of all else near the subject, seen from above."""
        points = self._means[self._near]
        others = points[~plane.holds(points)]
        return plane.area / max(1, covered_cells(others, plane.normal, plane.cell))

    def _width(self, plane: Plane) -> float:
        """Of an upright plane across up [scene units]."""
        points = self._means[self._around]
        along = points[plane.holds(points)] @ np.cross(plane.normal, self._up)
        low, high = np.quantile(along, [0.02, 0.98]) if len(along) else (0.0, 0.0)
        return float(high - low)

    def _filled(self, plane: Plane) -> float:
        """Share of the box around an upright plane's points that they cover; 0 where they are few."""
        points = self._means[self._around]
        inside = points[plane.holds(points)]
        if not len(inside):
            return 0.0
        axes = np.stack([np.cross(plane.normal, self._up), self._up], axis=1)
        low, high = np.quantile(inside @ axes, [0.02, 0.98], axis=0)
        return float(plane.area * plane.cell**2 / max(float(np.prod(high - low)), 1e-300))


def _found(mask: BoolArray, confidence: float, why: str) -> Found | None:
    """`None` for an empty mask."""
    return Found(mask=mask, confidence=confidence, why=why) if mask.any() else None


def _scattered(indices: np.ndarray, count: int) -> BoolArray:
    """True at `indices`, `[count]`."""
    mask = np.zeros(count, dtype=np.bool_)
    mask[indices] = True
    return mask
