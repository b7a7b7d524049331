"""Formats and versions that rowsplat only reads, against encoders written for these tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from plyfile import PlyData, PlyElement
from rowsplat.scenes import Gaussians
from rowsplat.scenes.formats import describe_file, load_gaussians, save_gaussians

from .encoders import (
    encode_ksplat,
    encode_old_spz,
    encode_sog_v1,
    glb_from_parts,
    glb_parts,
    gltf_with_embedded_buffer,
)
from .sample_scenes import ARRAYS, angles_between, covariances, random_gaussians


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("sections", [1, 3])
@pytest.mark.parametrize("degree", [0, 1, 2])
@pytest.mark.parametrize("level", [0, 1, 2])
def test_ksplat_levels_decode_to_what_was_encoded(
    tmp_path: Path, level: int, degree: int, sections: int
) -> None:
    scene = random_gaussians(200, sh_degree=degree)
    centred = Gaussians(**{n: getattr(scene, n) for n in ARRAYS if n != "means"}, means=scene.means / 2)
    path = _write(tmp_path / "scene.ksplat", encode_ksplat(centred, level, sections=sections))
    loaded = load_gaussians(path)
    assert describe_file(path)["sh_degree"] == loaded.sh_degree == degree
    position_step = 5.0 / 2 / 32767 if level else 1e-7
    assert np.abs(loaded.means - centred.means).max() < position_step
    assert np.abs(loaded.log_scales - centred.log_scales).max() < (1e-3 if level else 1e-6)
    assert angles_between(loaded.quats, centred.quats).max() < (2e-3 if level else 1e-6)
    harmonic_step = (1e-6, 1e-3, float(np.ptp(centred.sh_coeffs[:, 1:])) / 255 * 1.01 if degree else 0)[level]
    assert np.abs(loaded.sh_coeffs[:, 1:] - centred.sh_coeffs[:, 1:]).max(initial=0) <= harmonic_step
    assert np.abs(loaded.sh_coeffs[:, 0] - centred.sh_coeffs[:, 0]).max() < 0.51 / 255 / 0.282


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("degree", [0, 3])
def test_old_spz_versions_decode_to_what_was_encoded(tmp_path: Path, version: int, degree: int) -> None:
    scene = random_gaussians(sh_degree=degree)
    loaded = load_gaussians(_write(tmp_path / "scene.spz", encode_old_spz(scene, version)))
    assert describe_file(tmp_path / "scene.spz")["version"] == version
    assert np.abs(loaded.means - scene.means).max() < (2e-3 if version == 1 else 0.51 / 4096)
    assert np.abs(loaded.sh_coeffs[:, 1:] - scene.sh_coeffs[:, 1:]).max(initial=0) <= 0.51 / 128
    size = np.trace(covariances(scene), axis1=1, axis2=2)[:, None, None]
    assert (np.abs(covariances(loaded) - covariances(scene)) / size).max() < 0.15


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_sog_version_1_decodes_to_what_was_encoded(tmp_path: Path, degree: int) -> None:
    scene = random_gaussians(sh_degree=degree)
    for name, data in encode_sog_v1(scene).items():
        _write(tmp_path / name, data)
    loaded = load_gaussians(tmp_path)
    assert describe_file(tmp_path)["version"] == 1
    assert loaded.sh_degree == degree
    assert np.abs(loaded.means - scene.means).max() < 1e-4
    assert np.abs(loaded.log_scales - scene.log_scales).max() < 5 / 255 * 0.51
    assert np.abs(loaded.logit_opacities - scene.logit_opacities).max() < 8 / 255 * 0.51
    assert np.abs(loaded.sh_coeffs - scene.sh_coeffs).max() < 3.4 / 255 * 0.51
    assert angles_between(loaded.quats, scene.quats).max() < 0.02


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("byte_order", ["<", ">"])
@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_plyfile_encodings_open(tmp_path: Path, as_text: bool, byte_order: str, kind: str) -> None:
    scene = random_gaussians(20, sh_degree=1)
    save_gaussians(scene, tmp_path / "ours.ply")
    vertex = PlyData.read(tmp_path / "ours.ply")["vertex"].data
    converted = vertex.astype([(name, kind) for name in vertex.dtype.names])
    other = PlyElement.describe(np.array([(1, 2)], dtype=[("a", "i4"), ("b", "f8")]), "before")
    document = PlyData([other, PlyElement.describe(converted, "vertex")], text=as_text, byte_order=byte_order)
    document.write(tmp_path / "theirs.ply")
    loaded = load_gaussians(tmp_path / "theirs.ply")
    for name in ARRAYS:
        assert np.allclose(getattr(loaded, name), getattr(scene, name), rtol=1e-6), name


def test_plyfile_reads_what_is_written(tmp_path: Path) -> None:
    scene = random_gaussians(sh_degree=3)
    save_gaussians(scene, tmp_path / "scene.ply")
    vertex = PlyData.read(tmp_path / "scene.ply")["vertex"]
    assert np.array_equal(vertex["x"], scene.means[:, 0])
    assert np.array_equal(vertex["rot_0"], scene.quats[:, 0])
    assert np.array_equal(vertex["f_rest_0"], scene.sh_coeffs[:, 1, 0])
    assert np.array_equal(vertex["f_rest_15"], scene.sh_coeffs[:, 1, 1])
    assert np.array_equal(vertex["opacity"], scene.logit_opacities)


def test_harmonics_of_degree_4_in_a_ply_are_cut(tmp_path: Path) -> None:
    scene = random_gaussians(4, sh_degree=0)
    save_gaussians(scene, tmp_path / "base.ply")
    base = PlyData.read(tmp_path / "base.ply")["vertex"].data
    names = [f"f_rest_{i}" for i in range(72)]
    rows = np.zeros(4, dtype=[*base.dtype.descr, *((name, "f4") for name in names)])
    for name in base.dtype.names:
        rows[name] = base[name]
    for index, name in enumerate(names):
        rows[name] = index
    PlyData([PlyElement.describe(rows, "vertex")]).write(tmp_path / "high.ply")
    loaded = load_gaussians(tmp_path / "high.ply")
    assert loaded.sh_degree == 3
    assert loaded.sh_coeffs[0, 1:].T.tolist() == [[24 * c + i for i in range(15)] for c in range(3)]


class TestGltf:
    """Variants of one .glb."""

    @pytest.fixture
    def scene(self) -> Gaussians:
        return random_gaussians(30, sh_degree=2)

    @pytest.fixture
    def glb(self, scene: Gaussians, tmp_path: Path) -> bytes:
        save_gaussians(scene, tmp_path / "base.glb")
        return (tmp_path / "base.glb").read_bytes()

    def test_embedded_and_external_buffers_open(self, scene: Gaussians, glb: bytes, tmp_path: Path) -> None:
        _write(tmp_path / "embedded.gltf", gltf_with_embedded_buffer(glb))
        document, binary = glb_parts(glb)
        document["buffers"][0]["uri"] = "some%20data.bin"
        _write(tmp_path / "some data.bin", binary)
        external = glb_from_parts(document, b"")
        _write(tmp_path / "external.glb", external)
        for name in ("embedded.gltf", "external.glb"):
            assert np.array_equal(load_gaussians(tmp_path / name).means, scene.means)

    def test_nodes_place_their_splats(self, scene: Gaussians, glb: bytes, tmp_path: Path) -> None:
        """One moved by (1, 2, 3) in glTF axes, which is (-1, -2, 3) in the scene's, one doubled."""
        document, binary = glb_parts(glb)
        document["nodes"] = [
            {"children": [1, 2]},
            {"mesh": 0, "translation": [1, 2, 3]},
            {"mesh": 0, "matrix": [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]},
        ]
        loaded = load_gaussians(_write(tmp_path / "nodes.glb", glb_from_parts(document, binary)))
        n = len(scene)
        assert len(loaded) == 2 * n
        assert np.allclose(loaded.means[:n], scene.means + np.array([-1, -2, 3]), atol=1e-5)
        assert np.allclose(loaded.means[n:], 2 * scene.means, atol=1e-5)
        assert np.allclose(covariances(loaded)[n:], 4 * covariances(scene), rtol=1e-3, atol=1e-6)

    def test_scales_stored_as_logarithms_by_drafts_open(
        self, scene: Gaussians, glb: bytes, tmp_path: Path
    ) -> None:
        document, binary = glb_parts(glb)
        attributes = document["meshes"][0]["primitives"][0]["attributes"]
        view = document["accessors"][attributes["KHR_gaussian_splatting:SCALE"]]["bufferView"]
        start = document["bufferViews"][view]["byteOffset"]
        logs = scene.log_scales.astype("<f4").tobytes()
        changed = binary[:start] + logs + binary[start + len(logs) :]
        loaded = load_gaussians(_write(tmp_path / "draft.glb", glb_from_parts(document, changed)))
        assert np.array_equal(loaded.log_scales, scene.log_scales)

    def test_quantised_attributes_open(self, scene: Gaussians, glb: bytes, tmp_path: Path) -> None:
        document, binary = glb_parts(glb)
        attributes = document["meshes"][0]["primitives"][0]["attributes"]
        quats = np.rint(scene.quats[:, [3, 2, 1, 0]] * 32767).astype("<i2")
        alphas = np.linspace(0.1, 0.9, len(scene))
        for name, data, kind, component in (
            ("ROTATION", quats, "VEC4", 5122),
            ("OPACITY", np.rint(alphas * 255).astype("u1"), "SCALAR", 5121),
        ):
            document["bufferViews"].append(
                {"buffer": 0, "byteOffset": len(binary), "byteLength": data.nbytes}
            )
            accessor = {
                "bufferView": len(document["bufferViews"]) - 1,
                "componentType": component,
                "type": kind,
            }
            document["accessors"].append({**accessor, "count": len(scene), "normalized": True})
            attributes[f"KHR_gaussian_splatting:{name}"] = len(document["accessors"]) - 1
            binary += data.tobytes() + b"\0" * (-data.nbytes % 4)
        document["buffers"][0]["byteLength"] = len(binary)
        loaded = load_gaussians(_write(tmp_path / "small.glb", glb_from_parts(document, binary)))
        x, y, z, w = (quats / 32767.0).T
        expected = np.stack([z, y, -x, -w], axis=1)  # half a turn about z, undone
        assert angles_between(loaded.quats, expected).max() < 1e-5
        assert np.allclose(1 / (1 + np.exp(-loaded.logit_opacities)), alphas, atol=0.51 / 255)
