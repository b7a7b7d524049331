# ruff: noqa: E501 - rows of Markdown tables cannot be broken
"""`docs/cli.md` made from the code: `python -m rowsplat.app.cli_reference > docs/cli.md`."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from tyro import conf

from ..render.images import EIGHT_BIT_SUFFIXES, FLOAT_SUFFIXES
from ..render.video import VIDEO_SUFFIXES
from .commands.all_commands import SUBCOMMANDS, Subcommand

_HEADER = f"""# Command line

Made from the code by `python -m rowsplat.app.cli_reference > docs/cli.md`; a test compares the two.

`rowsplat --help` lists the commands, `rowsplat COMMAND --help` the flags of one, `rowsplat --version` the version.

**Exit codes.** 0: done. 2: something that you can mend, told in one line on standard error. 130: Ctrl-C.
143: SIGTERM.

**Files.** Every output is written under a temporary name and moved to its place when it is complete: a cancelled or
failed command leaves the old file or none, never half of one. Pictures, videos and reports replace what is there, since
they are soon made again; `convert` replaces a scene only with `--overwrite`. Folders are not made, except a folder of
numbered pictures and those of `demo`, `train-omni` and `reconstruct`.

**Pictures.** {", ".join(f"`{suffix}`" for suffix in EIGHT_BIT_SUFFIXES)} hold 8 bits a channel:

| mode | 8-bit picture | {", ".join(f"`{suffix}`" for suffix in FLOAT_SUFFIXES)} (float32, unchanged) |
|---|---|---|
| rgb | clamped to 0 to 1 | R G B |
| alpha | grey | A, 0 to 1 |
| depth, depth-median | turbo colours, near red to far blue, between the 1st and 99th percentile of what was hit; black where nothing was. Frames of a video or sequence share the first one's range | Z [scene units], 0 where nothing was hit |
| normal | 0.5 n + 0.5; no normal is mid-grey | N.X N.Y N.Z, camera frame (x right, y down, z forward) |
| cost | turbo colours of log2(1 + fragments evaluated), 0 to 4095, the same scale for all pictures | cost.evaluated, cost.contributing [fragments] |

**Videos.** {" (H.264), ".join(f"`{suffix}`" for suffix in VIDEO_SUFFIXES)} (VP9), in the camera file's frame rate; odd
sizes get one black row or column more.

**Cameras.** A camera file says the size and field of view of its frames; `--width` and `--height` override the size.
`--orbit` looks at the middle of the scene's subject: AZ 0 is the front, EL 90 is above, DIST 1 is at the subject's edge
and 2.5 shows it whole at the default field of view.
"""

_BENCH_REPORT = """
The JSON has `environment` (machine, versions, commit, time to start each back end, and per scene its hash and the
times to parse, upload and draw the first frame), `runs`, `pictures` (the differences of all pairs of variants) and
`ratios`. A run has

| field | is |
|---|---|
| `scene`, `scene_sha256`, `blend`, `backend`, `renderer`, `width`, `height`, `frames` | what was drawn |
| `parse_ms`, `upload_ms`, `first_frame_ms` | before the timed frames; the first frame compiles or loads kernels |
| `stages.{project,sort,bin,blend,total}.{p50,p95,p99,mean,std,min,max}` | ms |
| `wall` | the same around the whole call, Python included |
| `fps`, `fps_wall_clock` | 1000 / median total; all frames over all time |
| `counts` | `gaussians`, `visible`, `pairs`, `fragments_evaluated`, `fragments_contributing` of the first camera |
| `memory` | bytes: `scene_bytes`, `buffer_bytes` (the renderer's own), resident memory before drawing and at its peak, `cuda_peak_bytes` of torch; `buffers_over_scene` is their ratio |
| `psnr_to_first`, `worst_psnr_to_first`, `max_error_to_first` | against the first variant of the scene; PSNR is `null` for equal pictures |
| `samples` | every timed frame, ms |

Variants take turns, frame k of each before frame k + 1 of any, and the one that begins changes every frame. Resident
memory is that of the whole process: buffers that variants of one back end share count in all of them.
"""


def cli_reference() -> str:
    """The text of `docs/cli.md`."""
    parts = [_HEADER]
    for name, subcommand in SUBCOMMANDS.items():
        parts.append(_section(name, subcommand))
        if name == "bench":
            parts.append(_BENCH_REPORT)
    return "".join(parts)


def _section(name: str, subcommand: Subcommand) -> str:
    hints = get_type_hints(subcommand.flags, include_extras=True)
    rows = [_row(entry, hints[entry.name]) for entry in fields(subcommand.flags)]
    table = "\n".join(("| flag | default | meaning |", "|---|---|---|", *rows))
    examples = "\n".join(subcommand.examples)
    text = (subcommand.flags.__doc__ or "").replace("\n    ", "\n").strip()
    return f"\n## rowsplat {name}\n\n{text}\n\n{table}\n\n```sh\n{examples}\n```\n"


def _row(entry: Field[Any], hint: Any) -> str:
    described = next(extra for extra in hint.__metadata__ if hasattr(extra, "help"))
    base = get_args(hint)[0]
    value = described.metavar or _value_name(base)
    positional = conf.Positional in hint.__metadata__
    flag = value if positional else f"--{entry.name.replace('_', '-')} {value}".strip()
    cells = (f"`{flag}`".replace("|", "\\|"), _default_text(entry), described.help)
    return f"| {' | '.join(cells)} |"


def _value_name(kind: Any) -> str:
    """What may be typed after a flag."""
    if kind is bool:
        return ""
    if get_origin(kind) is Literal:
        return "|".join(map(str, get_args(kind)))
    if get_origin(kind) is tuple:
        return f"{_value_name(get_args(kind)[0])} ..."
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(str(member.value) for member in kind)
    return "VALUE"


def _default_text(entry: Field[Any]) -> str:
    if entry.default is MISSING:
        return "required"
    if entry.default is None or entry.default is False:
        return ""
    return f"`{_plain(entry.default)}`"


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(_plain(item) for item in value)
    if isinstance(value, Enum):
        return str(value.value)
    return (
        f"{value:g}"
        if isinstance(value, float)
        else value.as_posix()
        if isinstance(value, Path)
        else str(value)
    )


if __name__ == "__main__":
    print(cli_reference(), end="")
