"""What the window says is in `texts` and in the registry of commands, so that it can be translated in one place."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from rowsplat.app import texts
from rowsplat.app.actions import Menu

_MEASURING = {"bars.py", "random_use.py"}
_NO_WORDS = re.compile(r"<|%p|\| None$|QPushButton|Fusion$|Any$|hint seen$| ms$")
"""Markup, formats, a style, names of types and settings, units."""


def _files(repository: Path) -> list[Path]:
    files = [path for path in (repository / "app" / "qt").rglob("*.py") if path.name not in _MEASURING]
    return sorted(files + list((repository / "app").glob("viewer*.py")) + [repository / "app" / "session.py"])


def _words(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent
    ]
    return [text for text in strings if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}|^[A-Z][a-z]+", text)]


def test_the_window_has_no_words_of_its_own(repository: Path) -> None:
    files = _files(repository)
    assert len(files) > 15
    found = {path.name: [text for text in _words(path) if not _NO_WORDS.search(text)] for path in files}
    assert {name: words for name, words in found.items() if words} == {}


def test_mnemonics_of_the_menus_are_letters_of_their_own() -> None:
    taken: set[str] = set()
    marked = [texts.with_mnemonic(menu.value, taken) for menu in Menu]
    letters = [text[text.index("&") + 1].lower() for text in marked]
    assert len(set(letters)) == len(letters) == len(Menu)
    assert [text.replace("&", "") for text in marked] == [menu.value for menu in Menu]
    assert texts.with_mnemonic("A a", {"a"}) == "A a"


@pytest.mark.parametrize("error", [ValueError("two\nlines"), KeyError("x")])
def test_a_mistake_is_told_in_one_line_with_the_log(error: Exception) -> None:
    line = texts.mistake(error, Path("/state/rowsplat.log"))
    assert "\n" not in line
    assert "/state/rowsplat.log" in line
    assert type(error).__name__ in line
