"""How many sentences each planner understands: `python -m rowsplat.app.bench.edits.sentences FILE.toml`.

The file holds sentences with their programs, and nonsense; see `read_sentences`.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import tyro

from ....kernels.errors import RowsplatError, SceneFileError, one_line
from ....scenes.text_edits import toml_reading
from ....scenes.text_edits.comparing import same_program
from ....scenes.text_edits.not_understood import NotUnderstood
from ....scenes.text_edits.steps import TextProgram
from ...planning.canonical import read_canonical
from ...planning.planner import GrammarPlanner, Planner

_TEXT_KEYS, _PROGRAM_KEYS = ("say", "text"), ("means", "program")
_MOST_BYTES = 2**24


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What is said, and all programs that are right; none if it is to be refused."""

    text: str
    programs: tuple[TextProgram, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a planner made of a sentence, and the time that it took [s], of the clock and of the processor."""

    program: TextProgram | None
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, kw_only=True)
class Row:
    """A planner's figures."""

    name: str
    exact: float
    refused: float
    wrong: float
    median: float
    worst: float
    worst_cpu: float


def read_sentences(path: Path) -> tuple[Sentence, ...]:
    """The sentences of a TOML file.

    Its arrays hold tables with `say` and `means` (a list of canonical sentences, or a text of them, a line
    each; without it, to be refused), or strings that are to be refused.

    Raises:
        SceneFileError: The file cannot be read, or a program in it is none.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SceneFileError(path, "", f"expected at most {_MOST_BYTES:,} bytes", "Split it")
        content = toml_reading.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, toml_reading.TOMLDecodeError) as error:
        raise SceneFileError(path, "", f"cannot be read: {one_line(error)}", "Choose another file") from error
    entries = [entry for value in content.values() if isinstance(value, list) for entry in value]
    return tuple(_sentence(path, number, entry) for number, entry in enumerate(entries, 1))


def _sentence(path: Path, number: int, entry: Any) -> Sentence:
    if isinstance(entry, str):
        return Sentence(text=entry, programs=())
    try:
        text = next(entry[key] for key in _TEXT_KEYS if key in entry)
        written = next((entry[key] for key in _PROGRAM_KEYS if key in entry), "")
        lines = written if isinstance(written, str) else "\n".join(written)
        return Sentence(text=str(text), programs=(read_canonical(lines.strip()),) if lines.strip() else ())
    except (StopIteration, TypeError, ValueError) as error:
        problem = f"is no sentence with its program: {one_line(error)}"
        raise SceneFileError(path, f"entry {number}", problem, "Write text and program") from error


def outcomes(planner: Planner, sentences: Sequence[Sentence], tell: Callable[[str], None]) -> list[Outcome]:
    """What `planner` makes of each sentence, after one that is not counted: what it loads, it loads once."""
    _outcome(planner, "remove the chair and mkae the table blue, please")
    found: list[Outcome] = []
    for number, sentence in enumerate(sentences, 1):
        found.append(_outcome(planner, sentence.text))
        if number % 20 == 0:
            tell(f"{number} of {len(sentences)}")
    return found


def chained(first: Sequence[Outcome], second: Sequence[Outcome]) -> list[Outcome]:
    """What a chain of two planners would have made: the second is asked where the first refuses."""
    return [
        a
        if a.program
        else Outcome(
            program=b.program, seconds=a.seconds + b.seconds, cpu_seconds=a.cpu_seconds + b.cpu_seconds
        )
        for a, b in zip(first, second, strict=True)
    ]


def row(name: str, sentences: Sequence[Sentence], found: Sequence[Outcome]) -> Row:
    """The figures of `found`: shares of exact programs, of nonsense refused, of edits that became other programs."""
    edits = [(s, o) for s, o in zip(sentences, found, strict=True) if s.programs]
    nonsense = [o for s, o in zip(sentences, found, strict=True) if not s.programs]
    exact = sum(is_exact(s, o) for s, o in edits)
    return Row(
        name=name,
        exact=exact / max(1, len(edits)),
        refused=sum(o.program is None for o in nonsense) / max(1, len(nonsense)),
        wrong=sum(o.program is not None and not is_exact(s, o) for s, o in edits) / max(1, len(edits)),
        median=statistics.median(o.seconds for o in found),
        worst=max(o.seconds for o in found),
        worst_cpu=max(o.cpu_seconds for o in found),
    )


def is_exact(sentence: Sentence, outcome: Outcome) -> bool:
    """Whether the planner made a program that is right."""
    program = outcome.program
    return program is not None and any(same_program(program, right) for right in sentence.programs)


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = [
        "| planner | exact | another program | nonsense refused | median | worst | worst, processor |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.name} | {r.exact:.1%} | {r.wrong:.1%} | {r.refused:.1%} | {_seconds(r.median)} | "
        f"{_seconds(r.worst)} | {_seconds(r.worst_cpu)} |"
        for r in rows
    ]
    return "\n".join(lines)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """Measure planners on sentences."""

    file: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="FILE.toml", help="Sentences.")]
    untuned: Annotated[bool, tyro.conf.arg(help="Measure the model without its adapter, too.")] = True
    adapter: Annotated[Path | None, tyro.conf.arg(help="Another adapter than the one that ships.")] = None
    failures: Annotated[bool, tyro.conf.arg(help="List what the chain gets wrong.")] = False
    threads: Annotated[int, tyro.conf.arg(help="Threads of PyTorch.")] = 2


def measure(command: Measure) -> str:
    """The table.

    Raises:
        RowsplatError: The file cannot be read, or a package is missing.
    """
    sentences = read_sentences(command.file)
    edits = sum(bool(sentence.programs) for sentence in sentences)
    rows = planner_rows(sentences, command)
    return f"{table(rows)}\n\n{edits} edits, {len(sentences) - edits} to be refused."


def planner_rows(sentences: Sequence[Sentence], command: Measure) -> list[Row]:
    """The grammar, the small model untuned if asked for, tuned if there is an adapter, and the chain of the two."""
    from ...planning.small_model import SmallModelPlanner, bundled_adapter

    adapter = command.adapter or bundled_adapter()
    grammar = outcomes(GrammarPlanner(), sentences, _tell)
    rows = [row("grammar", sentences, grammar)]
    _use_threads(command.threads)
    if command.untuned:
        rows.append(row("small model, untuned", sentences, outcomes(SmallModelPlanner(), sentences, _tell)))
    if command.adapter is None and not adapter.is_file():
        print(
            "no adapter is installed: the tuned model is left out; --adapter FILE measures one",
            file=sys.stderr,
        )
        return rows
    tuned = outcomes(SmallModelPlanner(adapter=adapter), sentences, _tell)
    both = chained(grammar, tuned)
    rows += [row("small model, tuned", sentences, tuned), row("grammar, then tuned", sentences, both)]
    if command.failures:
        _list_failures(sentences, both)
    return rows


def _use_threads(count: int) -> None:
    import os

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when PyTorch is loaded
    import torch

    torch.set_num_threads(count)


def _outcome(planner: Planner, text: str) -> Outcome:
    gc.collect()  # a sentence is typed by itself, and does not pay for what hundreds before it left behind
    started, cpu_started = time.perf_counter(), time.process_time()
    try:
        program = planner.plan(text)
    except NotUnderstood:
        program = None
    return Outcome(
        program=program,
        seconds=time.perf_counter() - started,
        cpu_seconds=time.process_time() - cpu_started,
    )


def _list_failures(sentences: Sequence[Sentence], found: Sequence[Outcome]) -> None:
    for sentence, outcome in zip(sentences, found, strict=True):
        if (outcome.program is None and not sentence.programs) or is_exact(sentence, outcome):
            continue
        right = " / ".join(str(sentence.programs[0]).splitlines()) if sentence.programs else "refuse"
        made = " / ".join(str(outcome.program).splitlines()) if outcome.program else "refused"
        print(f"{sentence.text!r}: {made}; right: {right}", file=sys.stderr)


def _seconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Measure and print.

    Raises:
        SystemExit: 2, after one line, if a file cannot be read or a package is missing.
    """
    try:
        print(measure(tyro.cli(Measure)))
    except RowsplatError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from error


if __name__ == "__main__":
    main()
