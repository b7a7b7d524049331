"""Every word that the window shows beside the commands, in one place, ready to translate; commands have theirs in
`actions`. Errors about files come from where they are found.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ..kernels.errors import one_line

if TYPE_CHECKING:
    from .messages import SeenView

TITLE = "rowsplat"
RECENT = "Open recent"
PANELS = "Panels"
BAKED = "baked"
SCENES = "Scenes"
EDITS = "Edits"
VALUES = "Values"
STATISTICS = "Statistics"
COMPARE = "Compare"
PATH = "Camera path"
WORDS = "Edit by words"
RESTORE = "Restore"
DISCARD = "Discard"

# The first start

HINT = (
    "Drag to orbit, middle button to pan, wheel to come closer; V flies with W A S D Q E",
    "T toggles baseline and IRSS: the same picture, another time",
    "R rectangle, L lasso, B brush select; Delete deletes, Ctrl+Z takes back",
    "Drop scene files onto the window, or Ctrl+O",
    "Ctrl+K finds every command; F1 hides this",
)
"""The five lines of the first start."""

# Dialogs

OPEN = "Open scenes or a project"
SAVE_PROJECT = "Save project"
SAVE_SCREENSHOT = "Save screenshot"
EXPORT_SCENE = "Export edited scenes"
BAKE = "Bake to mesh"
LOAD_PATH = "Load a camera path"
SAVE_PATH = "Save the camera path"
EXPORT_VIDEO = "Export a video"
OPEN_PHOTOS = "Open photos with cameras"
SAVE_SCRIPT = "Save as a script of edits"
TRUE_LENGTH = "True length"

# Status bar

RESTORED = "Restored"
PATH_CLEARED = "Camera path cleared"
NO_KEYFRAMES = "The camera path has no keyframes. Add some (K)."
JOB_RUNS = "Another job is running; cancel it first (Esc)"
JOB_CANCELLED = "Cancelled; nothing was written"
JOB_TIP = "The running job (Esc cancels)"
JOB_STARTS, DRAWING = "starting", "drawing"
NO_MEMORY = "There is not enough memory for this"
NOTHING_VISIBLE = "there is no visible scene"
FLYING, ORBITING = "Fly: W A S D Q E", "Orbit"
PIVOT_SET = "Pivot set"
NO_SURFACE = "There is no surface under the pointer"
ALIGNED = "Aligned to the ground"
EQUAL = "A and B are equal"
NO_VOLUME = "Draw a sphere, box or ellipsoid first"


def no_such_file(path: Path) -> str:
    """A path that is not there."""
    return f"{path}: no such file or folder. Check the name."


def opened(path: Path) -> str:
    """A project was opened."""
    return f"{path.name} opened"


def loaded(path: Path) -> str:
    """A camera path was read."""
    return f"{path.name} loaded"


def saved(path: Path) -> str:
    """A file was written."""
    return f"{path.name} saved"


def writing(path: Path) -> str:
    """A scene file is being written."""
    return f"Writing {path.name}…"


def written(path: Path, count: int) -> str:
    """A scene file was written."""
    return f"{path.name}: {count:,} Gaussians written"


def exporting(path: Path) -> str:
    """A video is being drawn."""
    return f"Exporting {path.name}"


def frames_written(path: Path, count: int) -> str:
    """A video was drawn."""
    return f"{path.name}: {count} frames written"


def baking(path: Path) -> str:
    """A mesh is being baked."""
    return f"Baking {path.name}"


def triangles_written(path: Path, count: int) -> str:
    """A mesh was baked."""
    return f"{path.name}: {count:,} triangles written"


def png_only(path: Path) -> str:
    """Another suffix than .png was asked for."""
    return f"{path}: transparent pictures are written as .png."


def mistake(error: BaseException, log: Path | str = "the log") -> str:
    """Something that should not have happened."""
    return f"rowsplat made a mistake ({type(error).__name__}: {one_line(error)}); {log} has more"


def picture_formats(path: Path) -> str:
    """A suffix that no picture has."""
    return f"{path}: cannot be written as a picture. Choose .png or .jpg."


def keyframes(count: int) -> str:
    """How many keyframes there are."""
    return f"{count} keyframes"


def distance(length: float) -> str:
    """The measured distance."""
    return f"Distance {length:.4g}"


def length_set(length: float) -> str:
    """The measured distance was made that long."""
    return f"The distance is {length:.4g} now"


def restarted(problem: str) -> str:
    """The render process ended."""
    return f"{problem}; it is started again, nothing is lost"


def given_up(problem: str, times: int) -> str:
    """The render process ends again and again."""
    return f"{problem} {times} times at its start; see rowsplat render"


def render_process(life: str) -> str:
    """Until there is a render process."""
    return f"The render process is {life}…"


def reading(names: list[str]) -> str:
    """Files are being read."""
    return f"Reading {', '.join(names)}… (Esc cancels)"


def totals(count: int, selected: int) -> str:
    """How much there is."""
    return f"{count:,} Gaussians" + (f", {selected:,} selected" if selected else "")


def photos_opened(name: str, count: int) -> str:
    """A photo set was read."""
    return f"{name}: {count} photos; PgDown goes to the next, C hides the cameras, Compare shows the nearest"


# Views of photos

VIEW_PREPARING = "Image-based view: reading photos and network…"
VIEW_AGAIN = "The view process had ended; move the camera to try again"
BAKE_STANDS_IN = "image-based view: not yet, the bake stands in"
UNTRAINED = "no trained weights are installed: depth of a plane sweep, photos blended alike"


READING_NETWORK, WRITING = "read network", "write"
BAKE_PHOTOS = "Bake photos"
BAKE_PHOTOS_CANCELLED = "Cancelled; depth maps that were found are kept, baking again goes on from there"


def time_left(seconds: float | None) -> str:
    """After the share of a stage that is done."""
    if seconds is None:
        return ""
    minutes = seconds / 60.0
    return f", {seconds:.0f} s left" if seconds < 100 else f", {minutes:.0f} min left"


def photos_baked(path: Path, photos: int, triangles: int, *, is_trained: bool) -> str:
    """Photos were baked."""
    how = "" if is_trained else f"; {UNTRAINED}"
    return f"{path.name}: {photos} photos on {triangles:,} triangles{how}"


def view_process_ended(code: int | None) -> str:
    """The view process died."""
    return f"The view process ended (exit code {code}); move the camera to try again"


def view_progress(width: int, height: int, share: float) -> str:
    """A picture is being made."""
    return f"Image-based view, {width} x {height}: {share:.0%}"


def seen_view(seen: SeenView) -> str:
    """An image-based view that is shown, in one or two lines."""
    height, width = seen.pixels.shape[:2]
    how = "" if seen.is_trained else f"\n{UNTRAINED}"
    return f"image-based view, {width} x {height} from {', '.join(seen.sources)}{how}"


def baked_view(total: float, rasterise: float, select: float, shade: float) -> str:
    """A bake was drawn; times in [ms]."""
    return f"baked: {total:.0f} ms (rasterise {rasterise:.0f}, select {select:.0f}, shade {shade:.0f})"


def bake_needs_cpu(problem: str) -> str:
    """A bake cannot be drawn beside kernels on a GPU."""
    return f"Bakes are drawn on the CPU: start the window with --backend cpu ({problem})"


def stand_in(name: str) -> str:
    """A photo is shown until there is an image-based view."""
    return f"image-based view: not yet, nearest photo {name} stands in"


def nearest_photo(name: str) -> str:
    """The nearest photo is shown."""
    return f"nearest photo: {name}"


def source_views(count: int) -> str:
    """From how many photos views are made."""
    return f"Image-based views are made from {count} photos"


def pinned(names: Sequence[str]) -> str:
    """Which photos are used for all views."""
    return f"always from {', '.join(names)}" if names else "source photos are chosen automatically"


# Editing by words

PROMPT, PROMPT_TIP = "Prompt", "Say what is to be done; Enter plans it, Up and Down bring back what was said"
PROMPT_EXAMPLES = (
    "remove the floor",
    "make the largest red thing blue",
    "scale the selection by 1.5",
    "move it up by 20%",
    'group the top half of everything as "lid"',
    "keep the selection and the floor",
    "remove the floating bits",
    "turn it left by 30 degrees, then duplicate it",
)
PLAN, PLAN_TIP = "Plan", "See what the words would do; nothing is changed yet (Enter)"
STOP, STOP_TIP = "Cancel", "Stop planning (Esc)"
MODEL, MODEL_TIP = (
    "Small model",
    "Let a small language model on this machine read what the grammar does not understand; it takes seconds",
)
MODEL_MISSING = 'The small language model is not installed: pip install "rowsplat[slm]"'
SUBJECT, SUBJECT_TIP = "Scene", "The scene that the words are about"
PLANNED, PLANNED_TIP = (
    "Planned steps",
    "Point at a step, or choose it, to see in the picture what it is about, before anything is changed",
)
RESULT, RESULT_TIP = "Show the result", "Show what the chosen step leads to instead of what it is about"
APPLY_PLAN, APPLY_PLAN_TIP = "Apply", "Do all steps; each can be undone by itself"
DISCARD_PLAN, DISCARD_PLAN_TIP = "Discard", "Put the plan away; nothing is changed (Esc)"
SCRIPT, SCRIPT_TIP = (
    "Save script…",
    "Save what was done by words, and the plan, as a script for rowsplat edit",
)
PLANNING_STARTS, UNDERSTANDING = "Starting…", "Understanding…"
NO_SCENE_FOR_WORDS = "There is no scene to edit: open one, show it, unlock it"
CHANGED_MEANWHILE = "The scenes were changed meanwhile; plan again (Enter)"
NOTHING_SAID = "Nothing was done by words yet, there is no script to save."
NOTHING_PLANNED = "Nothing is changed until you apply the plan"


def planning_step(number: int, count: int, sentence: str) -> str:
    """A step is being tried."""
    return f"Step {number} of {count}: {sentence}"


def painting(stage: str, done: int, total: int) -> str:
    """A style is being painted."""
    return f"Painting: {stage}, {done} of {total}"


def planning_ended(code: int | None) -> str:
    """The planning process died."""
    return f"The planning process ended (exit code {code}); nothing was changed. Plan again."


def scene_file_changed(path: Path) -> str:
    """The file holds another scene than it did."""
    return f"{path}: has changed since it was opened. Open it again."


def numbered(number: int, sentence: str) -> str:
    """A planned step."""
    return f"{number}. {sentence}"


def step_facts(touched: int, confidence: float | None, why: str, note: str) -> str:
    """Below a planned step."""
    count = f"{touched:,} Gaussians"
    facts = [count] if (touched or confidence is not None) and count not in why else []
    facts += [f"{confidence:.0%} sure"] if confidence is not None else []
    facts += [note] if note else []
    return ": ".join(part for part in (", ".join(facts), why) if part)


def applied(count: int) -> str:
    """A plan was done."""
    return f"{count} step{'' if count == 1 else 's'} done; Ctrl+Z takes back one at a time"


# Panels: what a control says, and what it does (`_TIP`)

PICTURE, HISTOGRAM, STAGE_TIMES = "Picture", "Histogram", "Stage times of the last pictures"
REMOVE_TIP = "Remove what was kept"
COMMANDS, COMMAND, TYPE_A_COMMAND = "Commands", "Command", "Type a command"

SCENES_HEAD = ["Name", "Shown", "Locked", "Gaussians"]
SCENES_TIP = "Tick what is shown and what is locked; double-click or F2 renames"
READING, READING_SIZE, MESH = "Reading", "reading…", "mesh"
CANCEL, CANCEL_TIP = "Cancel", "Stop reading (Esc)"
REMOVE_SCENE = "Remove scene"
REMOVE_SCENE_TIP = "Take the chosen scene out of the document; its file stays (undo: Ctrl+Z)"

POSITION, TURNS, SIZE = "Position", "Turned", "Size"
POSITION_TIPS = tuple(f"Where the chosen scene's origin is along {axis} [scene units]" for axis in "xyz")
TURNS_TIPS = tuple(f"How far the chosen scene is turned about {axis} [degrees]" for axis in "xyz")
SIZE_TIP = "How much larger the chosen scene is shown than it is in its file"

SATURATION, BRIGHTNESS, OPACITY, COLOUR, TINT, APPLY = (
    "Saturation",
    "Brightness",
    "Opacity",
    "Colour",
    "Tint…",
    "Apply",
)
SATURATION_TIP = "Saturation of the selection, or of everything that is not locked"
BRIGHTNESS_TIP = "Brightness of the selection, or of everything that is not locked"
OPACITY_TIP = "Opacity of the selection, or of everything that is not locked"
TINT_TIP = "Multiply the colour of the selection, or of everything that is not locked"
APPLY_TIP = "Make the colour change a step that can be undone (Ctrl+Z)"
STEPS, STEPS_TIP = "Steps done", "What was done; double-click goes back to just after that step"
VOLUME, NO_SIZE = "Volume", "none"
VOLUME_TIPS = (
    "Width of the sphere, box or ellipsoid that was drawn last",
    "Height of the box or ellipsoid that was drawn last",
    "Depth of the box or ellipsoid that was drawn last",
)
SHORT_COMMANDS = {
    "delete": "Delete",
    "crop": "Keep only",
    "crop-volume": "Crop",
    "select-volume": "Inside",
    "duplicate": "Duplicate",
    "separate": "Separate",
    "hide": "Hide",
    "show-hidden": "Show",
    "measure": "Measure",
    "set-length": "Length…",
    "align-ground": "To ground",
    "add-keyframe": "Add",
    "play": "Play",
    "load-path": "Load…",
    "save-path": "Save…",
    "export-video": "Video…",
    "clear-keyframes": "Clear",
}
"""Commands on buttons, where the menu's text would be too wide."""

HISTOGRAM_TIP = "Drag to choose a range; left and right move its end, with Shift its beginning, Enter selects"
ATTRIBUTE, ATTRIBUTE_TIP = "Attribute", "What the histogram shows"
UPDATE, UPDATE_TIP = "Update", "Count again for what is shown now"

WHY, WHY_TIP = (
    "Why faster?",
    "Count the fragments that baseline, baseline-exact and IRSS evaluate for this picture",
)
HEAT_MAP_TIP = (
    "Colour each pixel by the fragments that were evaluated for it (Alt+5); once more for the picture"
)
HEAT_MAP = "Cost heat map"

COMPARISON = "Comparison"
COMPARISON_TIP = "One picture, two at a slider, or their difference"
SPLIT, SPLIT_TIP = "Split", "Where A ends and B begins; the line in the picture can be dragged too"
LOOKS = "A", "B"
ALL_SCENES = "all"

KEYFRAMES, KEYFRAMES_TIP = "Keyframes", "Double-click or Enter goes to a keyframe"
REMOVE_KEYFRAME, REMOVE_KEYFRAME_TIP = "Remove", "Remove the chosen keyframe"
RATE, RATE_TIP = " frames a second", "How many frames of a flipbook are shown a second"
LOOP, LOOP_TIP = "Repeat", "Begin again when a flipbook ends"
TIME, TIME_TIP = "Time", "Time of flipbooks, folders of one scene a frame (play: Shift+Space)"

MESH_PANEL = "Mesh"
VOXEL, VOXEL_TIP = "Voxel size", "Side of a voxel in scene units; finer takes longer and more memory"
AUTOMATIC, ALL = "automatic", "all"
VIEWS, VIEWS_TIP = "Views", "Cameras spread around the subject whose depth is fused"
TRIANGLES, TRIANGLES_TIP = "Triangles", "Decimate to at most so many"
FROM_PATH = "From the camera path"
FROM_PATH_TIP = "Look from the keyframes of the camera path instead of from all around"
BAKE_BUTTON = "Bake…"

COMPARISON_OFF = (
    "IRSS draws a thin rim that the baseline's 3-sigma squares cut off: expect 74 to 114 dB between them."
)
WORK_HEAD = ("fragments", "evaluated", "contributing", "useful")
ROWS_LISTED, ROWS_SKIPPED = "rows of 8 px", "rows skipped"


def blender_of(look: str) -> tuple[str, str]:
    """Label and tip."""
    return f"{look}: blender", f"Blender of look {look} (A: T toggles)"


def mode_of(look: str) -> tuple[str, str]:
    """Label and tip."""
    return f"{look}: shows", f"What look {look} shows"


def scenes_of(look: str) -> tuple[str, str]:
    """Label and tip."""
    tip = f"All scenes, one, the nearest photo, or a view that a network makes of photos, for look {look}"
    return f"{look}: scenes", tip


def keyframe(number: int, seconds: float) -> str:
    """A row of the camera path."""
    return f"{number}: {seconds:.2f} s"


def value_range(low: float, high: float, count: int) -> str:
    """Below a histogram."""
    return f"{low:.4g} to {high:.4g}, {count:,} Gaussians"


def with_mnemonic(text: str, taken: set[str]) -> str:
    """The text with & before its first letter that is not `taken`, which it then is: Alt and that letter open it."""
    for place, letter in enumerate(text):
        if letter.isalpha() and letter.lower() not in taken:
            taken.add(letter.lower())
            return f"{text[:place]}&{text[place:]}"
    return text


def with_key(tip: str, key: str) -> str:
    """A tip and its shortcut, if there is one."""
    return f"{tip} ({key})" if key else tip


# Steps that undo names


def step_open(name: str) -> str:
    """A scene was added."""
    return f"Open {name}"


def step_remove(name: str) -> str:
    """A scene was taken out."""
    return f"Remove {name}"


def step_place(name: str) -> str:
    """A scene was placed by numbers."""
    return f"Place {name}"


def step_bake(name: str) -> str:
    """A mesh took the place of the splats."""
    return f"Bake {name}"


def step_select(count: int) -> str:
    """A selection was made."""
    return f"Select {count:,}"


def step_length(length: float) -> str:
    """The scenes were scaled to a true length."""
    return f"Set length {length:.4g}"


STEP_NOTHING, STEP_SEPARATE, STEP_GROUND = "Select nothing", "Separate", "Align to the ground"
STEP_RENAME, STEP_SHOW, STEP_LOCK = "Rename", "Show or hide", "Lock or unlock"

# Boxes


def recovery(path: Path) -> str:
    """The offer of an autosaved project."""
    minutes = max(0.0, time.time() - path.stat().st_mtime) / 60.0
    ago = f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"
    return f"rowsplat ended unexpectedly {ago} ago; its work was kept."


def about(renderer: str) -> str:
    """Text of the About box."""
    return (
        f"<h3>rowsplat {version('rowsplat')}</h3>"
        "<p>Gaussian splatting with intra-row sequential shading (IRSS), with or without a GPU.</p>"
        f"<p>Drawn by {renderer or 'nothing yet'}.</p>"
        "<p>rowsplat is under the Apache License 2.0. This window uses PyQt6, which is under the GPL version 3: "
        "who passes on both together does so under the GPL.</p>"
    )
