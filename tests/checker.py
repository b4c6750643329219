"""What must be true after any fault, held against an independent client's journal and the topics from offset 0.

Pure: `History` is all it knows, `violations` gives a sentence for each thing that is wrong. The numbers are those of
the invariants: 1 decided once, 2 no overlap, 3 sequences, 4 transitions, 5 keys, 6 changes and events, 7 analytics,
9 nobody held by what has ended, 10 the hash chain and no personal data where it does not belong.

It folds the events by itself, so that it does not share a mistake with the services; only the table of transitions
is the one that dispatch publishes.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tests.folded import ENDS, FREES, Folded, fold, name, verb
from tests.legality import legal
from tests.lending import left_out, loans, messages

WHOLE: Final = ("incidents", "dispatch", "disputes", "mediation")
"""Topics whose streams are numbered 1, 2, 3 … without a gap."""
LATER: Final = frozenset({0, 429, 503})
"""What leaves open what became of it: the client asks again."""


@dataclass(frozen=True, slots=True)
class Told:
    """One attempt of the client: what it sent, when, and what it was told.

    what: incident, change, dispute, step or assess. about: whom it was sent for (an incident's, assignment's or
    case's id; with a step, "id verb"). answer: the id that the answer names. status 0: no answer, for the reason in
    `error`. Times in seconds.
    """

    what: str
    key: str
    fingerprint: str
    intended: float
    sent: float
    took: float
    status: int
    about: str = ""
    answer: str = ""
    relay: str = ""
    retry_after: str | None = None
    error: str = ""

    @property
    def accepted(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a topic. topic: without prefix. value: the JSON text; None for a tombstone."""

    topic: str
    partition: int
    offset: int
    key: str
    value: str | None
    type: str = ""
    source: str = ""
    subject: str = ""
    sequence: int = 0
    id: str = ""

    @property
    def stream(self) -> str:
        return f"{self.source}/{self.subject}"

    @property
    def data(self) -> Mapping[str, Any]:
        decoded: dict[str, Any] = json.loads(self.value or "{}")
        return decoded


@dataclass(frozen=True, slots=True)
class Numbers:
    """One answer of analytics by category. rows: category → (count, mean seconds)."""

    segment: str
    rows: Mapping[str, tuple[int, float]]


@dataclass(slots=True)
class History:
    """All that the checker looks at. records: per topic, in the order of each partition. max_held: how many
    assignments each unit may hold. verified: the rows of `python -m services.dispatch verify`. texts: log files,
    metrics and answers by name, in which no planted word may stand."""

    told: Sequence[Told] = ()
    records: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    max_held: Mapping[str, int] = field(default_factory=dict)
    numbers: Sequence[Numbers] = ()
    verified: Sequence[Mapping[str, Any]] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    planted: Sequence[str] = ()

    def of(self, topic: str) -> Sequence[Record]:
        return self.records.get(topic, ())

    def first(self, topic: str) -> list[Record]:
        """The events of a topic without repeats, in the order of their first appearance."""
        seen: dict[tuple[str, int], Record] = {}
        for record in self.of(topic):
            seen.setdefault((record.stream, record.sequence), record)
        return list(seen.values())

    def accepted(self, what: str) -> dict[str, Told]:
        """The first attempt with each key that was accepted."""
        found: dict[str, Told] = {}
        for one in self.told:
            if one.what == what and one.accepted:
                found.setdefault(one.key, one)
        return found


def violations(history: History) -> list[str]:
    """A sentence for each thing that is wrong; none where all invariants hold."""
    return [sentence for check in CHECKS for sentence in check(history)]


def decided_once(history: History) -> Iterator[str]:
    """1: each accepted incident is told and opened once and somebody is sent or it waits; nothing is invented."""
    reported = {one.subject for one in history.of("incidents") if one.sequence == 1}
    opened: Counter[str] = Counter()
    answered: set[str] = set()
    for record in history.first("dispatch"):
        if verb(record) == "incident.opened":
            # One that dispatch opens itself for an officer in need was reported to nobody.
            if record.data.get("source") != "crew_emergency":
                opened[record.data["incident_id"]] += 1
        elif verb(record) in ("assignment.assigned", "incident.queued"):
            answered.add(record.data["incident_id"])
    known = {one.answer for one in history.accepted("incident").values()}
    for incident in sorted(known):
        if incident not in reported:
            yield f"1: incident {incident} was accepted and is not on the topic incidents"
        if opened[incident] != 1:
            yield f"1: incident {incident} was accepted and opened {opened[incident]} times"
        elif incident not in answered:
            yield f"1: incident {incident} was opened, nobody was assigned and it is not queued"
    for incident in sorted(opened.keys() - known):
        yield f"1: incident {incident} was opened and nobody was told that it was accepted"
    for dead in (one for topic in history.records if topic.endswith(".dlq") for one in history.of(topic)):
        yield f"1: record {dead.offset} of {dead.topic} was dead-lettered: {dead.value}"


def no_overlap(history: History) -> Iterator[str]:
    """2: no unit holds more than its kind may, and only who holds nothing is sent to wait somewhere."""
    held: dict[str, set[str]] = defaultdict(set)
    for record in history.first("dispatch"):
        if (unit := record.data.get("unit")) is None:
            continue
        most = history.max_held.get(unit, 1)
        unit = f"{record.data['area']}/{unit}"  # two areas may call units alike
        if verb(record) == "standby.ordered" and held[unit]:
            yield f"2: unit {unit} is ordered to wait while it holds {sorted(held[unit])} (event {record.sequence})"
        if not verb(record).startswith("assignment."):
            continue
        assignment = record.data["assignment_id"]
        if name(record) == "assigned":
            held[unit].add(assignment)
            if len(held[unit]) > most:
                yield (
                    f"2: unit {unit} holds {len(held[unit])} assignments, its kind may {most} (event {record.sequence})"
                )
        elif name(record) in FREES:
            held[unit].discard(assignment)


def sequences(history: History) -> Iterator[str]:
    """3: first appearances are 1, 2, 3 …; a repeat says the same."""
    for topic in WHOLE:
        last: dict[str, int] = {}
        said: dict[tuple[str, int], Record] = {}
        for record in history.of(topic):
            first = said.get((record.stream, record.sequence))
            if first is None:
                said[record.stream, record.sequence] = record
                due = last.get(record.stream, 0) + 1
                if record.sequence != due:
                    yield f"3: {topic} {record.stream}: number {record.sequence} appears where {due} is due"
                last[record.stream] = max(record.sequence, last.get(record.stream, 0))
            elif (first.id, first.type, first.key, first.value) != (record.id, record.type, record.key, record.value):
                yield f"3: {topic} {record.stream}: number {record.sequence} is repeated and says something else"
    places: dict[str, set[str]] = defaultdict(set)
    for topic in WHOLE:
        for record in history.of(topic):
            places[record.stream].add(f"{topic} {record.partition}")
    for stream, where in sorted(places.items()):
        if len(where) > 1:
            yield f"3: the stream {stream} lies in more than one place: {', '.join(sorted(where))}"


def keys(history: History) -> Iterator[str]:
    """5: the same key is the same incident; another body with it is refused."""
    owners: dict[str, str] = {}
    by_key: dict[str, list[Told]] = defaultdict(list)
    for one in history.told:
        if one.what == "incident":
            by_key[one.key].append(one)
    for key, attempts in by_key.items():
        first = next((one for one in attempts if one.accepted), None)
        if first is None:
            continue
        if (other := owners.setdefault(first.answer, key)) != key:
            yield f"5: the keys {other} and {key} were both told incident {first.answer}"
        for one in attempts:
            if one.fingerprint != first.fingerprint and one.status != 422 and one.status not in LATER:
                yield f"5: key {key} with another body was answered {one.status}, not 422"
            elif one.fingerprint == first.fingerprint and one.accepted and one.answer != first.answer:
                yield f"5: key {key} was told {first.answer} and then {one.answer}"
            elif one.fingerprint == first.fingerprint and not one.accepted and one.status not in LATER:
                yield f"5: key {key} was refused with {one.status} though its body is the accepted one"


def changes(history: History) -> Iterator[str]:
    """6: each change that was confirmed has its event once, and each event its change."""
    corrected = Counter(one.subject for one in history.first("incidents") if verb(one) == "incident.updated")
    confirmed = Counter(one.about for one in history.accepted("change").values())
    for incident in sorted(corrected.keys() | confirmed.keys()):
        if corrected[incident] != confirmed[incident]:
            yield f"6: incident {incident}: {confirmed[incident]} changes confirmed, {corrected[incident]} events"
    decided = Counter(
        one.data["incident_id"]
        for one in history.first("dispatch")
        # What a merge or an order changes comes from nobody's update.
        if verb(one) == "incident.corrected" and not one.data.get("merged_incident") and one.data.get("by") is None
    )
    ended = {one.data["incident_id"] for one in history.first("dispatch") if verb(one) in ENDS}
    for incident in sorted(corrected.keys() | decided.keys()):
        # What reaches an incident that has ended changes nothing there.
        if decided[incident] > corrected[incident] or (
            decided[incident] < corrected[incident] and incident not in ended
        ):
            yield f"6: incident {incident}: {corrected[incident]} updates told, dispatch took in {decided[incident]}"
    steps = Counter(
        f"{one.data['assignment_id']} {name(one)}"
        for one in history.first("dispatch")
        if verb(one).startswith("assignment.")
    )
    for one in history.accepted("step").values():
        if one.status == 200 and steps[one.about] != 1:
            yield f"6: {one.about} was confirmed and has {steps[one.about]} events"
    yield from cases(history)


def cases(history: History) -> Iterator[str]:
    """6, for disputes: each is one case, opened once."""
    disputes = {one.subject for one in history.of("disputes")}
    events = Counter((one.subject, name(one)) for one in history.first("mediation"))
    for one in history.accepted("dispute").values():
        if one.answer not in disputes:
            yield f"6: dispute {one.answer} was accepted and is not on the topic disputes"
    for record in history.first("dispatch"):
        if name(record) == "cleared" and (case := record.data.get("case_id")) and case not in disputes:
            yield f"6: {record.data['assignment_id']} was cleared with case {case}, which is not on the topic disputes"
    for case in sorted(disputes | {case for case, _ in events}):
        if events[case, "opened"] != 1:
            yield f"6: case {case} was opened {events[case, 'opened']} times"
        if case not in disputes:
            yield f"6: case {case} was opened without a dispute"
    for one in history.accepted("assess").values():
        if events[one.about, "assessed"] != 1:
            yield f"6: case {one.about}: its assessment was confirmed and has {events[one.about, 'assessed']} events"


def last_words(history: History) -> Iterator[str]:
    """6 and 9: the latest states are the fold of the events, and no unit is held by what has ended."""
    folded = fold(history.first("dispatch"))
    last: dict[str, Record] = {}
    for topic in ("incident-state", "unit-state"):
        last |= {f"{topic} {one.key}": one for one in history.of(topic)}
    yield from _incidents_differ(folded, last)
    for key, unit in folded.units.items():
        record = last.get(f"unit-state {key}")
        told = {} if record is None else record.data
        due = (unit.sequence, unit.status(history.max_held.get(unit.id, 1)), sorted(unit.held), unit.standby)
        point = told.get("standby", {}).get("point")
        have = (told.get("sequence"), told.get("status"), sorted(told.get("assignments", ())), point)
        if due != have:
            yield f"6: the last state of unit {key} is {have}, the events say {due}"
        for assignment in (*have[2], *unit.held):
            incident = folded.incidents.get(assignment.partition(".")[0])
            if incident is not None and incident.ended:
                yield f"9: unit {key} is held by {assignment}, whose incident is {incident.ended}"


def _incidents_differ(folded: Folded, last: Mapping[str, Record]) -> Iterator[str]:
    for incident in folded.incidents.values():
        record = last.get(f"incident-state {incident.area}/{incident.id}")
        if record is None:
            yield f"6: incident {incident.id} has no state"
            continue
        if record.value is None and incident.ended:
            continue
        told = record.data
        states = {one["id"]: (one["unit"], one["status"]) for one in told.get("assignments", ())}
        due = (incident.sequence, incident.status, incident.priority, incident.category, incident.assignments)
        category = told.get("category", {}).get("code")
        have = (told.get("sequence"), told.get("status"), told.get("priority"), category, states)
        if due != have:
            yield f"6: the last state of incident {incident.id} is {have}, the events say {due}"


def analytics(history: History) -> Iterator[str]:
    """7: counts and means by category are those of the log."""
    for numbers in history.numbers:
        begin, _, end = numbers.segment.partition("_to_")
        seconds: dict[str, list[float]] = defaultdict(list)
        for record in history.first("dispatch"):
            if verb(record) == f"assignment.{end.replace('_', '-')}" and record.data.get("first"):
                times = record.data["times"]
                span = _instant(times[f"{end}_at"]) - _instant(times[f"{begin}_at"])
                seconds[record.data["category"]["code"]].append(max(span // timedelta(milliseconds=1), 0) / 1000)
        for category in sorted(seconds.keys() | numbers.rows.keys()):
            count, mean = numbers.rows.get(category, (0, 0.0))
            due = seconds[category]
            if count != len(due):
                yield f"7: {numbers.segment} of {category}: analytics counts {count}, the log has {len(due)}"
            elif abs(mean - sum(due) / len(due)) > 0.0015:
                yield f"7: {numbers.segment} of {category}: the mean is {mean}, the log says {sum(due) / len(due):.4f}"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def chain(history: History) -> Iterator[str]:
    """10: `verify` finds the journal whole."""
    if history.of("dispatch") and not history.verified:
        yield "10: there are decisions and `verify` was not run"
    for row in history.verified:
        if not row.get("ok"):
            yield f"10: verify says of {row.get('area')}: {row.get('problem')}"


def personal(history: History) -> Iterator[str]:
    """10: a planted word stands nowhere but where personal data belongs."""
    for word in history.planted:
        spellings = (word, json.dumps(word)[1:-1])
        for where, text in _everywhere(history):
            if any(spelling in text for spelling in spellings):
                yield f"10: {word!r} stands in {where}"


def _everywhere(history: History) -> Iterable[tuple[str, str]]:
    yield from history.texts.items()
    for topic, records in history.records.items():
        for record in records:
            yield f"{topic} {record.partition}:{record.offset}", f"{record.key} {record.subject} {record.value}"


def slow(told: Iterable[Told], longest: float) -> list[str]:
    """Attempts that got no answer within `longest` seconds, or a 503 that does not say when to come again."""
    found = []
    for one in told:
        if one.took > longest:
            found.append(f"{one.what} {one.key} waited {one.took:.2f} s and was told {one.status or one.error}")
        if one.status == 503 and one.retry_after is None:
            found.append(f"{one.what} {one.key} was told 503 without Retry-After")
    return found


CHECKS: Final[Sequence[Callable[[History], Iterator[str]]]] = (
    decided_once,
    no_overlap,
    loans,
    messages,
    left_out,
    sequences,
    legal,
    keys,
    changes,
    last_words,
    analytics,
    chain,
    personal,
)
