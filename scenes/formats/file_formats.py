"""The table of scene formats: how each is recognised, read, described and written."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ...kernels.errors import SceneFileError
from ..gaussians import Gaussians
from . import (
    compressed_ply,
    compressed_ply_writer,
    gltf,
    gltf_writer,
    ksplat,
    ply,
    sog,
    sog_lod,
    sog_members,
    sog_writer,
    splat,
    spz,
)
from .byte_source import ByteSource

SpzVersion = Literal[3, 4]
"""Version of .spz to write."""


class SceneFormat(enum.Enum):
    """A format of scene files; the value is its name for people."""

    PLY = "INRIA ply"
    COMPRESSED_PLY = "PlayCanvas compressed ply"
    SPLAT = "splat"
    KSPLAT = "ksplat"
    SPZ = "spz"
    SOG = "sog"
    SOG_FOLDER = "sog folder"
    SOG_LOD = "sog with levels of detail"
    GLTF = "glTF KHR_gaussian_splatting"


@dataclass(frozen=True, kw_only=True)
class FormatHandler:
    """What can be done with one format.

    Args:
        suffixes: File name endings, lower case.
        read: Gaussians of a path.
        describe: Facts of a path without reading the Gaussians.
        encode: Buffers of a file; None when the format is only read.
    """

    suffixes: tuple[str, ...]
    read: Callable[[Path], Gaussians]
    describe: Callable[[Path], dict[str, object]]
    encode: Callable[[Gaussians, SpzVersion], Iterable[Any]] | None = None


def _from_bytes(function: Callable[[ByteSource], Any]) -> Callable[[Path], Any]:
    return lambda path: function(ByteSource.open(path))


def _from_archive(function: Callable[[sog_members.SogMembers], Any]) -> Callable[[Path], Any]:
    return lambda path: function(sog_members.open_sog_archive(ByteSource.open(path)))


def _from_folder(function: Callable[[sog_members.SogMembers], Any]) -> Callable[[Path], Any]:
    return lambda path: function(sog_members.open_sog_folder(path))


HANDLERS: dict[SceneFormat, FormatHandler] = {
    SceneFormat.COMPRESSED_PLY: FormatHandler(
        suffixes=(".compressed.ply",),
        read=_from_bytes(compressed_ply.read_compressed_ply),
        describe=_from_bytes(compressed_ply.describe_compressed_ply),
        encode=lambda gaussians, _: compressed_ply_writer.encode_compressed_ply(gaussians),
    ),
    SceneFormat.PLY: FormatHandler(
        suffixes=(".ply",),
        read=_from_bytes(ply.read_ply),
        describe=_from_bytes(ply.describe_ply),
        encode=lambda gaussians, _: ply.encode_ply(gaussians),
    ),
    SceneFormat.SPLAT: FormatHandler(
        suffixes=(".splat",),
        read=_from_bytes(splat.read_splat),
        describe=_from_bytes(splat.describe_splat),
        encode=lambda gaussians, _: splat.encode_splat(gaussians),
    ),
    SceneFormat.KSPLAT: FormatHandler(
        suffixes=(".ksplat",),
        read=_from_bytes(ksplat.read_ksplat),
        describe=_from_bytes(ksplat.describe_ksplat),
    ),
    SceneFormat.SPZ: FormatHandler(
        suffixes=(".spz",),
        read=_from_bytes(spz.read_spz),
        describe=_from_bytes(spz.describe_spz),
        encode=spz.encode_gaussians_as_spz,
    ),
    SceneFormat.SOG: FormatHandler(
        suffixes=(".sog",),
        read=_from_archive(sog.read_sog),
        describe=_from_archive(sog.describe_sog),
        encode=lambda gaussians, _: sog_writer.encode_sog(gaussians),
    ),
    SceneFormat.SOG_FOLDER: FormatHandler(
        suffixes=(),
        read=_from_folder(sog.read_sog),
        describe=_from_folder(sog.describe_sog),
    ),
    SceneFormat.SOG_LOD: FormatHandler(
        suffixes=(),
        read=lambda path: sog_lod.read_sog_lod(path, 0),
        describe=sog_lod.describe_sog_lod,
    ),
    SceneFormat.GLTF: FormatHandler(
        suffixes=(".glb", ".gltf"),
        read=_from_bytes(gltf.read_gltf),
        describe=_from_bytes(gltf.describe_gltf),
        encode=lambda gaussians, _: gltf_writer.encode_glb(gaussians),
    ),
}
"""Every format, the longer suffix before the shorter."""


def format_to_write(path: Path) -> SceneFormat:
    """The format that the name of a new file asks for.

    Raises:
        SceneFileError: No format has that ending, or it can only be read.
    """
    name = path.name.lower()
    writable = {suffix for handler in HANDLERS.values() if handler.encode for suffix in handler.suffixes} - {
        ".gltf"
    }
    if not any(name.endswith(suffix) for suffix in writable):
        problem = f"expected a name that ends in {', '.join(sorted(writable))}"
        raise SceneFileError(path, "", problem, "Name a format that can be written")
    return next(f for f, handler in HANDLERS.items() if any(name.endswith(s) for s in handler.suffixes))
