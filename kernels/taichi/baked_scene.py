# pyright: basic
"""Baked scenes on the CPU: the arrays that the kernels work on, and their calls."""

import numpy as np
from numpy.typing import NDArray

from ..baked_types import HIDDEN, LOOKED_UP, NO_VIEW, MeshArrays, Raster, ShaderWeights, SourceArrays
from ..runtime import Runtime
from ..types import View
from . import mesh_raster, view_blending, view_choice
from .cpu_layout import LANES, aligned_empty
from .host_arrays import camera_vector

_CHUNKS = 32
"""Chunks of triangles per worker: neighbours in the file lie together, so that a chunk may hold all large ones."""

_NEAREST = (
    1e-3  # near plane [size of the mesh]; corners at a nearer one would lie too many pixels away for float32
)


class CpuMeshRasteriser:
    """Finds the nearest triangle of every pixel with compiled kernels."""

    def __init__(self, runtime: Runtime) -> None:
        """Nothing is drawn yet."""
        self._threads = runtime.threads
        self._next = np.zeros(1, np.int32)
        self._vertices, self._faces = np.zeros(0, np.float32), np.zeros(0, np.int32)

    def upload(self, mesh: MeshArrays) -> None:
        """Make `mesh` the one that is drawn."""
        self._vertices = np.array(mesh.vertices, np.float32).reshape(-1)
        self._faces = np.array(mesh.faces, np.int32).reshape(-1)
        self._corners, self._projected = np.empty_like(self._vertices), np.empty_like(self._vertices)
        self._large = np.empty(max(1, len(mesh.faces)), np.int32)
        size = float(np.ptp(mesh.vertices, axis=0).max()) if len(mesh.vertices) else 0.0
        self._near = _NEAREST * (size or 1.0)

    def rasterise(self, view: View) -> Raster:
        """The mesh seen from `view`, front and back of triangles alike."""
        keys = np.zeros((view.height, view.width), np.int64)
        num = len(self._faces) // 3
        if num:
            camera, threads = camera_vector(view), self._threads
            corners = (self._corners, self._projected)
            mesh_raster.to_camera(self._vertices, len(self._vertices) // 3, camera, self._near, *corners)
            picture = (camera, self._near, view.width, view.height, keys.reshape(-1))
            count = np.zeros(1, np.int32)
            chunk = -(-num // (_CHUNKS * threads))
            self._next[0] = 0
            mesh_raster.rasterise(
                *corners, self._faces, num, *picture, self._large, count, chunk, self._next, threads
            )
            if count[0]:
                self._next[0] = 0
                mesh_raster.rasterise_large(
                    *corners, self._faces, self._large, int(count[0]), *picture, self._next, threads
                )
        return Raster(keys=keys, view=view)


class CpuViewShader:
    """Chooses photos for every pixel and blends them with compiled kernels."""

    def __init__(self, runtime: Runtime) -> None:
        """There is no photo yet."""
        self._threads = runtime.threads
        self._next = np.zeros(1, np.int32)
        self._scratch = aligned_empty((runtime.threads * LOOKED_UP * view_blending.SCRATCH, LANES))
        self._scratch[:] = 0.0

    def upload(self, sources: tuple[SourceArrays, ...], weights: ShaderWeights, *, tolerance: float) -> None:
        """Make these the photos that are looked up; see `ViewShader`."""
        self._tolerance = tolerance
        self._matrices = np.stack([_projection(source.view) for source in sources])
        self._centers = np.stack([_center(source.view) for source in sources])
        self._table = np.zeros((len(sources), view_choice.TABLE), np.int32)
        self._pixels = np.empty(sum(_area(source.pixels) for source in sources), np.uint32)
        self._hidden = aligned_empty((sum(_area(s.hidden) for s in sources) * HIDDEN // LANES, LANES))
        self._depths = np.empty(sum(_area(source.depth) for source in sources), np.float32)
        parts = (
            (view_choice.PIXELS, self._pixels, [s.pixels.view(np.uint32)[..., 0] for s in sources]),
            (view_choice.FEATURES, self._hidden, [s.hidden for s in sources]),
            (view_choice.DEPTHS, self._depths, [s.depth for s in sources]),
        )
        for column, target, arrays in parts:
            first = 0
            for row, array in zip(self._table, arrays, strict=True):
                row[column : column + 3] = first, array.shape[1], array.shape[0]
                values = array.reshape(-1, *target.shape[1:])
                target[first : first + len(values)] = values
                first += len(values)
        self._weights = _weight_vectors(weights)

    @property
    def nbytes(self) -> int:
        """Size of the photos, features and depths [bytes]."""
        return self._pixels.nbytes + self._hidden.nbytes + self._depths.nbytes

    def select(self, raster: Raster, *, exclude: int = NO_VIEW) -> NDArray[np.int32]:
        """Photos for every pixel; see `ViewShader`."""
        view, num = raster.view, len(self._matrices)
        views = np.empty((view.height, view.width, LOOKED_UP), np.int32)
        work = (np.empty(num * self._threads, np.float32), np.empty(num * self._threads, np.int32))
        self._next[0] = 0
        view_choice.choose_views(
            raster.keys.reshape(-1), _intrinsics(view), view.width, view.height, self._cameras(view),
            self._table.reshape(-1), self._depths, num, exclude, self._tolerance, views.reshape(-1),
            *work, self._next, self._threads,
        )  # fmt: skip
        return views

    def shade(
        self,
        raster: Raster,
        views: NDArray[np.int32],
        face_colors: NDArray[np.float32],
        background: tuple[float, float, float],
    ) -> NDArray[np.float32]:
        """Colours of the pixels; see `ViewShader`."""
        view = raster.view
        image = np.empty((view.height, view.width, 3), np.float32)
        colors = np.ascontiguousarray(face_colors, np.float32).reshape(-1)
        self._next[0] = 0
        view_blending.blend_views(
            raster.keys.reshape(-1), np.ascontiguousarray(views, np.int32).reshape(-1), _intrinsics(view),
            view.width, view.height, self._cameras(view), self._table.reshape(-1), self._pixels, self._hidden,
            self._weights, colors, np.array(background, np.float32), image.reshape(-1),
            self._scratch, self._scratch.reshape(-1), self._next, self._threads,
        )  # fmt: skip
        return image

    def _cameras(self, view: View) -> NDArray[np.float32]:
        """The photos' cameras in the frame of the camera that looks: float32 is then fine far from the origin."""
        camtoworld = np.linalg.inv(view.viewmat)
        centers = self._centers @ view.viewmat[:3, :3].T + view.viewmat[:3, 3]
        rows = (self._matrices @ camtoworld).reshape(len(centers), 12)
        return np.concatenate([rows, centers], axis=1).astype(np.float32).reshape(-1)


def _projection(view: View) -> NDArray[np.float64]:
    """World -> homogeneous pixels, `[3, 4]`."""
    intrinsics = np.array([[view.fx, 0.0, view.cx], [0.0, view.fy, view.cy], [0.0, 0.0, 1.0]])
    return intrinsics @ view.viewmat[:3]


def _center(view: View) -> NDArray[np.float64]:
    return -view.viewmat[:3, :3].T @ view.viewmat[:3, 3]


def _intrinsics(view: View) -> NDArray[np.float32]:
    return np.array([view.fx, view.fy, view.cx, view.cy], np.float32)


def _area(picture: NDArray) -> int:
    return picture.shape[0] * picture.shape[1]


def _weight_vectors(weights: ShaderWeights) -> NDArray[np.float32]:
    """As `view_blending` lays them out."""
    vectors = aligned_empty((view_blending.WEIGHT_VECTORS, LANES))
    parts = [*weights.first, *weights.second, weights.last[0]]
    vectors[:] = np.concatenate([np.asarray(part, np.float32).T.reshape(-1) for part in parts]).reshape(
        -1, LANES
    )
    return vectors
