"""Feature pyramid and volume: sizes, alignment, and statistics counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from rowsplat.render.omni_recon.feature_pyramid import FeaturePyramid, doubled
from rowsplat.render.omni_recon.feature_volume import VolumeFusion, statistics_grids
from rowsplat.render.omni_recon.normalisation import normalisation
from rowsplat.render.omni_recon.view_projection import projection_matrices

from .sphere_scene import BOX, orbiting

_SIZE = (36, 44)


@pytest.mark.parametrize(("height", "width"), [(128, 160), (36, 44), (37, 51), (16, 16)])
def test_pictures_of_any_size_have_features(height: int, width: int) -> None:
    found = FeaturePyramid()(torch.rand(2, 3, height, width))
    assert found.map.shape == (2, 32, -(-height // 4), -(-width // 4))
    for level, channels in enumerate((16, 16, 24)):
        stride = 2 ** (level + 1)
        assert found.pyramid[level].shape == (2, channels, -(-height // stride), -(-width // stride))


def test_doubling_puts_cell_i_onto_cell_2i() -> None:
    y, x = torch.meshgrid(torch.arange(4.0), torch.arange(5.0), indexing="ij")
    larger = doubled(torch.stack([x, y])[None], 7, 9)[0]
    expected = torch.meshgrid(torch.arange(7) / 2.0, torch.arange(9) / 2.0, indexing="ij")
    torch.testing.assert_close(larger[0], expected[1])
    torch.testing.assert_close(larger[1], expected[0])


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_change_of_pixel_si_is_felt_most_evenly_around_cell_i(level: int) -> None:
    """The pixels that cell i depends on are as many to its left as to its right: it is centred on pixel s i."""
    torch.manual_seed(0)
    network, stride, cell = FeaturePyramid().eval(), 2 ** (level + 1), 64 // 2 ** (level + 1)
    images = torch.rand(1, 3, 128, 128, requires_grad=True)
    network(images).pyramid[level][0, :, cell, cell].sum().backward()
    assert images.grad is not None
    rows = images.grad.abs().sum(dim=(0, 1, 3)).nonzero()[:, 0]
    assert int(rows[0] + rows[-1]) == 2 * stride * cell


def test_shifting_a_picture_by_eight_pixels_shifts_the_map_by_two_cells() -> None:
    torch.manual_seed(0)
    network = FeaturePyramid().eval()
    picture = torch.rand(1, 3, 96, 256)
    with torch.no_grad():
        whole, shifted = network(picture[..., :248]).map, network(picture[..., 8:]).map
    torch.testing.assert_close(whole[..., 8:16, 26:36], shifted[..., 8:16, 24:34], atol=1e-5, rtol=1e-4)


def test_statistics_are_the_mean_and_variance_of_what_the_views_show() -> None:
    cameras = orbiting(3, step_deg=35.0)
    frame = normalisation(cameras, BOX)
    like = torch.zeros(1, dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    pyramid = [
        torch.rand(3, channels, -(-36 // stride), -(-44 // stride), generator=generator, dtype=torch.float64)
        for channels, stride in ((16, 2), (16, 4), (24, 8))
    ]
    grids = statistics_grids(pyramid, projection_matrices(cameras, frame, like), _SIZE, 8)
    axis = np.linspace(-1.0, 1.0, 8)
    seen_by = set()
    for level, stride in enumerate((2, 4, 8)):
        nodes = axis[:: 2**level]
        for z, y, x in np.ndindex(len(nodes), len(nodes), len(nodes)):
            world = frame.rotation.T @ (np.array([nodes[x], nodes[y], nodes[z]]) * frame.scale) + frame.center
            values = [
                _bilinear(pyramid[level][view].numpy(), pixel, stride)
                for view, camera in enumerate(cameras)
                if (pixel := _pixel(camera.K @ (camera.viewmat @ np.append(world, 1.0))[:3])) is not None
            ]
            seen_by.add(len(values))
            stacked = np.stack(values) if values else np.zeros((1, pyramid[level].shape[1]))
            expected = np.concatenate([stacked.mean(axis=0), stacked.var(axis=0)])
            np.testing.assert_allclose(grids[level][:, z, y, x].numpy(), expected, atol=1e-9)
    assert len(seen_by) > 1


def _pixel(homogeneous: np.ndarray) -> np.ndarray | None:
    """Pixel coordinates, or `None` if the view does not see them."""
    if homogeneous[2] <= 0:
        return None
    pixel = homogeneous[:2] / homogeneous[2]
    return pixel if 0 <= pixel[0] <= _SIZE[1] and 0 <= pixel[1] <= _SIZE[0] else None


def _bilinear(maps: np.ndarray, pixel: np.ndarray, stride: int) -> np.ndarray:
    """Values of `maps [C, h, w]` at a pixel, cell i being centred on pixel index `stride` i."""
    h, w = maps.shape[1:]
    x, y = np.clip((pixel - 0.5) / stride, 0.0, [w - 1, h - 1])
    x0, y0 = min(int(x), w - 2), min(int(y), h - 2)
    rows = maps[:, y0 : y0 + 2, x0 : x0 + 2] @ np.array([1 - (x - x0), x - x0])
    return rows @ np.array([1 - (y - y0), y - y0])


def test_recomputing_in_the_backward_pass_changes_nothing() -> None:
    cameras = orbiting(2)
    matrices = projection_matrices(cameras, normalisation(cameras, BOX), torch.zeros(1))
    pyramid = [
        torch.rand(2, c, -(-36 // s), -(-44 // s), generator=torch.Generator().manual_seed(s))
        for c, s in ((16, 2), (16, 4), (24, 8))
    ]
    plain = statistics_grids(pyramid, matrices, _SIZE, 8)
    tracked = statistics_grids([maps.requires_grad_() for maps in pyramid], matrices, _SIZE, 8)
    for first, second in zip(plain, tracked, strict=True):
        torch.testing.assert_close(first, second)
    sum(grid.sum() for grid in tracked).backward()  # type: ignore[union-attr]
    assert all(maps.grad is not None and float(maps.grad.abs().sum()) > 0 for maps in pyramid)


@pytest.mark.parametrize("resolution", [8, 12, 16])
def test_a_volume_of_any_multiple_of_four_is_fused(resolution: int) -> None:
    grids = [torch.rand(c, *3 * [resolution // 2**level]) for level, c in enumerate((32, 32, 48))]
    assert VolumeFusion()(grids).shape == (32, resolution, resolution, resolution)
