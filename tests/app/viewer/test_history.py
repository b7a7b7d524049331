"""Undo and redo are a list and a cursor."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rowsplat.app.history import History

_ACTIONS = st.lists(st.tuples(st.sampled_from(["do", "undo", "redo", "amend"]), st.integers()), max_size=60)


@given(_ACTIONS)
def test_any_sequence_behaves_like_a_list_and_a_cursor(actions: list[tuple[str, int]]) -> None:
    history, values, labels, cursor = History(-1), [-1], [""], 0
    for action, value in actions:
        if action == "do":
            history.do(str(value), value)
            values, labels, cursor = (
                [*values[: cursor + 1], value],
                [*labels[: cursor + 1], str(value)],
                cursor + 1,
            )
        elif action == "amend":
            history.amend(value)
            values[cursor] = value
        elif action == "undo":
            assert history.undo() == (cursor > 0)
            cursor = max(cursor - 1, 0)
        else:
            assert history.redo() == (cursor < len(values) - 1)
            cursor = min(cursor + 1, len(values) - 1)
        assert history.present == values[cursor]
        assert history.labels == tuple(labels[1 : cursor + 1])
        assert history.undo_label == (labels[cursor] if cursor else None)
        assert history.redo_label == (labels[cursor + 1] if cursor + 1 < len(labels) else None)


def test_undoing_gives_the_very_objects_back() -> None:
    values = [object() for _ in range(5)]
    history = History(values[0])
    for number, value in enumerate(values[1:]):
        history.do(str(number), value)
    for value in reversed(values[:-1]):
        history.undo()
        assert history.present is value
