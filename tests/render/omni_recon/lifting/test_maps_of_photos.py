"""Label pictures and feature stacks: each photo gets its own, and what does not fit is one line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rowsplat.kernels.errors import RowsplatError, SceneFileError
from rowsplat.render.omni_recon.lifting.feature_stacks import FeatureStacks
from rowsplat.render.omni_recon.lifting.label_pictures import LabelPictures, read_labels
from rowsplat.render.omni_recon.lifting.map_pictures import FeatureColors, class_numbers, class_picture
from rowsplat.render.omni_recon.lifting.types import class_color
from rowsplat.scenes.photo_sets import PhotoSet

from ..sphere_scene import HEIGHT, WIDTH

_PICTURE = np.zeros((HEIGHT, WIDTH, 3), np.float32)


def _numbers(index: int) -> np.ndarray:
    numbers = np.full((HEIGHT, WIDTH), 7, np.uint8)
    numbers[: 2 + index] = 3
    numbers[-1] = 255
    return numbers


@pytest.fixture
def folder(tmp_path: Path, photo_set: PhotoSet) -> Path:
    """A palette picture for each photo, beside each other."""
    made = tmp_path / "labels"
    made.mkdir()
    for index in range(len(photo_set)):
        picture = Image.fromarray(_numbers(index))
        palette = np.zeros((256, 3), np.uint8)
        palette[3], palette[7] = (200, 10, 10), (10, 200, 10)
        picture.putpalette(palette.tobytes())
        picture.save(made / f"{index}.png")
    return made


def test_each_photo_votes_for_the_classes_of_its_picture(folder: Path, photo_set: PhotoSet) -> None:
    labels = LabelPictures(folder, photo_set)
    assert [channel.value for channel in labels.legend.channels] == [3, 7]
    assert [channel.color for channel in labels.legend.channels] == [(200, 10, 10), (10, 200, 10)]
    for index, photo in enumerate(photo_set):
        votes = labels.of_photo(photo, _PICTURE)
        for channel, value in enumerate((3, 7)):
            np.testing.assert_array_equal(votes[channel], _numbers(index) == value)
        assert not votes[:, -1].any()  # 255: not labelled


def test_names_and_colours_are_those_of_the_legend(folder: Path, photo_set: PhotoSet) -> None:
    legend = {"channels": [{"name": "floor", "color": [1, 2, 3], "value": 7}]}
    (folder / "legend.json").write_text(json.dumps(legend))
    channels = LabelPictures(folder, photo_set).legend.channels
    assert (channels[1].name, channels[1].color) == ("floor", (1, 2, 3))
    assert channels[0].name == "3"


@pytest.mark.parametrize("legend", ["{", "[]", '{"channels": 3}', '{"channels": [{"name": 3}]}', "[" * 99999])
def test_a_broken_legend_is_one_line(folder: Path, photo_set: PhotoSet, legend: str) -> None:
    (folder / "legend.json").write_text(legend)
    with pytest.raises(SceneFileError, match=r"legend\.json"):
        LabelPictures(folder, photo_set)


def test_pictures_in_folders_like_the_photos_are_found_first(folder: Path, photo_set: PhotoSet) -> None:
    (folder / "images").mkdir()
    Image.fromarray(np.full((HEIGHT, WIDTH), 9, np.uint8)).save(folder / "images" / "0.png")
    votes = LabelPictures(folder, photo_set).of_photo(photo_set.photos[0], _PICTURE)
    np.testing.assert_array_equal(votes.sum(axis=(1, 2)), [0, 0, HEIGHT * WIDTH])


def test_labels_of_16_bits_and_of_half_the_size_work(folder: Path, photo_set: PhotoSet) -> None:
    for index in range(len(photo_set)):
        numbers = np.full((HEIGHT // 2, WIDTH // 2), 300 + index, np.uint16)
        Image.fromarray(numbers).save(folder / f"{index}.png")
    legend = LabelPictures(folder, photo_set).legend
    assert [channel.value for channel in legend.channels] == [300, 301, 302, 303, 304]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.unlink(), "no labels for the photo"),
        (lambda path: path.write_text("no picture"), "expected a PNG"),
        (lambda path: path.write_bytes(path.read_bytes()[:60]), "expected a PNG"),
        (lambda path: Image.new("RGB", (WIDTH, HEIGHT)).save(path), "expected class numbers, found colours"),
        (lambda path: Image.new("L", (WIDTH, HEIGHT + 1)).save(path), f"expected the {WIDTH}x{HEIGHT}"),
    ],
)
def test_a_picture_that_does_not_fit_is_named(
    folder: Path, photo_set: PhotoSet, spoil: object, words: str
) -> None:
    spoil(folder / "2.png")  # type: ignore[operator]
    with pytest.raises(SceneFileError, match=words) as caught:
        LabelPictures(folder, photo_set)
    assert "2.png" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_names_that_lead_out_of_the_folder_find_nothing(folder: Path, photo_set: PhotoSet) -> None:
    Image.fromarray(_numbers(0)).save(folder.parent / "secret.png")
    escaping = replace(photo_set.photos[0], name="../secret")
    with pytest.raises(SceneFileError, match="no labels for the photo"):
        LabelPictures(folder, replace(photo_set, photos=(escaping,)))
    with pytest.raises(RowsplatError, match="no such folder"):
        LabelPictures(folder / "nowhere", photo_set)


def test_features_are_found_by_name_or_by_place(tmp_path: Path, photo_set: PhotoSet) -> None:
    stack = np.random.default_rng(0).normal(size=(len(photo_set), 4, 6, 8)).astype(np.float32)
    np.save(tmp_path / "a.npy", stack)
    names = ["images/0.png", "images/1", "2.png", "3", "4"]
    np.savez(tmp_path / "b.npz", **{name: stack[index] for index, name in enumerate(names)})  # type: ignore[arg-type]
    for name in ("a.npy", "b.npz"):
        features = FeatureStacks(tmp_path / name, photo_set)
        assert len(features.legend.channels) == 4
        for index, photo in enumerate(photo_set):
            np.testing.assert_array_equal(features.of_photo(photo, _PICTURE), stack[index])


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({str(index): np.zeros((4, 6, 8)) for index in range(4)}, "no array for this photo"),
        ({str(index): np.zeros((4 + index, 6, 8)) for index in range(5)}, "the same 1 to 4096 channels"),
        ({str(index): np.zeros((6, 8)) for index in range(5)}, r"expected \[C, h, w\]"),
        ({str(index): np.full((4, 6, 8), np.nan) for index in range(5)}, "finite"),
        ({str(index): np.array([{}]) for index in range(5)}, "array of numbers|expected arrays"),
    ],
)
def test_features_that_do_not_fit_are_one_line(
    tmp_path: Path, photo_set: PhotoSet, arrays: dict[str, np.ndarray], words: str
) -> None:
    np.savez(tmp_path / "a.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(SceneFileError, match=words) as caught:
        FeatureStacks(tmp_path / "a.npz", photo_set)
    assert "a.npz" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_stack_of_another_count_is_one_line(tmp_path: Path, photo_set: PhotoSet) -> None:
    np.save(tmp_path / "a.npy", np.zeros((2, 4, 6, 8)))
    with pytest.raises(SceneFileError, match=r"expected \[5, C, h, w\], found \[2, 4, 6, 8\]"):
        FeatureStacks(tmp_path / "a.npy", photo_set)


def test_classes_are_shown_in_their_colours_and_written_by_their_numbers(
    folder: Path, photo_set: PhotoSet, tmp_path: Path
) -> None:
    channels = LabelPictures(folder, photo_set).legend.channels
    classes = np.array([[0, 1], [-1, 0]])
    np.testing.assert_array_equal(class_numbers(classes, channels, 255), [[3, 7], [255, 3]])
    picture = class_picture(classes, channels)
    np.testing.assert_array_equal(picture[0], [(200, 10, 10), (10, 200, 10)])
    np.testing.assert_array_equal(picture[1, 0], 0)
    np.testing.assert_array_equal(read_labels(folder / "1.png"), _numbers(1))


def test_features_of_one_direction_become_shades_of_one_colour() -> None:
    amounts = np.random.default_rng(0).normal(size=(6, 7))
    values = (np.arange(1.0, 5.0)[:, None, None] * (amounts + 20.0)).astype(np.float32)
    values[:, 0, 0] = 0.0
    picture = FeatureColors.of(values).picture(values).astype(int)
    assert not picture[0, 0].any()
    rest = np.ones((6, 7), bool)
    rest[0, 0] = False
    order = np.argsort(amounts[rest])
    assert (np.diff(picture[rest][order][:, 0]) >= 0).all()
    assert picture[rest][:, 0].std() > 20
    assert np.ptp(picture[rest][:, 1:]) == 0


def test_colours_of_classes_differ() -> None:
    assert len({class_color(index) for index in range(40)}) == 40
