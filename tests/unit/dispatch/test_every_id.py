"""Every feature that dispatch and its intake are built for is named by a test."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[2]
IDS = {f"D{number}" for number in range(1, 14)} | {f"I{number}" for number in (2, 3, 4, 5, 6, 8)}
STORIES = {f"S{number}" for number in (1, 2, 3, 4, 7, 9, 10)}


def test_every_id_of_intake_and_dispatch_and_its_stories_is_named_by_a_test() -> None:
    named: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "def test_" in line:
                named |= set(re.findall(r"(?<=_)([DIS][0-9]+)(?=[_(])", line))
    assert named >= IDS | STORIES
