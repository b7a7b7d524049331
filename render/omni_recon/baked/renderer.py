"""Draws bakes: rasterise the mesh, choose three photos for every pixel, blend them by the network."""

from __future__ import annotations

import dataclasses
import itertools
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....kernels.baked_drawing import create_baked_drawing
from ....kernels.baked_types import NO_VIEW, MeshArrays, Raster, ShaderWeights, SourceArrays
from ....kernels.runtime import Device, initialise
from ....kernels.types import View
from ....scenes import Camera
from ....scenes.mesh import TriangleMesh
from ...types import RenderOptions
from .types import Bake, BakedPicture, BakedStageTimes, BakedView

_DEFAULT_OPTIONS = RenderOptions()


class BakedRenderer:
    """Draws one bake from any number of cameras, on the CPU. Use from one thread."""

    def __init__(self, bake: Bake, *, kernel_language: str | None = None, threads: int | None = None) -> None:
        """Prepare all that does not depend on the camera: depth maps, and the features behind the first layer.

        Args:
            bake: What is drawn.
            kernel_language: "taichi", "quadrants", or `None` for the best that is installed. Fixed for the process.
            threads: CPU worker threads, all cores by default.

        Raises:
            BackendError: The language cannot be had, or this process already draws on another device.
        """
        self._runtime = initialise(Device.CPU, language=kernel_language, threads=threads)
        self._rasteriser, self._shader = create_baked_drawing(language=kernel_language, threads=threads)
        self.upload(bake)

    @property
    def description(self) -> str:
        """Kernel language and device, and why they were chosen."""
        return self._runtime.description

    @property
    def bake(self) -> Bake:
        """What is drawn."""
        return self._bake

    def upload(self, bake: Bake) -> None:
        """Draw `bake` from now on."""
        self._bake = bake
        self._upload_mesh(with_backdrop=bake.backdrop is not None)
        sources = tuple(self._source(view) for view in bake.views)
        self._shader.upload(sources, shader_weights(bake), tolerance=bake.tolerance)

    def render(
        self, camera: Camera, options: RenderOptions = _DEFAULT_OPTIONS, *, exclude: str | None = None
    ) -> BakedPicture:
        """Draw one picture.

        Args:
            camera: Where it is seen from; its lens distortion is not applied.
            options: Its background; nothing else in it applies to a mesh.
            exclude: Name of a photo that is not to be used, as when its view is to be predicted.
        """
        excluded = NO_VIEW if exclude is None else self._bake.index(exclude)
        clock = [time.perf_counter()]
        raster = self.rasterise(camera)
        clock.append(time.perf_counter())
        views = self._shader.select(raster, exclude=excluded)
        clock.append(time.perf_counter())
        image = self._shader.shade(raster, views, self._face_colors, options.background)
        clock.append(time.perf_counter())
        rasterise, select, shade = (1e3 * (after - before) for before, after in itertools.pairwise(clock))
        times = BakedStageTimes(
            rasterise=rasterise, select=select, shade=shade, total=rasterise + select + shade
        )
        return BakedPicture(
            image=image,
            alpha=raster.covered.astype(np.float32),
            depth=raster.depth,
            views=views,
            stage_times=times,
        )

    def rasterise(self, camera: Camera) -> Raster:
        """The nearest triangle of every pixel; those of the backdrop come after those of the mesh."""
        backdrop = self._bake.backdrop
        inside = backdrop is not None and backdrop.holds(camera.position)
        if inside != self._with_backdrop:
            self._upload_mesh(with_backdrop=inside)
        return self._rasteriser.rasterise(as_view(camera))

    def select(self, raster: Raster, *, exclude: int = NO_VIEW) -> NDArray[np.int32]:
        """The photos `[H, W, 3]` for the pixels of a raster; see `BakedPicture.views`."""
        return self._shader.select(raster, exclude=exclude)

    def _upload_mesh(self, *, with_backdrop: bool) -> None:
        arrays = mesh_arrays(self._bake.mesh)
        if with_backdrop and self._bake.backdrop is not None:
            arrays = _joined(arrays, mesh_arrays(self._bake.backdrop.mesh))
        self._with_backdrop = with_backdrop
        self._rasteriser.upload(arrays)
        self._face_colors = arrays.face_colors

    def _source(self, view: BakedView) -> SourceArrays:
        camera = view.camera
        pixels = np.full((camera.height, camera.width, 4), 255, np.uint8)
        pixels[..., :3] = view.pixels
        return SourceArrays(
            view=as_view(camera),
            pixels=pixels,
            hidden=hidden_features(self._bake, view),
            # of the photo's own size: a coarser one lets colours leak from half a pixel beside what hides a point
            depth=self.rasterise(camera).depth,
        )


def as_view(camera: Camera) -> View:
    """The camera as kernels take it."""
    values: dict[str, Any] = {field.name: getattr(camera, field.name) for field in dataclasses.fields(View)}
    return View(**values)


def mesh_arrays(mesh: TriangleMesh) -> MeshArrays:
    """The mesh as kernels take it: a face has the mean colour of its corners."""
    colors = mesh.vertex_colors[mesh.faces].mean(axis=1, dtype=np.float32)
    return MeshArrays(vertices=mesh.vertices, faces=mesh.faces, face_colors=colors.reshape(-1, 3))


def _joined(first: MeshArrays, second: MeshArrays) -> MeshArrays:
    return MeshArrays(
        vertices=np.concatenate([first.vertices, second.vertices]),
        faces=np.concatenate([first.faces, second.faces + len(first.vertices)]),
        face_colors=np.concatenate([first.face_colors, second.face_colors]),
    )


def hidden_features(bake: Bake, view: BakedView) -> NDArray[np.float32]:
    """Features behind the first linear layer of the network, before its ReLU, `[h, w, 32]`."""
    weight, bias = bake.appearance["features.0.weight"], bake.appearance["features.0.bias"]
    return view.features @ weight.T + bias


def shader_weights(bake: Bake) -> ShaderWeights:
    """The other layers, as kernels take them."""
    layers = [(bake.appearance[f"logits.{i}.weight"], bake.appearance[f"logits.{i}.bias"]) for i in (0, 2, 4)]
    return ShaderWeights(first=layers[0], second=layers[1], last=layers[2])
