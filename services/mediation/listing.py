"""Lists in which cases are found without looking through all: what is to be done on a day, who has which open cases.

A list has a name and entries. A case says itself on which lists it stands, [list, entry], so that an entry can be held
against the case. An entry ends with the version of the case that put it there: where the case has come that far and
does not know the entry, nobody will ever.

due|<area>|<day>          "<due time>|<case>|<version>": the earliest thing that somebody has to do on each case
load|<area>|<mediator>    "<case>|<version>": the open cases that lie with the mediator
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from services.mediation.domain.case import Case

DUE: Final = "due"
LOAD: Final = "load"
Place = tuple[str, str]
"""(list, entry)."""


def sortable(instant: datetime) -> str:
    """An instant as text that sorts by time."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def day_of(instant: datetime) -> str:
    """The day in UTC, as lists are named by it."""
    return f"{instant.astimezone(UTC):%Y-%m-%d}"


def due_list(area: str, day: str) -> str:
    return f"{DUE}|{area}|{day}"


def load_list(area: str, mediator: str) -> str:
    return f"{LOAD}|{area}|{mediator}"


def places(case: Case, before: Sequence[Sequence[str]], version: int, now: datetime) -> list[list[str]]:
    """On which lists the case stands from this version on. before: where it stood; what stays is kept as it was.

    What was due on a day before `now` is listed today, so that days that are over get no new entries.
    """
    wanted: list[Place] = []
    if case.to_do:
        first = case.to_do[0].due_at
        wanted.append((due_list(case.area, day_of(max(first, now))), f"{sortable(first)}|{case.id}"))
    if case.stage != "closed":
        wanted += [(load_list(case.area, mediator), case.id) for mediator in case.mediators]
    there = {_what(name, entry.rpartition("|")[0]): [name, entry] for name, entry in before}
    return [there.get(_what(name, text), [name, f"{text}|{version}"]) for name, text in wanted]


def _what(name: str, text: str) -> Place:
    # A thing to do is the same whatever the day under which it is listed.
    return (DUE, text) if name.startswith(f"{DUE}|") else (name, text)


def case_of_entry(entry: str) -> tuple[str, int]:
    """(the case's id, the version that put the entry there)."""
    rest, _, version = entry.rpartition("|")
    return rest.rpartition("|")[2], int(version)
