"""Photos of a generated scene, written as people have them: a folder with images and a transforms.json."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rowsplat.render.ray_casting import SceneCaster
from rowsplat.scenes import Camera
from rowsplat.scenes.procedural import procedural_scene

SEED = 11  # a furnished room seen from side to side: much to match, in any size
WIDTH, HEIGHT = 240, 180
_OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Shot:
    camera: Camera
    image: np.ndarray  # [H, W, 3] uint8
    depth: np.ndarray  # [H, W], 0 where nothing is


@cache
def shots(count: int = 4, width: int = WIDTH, height: int = HEIGHT) -> tuple[Shot, ...]:
    """Neighbouring views of the scene."""
    scene = procedural_scene(SEED)
    caster = SceneCaster(scene)
    seen = [(camera, caster.cast(camera, antialias=False)) for camera in scene.cameras(width, height)[:count]]
    return tuple(
        Shot(camera, np.rint(view.image * 255).astype(np.uint8), view.depth) for camera, view in seen
    )


def write_photos(
    folder: Path,
    taken: Sequence[Shot],
    *,
    suffix: str = ".png",
    change: Callable[[dict[str, Any]], None] = lambda _: None,
) -> Path:
    """The folder, with every frame's own size and intrinsics; `change` is given the content of transforms.json."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    frames = []
    for index, shot in enumerate(taken):
        name, c = f"images/{index}{suffix}", shot.camera
        Image.fromarray(shot.image).save(folder / name)
        pose = (c.camtoworld @ _OPENGL).tolist()
        lens = {"w": c.width, "h": c.height, "fl_x": c.fx, "fl_y": c.fy, "cx": c.cx, "cy": c.cy}
        frames.append({"file_path": name, "transform_matrix": pose, **lens})
    content: dict[str, Any] = {"frames": frames}
    change(content)
    (folder / "transforms.json").write_text(json.dumps(content))
    return folder
