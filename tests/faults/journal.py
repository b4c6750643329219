"""The client's own journal: every attempt and what it was told, written down as it happens."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.checker import Told


class ClientJournal:
    """One JSON line an attempt, in a file that outlives the test's process."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self.path = path

    def write(self, told: Told) -> None:
        self._file.write(json.dumps(asdict(told), ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._file.close()


def read_journal(path: Path) -> Sequence[Told]:
    """All attempts, in the order in which they ended."""
    with path.open(encoding="utf-8") as lines:
        return [Told(**json.loads(line)) for line in lines]
