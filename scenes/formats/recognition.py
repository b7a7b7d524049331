"""Which format a scene file has: by its first bytes, with its name as a hint where those say nothing."""

from __future__ import annotations

from pathlib import Path

from ...kernels.errors import SceneFileError
from .byte_source import ByteSource
from .compressed_ply import is_compressed
from .file_formats import HANDLERS, SceneFormat
from .gltf_container import GLB_MAGIC
from .ply_header import parse_ply_header
from .sog_lod import LOD_META
from .untrusted_text import parse_json

_SOG_META = "meta.json"
_GZIP_MAGIC, _ZIP_MAGIC, _SPZ_MAGIC = b"\x1f\x8b\x08", b"PK\x03\x04", b"NGSP"
_TEXT = frozenset(range(32, 127)) | {9, 10, 13}
_HEAD = 512

_EXPECTED = {
    ".ply": "a PLY file (its first line is 'ply')",
    ".spz": "an .spz scene (gzip, or the letters NGSP)",
    ".sog": "a zip archive",
    ".glb": "a binary glTF (it begins with 'glTF')",
    ".gltf": "JSON",
    ".json": "JSON",
    ".splat": "32-byte binary records",
    ".ksplat": "a binary .ksplat scene",
}


def recognise(path: Path) -> tuple[SceneFormat, Path]:
    """Format of a file or folder, and the file to read (meta.json for a folder).

    Raises:
        SceneFileError: It does not exist, or its content is none of the formats.
    """
    if path.is_dir():
        return _recognise_folder(path)
    source = ByteSource.open(path)
    head = source.data[:_HEAD].tobytes()
    return _by_content(source, head) or _by_name(source, head), path


def _recognise_folder(path: Path) -> tuple[SceneFormat, Path]:
    """A folder is a SOG scene, or holds exactly one scene file."""
    if (path / LOD_META).is_file():
        return SceneFormat.SOG_LOD, path / LOD_META
    meta = path / _SOG_META
    if meta.is_file() and "means" in parse_json(ByteSource.open(meta)):  # other programs use that name too
        return SceneFormat.SOG_FOLDER, meta
    suffixes = tuple(suffix for handler in HANDLERS.values() for suffix in handler.suffixes)
    scenes = sorted(
        file for file in path.iterdir() if file.name.lower().endswith(suffixes) and file.is_file()
    )
    if len(scenes) == 1:
        return recognise(scenes[0])
    found = ", ".join(scene.name for scene in scenes[:4]) or "none"
    problem = f"expected a SOG folder ({_SOG_META} or {LOD_META}) or one scene file, found {found}"
    raise SceneFileError(path, "", problem, "Name the scene's file instead of its folder")


def _by_content(source: ByteSource, head: bytes) -> SceneFormat | None:
    if head.startswith((b"ply\n", b"ply\r")):
        return SceneFormat.COMPRESSED_PLY if is_compressed(parse_ply_header(source)) else SceneFormat.PLY
    if head.startswith((_SPZ_MAGIC, _GZIP_MAGIC)):
        return SceneFormat.SPZ
    if head.startswith(_ZIP_MAGIC):
        return SceneFormat.SOG
    if head.startswith(GLB_MAGIC):
        return SceneFormat.GLTF
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and _is_text(head):
        return _json_format(source.path)
    return None


def _json_format(path: Path) -> SceneFormat:
    name = path.name.lower()
    if name.endswith(".gltf"):
        return SceneFormat.GLTF
    return SceneFormat.SOG_LOD if name.endswith(LOD_META) else SceneFormat.SOG_FOLDER


def _by_name(source: ByteSource, head: bytes) -> SceneFormat:
    """.splat and .ksplat have no magic number, so their name decides."""
    suffix = source.path.suffix.lower()
    headless = {".splat": SceneFormat.SPLAT, ".ksplat": SceneFormat.KSPLAT}
    if suffix in headless and not _is_text(head):
        return headless[suffix]
    suffixes = ", ".join(suffix for handler in HANDLERS.values() for suffix in handler.suffixes)
    expected = _EXPECTED.get(suffix, f"one of the scene formats ({suffixes}, or a SOG folder)")
    found = f"text {head[:24].decode('ascii')!r}" if _is_text(head[:24]) else f"bytes {head[:8].hex(' ')}"
    raise source.error("", f"expected {expected}, found {found}", "Check that the file is what its name says")


def _is_text(head: bytes) -> bool:
    """Whether bytes read as text; UTF-8 counts."""
    try:
        head.decode("ascii")
    except UnicodeDecodeError:
        return False
    return set(head) <= _TEXT
