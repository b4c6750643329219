"""Which last words on the compacted topics are suspected of being late."""

import pytest

from services.dispatch import state_topics
from services.dispatch.state_topics import LastWords

SAID = [  # (sequence, offset) of one key in the order heard; the sequence that counts in the end; suspected?
    ([(1, 0), (2, 1)], 2, False),
    ([(2, 0), (1, 1)], 1, True),
    ([(2, 1), (1, 0)], 2, False),
    ([(3, 0), (0, 1)], 0, False),
    ([(3, 0), (0, 1), (2, 2)], 2, True),
    ([(0, 1), (2, 0)], 0, False),
    ([(3, 0), (0, 1), (2, 2), (0, 3)], 0, False),
]


@pytest.mark.parametrize(("said", "last", "suspected"), SAID)
def test_D4_a_late_state_is_suspected_also_after_a_tombstone(
    said: list[tuple[int, int]], last: int, suspected: bool
) -> None:
    words = LastWords()
    for sequence, offset in said:
        words.said("incident-state", "a/1", sequence, offset)
    assert words.sequence("incident-state", "a/1") == last
    assert words.suspected == suspected
    assert list(words.keys()) == ([("incident-state", "a/1")] if last else [])


def test_D4_tombstones_are_forgotten_when_many_came_after_them() -> None:
    words = LastWords()
    for number in range(state_topics.MOST_GONE + 1):
        words.said("incident-state", f"a/{number}", 0, number)
    words.said("incident-state", "a/0", 7, state_topics.MOST_GONE + 1)
    assert not words.suspected
    words.said("incident-state", "a/1", 7, state_topics.MOST_GONE + 2)
    assert words.suspected
