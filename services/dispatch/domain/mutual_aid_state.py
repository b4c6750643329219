"""What an area knows of requests and loans between it and its neighbours (D8): a part of its board.

The home area alone writes its unit's state. Each message is read once: `heard` keeps the last number read of each
neighbour's stream, `said` the last number sent to each.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from rpds import HashTrieMap

from fengqiao.contracts.aid import LentUnit
from services.dispatch.domain.forces import Kind, Unit


@dataclass(frozen=True, slots=True)
class Ask:
    """A request that nobody has answered yet."""

    aid_id: str
    incident: str
    to_area: str
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class Loan:
    """A unit of this area that is held for another one."""

    aid_id: str
    unit: str
    to_area: str
    for_incident: str
    for_number: str
    since: datetime
    recalled: bool = False
    unit_kind: str = ""
    """Told when it is given back, whatever the area's list of units says by then."""


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A unit of another area that helps here. unit: what it is called here. seconds: how long it needs, as told."""

    aid_id: str
    unit: str
    home_area: str
    lent: LentUnit
    incident: str
    seconds: float
    since: datetime
    returned: int | None = None
    """The event with which it was given back, at `since`; None while it is here."""


@dataclass(frozen=True, slots=True)
class Early:
    """A message that came before one that was sent before it."""

    from_area: str
    message: int
    type: str
    data: str


Tried = tuple[tuple[str, datetime], ...]
"""Whom an incident's requests went to, and when each was asked."""


@dataclass(frozen=True, slots=True)
class Aid:
    heard: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    said: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    asks: HashTrieMap[str, Ask] = field(default_factory=HashTrieMap)
    tried: HashTrieMap[str, Tried] = field(default_factory=HashTrieMap)
    """By incident, until it leaves the board."""
    loans: HashTrieMap[str, Loan] = field(default_factory=HashTrieMap)
    """By aid_id."""
    borrowed: HashTrieMap[str, Borrowed] = field(default_factory=HashTrieMap)
    """By what the unit is called here."""
    past: HashTrieMap[str, Borrowed] = field(default_factory=HashTrieMap)
    """Those that were here last time, so that the last word about each is that it is not here any more."""
    early: HashTrieMap[str, Early] = field(default_factory=HashTrieMap)
    """By `area#number`."""

    def without(self, incident: str) -> Aid:
        """As it is when the incident has left the board."""
        return replace(self, tried=self.tried.remove(incident)) if incident in self.tried else self


@dataclass(frozen=True, slots=True)
class StoredAid:
    """`Aid` as a snapshot keeps it: equal ones give equal bytes."""

    heard: dict[str, int] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)
    asks: list[Ask] = field(default_factory=list)
    tried: dict[str, Tried] = field(default_factory=dict)
    loans: list[Loan] = field(default_factory=list)
    borrowed: list[Borrowed] = field(default_factory=list)
    past: list[Borrowed] = field(default_factory=list)
    early: list[Early] = field(default_factory=list)


def to_store(aid: Aid) -> StoredAid:
    """In an order that depends on nothing but what is in it."""
    return StoredAid(
        heard={key: aid.heard[key] for key in sorted(aid.heard)},
        said={key: aid.said[key] for key in sorted(aid.said)},
        asks=[aid.asks[key] for key in sorted(aid.asks)],
        tried={key: aid.tried[key] for key in sorted(aid.tried)},
        loans=[aid.loans[key] for key in sorted(aid.loans)],
        borrowed=[aid.borrowed[key] for key in sorted(aid.borrowed)],
        past=[aid.past[key] for key in sorted(aid.past)],
        early=[aid.early[key] for key in sorted(aid.early)],
    )


def restored(kept: StoredAid) -> Aid:
    return Aid(
        heard=HashTrieMap(kept.heard),
        said=HashTrieMap(kept.said),
        asks=HashTrieMap({one.aid_id: one for one in kept.asks}),
        tried=HashTrieMap(kept.tried),
        loans=HashTrieMap({one.aid_id: one for one in kept.loans}),
        borrowed=HashTrieMap({one.unit: one for one in kept.borrowed}),
        past=HashTrieMap({one.unit: one for one in kept.past}),
        early=HashTrieMap({f"{one.from_area}#{one.message}": one for one in kept.early}),
    )


def guest(borrowed: Borrowed) -> Unit:
    """The unit of another area, as one that can be sent. It holds one assignment, whatever its kind may at home."""
    lent = borrowed.lent
    kind = Kind(lent.kind, lent.kind, lent.kind, lent.police, 1, 1.0)
    return Unit(
        borrowed.unit, lent.call_sign, kind, lent.name_zh, lent.name_en, lent.home, None, None,
        frozenset(lent.capabilities),
    )  # fmt: skip
