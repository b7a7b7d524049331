"""How a sentence is put to a language model, and how its answer is written."""

from __future__ import annotations

import re

from ...scenes.text_edits.steps import TextProgram

REFUSE = "refuse"
"""The answer to what means no program."""

_SPACES = re.compile(r"[ \t\u00a0]+")
_LINES = re.compile(r"\s*[\r\n]+\s*")
_SAME = str.maketrans(
    {
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
        "\N{MINUS SIGN}": "-",
        "\N{MULTIPLICATION SIGN}": "x",
    }
)


def normalized(text: str) -> str:
    """`text` as the model sees it: lower case, straight quotes, one line, single spaces."""
    return _SPACES.sub(" ", _LINES.sub(". ", text.strip())).translate(_SAME).lower()


def tuned_prompt(text: str) -> str:
    """Prompt of a model that was tuned: nothing but the sentence."""
    return f"<|im_start|>{normalized(text)}<|im_end|>\n"


def answer(program: TextProgram | None) -> str:
    """What the model is to write: the canonical sentences in lower case, or that it refuses."""
    return f"{REFUSE if program is None else str(program).lower()}<|im_end|>"


_SHOTS = (
    ("could you get rid of the old chair", "remove the old chair"),
    ("i'd like the vase to be twice as big, and blue", "scale the vase by 2\nrecolor it blue"),
    ("what is the weather today?", REFUSE),
    ("shift that lamp 30 cm to the left", "move the lamp left by 0.3"),
    ("spin the car clockwise by 45 degrees", "rotate the car by -45 degrees around up"),
    ("make everything but the dog a bit darker", "multiply brightness of everything except the dog by 0.9"),
    ("give the wall a mosaic look", 'style the wall like "mosaic"'),
    ("put the cup on the table then hide the red box", "put the cup on the table\nhide the red box"),
    ("add a tree", REFUSE),
    ("the sofa should be 20% smaller", "scale the sofa by 0.8"),
)
FEW_SHOTS = (
    "<|im_start|>system\nYou turn requests to edit a 3D scene into commands, one per line. You answer 'refuse' to "
    "questions, talk and whatever is no edit.<|im_end|>\n"
    + "".join(
        f"<|im_start|>user\n{said}<|im_end|>\n<|im_start|>assistant\n{meant}<|im_end|>\n"
        for said, meant in _SHOTS
    )
)
"""Beginning of the prompt of a model that was not tuned."""


def few_shot_prompt(text: str) -> str:
    """What follows `FEW_SHOTS`."""
    return f"<|im_start|>user\n{normalized(text)}<|im_end|>\n<|im_start|>assistant\n"
