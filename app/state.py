"""What the viewer shows: the document, which undo goes through, and the view, which it does not. Knows no window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from ..scenes import Camera
from ..scenes.edits import EditProgram, IndexMask
from .adaptive import AdaptiveResolution
from .history import History
from .messages import IDENTITY, Comparison, FrameReady, Look, Matrix, SceneLoaded, SceneSpec, SeenView


class Tool(Enum):
    """What the left mouse button does in the picture."""

    NAVIGATE = "navigate"
    RECTANGLE = "rectangle"
    LASSO = "lasso"
    BRUSH = "brush"
    SPHERE = "sphere"
    BOX = "box"
    ELLIPSOID = "ellipsoid"
    MOVE = "move"
    ROTATE = "rotate"
    SCALE = "scale"
    MEASURE = "measure"


@dataclass(frozen=True, kw_only=True)
class SceneItem:
    """One scene of the document.

    Args:
        scene_id: Never used again for another scene.
        name: Shown in the list.
        source: Scene file.
        lod: Level of detail, `None` for the finest.
        visible: Whether it is drawn.
        locked: Whether edits and selections leave it alone.
        matrix: Scene -> world.
        program: Edits, in the scene's own frame.
        is_mesh: The file holds triangles, or a bake.
        is_flipbook: The source is a folder of frames.
        groups: Names that sentences gave, over the rows of the edited scene or of it as it was before it grew.
    """

    scene_id: int
    name: str
    source: Path
    lod: int | None = None
    visible: bool = True
    locked: bool = False
    matrix: Matrix = IDENTITY
    program: EditProgram = field(default_factory=EditProgram)
    is_mesh: bool = False
    is_flipbook: bool = False
    groups: tuple[tuple[str, IndexMask], ...] = ()

    @property
    def is_editable(self) -> bool:
        """Whether edits and selections may touch it: neither locked, nor triangles, nor a flipbook."""
        return not (self.locked or self.is_mesh or self.is_flipbook)


@dataclass(frozen=True, kw_only=True)
class Document:
    """Everything that undo and redo go through, and that a project file keeps.

    Args:
        scenes: In the order of the list.
        selection: Selected Gaussians by scene id, over the edited scene's rows.
    """

    scenes: tuple[SceneItem, ...] = ()
    selection: tuple[tuple[int, IndexMask], ...] = ()

    def scene(self, scene_id: int) -> SceneItem | None:
        """The scene of that id."""
        return next((item for item in self.scenes if item.scene_id == scene_id), None)

    def selected(self, scene_id: int) -> IndexMask | None:
        """The selected Gaussians of a scene, `None` for none."""
        return dict(self.selection).get(scene_id)

    def with_scene(self, changed: SceneItem) -> Document:
        """The document with the scene of that id replaced."""
        items = tuple(changed if item.scene_id == changed.scene_id else item for item in self.scenes)
        return replace(self, scenes=items)

    def without_scene(self, scene_id: int) -> Document:
        """The document without a scene and its selection."""
        return Document(
            scenes=tuple(item for item in self.scenes if item.scene_id != scene_id),
            selection=tuple(entry for entry in self.selection if entry[0] != scene_id),
        )

    def with_selection(self, masks: dict[int, IndexMask]) -> Document:
        """The document with another selection; empty masks are dropped."""
        kept = tuple(sorted((scene, mask) for scene, mask in masks.items() if mask.num_selected))
        return replace(self, selection=kept)

    def specs(self, frames: Mapping[int, int] = MappingProxyType({})) -> tuple[SceneSpec, ...]:
        """What the render process is to show; `frames` has the frame of each flipbook by scene id, 0 by default."""
        return tuple(
            SceneSpec(
                scene_id=item.scene_id,
                source=item.source,
                lod=item.lod,
                visible=item.visible,
                matrix=item.matrix,
                program=item.program,
                selection=self.selected(item.scene_id),
                is_mesh=item.is_mesh,
                frame=frames.get(item.scene_id, 0) if item.is_flipbook else None,
            )
            for item in self.scenes
        )


@dataclass(frozen=True, kw_only=True)
class View:
    """How the document is looked at.

    Args:
        camera: Pose and lens; the size is the window's [px].
        look: Look A, the only one without comparison.
        other: Look B.
        comparison: Whether and how both are shown.
        split: Where the slider is, 0 left to 1 right.
        gain: Amplification of the difference.
        highlight: Whether the selection is tinted.
    """

    camera: Camera
    look: Look = field(default_factory=Look)
    other: Look = field(default_factory=Look)
    comparison: Comparison = Comparison.OFF
    split: float = 0.5
    gain: float = 10.0
    highlight: bool = True

    @property
    def looks(self) -> tuple[Look, ...]:
        """The looks to draw."""
        return (self.look,) if self.comparison is Comparison.OFF else (self.look, self.other)


class Life(Enum):
    """Of the render process."""

    STARTING = "starting"
    RUNNING = "running"
    RESTARTING = "restarting"
    GIVEN_UP = "given up"


@dataclass
class ViewerState:
    """The one mutable model. Only the session changes it.

    `previewed` is drawn in place of the document while the mouse drags what will become one step of it, or a plan is
    looked at; `points_out` draws it faintly but for what is selected. `seen` is the last image-based view.
    """

    view: View
    history: History[Document] = field(default_factory=lambda: History(Document()))
    previewed: Document | None = None
    points_out: bool = False
    tool: Tool = Tool.NAVIGATE
    loaded: dict[int, SceneLoaded] = field(default_factory=dict[int, SceneLoaded])
    frame: FrameReady | None = None
    seen: SeenView | None = None
    resolution: AdaptiveResolution = field(default_factory=AdaptiveResolution)
    moving: bool = False
    seconds: float = 0.0
    life: Life = Life.STARTING
    renderer: str = ""
    message: str = ""

    @property
    def document(self) -> Document:
        """The present document."""
        return self.history.present

    @property
    def duration(self) -> float:
        """Of the longest flipbook [s]; 0 without one."""
        items = [item for item in self.document.scenes if item.is_flipbook and item.scene_id in self.loaded]
        return max((self.loaded[i.scene_id].frames / self.loaded[i.scene_id].fps for i in items), default=0.0)

    def specs(self) -> tuple[SceneSpec, ...]:
        """What the render process is to show."""
        specs = (self.previewed or self.document).specs(self.frames())
        if self.previewed is None or not self.points_out:
            return specs
        return tuple(replace(spec, is_faint=True) for spec in specs)

    def frames(self) -> dict[int, int]:
        """The frame of each flipbook at this moment, by scene id."""
        shown: dict[int, int] = {}
        for item in self.document.scenes:
            loaded = self.loaded.get(item.scene_id)
            if item.is_flipbook and loaded is not None:
                shown[item.scene_id] = int(self.seconds * loaded.fps) % loaded.frames
        return shown

    @property
    def is_loading(self) -> bool:
        """Whether a scene of the document has not been read yet."""
        return any(item.scene_id not in self.loaded for item in self.document.scenes)
