"""`docs/cli.md` is what the code says."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from rowsplat.app.cli_reference import cli_reference
from rowsplat.app.commands.all_commands import SUBCOMMANDS


def test_the_page_is_up_to_date(repository: Path) -> None:
    page = (repository / "docs" / "cli.md").read_text(encoding="utf-8")
    assert page == cli_reference(), "run: python -m rowsplat.app.cli_reference > docs/cli.md"


def test_every_flag_has_a_line() -> None:
    page = cli_reference()
    for name, subcommand in SUBCOMMANDS.items():
        section = page.split(f"## rowsplat {name}\n")[1].split("\n## ")[0]
        for field in fields(subcommand.flags):
            flag = field.name.replace("_", "-")
            positional = (f"| `{field.name.upper()}` |", "| required |", "| `FILE...` |")
            assert f"`--{flag}" in section or any(mark in section for mark in positional)
