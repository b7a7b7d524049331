"""The files that make up a SOG scene: members of a .sog zip, or files beside meta.json."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...kernels.errors import SceneFileError
from .byte_source import DAMAGED, ByteSource
from .untrusted_text import check_member_name, parse_json

_MAX_EXPANSION = 64  # images and JSON in a .sog are stored, or hardly shrink
_MAX_MEMBERS = 1024

# What zipfile lets through from damaged archives, besides its own exception.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True, eq=False)
class SogMembers:
    """Access to members by name; a name can never lead out of the folder or archive.

    Args:
        path: The .sog, or meta.json of a folder.
        meta: Parsed meta.json.
        fetch: Gives one member's bytes.
    """

    path: Path
    meta: dict[str, Any]
    fetch: Callable[[str], ByteSource]

    def error(self, place: str, problem: str, remedy: str = DAMAGED) -> SceneFileError:
        """An error about this scene, for the caller to raise."""
        return SceneFileError(self.path, place, problem, remedy)


def open_sog_archive(source: ByteSource) -> SogMembers:
    """Members of a .sog zip.

    Raises:
        SceneFileError: The archive is damaged, has unsafe names, or expands too much.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(source.data.data))
        infos = _checked_members(source, archive)
    except _ZIP_ERRORS as error:
        raise source.error("zip directory", f"expected a zip archive ({error})", DAMAGED) from error

    def fetch(name: str) -> ByteSource:
        info = infos.get(check_member_name(source.path, name))
        if info is None:
            raise source.error(f"member {name}", "named in meta.json but not in the archive", DAMAGED)
        return ByteSource(source.path / name, np.frombuffer(_extract(source, archive, info), dtype=np.uint8))

    return SogMembers(source.path, parse_json(fetch("meta.json")), fetch)


def open_sog_folder(meta_path: Path) -> SogMembers:
    """Files beside a meta.json.

    Raises:
        SceneFileError: meta.json is missing or is not JSON.
    """

    def fetch(name: str) -> ByteSource:
        path = meta_path.parent / check_member_name(meta_path, name)
        if not path.resolve().is_relative_to(meta_path.parent.resolve()):
            raise SceneFileError(
                meta_path, name, "leads out of the scene's folder", "Copy the file into the folder"
            )
        return ByteSource.open(path)

    return SogMembers(meta_path, parse_json(ByteSource.open(meta_path)), fetch)


def _checked_members(source: ByteSource, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    for info in infos:
        check_member_name(source.path, info.filename)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
            raise source.error(
                f"member {info.filename}", "expected stored or deflated data without a password"
            )
    total = sum(info.file_size for info in infos)
    if len(infos) > _MAX_MEMBERS or total > _MAX_EXPANSION * len(source):
        problem = f"{len(infos)} members of {total} bytes cannot be a scene of {len(source)} bytes"
        raise source.error("zip directory", problem, "Do not trust this file; ask for a clean export")
    return {info.filename: info for info in infos}


def _extract(source: ByteSource, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as member:
            data = member.read(info.file_size)
            member.read(1)  # to the end, so that the checksum is verified
    except _ZIP_ERRORS as error:
        raise source.error(f"member {info.filename}", f"cannot be extracted ({error})", DAMAGED) from error
    if len(data) != info.file_size:
        raise source.error(
            f"member {info.filename}", f"expected {info.file_size} bytes, found {len(data)}", DAMAGED
        )
    return data
