"""The measurement as one HTML file that needs no other."""

from __future__ import annotations

import base64
import io
import json
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...render import RenderMode, tone_map
from .plot import plot_png
from .report_data import Measurement, to_json
from .tables import psnr_text


def html_report(measurement: Measurement) -> str:
    """The report's text: environment, plot, tables, one picture a run, the JSON for programs."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["psnr"] = psnr_text
    environment.filters["number"] = _number_text
    template = environment.from_string(
        files("rowsplat.app.bench").joinpath("report.html.j2").read_text("utf-8")
    )
    data = to_json(measurement)
    return template.render(
        environment=_flat_environment(data["environment"]),
        scenes=data["environment"]["scenes"],
        runs=data["runs"],
        pictures=data["pictures"],
        ratios=data["ratios"],
        plot=_data_url(plot_png(measurement.runs), "png"),
        images=[_data_url(_jpeg(run.picture), "jpeg") for run in measurement.runs],
        data=json.dumps(data, indent=1, allow_nan=False).replace(
            "<", "\\u003c"
        ),  # cannot end the script element
    )


def _flat_environment(environment: dict[str, Any]) -> dict[str, str]:
    """One text per fact, nested ones spelled out."""
    return {key: _text(value) for key, value in environment.items() if key != "scenes"}


def _number_text(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items() if item is not None)
    if isinstance(value, list):
        return " ".join(_text(item) for item in value) or "none"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _jpeg(picture: NDArray[np.float32]) -> bytes:
    from PIL import Image

    contents = io.BytesIO()
    Image.fromarray(tone_map(picture, RenderMode.RGB)).save(contents, "JPEG", quality=90)
    return contents.getvalue()


def _data_url(contents: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(contents).decode()}"
