"""`docs/viewer-keys.md` is what the registry of commands says."""

from __future__ import annotations

from pathlib import Path

from rowsplat.app.actions import ACTIONS
from rowsplat.app.actions_reference import actions_reference


def test_the_page_is_up_to_date(repository: Path) -> None:
    page = (repository / "docs" / "viewer-keys.md").read_text(encoding="utf-8")
    assert page == actions_reference(), "run: python -m rowsplat.app.actions_reference > docs/viewer-keys.md"


def test_every_command_and_key_is_on_the_page() -> None:
    page = actions_reference()
    for entry in ACTIONS:
        assert entry.text in page
        assert all(f"`{key}`" in page for key in entry.keys)
