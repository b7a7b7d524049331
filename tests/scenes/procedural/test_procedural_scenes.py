"""Scenes made from seeds."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from rowsplat.render.open3d_module import open3d
from rowsplat.scenes.procedural import ProceduralScene, Role, procedural_scene

_SEEDS = range(20)
_PROGRAM = """
import sys
from rowsplat.scenes.procedural import procedural_scene
import hashlib
scene = procedural_scene(int(sys.argv[1]))
mesh = scene.mesh()
digest = hashlib.sha256(mesh.vertices.tobytes() + mesh.faces.tobytes() + mesh.vertex_colors.tobytes())
for camera in scene.cameras(160, 128):
    digest.update(camera.viewmat.tobytes() + camera.K.tobytes())
print(digest.hexdigest())
"""


@pytest.fixture(scope="module")
def scenes() -> list[ProceduralScene]:
    return [procedural_scene(seed) for seed in _SEEDS]


def _digest(scene: ProceduralScene) -> str:
    mesh = scene.mesh()
    digest = hashlib.sha256(mesh.vertices.tobytes() + mesh.faces.tobytes() + mesh.vertex_colors.tobytes())
    for camera in scene.cameras(160, 128):
        digest.update(camera.viewmat.tobytes() + camera.K.tobytes())
    return digest.hexdigest()


def test_the_same_seed_makes_the_same_scene(scenes: list[ProceduralScene]) -> None:
    for scene in scenes[:4]:
        assert _digest(procedural_scene(scene.seed)) == _digest(scene)


def test_the_same_seed_makes_the_same_scene_in_another_process(scenes: list[ProceduralScene]) -> None:
    run = subprocess.run([sys.executable, "-c", _PROGRAM, "3"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == _digest(scenes[3])


def test_different_seeds_make_different_scenes(scenes: list[ProceduralScene]) -> None:
    assert len({_digest(scene) for scene in scenes}) == len(scenes)


def test_every_kind_of_stage_comes_up(scenes: list[ProceduralScene]) -> None:
    kinds = {scene.layout.split("/")[0] for scene in scenes}
    assert kinds == {"room", "landscape", "backdrop", "table", "void"}


def test_the_subject_is_within_the_unit_sphere(scenes: list[ProceduralScene]) -> None:
    for scene in scenes:
        reach = np.linalg.norm(scene.mesh(scene.subject_labels).vertices, axis=1).max()
        assert reach == pytest.approx(1.0, abs=1e-5)


def test_no_camera_is_inside_or_close_to_anything(scenes: list[ProceduralScene]) -> None:
    o3d = open3d()
    for scene in scenes:
        positions = np.array([camera.position for camera in scene.cameras(160, 128)])
        tree = o3d.t.geometry.RaycastingScene()
        for part in scene.parts:
            vertices, faces = part.surface.vertices.astype(np.float32), part.surface.faces.astype(np.uint32)
            tree.add_triangles(o3d.core.Tensor(vertices), o3d.core.Tensor(faces))
        distances = tree.compute_distance(o3d.core.Tensor(positions.astype(np.float32))).numpy()
        assert distances.min() > 0.05, scene.layout
        assert np.linalg.norm(positions, axis=1).min() > 1.0, scene.layout  # the subject ends there


def test_neighbouring_views_are_apart_but_overlap(scenes: list[ProceduralScene]) -> None:
    for scene in scenes:
        assert 6 <= len(scene.views) <= 10
        positions = np.array([view.camtoworld[:3, 3] for view in scene.views])
        toward = positions / np.linalg.norm(positions, axis=1, keepdims=True)
        cosines = np.clip((toward @ toward.T) - 2.0 * np.eye(len(toward)), -1.0, 1.0)
        nearest = np.degrees(np.arccos(cosines.max(axis=1)))
        assert 1.0 < np.median(nearest) < 32.0, scene.layout


def test_cameras_of_another_size_see_the_same(scenes: list[ProceduralScene]) -> None:
    for small, large in zip(scenes[0].cameras(160, 128), scenes[0].cameras(320, 256), strict=True):
        np.testing.assert_array_equal(small.viewmat, large.viewmat)
        np.testing.assert_allclose(small.resized(320, 256).K, large.K, rtol=1e-12)


def test_labels_number_the_things_from_one_without_gaps(scenes: list[ProceduralScene]) -> None:
    for scene in scenes:
        subject = scene.subject_labels
        assert subject == tuple(range(1, len(subject) + 1))
        stage = {part.label for part in scene.parts if part.role is Role.STAGE}
        assert not stage & set(subject)


def test_the_mesh_holds_every_part_or_the_chosen_things(scenes: list[ProceduralScene]) -> None:
    scene = scenes[0]
    assert len(scene.mesh().faces) == sum(len(part.surface.faces) for part in scene.parts)
    chosen = scene.mesh([1])
    first = [part.surface for part in scene.parts if part.label == 1]
    np.testing.assert_array_equal(
        chosen.vertices[chosen.faces].reshape(-1, 3, 3),
        np.concatenate([surface.vertices[surface.faces] for surface in first]).astype(np.float32),
    )
    assert len(scene.mesh([]).faces) == 0
