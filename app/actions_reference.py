"""docs/viewer-keys.md from the registry: python -m rowsplat.app.actions_reference > docs/viewer-keys.md"""

from __future__ import annotations

from .actions import ACTIONS, Menu

_INTRODUCTION = """\
# Commands of the viewer

Made from the code by `python -m rowsplat.app.actions_reference > docs/viewer-keys.md`; a test compares the two.
Ctrl+K finds each of them by typing a part of its name.
"""

_MOUSE = """\
## Mouse and flying keys

| | |
|---|---|
| drag with the left button | orbit; with a tool in hand, use it |
| drag with the right button | look around |
| drag with the middle button | pan |
| wheel | come closer |
| double click | orbit around the surface under the pointer |
| W A S D Q E | fly, after V; Shift is fast, Alt slow |
| Shift, Ctrl while selecting | add, remove |
| drop files | open them |
"""


def actions_reference() -> str:
    """The page."""
    sections = [_INTRODUCTION, _MOUSE]
    for menu in Menu:
        rows = [
            f"| {entry.text} | {', '.join(f'`{key}`' for key in entry.keys)} | {entry.tip} |"
            for entry in ACTIONS
            if entry.menu is menu
        ]
        sections.append("\n".join((f"## {menu.value}\n", "| command | keys | |", "|---|---|---|", *rows, "")))
    return "\n".join(sections)


if __name__ == "__main__":
    print(actions_reference(), end="")
