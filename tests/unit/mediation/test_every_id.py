"""Every feature of mediation is named by a test."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[2]


def test_every_id_from_M1_to_M14_is_named_by_a_test() -> None:
    ids: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if "def test_" in line:
                ids |= set(re.findall(r"(?<=_)(M[0-9]+)(?=_)", line))
    assert {f"M{number}" for number in range(1, 15)} <= ids
