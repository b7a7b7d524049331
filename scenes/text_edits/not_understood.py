"""The one error of everything that reads what a person wrote about edits."""

from __future__ import annotations

from ...kernels.errors import RowsplatError, one_line

_LONGEST_QUOTE = 60


class NotUnderstood(RowsplatError):  # noqa: N818  reads as what happened
    """Words that are not in the language of text edits, or make no sense there; see docs/edit-language.md.

    Args:
        words: What was not understood, as it was written; "" if there is nothing to quote.
        problem: What is wrong with it.
        remedy: What could be said instead.
    """

    def __init__(self, words: str, problem: str, remedy: str) -> None:
        """Join the three parts into one line."""
        self.words, self.problem, self.remedy = words, problem, remedy
        quote = f'"{shortened(words)}": ' if words else ""
        end = "" if remedy.endswith("?") else "."
        super().__init__(one_line(f"{quote}{problem}. {remedy}{end}"))


def shortened(words: str) -> str:
    """`words` on one line, printable, and no longer than fits into a message."""
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in one_line(words))
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 3] + "..."
