"""Every program reads back from its canonical sentences and from TOML."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from rowsplat.scenes.text_edits.parsing import parse_edits, parse_target
from rowsplat.scenes.text_edits.steps import Step, TextProgram
from rowsplat.scenes.text_edits.targets import Target
from rowsplat.scenes.text_edits.toml_scripts import program_of_toml, toml_of_program
from rowsplat.scenes.text_edits.toml_steps import words_of_target

from .programs import PROGRAMS, STEPS, TARGETS

_FEW = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_FEW
@given(STEPS)
def test_a_step_reads_back_from_its_canonical_sentence(step: Step) -> None:
    assert parse_edits(str(step)).steps == (step,)


@_FEW
@given(PROGRAMS)
def test_a_program_reads_back_from_its_canonical_sentences(program: TextProgram) -> None:
    assert parse_edits(str(program)) == program


@_FEW
@given(PROGRAMS)
def test_a_program_reads_back_from_toml(program: TextProgram) -> None:
    assert program_of_toml(toml_of_program(program), path=Path("edits.toml")) == program


@_FEW
@given(TARGETS)
def test_a_target_reads_back_from_its_words(target: Target) -> None:
    assert parse_target(words_of_target(target)) == target
