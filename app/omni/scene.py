"""What a project keeps of a reconstruction, so that its photos can be seen from anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...kernels.errors import RowsplatError
from ...scenes.edits.json_fields import JsonFields

if TYPE_CHECKING:
    from ...render.omni_recon import ReconstructionOptions


@dataclass(frozen=True, kw_only=True)
class OmniScene:
    """How image-based views of a project's photos are made.

    Args:
        weights: File of the network's weights; `None` takes those that ship with rowsplat.
        points: File with points of the scene, `[N, 3]` .npy; `None` takes those of the photo set.
        source_views: Photos that a view is made from.
        max_side: Longer side of the pictures that were reconstructed [px].
        volume_resolution: Nodes along a side of the feature volume.
        samples: Evenly spread samples of a ray, and as many where those found a surface.
        near: Where the scene begins in every view, along the view axis [scene units]; `None` finds it for each.
        far: Where it ends; `None` finds it for each.
        pinned: Names of photos that every view in the viewer is made from.
    """

    weights: Path | None = None
    points: Path | None = None
    source_views: int = 3
    max_side: int = 160
    volume_resolution: int = 48
    samples: int = 16
    near: float | None = None
    far: float | None = None
    pinned: tuple[str, ...] = ()

    def options(self) -> ReconstructionOptions:
        """The same as what a reconstruction is told.

        Raises:
            RowsplatError: A value is out of its range.
        """
        from ...render.omni_recon import ReconstructionOptions

        try:
            return ReconstructionOptions(
                source_views=self.source_views,
                max_side=self.max_side,
                volume_resolution=self.volume_resolution,
                samples=self.samples,
            )
        except ValueError as error:
            raise RowsplatError(f"project.omni_recon: {error}") from None

    def to_json(self, relative: Callable[[Path], str]) -> dict[str, Any]:
        """As JSON values; `relative` names files."""
        values: dict[str, Any] = {
            "source_views": self.source_views,
            "max_side": self.max_side,
            "volume_resolution": self.volume_resolution,
            "samples": self.samples,
        }
        for name, path in (("weights", self.weights), ("points", self.points)):
            values |= {} if path is None else {name: relative(path)}
        for name, depth in (("near", self.near), ("far", self.far)):
            values |= {} if depth is None else {name: depth}
        return values | ({"pinned": list(self.pinned)} if self.pinned else {})

    @classmethod
    def from_json(cls, fields: JsonFields, folder: Path) -> OmniScene:
        """What `to_json` gave; files are relative to `folder`.

        Raises:
            RowsplatError: A field is missing or out of range; the line names it.
        """

        def _file(name: str) -> Path | None:
            return (folder / fields.text(name)).resolve() if name in fields.values else None

        def _depth(name: str) -> float | None:
            if name not in fields.values:
                return None
            value = fields.number(name)
            if value <= 0.0:
                raise fields.error(name, f"expected a positive depth, found {value:g}")
            return value

        near, far = _depth("near"), _depth("far")
        if near is not None and far is not None and near >= far:
            raise fields.error("near", f"expected less than far, {far:g}, found {near:g}")
        return cls(
            weights=_file("weights"),
            points=_file("points"),
            source_views=fields.whole("source_views", 2, 16),
            max_side=fields.whole("max_side", 16, 2048),
            volume_resolution=fields.whole("volume_resolution", 8, 1024),
            samples=fields.whole("samples", 2, 1024),
            near=near,
            far=far,
            pinned=_names(fields) if "pinned" in fields.values else (),
        )


def _names(fields: JsonFields) -> tuple[str, ...]:
    names = fields.items("pinned")
    found = tuple(name for name in names if isinstance(name, str))
    if len(found) != len(names):
        raise fields.error("pinned", "expected names of photos, found something else")
    return found
