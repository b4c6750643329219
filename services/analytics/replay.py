"""`replay`: fold the logs again from offset 0 into a fresh set, and hold the stored documents against it.

The service may go on meanwhile: a log is folded to where the stored documents are, and again a little further when
they moved while they were read. What is held in memory is as much as there are documents, not as there are events.
"""

import hashlib
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from aiokafka import TopicPartition

from fengqiao.runtime import documents
from fengqiao.runtime.checks import not_checked
from fengqiao.runtime.consumer import Received, Rejected, decode, new_consumer
from fengqiao.runtime.errors import Busy, RuntimeFault, Unreadable
from services.analytics import case_log
from services.analytics.domain.cases import Case
from services.analytics.domain.dossiers import fold_dossiers
from services.analytics.domain.folding import AreaRules, Record, advanced, fold
from services.analytics.domain.hazards import Hazard
from services.analytics.domain.register import Register, register_id
from services.analytics.domain.registering import DayOf, register, sort_out
from services.analytics.domain.rollups import Address, Rollup
from services.analytics.domain.streams import Stream
from services.analytics.dossier_store import DossierStore
from services.analytics.log_records import SOURCE, TOPIC, record
from services.analytics.rollup_store import RollupStore, stream_document
from services.analytics.settings import AnalyticsSettings

_BATCH: Final = 5000
_TRIES: Final = 10
_PAGE: Final = 500
_MOVING: Final = "the documents were written too fast to read them at one moment: try again"


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

    def digests(self) -> dict[str, str]:
        """Of every document, by id. A register has the area and the day in its id, a rollup more."""
        found = {rollup.address.id: digest(rollup) for rollup in self.rollups.values()}
        return found | {id: digest(one) for id, one in self.registers.items()}


@dataclass(slots=True)
class FreshDossiers:
    """What the log of mediation says, in memory. read_to: offset of each partition up to which it was folded."""

    rules: Mapping[str, AreaRules]
    read_to: dict[int, int] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    hazards: dict[str, Hazard] = field(default_factory=dict)

    def take(self, batch: Iterable[Received]) -> None:
        """What the service rejects is left out, as there."""
        cases, hazards = [], []
        for received in batch:
            try:
                cases.append(case_log.case_record(received, self.rules))
                hazards.append(case_log.hazard_record(received, self.rules))
            except Rejected:
                continue
        self.cases |= fold_dossiers([one for one in cases if one is not None], self.cases, Case)[0]
        self.hazards |= fold_dossiers([one for one in hazards if one is not None], self.hazards, Hazard)[0]

    def digests(self, area: str) -> dict[str, str]:
        return {
            one.id: content_digest(one.document())
            for kind in (self.cases, self.hazards)
            for one in kind.values()
            if one.area == area
        }


def digest(kept: Rollup | Register) -> str:
    """SHA-256 of all that the log determines of a document."""
    return content_digest(kept.numbers() if isinstance(kept, Rollup) else kept.numbers_of_it())


def content_digest(content: Mapping[str, Any]) -> str:
    plain = {name: value.hex() if isinstance(value, bytes) else value for name, value in content.items()}
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def replay(settings: AnalyticsSettings, rules: Mapping[str, AreaRules]) -> int:
    """Check every area; one line each. Returns the exit status: 1 when anything differs, 3 when store or Kafka do
    not answer."""
    client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
    store = RollupStore(client[settings.database], deadline=60.0)
    dossiers = DossierStore(client[settings.database], deadline=60.0)
    fresh = FreshDossiers(rules)
    status = 0
    try:
        for area in sorted(rules):
            row = await replayed(settings, store, dossiers, rules, area, fresh)
            status = max(status, 0 if row["ok"] else 1)
            sys.stdout.write(orjson.dumps(row).decode() + "\n")
            sys.stdout.flush()
    except Busy as error:
        return not_checked(error)
    finally:
        await documents.close(client)
    return status


async def replayed(
    settings: AnalyticsSettings,
    store: RollupStore,
    dossiers: DossierStore,
    rules: Mapping[str, AreaRules],
    area: str,
    told: FreshDossiers | None = None,
) -> dict[str, Any]:
    """How the stored documents of `area` compare: {area, ok, events, documents, dossiers, hash, problem}.

    told: what was folded of mediation so far, so that several areas read it once.
    """
    fresh = FreshSet({area: rules[area]})
    told = told or FreshDossiers(rules)
    id = f"{SOURCE}/{area}"
    try:
        problem = await _numbers(settings, store, fresh, area) or await _dossiers(settings, dossiers, told, area)
    except Busy:
        raise  # whether they are equal is not known
    except RuntimeFault as error:
        problem = f"{type(error).__name__}: {error}"
    numbers, mine = fresh.digests(), told.digests(area)
    hashes = sorted(f"{name} {one}" for name, one in (numbers | mine).items())
    return {
        "area": area,
        "ok": not problem,
        "events": fresh.streams[id].last if id in fresh.streams else 0,
        "documents": len(numbers),
        "dossiers": len(mine),
        "hash": hashlib.sha256("\n".join(hashes).encode()).hexdigest(),
        "problem": problem or None,
    }


async def _numbers(settings: AnalyticsSettings, store: RollupStore, fresh: FreshSet, area: str) -> str:
    """What is wrong with rollups and registers; empty where nothing is."""
    rules, id = fresh.rules[area], f"{SOURCE}/{area}"
    for _ in range(_TRIES):
        stored = (await store.streams([id])).get(id)
        if stored is not None:
            after = fresh.streams[id].offset if id in fresh.streams else -1
            partition = TopicPartition(settings.topic(TOPIC), rules.partition)
            async for batch in _log(settings, partition, after + 1, stored.offset):
                fresh.take(_records(batch, rules))
        expected, found = fresh.digests(), await store.ids_of(area)
        different = await _different(store, expected, found)
        moving = await store.ahead(area, -1 if stored is None else stored.offset)
        if not moving and (await store.streams([id])).get(id) == stored:
            return _stream_problem(fresh, stored, id) or different
    return _MOVING


def _records(batch: Iterable[Received], rules: AreaRules) -> list[Record]:
    """Of this area; what the service rejects is left out."""
    found = []
    for received in batch:
        if received.event.subject == rules.area:
            try:
                found.append(record(received, {rules.area: rules}))
            except Rejected:
                continue
    return found


def _stream_problem(fresh: FreshSet, stored: Stream | None, id: str) -> str:
    said = fresh.streams.get(id)
    as_stored = None if stored is None else stream_document(stored)
    as_said = None if said is None else stream_document(said)
    return "" if as_stored == as_said else f"the stream {id} is not what the log says"


async def _different(store: RollupStore, expected: Mapping[str, str], found: set[str]) -> str:
    """The first thing that is stored otherwise than the log says; empty where nothing is."""
    for missing in sorted(expected.keys() ^ found):
        return f"{missing} is {'missing' if missing in expected else 'stored and not in the log'}"
    wanted = sorted(expected)
    for start in range(0, len(wanted), _PAGE):
        some = wanted[start : start + _PAGE]
        kept: dict[str, Rollup | Register] = {**await store.rollups(some), **await store.registers(some)}
        for id in some:
            if id not in kept or digest(kept[id]) != expected[id]:
                return f"{id} is not what the log says (a target changed without a new `since` also shows like this)"
    return ""


async def _dossiers(settings: AnalyticsSettings, store: DossierStore, fresh: FreshDossiers, area: str) -> str:
    """What is wrong with cases and hazards; empty where nothing is."""
    for _ in range(_TRIES):
        marks = await store.marks()
        for partition, last in marks.items():
            first = fresh.read_to.get(partition, -1) + 1
            where = TopicPartition(settings.topic(case_log.TOPIC), partition)
            async for batch in _log(settings, where, first, last):
                fresh.take(batch)
            fresh.read_to[partition] = max(last, first - 1)
        stored: list[Case | Hazard] = [*await store.cases_of(area), *await store.hazards_of(area)]
        moving = any(one.stream.offset > marks.get(one.stream.partition, -1) for one in stored)
        if moving or await store.marks() != marks:
            continue
        expected, found = fresh.digests(area), {one.id: content_digest(one.document()) for one in stored}
        for missing in sorted(expected.keys() ^ found.keys()):
            return f"{missing} is {'missing' if missing in expected else 'stored and not in the log'}"
        return next((f"{id} is not what the log says" for id in sorted(expected) if expected[id] != found[id]), "")
    return _MOVING


async def _log(
    settings: AnalyticsSettings, partition: TopicPartition, first: int, last: int
) -> AsyncIterator[list[Received]]:
    """The records of offsets `first` … `last`, in order, in lists; what cannot be read at all is left out."""
    if last < first:
        return
    consumer = new_consumer(settings.bootstrap_servers, None)
    await consumer.start()
    try:
        consumer.assign([partition])
        consumer.seek(partition, first)
        position = first
        while position <= last:
            fetched = await consumer.getmany(partition, timeout_ms=500, max_records=_BATCH)
            batch = []
            for raw in fetched.get(partition, ()):
                position = raw.offset + 1
                if raw.offset > last:
                    break
                try:
                    batch.append(decode(raw, settings.topic_prefix))
                except Unreadable:
                    continue
            if batch:
                yield batch
    finally:
        await consumer.stop()
