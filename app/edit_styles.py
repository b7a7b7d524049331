"""Styles that sentences ask for: found by path or by name, painted through pictures of the scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..kernels.errors import RowsplatError
from ..scenes.edits import EditedGaussians, EditOperation, IndexMask, ReplaceColours
from ..scenes.text_edits.planning import FileRule

if TYPE_CHECKING:
    from ..render.restyling import OnProgress, ViewEditor

_MOST_NAMES = 12


@dataclass(frozen=True, kw_only=True)
class StyleLibrary:
    """Where styles are looked for; makes the editor of pictures that a style is.

    Args:
        files: Which files a style may be.
        folder: Of styles that are called by their file's name without its ending.
        diffusion: Folder of a diffusion model, which takes any words.
    """

    files: FileRule = field(default_factory=FileRule)
    folder: Path | None = None
    diffusion: Path | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Styles of the folder."""
        return tuple(sorted(_called(path) for path in self._entries()))

    def editor(self, style: str) -> ViewEditor:
        """The editor that paints in a style.

        Raises:
            RowsplatError: There is no such style; says which there are.
        """
        from ..render.restyling import editor_of

        found = self._file(style) or self._named(style)
        if found is not None:
            return editor_of(found)
        if self.diffusion is not None:
            return editor_of(self.diffusion, prompt=style)
        raise RowsplatError(f"no style is known as {style[:60]!r}. {self._remedy()}")

    def _file(self, style: str) -> Path | None:
        """The picture or network at a path."""
        try:
            self.files.check(style)
        except RowsplatError:
            return None
        return self.files.folder / style

    def _named(self, style: str) -> Path | None:
        wanted = style.casefold()
        names = ((path, (path.stem, _called(path))) for path in self._entries())
        return next((path for path, known in names if wanted in [name.casefold() for name in known]), None)

    def _entries(self) -> Iterator[Path]:
        from ..render.restyling import STYLE_SOURCES

        if self.folder is None:
            return
        try:
            for path in sorted(self.folder.iterdir()):
                if not path.name.startswith(".") and any(source.matches(path) for source in STYLE_SOURCES):
                    yield path
        except OSError as error:
            raise RowsplatError(f"{self.folder}: {error.strerror}. Name a folder of styles.") from None

    def _remedy(self) -> str:
        names = self.names
        if names:
            return f"Known styles are {', '.join(names[:_MOST_NAMES])}; or give the path of a picture or a network."
        return "Give the path of a picture or a network, or a folder of styles."


def _called(path: Path) -> str:
    """What a style is called: "udnie" for udnie.f16.npz."""
    return path.name.partition(".")[0]


@dataclass(frozen=True, eq=False, kw_only=True)
class StyleChecker:
    """Sees whether styles are there, and leaves the painting for later."""

    library: StyleLibrary

    def check(self, style: str) -> None:
        """Read the style.

        Raises:
            RowsplatError: There is no such style.
        """
        self.library.editor(style)

    def restyled(self, scene: EditedGaussians, mask: IndexMask, style: str) -> tuple[EditOperation, ...]:
        """Nothing yet."""
        del scene, mask, style
        return ()


@dataclass(frozen=True, eq=False, kw_only=True)
class StylePainter:
    """Paints Gaussians in styles; the colours lie in files.

    Args:
        library: Where styles are looked for.
        folder: Where the files with colours go; they are needed as long as the edit is.
        on_progress: Told of views drawn and edited; `None` = nobody is.
    """

    library: StyleLibrary
    folder: Path
    on_progress: OnProgress | None = None

    def check(self, style: str) -> None:
        """Read the style.

        Raises:
            RowsplatError: There is no such style.
        """
        self.library.editor(style)

    def restyled(self, scene: EditedGaussians, mask: IndexMask, style: str) -> tuple[EditOperation, ...]:
        """The operation that gives the Gaussians of `mask` that are to be seen the colours of a style.

        Raises:
            RowsplatError: There is no such style, or nothing of the mask is to be seen.
        """
        from ..render.restyling import no_progress, restyle

        shown = scene.shown
        chosen = shown & mask.to_bool()
        if not chosen.any():
            raise RowsplatError("what is to be painted is hidden. Show it first.")
        painted = restyle(
            scene.gaussians.select(np.flatnonzero(shown)),
            self.library.editor(style),
            mask=chosen[shown],
            on_progress=self.on_progress or no_progress,
        )
        colours = painted.sh_coeffs[chosen[shown]]
        where = IndexMask.from_bool(chosen)
        return (ReplaceColours.written(where, colours, self.folder, label="colours by a style"),)
