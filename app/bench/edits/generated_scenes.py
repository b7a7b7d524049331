"""Known scenes out of the generator of random ones: stages whose parts are known by the role they play."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ....scenes import merge
from ....scenes.procedural import Part, ProceduralScene, Role, procedural_scene
from .assembling import Named, assembled, said
from .known_scenes import KnownScene, Phrase
from .surface_splats import splats_on

_UP = (0.0, 0.0, 1.0)
_COUNTS = {Role.SUBJECT: 45_000, Role.STAGE: 40_000}
_STAGE_NAMES = {  # of the first labels of each kind of stage
    "room": ("floor", "ceiling", "walls"),
    "landscape": ("floor", "sky"),
    "table": ("floor", "far around"),
}
_OTHERS = {"room": "pictures", "landscape": "far things", "table": "far around"}


def generated(seed: int, *, development: bool) -> KnownScene:
    """The scene of a seed whose layout is a room, a landscape or a table."""
    scene = procedural_scene(seed)
    stage = scene.layout.split("/")[0]
    rng = np.random.default_rng(seed)
    areas = {role: sum(_area(part) for part in scene.parts if part.role is role) for role in Role}
    pieces: dict[str, list[Part]] = {}
    for part in scene.parts:
        pieces.setdefault(_name(part, scene, stage), []).append(part)
    things = [
        Named(
            name=name,
            gaussians=merge(
                *(
                    splats_on(part.surface, part.material.texture, _COUNTS[part.role] / areas[part.role], rng)
                    for part in parts
                )
            ),
        )
        for name, parts in pieces.items()
    ]
    known = assembled(
        f"generated {seed} ({stage})", things, _phrases(stage), up=_UP, development=development, seed=seed
    )
    return replace(known, camera=scene.cameras(480, 384)[0])


def _name(part: Part, scene: ProceduralScene, stage: str) -> str:
    if part.role is Role.SUBJECT:
        return "subject"
    number = part.label - len(scene.subject_labels) - 1
    names = _STAGE_NAMES[stage]
    return names[number] if number < len(names) else _OTHERS[stage]


def _phrases(stage: str) -> list[Phrase]:
    """What can be said of a stage; the subject is everything that is not part of it."""
    both = [said("floor", "floor"), said("foreground", "subject")]
    if stage == "room":
        return [
            *both,
            said("wall", "walls"),
            said("ceiling", "ceiling"),
            said("background", "walls", "ceiling", "pictures"),
        ]
    if stage == "landscape":
        return [*both, said("background", "sky", "far things")]
    return [said("table", "floor"), both[1], said("background", "far around")]


def _area(part: Part) -> float:
    corners = part.surface.vertices[part.surface.faces]
    crosses = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return float(np.linalg.norm(crosses, axis=1).sum()) / 2.0
