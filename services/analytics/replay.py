"""`replay`: fold the log again from offset 0 into a fresh set, and hold the stored documents against it.

The service may go on meanwhile: the log is folded to where the stored stream is, and again a little further when
the documents moved while they were read.
"""

import hashlib
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from aiokafka import TopicPartition

from fengqiao.runtime import documents
from fengqiao.runtime.consumer import Rejected, decode, new_consumer
from fengqiao.runtime.errors import RuntimeFault, Unreadable
from services.analytics.domain.folding import AreaRules, Record, advanced, fold
from services.analytics.domain.register import Register, register_id
from services.analytics.domain.registering import DayOf, register, sort_out
from services.analytics.domain.rollups import Address, Rollup
from services.analytics.domain.streams import Stream
from services.analytics.log_records import SOURCE, TOPIC, record
from services.analytics.rollup_store import RollupStore, stream_document
from services.analytics.settings import AnalyticsSettings

_BATCH: Final = 5000
_TRIES: Final = 10


@dataclass(slots=True)
class FreshSet:
    """What the log says, in memory."""

    rules: Mapping[str, AreaRules]
    streams: dict[str, Stream] = field(default_factory=dict)
    rollups: dict[Address, Rollup] = field(default_factory=dict)
    days: dict[str, DayOf] = field(default_factory=dict)
    registers: dict[str, Register] = field(default_factory=dict)

    def take(self, records: list[Record]) -> None:
        folded = fold(records, self.streams, self.rules)
        self.rollups.update(advanced(self.rollups, folded, self.rules))
        sorted_out = sort_out(folded.counted, self.days, self.rules)
        for incident, found in sorted_out.days.items():
            self.days.setdefault(incident, found)
        for (area, day), events in sorted_out.by_day.items():
            rules = self.rules[area]
            register(
                self.registers.setdefault(register_id(area, day), Register(area, day, rules.partition)), events, rules
            )
        self.streams.update(folded.streams)


def digest(kept: Rollup | Register) -> str:
    """SHA-256 of all that the log determines of a document."""
    numbers = kept.numbers() if isinstance(kept, Rollup) else kept.numbers_of_it()
    content = {name: value.hex() if isinstance(value, bytes) else value for name, value in numbers.items()}
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def replay(settings: AnalyticsSettings, rules: Mapping[str, AreaRules]) -> int:
    """Check every area; one line each. Returns the exit status: 1 when anything differs or cannot be read."""
    client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
    store = RollupStore(client[settings.database], deadline=60.0)
    status = 0
    try:
        for area in sorted(rules):
            row = await replayed(settings, store, rules, area)
            status = max(status, 0 if row["ok"] else 1)
            sys.stdout.write(orjson.dumps(row).decode() + "\n")
    finally:
        await documents.close(client)
    return status


async def replayed(
    settings: AnalyticsSettings, store: RollupStore, rules: Mapping[str, AreaRules], area: str
) -> dict[str, Any]:
    """How the stored documents of `area` compare: {area, ok, events, documents, hash, problem}."""
    fresh = FreshSet({area: rules[area]})
    problem = "the documents were written too fast to read them at one moment: try again"
    id = f"{SOURCE}/{area}"
    try:
        for _ in range(_TRIES):
            stored = (await store.streams([id])).get(id)
            if stored is not None:
                after = fresh.streams[id].offset if id in fresh.streams else -1
                async for records in _log(settings, rules[area], after + 1, stored.offset):
                    fresh.take(records)
            kept: dict[str, Rollup | Register] = {**await store.all_of(area), **await store.all_registers(area)}
            again = (await store.streams([id])).get(id)
            if again == stored and not _ahead(kept, stored):
                problem = _difference(fresh, stored, kept, id)
                break
    except RuntimeFault as error:
        problem = f"{type(error).__name__}: {error}"
    hashes = [f"{id} {digest(one)}" for id, one in _documents(fresh).items()]
    whole = hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()
    last = fresh.streams[id].last if id in fresh.streams else 0
    row = {"area": area, "ok": not problem, "events": last, "documents": len(hashes), "hash": whole}
    return row | {"problem": problem or None}


def _documents(fresh: FreshSet) -> dict[str, Rollup | Register]:
    """By id. A register has the area and the day in its id, a rollup more."""
    return {**{rollup.address.id: rollup for rollup in fresh.rollups.values()}, **fresh.registers}


def _ahead(kept: Mapping[str, Rollup | Register], stream: Stream | None) -> bool:
    """Whether a batch is being written just now."""
    return any(one.applied > (stream.offset if stream else -1) for one in kept.values())


def _difference(fresh: FreshSet, stored: Stream | None, kept: Mapping[str, Rollup | Register], id: str) -> str:
    """The first thing that is stored otherwise than the log says; empty where nothing is."""
    said = fresh.streams.get(id)
    if (said is None) != (stored is None) or (
        said is not None and stored is not None and stream_document(said) != stream_document(stored)
    ):
        return f"the stream {id} is not what the log says"
    expected = _documents(fresh)
    for missing in sorted(expected.keys() ^ kept.keys()):
        return f"{missing} is {'missing' if missing in expected else 'stored and not in the log'}"
    for name in sorted(expected):
        if digest(expected[name]) != digest(kept[name]):
            return f"{name} is not what the log says (a target changed without a new `since` also shows like this)"
    return ""


async def _log(settings: AnalyticsSettings, rules: AreaRules, first: int, last: int) -> AsyncIterator[list[Record]]:
    """The area's records of offsets `first` … `last`, in order, in lists; what the service rejects is left out."""
    if last < first:
        return
    partition = TopicPartition(settings.topic(TOPIC), rules.partition)
    consumer = new_consumer(settings.bootstrap_servers, None)
    await consumer.start()
    try:
        consumer.assign([partition])
        consumer.seek(partition, first)
        position = first
        while position <= last:
            fetched = await consumer.getmany(partition, timeout_ms=500, max_records=_BATCH)
            records = []
            for raw in fetched.get(partition, ()):
                position = raw.offset + 1
                if raw.offset > last:
                    break
                try:
                    received = decode(raw, settings.topic_prefix)
                    if received.event.subject == rules.area:
                        records.append(record(received, {rules.area: rules}))
                except (Unreadable, Rejected):
                    continue
            if records:
                yield records
    finally:
        await consumer.stop()
