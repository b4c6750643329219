"""A hundred thousand events from offset 0: equal documents, bit for bit, whatever the batches (A1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.analytics.domain.folding import Record
from services.analytics.replay import FreshSet
from tests.unit.analytics.evening import NIGHT, RULES, closed, life, opened

EVENTS = 100_000
KINDS = 50


def log() -> list[Record]:
    """Lives of incidents one after the other over two weeks, repeats further on; the events of few, with other ids."""
    found: list[Record] = []
    sequence = offset = 0
    lives = []
    for n in range(KINDS):
        marks: dict[str, Any] = {
            "received": NIGHT + timedelta(hours=6 * n),
            "code": ("0804", "020301", "020405")[n % 3],
            "cell": f"G{n % 9:02}",
        }
        after = (5 + n % 40, 60 + n, 200 + 7 * n, 600 + 11 * n)
        lives.append(
            [opened(str(n), **marks), *life(str(n), after, unit=f"P{n % 7}", **marks), closed(str(n), "劝离", **marks)]
        )
    while len(found) < EVENTS:
        incident = f"gaoqiao-{sequence:026}".replace("0", "a").replace("1", "b").replace("8", "h").replace("9", "i")
        for event in lives[sequence // 6 % KINDS]:
            sequence += 1
            again = event.model_copy(update={"incident_id": incident})
            found.append(Record("dispatch", "gaoqiao", 0, offset, sequence, event.at, again))
            offset += 1
        if sequence % 600 == 0:
            for old in found[-90:-60]:  # a writer that slept says again what its successor has said
                found.append(Record("dispatch", "gaoqiao", 0, offset, old.sequence, old.at, old.event))
                offset += 1
    return found


def folded(records: list[Record], batch: int) -> dict[str, str]:
    fresh = FreshSet({"gaoqiao": RULES})
    for start in range(0, len(records), batch):
        fresh.take(records[start : start + batch])
    return fresh.digests()


def test_A1_a_hundred_thousand_events_fold_to_the_same_bytes_in_any_batches() -> None:
    records = log()
    assert len(records) >= EVENTS
    assert folded(records, 9973) == folded(records, 4000)
