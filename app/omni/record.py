"""What is known about a reconstruction when it is finished: `reconstruct.json`, and the report made from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any

import numpy as np

from ...render.omni_recon import FusedMesh, ViewDepth
from .photos import PreparedPhotos
from .results import ViewFiles
from .stage_clock import StageClock


def photo_facts(photos: PreparedPhotos) -> dict[str, Any]:
    """The photos and how far their cameras can be trusted, as JSON values."""
    check, photo_set = photos.check, photos.photo_set
    return {
        "name": photo_set.name,
        "photos": len(photo_set),
        "sizes": [list(size) for size in dict.fromkeys(photo.size for photo in photo_set)],
        "points": photos.points,
        "points_are_triangulated": photos.triangulated,
        "cameras": None
        if check is None
        else {
            "fit": check.fit.value,
            "agreement": check.agreement,
            "matches": check.matches,
            "line": check.line,
        },
    }


def view_facts(view: ViewDepth, made: ViewFiles) -> dict[str, Any]:
    """One view as JSON values; files are relative to the folder."""
    return {
        "name": view.name,
        "width": view.camera.width,
        "height": view.camera.height,
        "near": view.bounds.near,
        "far": view.bounds.far,
        "sources": list(view.sources),
        "known": float((view.depth > 0).mean()),
        "on_planes": view.on_planes,
        "mean_confidence": float(np.nan_to_num(view.confidence).mean()),
        "files": {name: value for name, value in asdict(made).items() if name != "name"},
    }


def mesh_facts(fused: FusedMesh) -> dict[str, Any]:
    """The mesh as JSON values."""
    return {
        "vertices": len(fused.mesh.vertices),
        "triangles": len(fused.mesh.faces),
        "voxel_size": fused.voxel_size,
        "agreed": fused.agreed,
        "triangles_extracted": fused.triangles_extracted,
        "parts_dropped": fused.parts_dropped,
    }


def time_facts(clock: StageClock) -> dict[str, Any]:
    """Seconds by stage, of this start."""
    return {
        "seconds": {stage: round(value, 3) for stage, value in clock.seconds.items()},
        "cpu_seconds": {stage: round(value, 3) for stage, value in clock.cpu_seconds.items()},
    }


def html_report(record: Mapping[str, Any]) -> str:
    """The report's text; its pictures are files beside it."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(
        files("rowsplat.app.omni").joinpath("report.html.j2").read_text("utf-8")
    )
    times = [(stage, wall, record["cpu_seconds"][stage]) for stage, wall in record["seconds"].items()]
    total = ("all", sum(time[1] for time in times), sum(time[2] for time in times))
    return template.render(
        title=record["photos"]["name"],
        facts=_facts(record),
        notes=record["notes"],
        views=[_view_for_report(view) for view in record["views"]],
        times=[*times, total],
    )


def _view_for_report(view: Mapping[str, Any]) -> dict[str, Any]:
    made = view["files"]
    return {
        **{
            name: view[name]
            for name in ("name", "near", "far", "known", "on_planes", "width", "height", "sources")
        },
        "confidence": view["mean_confidence"],
        "photo": made["photo"],
        "depth_picture": made["depth_picture"],
        "confidence_picture": made["confidence"],
        "mesh": made["mesh"],
    }


def _facts(record: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    photos, mesh, settings = record["photos"], record["mesh"], record["settings"]
    cameras = photos["cameras"]
    points = f"{photos['points']:,} {'triangulated' if photos['points_are_triangulated'] else 'given'} points"
    peak = record["peak_bytes"]
    measured = "" if peak is None else f"{peak / 1e9:.2f} GB at the peak, "
    return (
        (
            "photos",
            f"{photos['photos']} of {', '.join('x'.join(map(str, size)) for size in photos['sizes'])}",
        ),
        ("cameras", "not checked" if cameras is None else cameras["line"]),
        ("near and far", f"from {points if photos['points'] else 'the cameras alone'}"),
        (
            "looked at",
            f"{settings['source_views']} photos for each view, longer side {settings['max_side']} px, volume of "
            f"{settings['volume_resolution']} nodes a side, {settings['samples']} samples of a ray, "
            f"{settings['planes']} planes",
        ),
        (
            "mesh",
            f"{mesh['triangles']:,} triangles, {mesh['vertices']:,} vertices at voxel {mesh['voxel_size']:.3g}; "
            f"other views agreed with {100 * mesh['agreed']:.0f} % of the depths; {mesh['parts_dropped']} small parts "
            "dropped",
        ),
        ("memory", f"{measured}{record['estimated_bytes'] / 1e9:.2f} GB estimated"),
        ("views from an earlier start", str(record["views_resumed"])),
        ("weights", record["weights"]),
    )
