"""Operations whose data is too much for a project file and lies beside it: inserted scenes, written colours.

An operation names its file and the SHA-256 of it, and is applied only to that very content: undo and redo give the same
scene each time, or say that the file has changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from ...kernels.errors import SceneFileError
from ..gaussians import SH_COEFFS_PER_DEGREE, FloatArray, Gaussians
from ..transforms import merge, transform
from .changed_rows import checked_count, checked_growth, who, with_rows
from .edited_gaussians import EditedGaussians
from .index_mask import IndexMask
from .operations import EditOperation
from .similarity import IDENTITY, Matrix4, matrix_tuple, similarity_parts

COLOURS_SUFFIX = ".safetensors"
_COLOURS = "sh_coeffs"
_REMEDY = "Put the file back as it was, or undo the step"


@dataclass(frozen=True, kw_only=True)
class Insert(EditOperation):
    """The Gaussians of a scene file are appended.

    Args:
        path: The file, absolute.
        sha256: Of its content, hexadecimal; of a folder, of nothing ("").
        count: Number of Gaussians in it.
        matrix: Its world -> this world, 4x4: rotation or reflection, uniform scale, translation [scene units].

    Raises:
        ValueError: `matrix` is no such similarity.
    """

    kind = "insert"
    path: Path
    sha256: str
    count: int
    matrix: Matrix4 = IDENTITY

    def __post_init__(self) -> None:
        """Check the matrix and make its numbers floats."""
        similarity_parts(self.matrix)
        object.__setattr__(self, "matrix", matrix_tuple(self.matrix))

    @classmethod
    def of(cls, path: Path, matrix: ArrayLike = IDENTITY) -> Insert:
        """The insertion of a file as it is now.

        Raises:
            RowsplatError: It cannot be read.
            ValueError: `matrix` is no similarity.
        """
        place = path.resolve()
        digest = sha256_of(place)
        return cls(
            path=place, sha256=digest, count=len(inserted_scene(place, digest)), matrix=matrix_tuple(matrix)
        )

    @property
    def description(self) -> str:
        """What it does in a few words."""
        return f"Insert {self.path.name} ({self.count:,} Gaussians)"

    def count_after(self, count: int) -> int:
        """`count` and the number of Gaussians in the file."""
        return checked_growth(self, count, self.count)

    def apply(self, scene: EditedGaussians) -> EditedGaussians:
        """The scene with the Gaussians at its end; those of a lower SH degree are padded with zeros."""
        self.count_after(len(scene))
        part = inserted_scene(self.path, self.sha256)
        if len(part) != self.count:
            problem = f"expected {self.count:,} Gaussians, found {len(part):,}"
            raise SceneFileError(self.path, "", problem, _REMEDY)
        part = replace(part, antialiased=scene.gaussians.antialiased)
        if self.matrix != IDENTITY:
            part = transform(part, self.matrix)
        with_rows(self, part, slice(None), {"means": part.means, "log_scales": part.log_scales})
        return EditedGaussians(
            gaussians=merge(scene.gaussians, part),
            alive=np.concatenate([scene.alive, np.ones(self.count, dtype=np.bool_)]),
            hidden=np.concatenate([scene.hidden, np.zeros(self.count, dtype=np.bool_)]),
        )


@dataclass(frozen=True, kw_only=True)
class ReplaceColours(EditOperation):
    """Gaussians take the colours of a file: spherical harmonics that were computed, as by a style.

    Args:
        mask: Which.
        path: A .safetensors file with `sh_coeffs [num_selected, K, 3]` in float32, absolute.
        sha256: Of its content, hexadecimal.
        label: What the colours are, for the undo list.
    """

    kind = "replace_colours"
    mask: IndexMask
    path: Path
    sha256: str
    label: str = "colours"

    @classmethod
    def written(
        cls, mask: IndexMask, sh_coeffs: FloatArray, folder: Path, *, label: str = "colours"
    ) -> ReplaceColours:
        """The operation, with its colours `[num_selected, K, 3]` in a file of `folder`, named by their content.

        Raises:
            ValueError: There are not as many colours as Gaussians in the mask.
            OSError: The file cannot be written.
        """
        from safetensors.numpy import save

        if sh_coeffs.shape not in _colour_shapes(mask.num_selected):
            raise ValueError(f"sh_coeffs must be [{mask.num_selected}, K, 3], got {list(sh_coeffs.shape)}")
        data = save({_COLOURS: np.ascontiguousarray(sh_coeffs, dtype=np.float32)})
        digest = hashlib.sha256(data).hexdigest()
        path = folder.resolve() / f"colours-{digest[:16]}{COLOURS_SUFFIX}"
        temporary = path.with_name(f".{path.name}.part")
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        return cls(mask=mask, path=path, sha256=digest, label=label)

    @property
    def description(self) -> str:
        """What it does in a few words."""
        return f"Replace {self.label} of {who(self.mask)}"

    def count_after(self, count: int) -> int:
        """`count`."""
        return checked_count(self, self.mask, count)

    def apply(self, scene: EditedGaussians) -> EditedGaussians:
        """The scene with the new colours; they are cut or padded with zeros to its SH degree."""
        self.count_after(len(scene))
        bands = scene.gaussians.sh_coeffs.shape[1]
        found = written_colours(self.path, self.sha256, self.mask.num_selected)[:, :bands]
        padded = np.pad(found, ((0, 0), (0, bands - found.shape[1]), (0, 0)))
        changed = {_COLOURS: padded}
        return replace(scene, gaussians=with_rows(self, scene.gaussians, self.mask.indices(), changed))


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content in hexadecimal; "" for a folder, whose files are not looked through.

    Raises:
        RowsplatError: There is no such file.
    """
    try:
        status = path.stat()
        return "" if path.is_dir() else _sha256_of_version(path, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise SceneFileError(path, "", f"cannot be read: {error.strerror}", "Check the name") from None


@lru_cache(maxsize=64)
def _sha256_of_version(path: Path, size: int, mtime_ns: int) -> str:
    """The digest of a file that has this size and time of change [ns]."""
    del size, mtime_ns
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def inserted_scene(path: Path, sha256: str) -> Gaussians:
    """The scene of a file that has this digest.

    Raises:
        RowsplatError: It cannot be read, or has changed.
    """
    _require_digest(path, sha256)
    return _scene_of_version(path, sha256)


@lru_cache(maxsize=4)
def _scene_of_version(path: Path, sha256: str) -> Gaussians:
    """The scene of a file whose digest has been checked; the last few are kept for undo and redo."""
    from ..formats import load_gaussians

    del sha256
    return load_gaussians(path)


def written_colours(path: Path, sha256: str, count: int) -> FloatArray:
    """The colours `[count, K, 3]` of a file that has this digest.

    Raises:
        RowsplatError: It cannot be read, has changed, or holds something else.
    """
    from safetensors import SafetensorError, safe_open

    _require_digest(path, sha256)
    expected = f"expected sh_coeffs [{count}, K, 3] in float32"
    try:
        with safe_open(str(path), framework="numpy") as file:
            part = file.get_slice(_COLOURS)  # looked at before memory is taken
            shape = tuple(part.get_shape())
            if part.get_dtype() == "F32" and shape in _colour_shapes(count):
                return file.get_tensor(_COLOURS)
    except (SafetensorError, OSError) as error:
        raise SceneFileError(path, "", f"{expected}, found damage ({error})", _REMEDY) from None
    raise SceneFileError(path, "", f"{expected}, found {list(shape)}", _REMEDY)


def _colour_shapes(count: int) -> list[tuple[int, ...]]:
    """What colours of `count` Gaussians may look like."""
    return [(count, bands, 3) for bands in SH_COEFFS_PER_DEGREE]


def _require_digest(path: Path, sha256: str) -> None:
    """Refuse a file that is not the one the step was made with."""
    if sha256_of(path) != sha256:
        raise SceneFileError(path, "", "has changed since it was put into the scene", _REMEDY)
