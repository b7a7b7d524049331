"""The flags that several subcommands share, and how a flag is described."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from tyro import conf

from ...render import Backend, Blend, GpuIrss


def flag(help: str, metavar: str | None = None) -> Any:
    """Describe a flag: its help text, and the name of its value where the type's own says too little."""
    return conf.arg(help=help, metavar=metavar)


KernelLanguageChoice = Literal["auto", "taichi", "quadrants"]
"""Language of the fast kernels; `auto` prefers Quadrants where it is installed."""

SceneFile = Annotated[
    Path,
    conf.Positional,
    flag("Scene: .ply, .compressed.ply, .splat, .spz, .ksplat, .sog, a SOG folder, .glb or .gltf.", "SCENE"),
]

Lod = Annotated[
    int | None,
    flag("Level of detail of a scene that has several, 0 the finest. Without it: the finest.", "K"),
]

OneBlend = Annotated[
    Blend,
    flag(
        "Blender. irss shades only the fragments that count of every row; baseline shades every pixel of the "
        "tiles that the 3-sigma square touches; baseline-exact does so on exact tile lists."
    ),
]

GpuIrssVariant = Annotated[
    GpuIrss,
    flag(
        "How irss is spread over the threads of cuda, vulkan and metal. subtile-mask: a thread a pixel, groups skip "
        "sub-tiles; thread-per-row: as in the paper."
    ),
]

OneBackend = Annotated[
    Backend, flag("Where to compute. auto takes the fastest that this machine has and says which.")
]

KernelLanguage = Annotated[KernelLanguageChoice, flag("Language of the cpu, cuda, vulkan and metal kernels.")]

FieldOfView = Annotated[
    float | None, flag("Vertical field of view [degrees], 1 to 170. Without it: 50.", "DEG")
]

Background = Annotated[
    tuple[float, float, float], flag("Colour behind the scene, each channel 0 to 1.", "R G B")
]

Antialiased = Annotated[
    bool, flag("Opacity compensation for small splats, even if the scene is not tagged for it.")
]

MaxShDegree = Annotated[int, flag("Ignore view-dependent colour above this degree, 0 to 3.", "N")]
