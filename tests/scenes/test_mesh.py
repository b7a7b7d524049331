"""The mesh value and its files."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from rowsplat.kernels.errors import RowsplatError, SceneFileError
from rowsplat.scenes.formats.mesh_files import MESH_SUFFIXES, load_mesh, save_mesh
from rowsplat.scenes.formats.mesh_glb import linear_from_srgb, srgb_from_linear
from rowsplat.scenes.mesh import TriangleMesh

_COLOR_STEP = {".ply": 1 / 255, ".obj": 1 / 255, ".glb": 1 / 2000}  # of what each format can tell apart


@pytest.fixture
def mesh() -> TriangleMesh:
    """A tetrahedron without symmetry, its colours dark and bright."""
    return TriangleMesh(
        vertices=np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 3.0]]),
        faces=np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]),
        vertex_colors=np.array([[0.0, 0.02, 0.04], [0.1, 0.2, 0.3], [0.5, 0.6, 0.7], [0.8, 0.9, 1.0]]),
    )


@pytest.mark.parametrize("suffix", MESH_SUFFIXES)
def test_a_mesh_survives_its_file(mesh: TriangleMesh, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"mesh{suffix}"
    save_mesh(mesh, path)
    read = load_mesh(path)
    np.testing.assert_array_equal(read.vertices, mesh.vertices)
    np.testing.assert_array_equal(read.faces, mesh.faces)
    np.testing.assert_allclose(read.vertex_colors, mesh.vertex_colors, atol=0.51 * _COLOR_STEP[suffix])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_glb_has_y_up_and_linear_colours(mesh: TriangleMesh, tmp_path: Path) -> None:
    import trimesh  # as another program reads it

    path = tmp_path / "mesh.glb"
    save_mesh(mesh, path)
    (model,) = trimesh.load_scene(path, process=False).geometry.values()
    np.testing.assert_array_equal(model.vertices, mesh.vertices * [-1.0, -1.0, 1.0])
    assert model.volume == pytest.approx(1.0)  # a sixth of 1 x 2 x 3, and positive: faces still look outwards
    linear = np.asarray(model.visual.vertex_attributes["color"])[:, :3] / 65535.0
    np.testing.assert_allclose(linear[3, :2], [0.6038, 0.7874], atol=1e-4)  # 0.8 and 0.9 in an sRGB table


def test_srgb_and_linear_are_inverse() -> None:
    colors = np.linspace(0.0, 1.0, 1001, dtype=np.float32)
    np.testing.assert_allclose(srgb_from_linear(linear_from_srgb(colors)), colors, atol=1e-6)


def test_arrays_cannot_be_changed(mesh: TriangleMesh) -> None:
    for array in (mesh.vertices, mesh.faces, mesh.vertex_colors):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vertices": np.zeros((4, 2))}, "vertices must have shape"),
        ({"vertex_colors": np.zeros((3, 3))}, "vertex_colors must have shape"),
        ({"faces": np.array([[0, 1, 4]])}, "faces must name vertices below 4, got 0 to 4"),
        ({"faces": np.array([[-1, 1, 2]])}, "faces must name vertices below 4, got -1 to 2"),
    ],
)
def test_a_mesh_that_cannot_be_is_refused(
    mesh: TriangleMesh, change: dict[str, object], message: str
) -> None:
    arrays = {"vertices": mesh.vertices, "faces": mesh.faces, "vertex_colors": mesh.vertex_colors}
    with pytest.raises(ValueError, match=message):
        TriangleMesh(**(arrays | change))  # type: ignore[arg-type]


def test_another_suffix_is_refused_before_anything_is_written(mesh: TriangleMesh, tmp_path: Path) -> None:
    with pytest.raises(RowsplatError, match=r"must end in one of \.ply, \.obj, \.glb, got '\.stl'"):
        save_mesh(mesh, tmp_path / "mesh.stl")
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file(
    mesh: TriangleMesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mesh.ply"
    path.write_bytes(b"old")

    def _full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rowsplat.scenes.formats.atomic_writing.os.replace", _full)
    with pytest.raises(SceneFileError, match="No space left"):
        save_mesh(mesh, path)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("suffix", MESH_SUFFIXES)
def test_a_damaged_file_is_one_clear_line(mesh: TriangleMesh, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"mesh{suffix}"
    save_mesh(mesh, path)
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(SceneFileError) as caught:
        load_mesh(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_a_ply_that_promises_too_much_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mesh.ply"
    header = "ply\nformat binary_little_endian 1.0\nelement vertex 4000000000\nproperty float x\nproperty float y\n"
    path.write_bytes((header + "property float z\nend_header\n").encode() + struct.pack("<3f", 1, 2, 3))
    with pytest.raises(SceneFileError):
        load_mesh(path)


def test_a_file_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(SceneFileError, match="No such file"):
        load_mesh(tmp_path / "none.ply")


def test_a_gltf_mesh_is_placed_by_its_nodes_and_grey_without_colour(tmp_path: Path) -> None:
    import trimesh

    scene = trimesh.Scene()
    triangle = trimesh.Trimesh([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]], process=False)
    for shift in (0.0, 5.0):
        matrix = np.eye(4)
        matrix[0, 3] = shift
        scene.add_geometry(triangle, transform=matrix)
    path = tmp_path / "two.glb"
    path.write_bytes(scene.export(file_type="glb"))
    read = load_mesh(path)
    assert sorted(-read.vertices[:, 0]) == [0.0, 0.0, 1.0, 5.0, 5.0, 6.0]
    assert sorted(read.faces.ravel()) == list(range(6))
    assert np.ptp(read.vertex_colors) == 0.0
