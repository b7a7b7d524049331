"""The description of a scene: textured triangle surfaces, lights and the views it is seen from.

World frame: z up, the subject within the unit sphere around the origin.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ..camera import Camera
from ..mesh import TriangleMesh
from .surfaces import Points, Surface
from .textures import Texture

_GAMMA = 1.0 / 2.2


class Role(Enum):
    """`SUBJECT` is what the scene is about, `STAGE` what it stands on and before: ground, walls, backdrop."""

    SUBJECT = "subject"
    STAGE = "stage"


@dataclass(frozen=True, eq=False, kw_only=True)
class Material:
    """How a surface looks.

    Args:
        texture: Its albedo.
        gloss: Strength of the highlight, 0 for matte.
        shininess: Exponent of Blinn and Phong; more makes the highlight smaller.
    """

    texture: Texture
    gloss: float = 0.0
    shininess: float = 30.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Part:
    """A surface of one material.

    Args:
        label: Number of the thing it belongs to, from 1; several parts may share one.
        role: Whether it is looked at or around.
        surface: Its triangles, world frame.
        material: How it looks.
        casts_shadows: Walls and skies do not: light comes through them.
    """

    label: int
    role: Role
    surface: Surface
    material: Material
    casts_shadows: bool = True


@dataclass(frozen=True, eq=False, kw_only=True)
class Lamp:
    """A light without size.

    Args:
        position: Where it is, or, where `distant`, the unit direction towards it, `[3]`, world frame.
        color: Light on a surface that faces it, `[3]`; of a near lamp, at distance `reach`.
        distant: Rays are parallel, as the sun's.
        reach: See `color` [scene units]; light falls with the square of the distance.
    """

    position: Points
    color: Points
    distant: bool
    reach: float = 1.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Lighting:
    """All light of a scene, linear RGB.

    Args:
        lamps: Those that cast shadows.
        sky: Light from above without direction, `[3]`.
        floor: Light from below without direction, `[3]`.
        exposure: Factor `[3]` on the light that reaches the camera, its white balance included.
        background: What is seen where nothing is, `[3]`, as displayed.
    """

    lamps: tuple[Lamp, ...]
    sky: Points
    floor: Points
    exposure: Points
    background: Points


@dataclass(frozen=True, eq=False, kw_only=True)
class View:
    """A camera of unknown size.

    Args:
        camtoworld: Pose `[4, 4]`, OpenCV axes.
        focal: Focal length [widths or heights of the picture, whichever is larger].
        principal: Offset of the principal point from the middle [the same], `[2]`.
    """

    camtoworld: Points
    focal: float
    principal: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class ProceduralScene:
    """A scene made from a seed; the same seed gives the same one.

    Args:
        seed: What it was made from.
        parts: Everything that can be seen, in an order that does not change.
        lighting: What lights it.
        views: Six to ten, neighbours next to each other.
        layout: Name of the kind of stage and views, for statistics.
    """

    seed: int
    parts: tuple[Part, ...]
    lighting: Lighting
    views: tuple[View, ...]
    layout: str

    def cameras(self, width: int, height: int) -> tuple[Camera, ...]:
        """The views as cameras for pictures of `width` x `height` [px]."""
        larger = max(width, height)
        return tuple(
            Camera.from_camtoworld(
                view.camtoworld,
                width=width,
                height=height,
                fx=view.focal * larger,
                cx=width / 2.0 + view.principal[0] * larger,
                cy=height / 2.0 + view.principal[1] * larger,
            )
            for view in self.views
        )

    @property
    def subject_labels(self) -> tuple[int, ...]:
        """Labels of all things but ground, walls and backdrop, ascending."""
        return tuple(sorted({part.label for part in self.parts if part.role is Role.SUBJECT}))

    def mesh(self, labels: Collection[int] | None = None) -> TriangleMesh:
        """The whole scene, or the things with `labels`, as one mesh; colours are albedos, as displayed."""
        chosen = [part for part in self.parts if labels is None or part.label in labels]
        if not chosen:
            return TriangleMesh(
                vertices=np.zeros((0, 3), np.float32),
                faces=np.zeros((0, 3), np.int32),
                vertex_colors=np.zeros((0, 3), np.float32),
            )
        starts = np.cumsum([0] + [len(part.surface.vertices) for part in chosen])
        faces = [part.surface.faces + start for part, start in zip(chosen, starts, strict=False)]
        return TriangleMesh(
            vertices=np.concatenate([part.surface.vertices for part in chosen]).astype(np.float32),
            faces=np.concatenate(faces).astype(np.int32),
            vertex_colors=np.concatenate([_vertex_colors(part) for part in chosen]),
        )


def _vertex_colors(part: Part) -> NDArray[np.float32]:
    """Colours `[V, 3]` as displayed, as seen by pixels as wide as the triangles."""
    vertices, faces = part.surface.vertices, part.surface.faces
    edges = np.linalg.norm(vertices[faces[:, 0]] - vertices[faces[:, 1]], axis=1)
    footprint = np.full(len(vertices), np.median(edges), dtype=np.float32)
    albedos = np.clip(part.material.texture.colors(vertices, footprint), 0.0, 1.0)
    return (albedos**_GAMMA).astype(np.float32)
