"""Loans between areas, held against the log: one loan, one return, and nobody lent twice (D8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.folded import verb

if TYPE_CHECKING:
    from tests.checker import History


def loans(history: History) -> Iterator[str]:
    """2: a unit is lent to one area at a time, holds nothing at home meanwhile, and comes back once."""
    lent: dict[str, str] = {}
    granted: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    returned: Counter[str] = Counter()
    held: dict[str, set[str]] = {}
    for record in history.first("dispatch"):
        kind, data = verb(record), record.data
        unit = f"{data.get('area')}/{data.get('unit')}"
        match kind:
            case "aid.granted":
                granted[data["aid_id"]] += 1
                if unit in lent:
                    yield f"2: unit {unit} is lent for {data['aid_id']} and for {lent[unit]} (event {record.sequence})"
                if held.get(unit):
                    yield f"2: unit {unit} is lent and holds {sorted(held[unit])} (event {record.sequence})"
                lent[unit] = data["aid_id"]
            case "aid.ended":
                ended[data["aid_id"]] += 1
                if lent.pop(unit, None) != data["aid_id"]:
                    yield f"2: unit {unit} comes back from {data['aid_id']}, which it is not lent for"
            case "aid.returned":
                returned[data["aid_id"]] += 1
            case "assignment.assigned":
                held.setdefault(unit, set()).add(data["assignment_id"])
                if unit in lent:
                    yield f"2: unit {unit} is sent at home while it is lent for {lent[unit]} (event {record.sequence})"
            case _ if kind.startswith("assignment.") and data["assignment_id"] in held.get(unit, ()):
                if kind.partition(".")[2] in ("cleared", "declined", "cancelled", "timed-out", "diverted"):
                    held[unit].discard(data["assignment_id"])
    for aid_id in sorted(granted.keys() | ended.keys() | returned.keys()):
        told = granted[aid_id], returned[aid_id], ended[aid_id]
        if max(told) > 1 or told in ((0, 1, 0), (0, 0, 1), (0, 1, 1), (1, 0, 1)):
            yield f"2: {aid_id} was granted {told[0]}, returned {told[1]}, ended {told[2]} times"


def messages(history: History) -> Iterator[str]:
    """3: what areas say to each other is numbered 1, 2, 3 … by first appearance, and a repeat says the same."""
    said: dict[tuple[str, int], str | None] = {}
    last: dict[str, int] = {}
    for record in history.of("dispatch-commands"):
        if not verb(record).startswith("aid."):
            continue
        number = record.stream, record.sequence
        if number not in said:
            due = last.get(record.stream, 0) + 1
            if record.sequence != due:
                yield f"3: {record.stream}: message {record.sequence} appears where {due} is due"
            last[record.stream] = record.sequence
            said[number] = record.value
        elif said[number] != record.value:
            yield f"3: {record.stream}: message {record.sequence} is repeated and says something else"


def left_out(history: History) -> Iterator[str]:
    """9: after rest, whoever was given back is home."""
    seen: dict[str, set[str]] = {}
    for record in history.first("dispatch"):
        if verb(record) in ("aid.granted", "aid.returned", "aid.ended"):
            seen.setdefault(record.data["aid_id"], set()).add(verb(record))
    for aid_id, kinds in sorted(seen.items()):
        if "aid.returned" in kinds and "aid.ended" not in kinds:
            yield f"9: the unit of {aid_id} was given back and its home does not have it"
