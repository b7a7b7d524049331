"""What window and render process say to each other. Everything is a frozen value that pickles.

The window sends the whole wanted state (`ShowScenes`, then `Draw`) and never a step towards it. So a render process
that died is replaced by sending the last of each again, and only the newest of each counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..render import Blend, RenderCounts, RenderMode, StageTimes
from ..scenes import Camera
from ..scenes.edits import EditProgram, IndexMask
from .frame_ring import RingAddress

Matrix = tuple[tuple[float, ...], ...]
"""A `[4, 4]` similarity transform, row by row."""

IDENTITY: Matrix = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))


class Shape(Enum):
    """What a Gaussian is drawn as: itself, a dot at its centre, or its opaque ellipsoid."""

    SPLAT = "splats"
    CENTRE = "centres"
    ELLIPSOID = "ellipsoids"


class Comparison(Enum):
    """Whether one or two looks are shown: side by side at a slider, or their amplified difference."""

    OFF = "off"
    SPLIT = "split"
    DIFFERENCE = "difference"


class PhotoView(Enum):
    """How photos are shown: the nearest one laid on a plane, or a view that a network makes of several."""

    NEAREST = "nearest photo"
    IMAGE_BASED = "image-based view"


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a picture is drawn, everything but camera and size.

    Args:
        blend: Blender.
        mode: What a pixel holds.
        shape: What a Gaussian is drawn as.
        background: Linear colour behind the scenes.
        max_sh_degree: View-dependent colour above this degree is ignored.
        antialiased: Opacity compensation; `None` takes the scenes' own tag.
        scenes: Only these scenes by id; `None` for all that are visible.
        photos: Show this set of photos instead of the scenes.
        photo_view: How.
    """

    blend: Blend = Blend.IRSS
    mode: RenderMode = RenderMode.RGB
    shape: Shape = Shape.SPLAT
    background: tuple[float, float, float] = (0.0, 0.0, 0.0)
    max_sh_degree: int = 3
    antialiased: bool | None = None
    scenes: tuple[int, ...] | None = None
    photos: Path | None = None
    photo_view: PhotoView = PhotoView.NEAREST

    @property
    def is_image_based(self) -> bool:
        """Whether a network makes a view of photos."""
        return self.photos is not None and self.photo_view is PhotoView.IMAGE_BASED


@dataclass(frozen=True, kw_only=True)
class SceneSpec:
    """One scene as it is to be shown.

    Args:
        scene_id: Never used again for another scene.
        source: Scene file.
        lod: Level of detail, `None` for the finest.
        visible: Whether it is drawn.
        matrix: Scene -> world.
        program: Edits, in the scene's own frame.
        selection: Highlighted Gaussians of the edited scene, `None` for none.
        is_faint: What is not highlighted is drawn so faintly that the highlighted is seen through it.
        is_mesh: The file holds triangles, or a bake, drawn among the Gaussians; edits do not touch them.
        frame: Which frame of a flipbook, whose folder is `source`; `None` for everything else.
    """

    scene_id: int
    source: Path
    lod: int | None = None
    visible: bool = True
    matrix: Matrix = IDENTITY
    program: EditProgram = field(default_factory=EditProgram)
    selection: IndexMask | None = None
    is_faint: bool = False
    is_mesh: bool = False
    frame: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class SeenView:
    """An image-based view that has been made.

    Args:
        photos: The set that it was made from.
        camera: From where it is seen, of the size of `pixels`.
        pixels: `[H, W, 3]` uint8, as displayed.
        sources: Names of the photos that it was made from, the best first.
        is_trained: Whether the network had trained weights.
        is_last: Whether no larger one will follow.
    """

    photos: Path
    camera: Camera
    pixels: NDArray[np.uint8]
    sources: tuple[str, ...]
    is_trained: bool
    is_last: bool

    def fits(self, camera: Camera) -> bool:
        """Whether `camera` sees the same, in whatever size."""
        own = self.camera
        shapes = [(c.fx / c.width, c.fy / c.height) for c in (own, camera)]
        return np.array_equal(own.viewmat, camera.viewmat) and np.allclose(*shapes, rtol=0.02)


# To the render process


@dataclass(frozen=True, kw_only=True)
class UseRing:
    """Write pictures into this ring from now on."""

    address: RingAddress


@dataclass(frozen=True, kw_only=True)
class ShowScenes:
    """These scenes, and no others, are shown; new files are read, those that are gone are dropped."""

    scenes: tuple[SceneSpec, ...]


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Draw a picture.

    Args:
        generation: Grows with every request.
        camera: With the size at which to draw [px].
        looks: One, or two that are compared.
        comparison: How two looks are compared.
        gain: Amplification of the difference.
        scale: `camera`'s size over the window's, less than 1 while the camera moves.
        detail: Share of the Gaussians to draw, less than 1 while the camera moves over a large scene.
        highlight: Whether selected Gaussians are tinted.
        seen: The image-based view of this camera, `None` while there is none.
    """

    generation: int
    camera: Camera
    looks: tuple[Look, ...]
    comparison: Comparison = Comparison.OFF
    gain: float = 10.0
    scale: float = 1.0
    detail: float = 1.0
    highlight: bool = True
    seen: SeenView | None = None


class Question(Protocol):
    """Something the render process works out about its scenes; it pickles."""

    def answer(self, stack: Any, renderer: Any) -> Any:
        """Work it out with a `SceneStack` and a `Renderer`.

        Raises:
            RowsplatError: It cannot be answered.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Answer a question; the answer carries the number."""

    number: int
    question: Question


@dataclass(frozen=True, kw_only=True)
class Quit:
    """End the process."""


# From the render process


@dataclass(frozen=True, kw_only=True)
class Started:
    """The renderer is ready; `description` says which back end and why."""

    description: str


@dataclass(frozen=True, kw_only=True)
class SceneLoaded:
    """A file was read: how many Gaussians, where the subject is, a good view of it (of any size), facts to show.

    A flipbook has more than one frame; the facts are those of the first.
    """

    scene_id: int
    count: int
    center: tuple[float, float, float]
    radius: float
    view: Camera
    sh_degree: int
    nbytes: int
    frames: int = 1
    fps: float = 24.0


@dataclass(frozen=True, kw_only=True)
class SceneFailed:
    """A file could not be read; one line for the user."""

    scene_id: int
    problem: str


@dataclass(frozen=True, kw_only=True)
class PlaneInfo:
    """How one look of a frame was drawn; `note` says in a line or two what is shown where that is not plain."""

    look: Look
    times: StageTimes
    counts: RenderCounts
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FrameReady:
    """A picture is in the ring.

    Args:
        generation: Of the request.
        ring: Name of the ring, since a larger one may have taken its place.
        slot: Of the ring; `planes` pictures one after the other.
        width: [px].
        height: [px].
        planes: One, or two for `Comparison.SPLIT`; for `DIFFERENCE` one picture and two infos.
        psnr: Of the two looks [dB]; `None` when there is one, infinite when they are equal.
        ssim: Of the two looks; `None` when there is one, or while the camera moves.
        scale: Of the request.
        detail: Of the request.
        milliseconds: From taking the request to the finished picture, without compiling kernels.
    """

    generation: int
    ring: str
    slot: int
    width: int
    height: int
    planes: tuple[PlaneInfo, ...]
    psnr: float | None
    ssim: float | None = None
    scale: float
    detail: float
    milliseconds: float

    @property
    def is_reduced(self) -> bool:
        """Whether it was drawn for a moving camera, with fewer pixels or Gaussians."""
        return self.scale < 1.0 or self.detail < 1.0


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The answer to question `number`, or `problem` in one line and, where it is our fault, `details` for the log."""

    number: int
    value: Any = None
    problem: str = ""
    details: str = ""


@dataclass(frozen=True, kw_only=True)
class DrawFailed:
    """A picture could not be drawn; one line for the user and, where it is our fault, `details` for the log."""

    generation: int
    problem: str
    details: str = ""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The process is gone, which the receiving side finds out itself; `problem` in one line, "" after `Quit`."""

    problem: str


ToService = UseRing | ShowScenes | Draw | Ask | Quit
FromService = Started | SceneLoaded | SceneFailed | FrameReady | Answered | DrawFailed | Ended
Masks = Mapping[int, IndexMask]
"""Selected Gaussians by scene id."""
