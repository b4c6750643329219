"""The numbers equal the log, whatever happened on the way (A1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count, cycle, islice
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fengqiao.contracts import dispatch as said
from services.analytics.domain.buckets import BUCKETS, bucket
from services.analytics.domain.dimensions import ALL, all_key
from services.analytics.domain.folding import Record, advanced, fold
from services.analytics.domain.merging import merge, reachable
from services.analytics.domain.register import Register, read_register, register_id
from services.analytics.domain.registering import DayOf, register, sort_out, undated
from services.analytics.domain.rollups import Address, Rollup, read
from services.analytics.domain.streams import Stream
from services.analytics.rollup_store import read_stream, stream_document
from tests.unit.analytics.evening import (
    NIGHT,
    RULES,
    categorised,
    closed,
    feedback,
    folded_whole,
    life,
    log_of,
    off_duty,
    on_duty,
    opened,
    registered_whole,
)

Documents = dict[str, dict[str, Any]]


@st.composite
def logs(draw: st.DrawFn) -> list[Record]:
    """A log of one area: some incidents interleaved with duty changes, repeats anywhere after, gaps, late fillings."""
    events: list[said.DispatchEvent] = []
    for place in range(draw(st.integers(1, 6))):
        after = sorted(draw(st.lists(st.integers(0, 900), min_size=1, max_size=4)))
        received = NIGHT + timedelta(minutes=draw(st.integers(0, 3000)))
        code, cell = draw(st.sampled_from(("0804", "020301"))), draw(st.sampled_from(("G07", None)))
        unit = draw(st.sampled_from(("YY", "P3")))
        marks: dict[str, Any] = {"received": received, "code": code, "cell": cell}
        events.append(opened(str(place), **marks))
        events += life(str(place), after, unit=unit, **marks)
        events.append(categorised(str(place), "confirmed", "0804", **marks))
        events.append(feedback(str(place), lost_yuan=draw(st.sampled_from((None, 12.34))), **marks))
        if draw(st.booleans()):
            events.append(closed(str(place), "劝离", **marks))
        events.append(on_duty(unit, draw(st.sampled_from(("night", "day", None)))))
    events.append(off_duty("YY"))
    order = draw(st.permutations(range(len(events))))
    numbered = [(sequence, events[which]) for sequence, which in enumerate(order, start=1)]
    missing = draw(st.sets(st.integers(1, len(events)), max_size=3))
    log = [one for one in numbered if one[0] not in missing]
    for _ in range(draw(st.integers(0, 8))):  # repeats, and dead letters that were mended
        again = draw(st.sampled_from(numbered))
        first = next((place for place, one in enumerate(log) if one[0] >= again[0]), len(log))
        log.insert(draw(st.integers(min(first + 1, len(log)), len(log))), again)
    return log_of(log)


def reference(log: Sequence[Record]) -> dict[tuple[str, str, str], Counter[int]]:
    """(day, key of `all`, segment) → how often each time in ms: every event once, as a reader would count it."""
    seen, shifts, times = set[int](), dict[str, str](), dict[tuple[str, str, str], Counter[int]]()
    for event in [one.event for one in log if not (one.sequence in seen or seen.add(one.sequence))]:  # type: ignore[func-returns-value]  # add answers None
        if isinstance(event, said.UnitOnDuty | said.UnitOffDuty):
            shifts[event.unit] = getattr(event, "shift", None) or ""
        elif isinstance(event, said.AssignmentEvent):
            local, place = event.times.received_at.astimezone(RULES.timezone), event.location
            marks = [place.station or "", place.grid_cell or "", event.category.code, str(event.priority)]
            key = all_key([*marks, f"{local.hour:02}", shifts.get(event.unit, ""), event.unit, event.source])
            for begin, end in ENDS.get(type(event), ()):
                if (began := getattr(event.times, f"{begin}_at")) and (ended := getattr(event.times, f"{end}_at")):
                    counter = times.setdefault((str(local.date()), key, f"{begin}_to_{end}"), Counter())
                    counter[round((ended - began).total_seconds() * 1000)] += 1
    return times


ENDS: dict[type[said.AssignmentEvent], list[tuple[str, str]]] = {
    said.AssignmentAssigned: [("received", "assigned")],
    said.AssignmentAcknowledged: [("assigned", "acknowledged")],
    said.AssignmentOnScene: [("acknowledged", "on_scene"), ("received", "on_scene")],
    said.AssignmentCleared: [("on_scene", "cleared"), ("received", "cleared")],
}


@given(logs())
def test_A1_documents_equal_the_reference_fold(log: list[Record]) -> None:
    expected = reference(log)
    rollups, _ = folded_whole(log)
    found = {}
    for address, rollup in rollups.items():
        assert sum(rollup.counts) == rollup.totals["count"].sum()
        if address.kept != ALL:
            continue
        for place, key in enumerate(rollup.keys):
            here = (rollup.codes // BUCKETS) == place
            histogram = dict(zip((rollup.codes[here] % BUCKETS).tolist(), rollup.counts[here].tolist(), strict=True))
            total = rollup.totals[place]
            found[address.day, key, address.segment] = (histogram, int(total["sum"]), total["min"], total["max"])
    assert found == {
        place: (
            dict(sorted(Counter(bucket(ms) for ms in times.elements()).items())),
            sum(times.elements()),
            min(times),
            max(times),
        )
        for place, times in expected.items()
    }


@given(logs())
def test_A1_every_set_says_the_same_as_the_finest(log: list[Record]) -> None:
    rollups, _ = folded_whole(log)
    for address, rollup in rollups.items():
        finest = [one for at, one in rollups.items() if at.day.startswith(address.day) and at.kept == ALL]
        finest = [one for one in finest if one.address.segment == address.segment]
        for name in ("count", "targeted", "within", "sum"):
            assert rollup.totals[name].sum() == sum(int(one.totals[name].sum()) for one in finest)


class Shelf:
    """Documents under the one rule of the store: a document gives way only to one that is further on."""

    def __init__(self) -> None:
        self.rollups: Documents = {}
        self.streams: Documents = {}
        self.registers: Documents = {}
        self.days: dict[str, DayOf] = {}
        self.committed = 0

    @staticmethod
    def put_newer(shelf: Documents, document: dict[str, Any], by: str) -> None:
        before = shelf.get(document["_id"])
        if before is None or before[by] < document[by]:
            shelf[document["_id"]] = document


def writer(shelf: Shelf, log: Sequence[Record], cuts: Iterator[int], order: Iterator[int]) -> Iterator[None]:
    """One instance: from the last commit, batch by batch; it can be ended, or overtaken, wherever it yields."""
    position = shelf.committed
    while position < len(log):
        end = min(len(log), position + next(cuts))
        streams = {id: read_stream(document) for id, document in shelf.streams.items()}
        folded = fold(log[position:end], streams, {"gaoqiao": RULES})
        yield
        stored = {
            address: read(shelf.rollups[address.id]) for address in folded.contributions if address.id in shelf.rollups
        }
        changed = list(advanced(stored, folded, {"gaoqiao": RULES}).values())
        known = {incident: shelf.days[incident] for incident in undated(folded.counted) if incident in shelf.days}
        sorted_out = sort_out(folded.counted, known, {"gaoqiao": RULES})
        registers = []
        for (area, day), events in sorted_out.by_day.items():
            there = shelf.registers.get(register_id(area, day))
            one = Register(area, day, 0) if there is None else read_register(there)
            if register(one, events, RULES):
                registers.append(one)
        for incident, found in sorted_out.days.items():
            shelf.days.setdefault(incident, found)
            yield
        for one in registers:
            shelf.put_newer(shelf.registers, one.document(), "applied")
            yield
        while changed:
            shelf.put_newer(shelf.rollups, changed.pop(next(order) % len(changed)).document(), "applied")
            yield
        for stream in folded.streams.values():
            shelf.put_newer(shelf.streams, stream_document(stream), "offset")
            yield
        shelf.committed = max(shelf.committed, end)
        yield
        position = end


def numbers(rollups: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {id: read(document).numbers() for id, document in rollups.items()}


@settings(max_examples=120)
@given(logs(), st.data())
def test_A1_documents_are_equal_bit_for_bit_whatever_the_way(log: list[Record], data: st.DataObject) -> None:
    # Two instances at once (one may be a zombie after its partition moved), each killed and started anywhere; every
    # start cuts the log otherwise.
    shelf = Shelf()
    sizes = data.draw(st.lists(st.integers(1, 12), min_size=7, max_size=7))
    turn = st.tuples(st.sampled_from("ab"), st.one_of(st.integers(0, 8), st.integers(0, 150)), st.booleans())
    turns = data.draw(st.lists(turn, min_size=2, max_size=12))
    starts = count()

    def new() -> Iterator[None]:
        number = next(starts)
        return writer(shelf, log, islice(cycle(sizes), number, None), islice(cycle(sizes), number + 3, None))

    running = {"a": new(), "b": new()}
    for who, steps, killed in turns:
        for _ in islice(running[who], steps):
            pass
        if killed:
            running[who] = new()
    for _ in new():
        pass  # the last one standing finishes
    rollups, streams = folded_whole(log)
    assert numbers(shelf.rollups) == {address.id: rollup.numbers() for address, rollup in rollups.items()}
    assert shelf.streams == {id: stream_document(stream) for id, stream in streams.items()}
    assert shelf.registers == {id: one.document() for id, one in registered_whole(log).items()}


@given(logs(), st.data())
def test_A1_an_answer_steps_back_to_the_offset_it_names(log: list[Record], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(log)))
    middle = data.draw(st.integers(cut, len(log)))
    rules = {"gaoqiao": RULES}
    rollups: dict[Address, Rollup] = {}
    streams: dict[str, Stream] = {}
    for part in (log[:cut], log[cut:middle], log[middle:]):
        folded = fold(part, streams, rules)
        rollups.update(advanced(rollups, folded, rules))
        streams.update(folded.streams)
    then, _ = folded_whole(log[:cut])

    def told(kept: dict[Address, Rollup], segment: str) -> object:
        chosen = [rollup for address, rollup in kept.items() if (address.kept, address.segment) == (ALL, segment)]
        return merge(chosen, lambda _, key: (key,), cut - 1)

    for segment in {address.segment for address in rollups}:
        # So few contributions fit into what is kept of the last ones whole.
        assert all(reachable(rollup, cut - 1) for rollup in rollups.values())
        assert told(rollups, segment) == told(then, segment)
