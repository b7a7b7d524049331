"""Scripts of edits say what is wrong with them in one line, and read back as they were written."""

from __future__ import annotations

from pathlib import Path

import pytest
from rowsplat.kernels.errors import SceneFileError
from rowsplat.scenes.text_edits.steps import Group, Put, Recolor, Scale, Select
from rowsplat.scenes.text_edits.targets import Relation, Thing
from rowsplat.scenes.text_edits.toml_scripts import (
    MAX_BYTES,
    EditScript,
    ScriptCamera,
    ScriptScene,
    edit_script_of_toml,
    program_of_script,
    program_of_toml,
    read_edit_script,
    save_edit_script,
)

_SCRIPT = """
[variables]
colour = "dark blue"
size = 1.5
what = "vase"

[camera]
orbit = [30, 15, 3]
width = 640

[[scenes]]
scene = "robot.ply"
out = "{what}.sog"
preview = "before-after.png"

[[steps]]
say = "make the robot {colour}"

[[steps]]
op = "scale"
target = "the {what}"
factor = "{size}"

[[steps]]
op = "put"
target = "it"
relation = "on"
anchor = "the table"

[[steps]]
op = "group"
target = "it"
name = "{{Left}} One"

[[steps]]
op = "select"
target = "the {{Left}} One"
"""


def test_variables_sentences_and_typed_steps_become_a_program(tmp_path: Path) -> None:
    path = tmp_path / "edits.toml"
    path.write_text(_SCRIPT, encoding="utf-8")
    script = read_edit_script(path, variables={"size": 2})
    assert script.camera == ScriptCamera(orbit=(30.0, 15.0, 3.0), width=640)
    assert script.scenes == (
        ScriptScene(
            scene=tmp_path / "robot.ply", out=tmp_path / "vase.sog", preview=tmp_path / "before-after.png"
        ),
    )
    it, *_ = (step.target for step in program_of_script(script).steps[2:3])
    assert program_of_script(script).steps == (
        Recolor(target=Thing(noun="robot"), color="darkblue"),
        Scale(target=Thing(noun="vase"), factor=2.0),
        Put(target=it, relation=Relation.ON, anchor=Thing(noun="table")),
        Group(target=it, name="{Left} One"),
        Select(target=Thing(noun="{Left} One")),
    )


def test_a_script_reads_back_as_it_was_written(tmp_path: Path) -> None:
    script = EditScript(
        steps=('group it as "{x}"', Scale(target=Thing(noun="cup"), factor=0.1)),
        scenes=(ScriptScene(scene=tmp_path / "a{b}.ply", out=tmp_path / "c.sog"),),
        camera=ScriptCamera(file=tmp_path / "cameras.json", frame=3),
    )
    save_edit_script(tmp_path / "edits.toml", script)
    assert read_edit_script(tmp_path / "edits.toml") == script


def test_a_script_that_is_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    script = EditScript(steps=("undo",))
    save_edit_script(tmp_path / "edits.toml", script)
    with pytest.raises(SceneFileError, match="exists"):
        save_edit_script(tmp_path / "edits.toml", script)
    save_edit_script(tmp_path / "edits.toml", script, overwrite=True)


BROKEN = {
    "": "has no steps",
    "steps = 3": "no list of tables",
    "steps = [3]": "step 1: is no table",
    "[[steps]\nsay = 1": "line 1",
    "say = 'remove the floor'": '"say" is unknown here.*variables',
    "[[steps]]\nsay = 3": "step 1: say is no sentence",
    "[[steps]]\nsay = 'undo'\nop = 'undo'": '"op" stands beside a sentence',
    "[[steps]]\nsay = 'undo {x}'": 'no variable "x"',
    "[[steps]]\nsay = 'undo }'": "single brace",
    "[[steps]]\ntarget = 'it'": '"op" is missing',
    "[[steps]]\nop = 'scal'\ntarget = 'it'": "Did you mean scale",
    "[[steps]]\nop = 3": 'no operation "3"',
    "[[steps]]\nop = 'scale'\ntarget = 'it'": '"factor" is missing',
    "[[steps]]\nop = 'scale'\ntarget = 'it'\nfaktor = 2": "Did you mean factor",
    "[[steps]]\nop = 'scale'\ntarget = 'it'\nfactor = '2'": "factor is a number",
    "[[steps]]\nop = 'scale'\ntarget = 'it'\nfactor = true": "factor is a number",
    "[[steps]]\nop = 'scale'\ntarget = 'it'\nfactor = nan": "finite",
    "[[steps]]\nop = 'scale'\ntarget = 'it'\nfactor = 0": "factor must be 0.001 to 1000",
    "[[steps]]\nop = 'scale'\ntarget = 'sing a song'\nfactor = 2": "step 1: target",
    "[[steps]]\nop = 'remove'\ntarget = 'it. undo'": "more than what a step is about",
    "[[steps]]\nop = 'put'\ntarget = 'it'\nrelation = 'under'\nanchor = 'the cup'": "relation cannot be",
    "[[steps]]\nop = 'put'\ntarget = 'it'\nrelation = 'on'\nanchor = 'it'": "anchor .* is not one thing",
    "[[steps]]\nop = 'recolor'\ntarget = 'it'\ncolor = 'bleu'": "is no colour",
    "[[steps]]\nop = 'move_by'\ntarget = 'it'\noffset = [1, 2]": "list of three numbers",
    "[[steps]]\nop = 'undo'\ncount = 1.5": "count is a whole number",
    "[[steps]]\nop = 'move'\ntarget = 'it'\ndirection = 'up'\ndistance = 1\nrelative = 1": "true or false",
    "[[steps]]\nop = 'group'\ntarget = 'it'\nname = ' '": "name is empty",
    "[variables]\nx = [1]\n[[steps]]\nsay = 'undo'": "neither text nor number",
    "[variables]\n'x y' = 1\n[[steps]]\nsay = 'undo'": "no name of a variable",
    "[camera]\norbit = 3\n[[steps]]\nsay = 'undo'": "three numbers",
    "[camera]\nwidth = -3\n[[steps]]\nsay = 'undo'": "no whole number",
    "[[scenes]]\nout = 'a.ply'\n[[steps]]\nsay = 'undo'": '"scene" is missing',
    "[[scenes]]\nscene = 3\n[[steps]]\nsay = 'undo'": "no name of a file",
    "[[steps]]\nsay = 'undo'\n[[steps]]\nsay = 'dance'": "step 2",
    "a = " + "[" * 5000: "edits.toml",
    "[[steps]]\nsay = 'undo'\n" * 1001: "at most 1000",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_script_is_refused_in_one_line_that_names_the_file_and_the_place(text: str) -> None:
    with pytest.raises(SceneFileError, match=BROKEN[text]) as caught:
        program_of_toml(text, path=Path("edits.toml"))
    line = str(caught.value)
    assert line.startswith("edits.toml: ")
    assert line.isprintable()
    assert len(line) < 500


def test_a_script_that_is_missing_too_long_or_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "edits.toml"
    with pytest.raises(SceneFileError, match="cannot be read"):
        read_edit_script(path)
    path.write_bytes(b"# \xff")
    with pytest.raises(SceneFileError, match="byte 2 is no UTF-8"):
        read_edit_script(path)
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(SceneFileError, match="longer than"):
        read_edit_script(path)


def test_an_unknown_operation_of_a_step_is_found_by_its_number() -> None:
    text = "[[steps]]\nsay = 'undo'\n[[steps]]\nop = 'rotat'\ntarget = 'it'"
    with pytest.raises(SceneFileError, match=r"edits\.toml: step 2: .*Did you mean rotate"):
        edit_script_of_toml(text, path=Path("edits.toml"))
