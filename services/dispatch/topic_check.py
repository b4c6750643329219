"""Whether the topics say what the journal says: each event once, in order, as it was journaled; and the last states;
and whether the journal has decided every call that the topic of incidents brought it.

Pure: what was folded and what was read go in, sentences of what is wrong come out.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from fengqiao.contracts.dispatch import IncidentOpened, IncidentUnreadable
from fengqiao.contracts.model import Event
from services.dispatch.domain.board import Board
from services.dispatch.domain.forces import Forces
from services.dispatch.views import incident_state, state_of_unit

Words = Mapping[str, bytes | None]
"""Key → the value of its last record; None for a tombstone."""


def digest(type: str, value: bytes) -> bytes:
    """Of an event's type and content: 16 bytes, so that a long journal is compared in little memory."""
    return hashlib.blake2b(type.encode() + b"\n" + value, digest_size=16).digest()


@dataclass(slots=True)
class Published:
    """What an area's events must be on `dispatch`, and how far what was read agrees."""

    journaled: list[bytes] = field(default_factory=list)
    """Of event n at n - 1."""
    through: int = 0
    """So many of them were seen, in order."""
    begun: bool = False

    def journal(self, event: Event) -> None:
        """The next event that the journal gives a number."""
        self.journaled.append(digest(event.TYPE, event.wire()))

    def read(self, sequence: int, said: bytes) -> Iterator[str]:
        """The next record of the area: one that the journal has. said: its digest."""
        if not self.begun:
            # What a topic's retention has taken away is not missed.
            self.begun, self.through = True, sequence - 1
        if sequence > self.through + 1:
            yield f"event {sequence} is on the topic where {self.through + 1} is due"
        if said != self.journaled[sequence - 1]:
            yield f"event {sequence} says on the topic what the journal does not"
        self.through = max(self.through, sequence)

    def missing(self, all_read: bool) -> Iterator[str]:
        """all_read: the topic has nothing that was not looked at."""
        if not all_read:
            yield f"the topic has events beyond the journal's last, {len(self.journaled)}"
        if self.through < len(self.journaled):
            yield f"event {self.through + 1} of the journal's {len(self.journaled)} is not on the topic"


@dataclass(slots=True)
class Decided:
    """Whether each call that was accepted has one decision: it was opened, once, or alarmed as unreadable."""

    opened: set[str] = field(default_factory=set)
    alarmed: set[str] = field(default_factory=set)

    def journal(self, event: Event) -> Iterator[str]:
        """The next event of the journal."""
        if isinstance(event, IncidentOpened):
            if event.incident_id in self.opened:
                yield f"incident {event.incident_id} is opened a second time, as {event.number}"
            self.opened.add(event.incident_id)
        elif isinstance(event, IncidentUnreadable) and event.subject is not None:
            self.alarmed.add(event.subject)

    def reported(self, incident: str, offset: int) -> Iterator[str]:
        """A report on `incidents` that the journal says was read."""
        if incident not in self.opened and incident not in self.alarmed:
            yield f"incident {incident} was reported (incidents, offset {offset}) and never opened"


def last_words(board: Board, forces: Forces, incidents: Words, units: Words) -> Iterator[str]:
    """The last record of each key is the state that the board has; one that left the board has a tombstone."""
    for id, incident in board.incidents.items():
        if incidents.get(f"{board.area}/{id}") != incident_state(board.area, incident).wire():
            yield f"the last state of incident {incident.number} is not the journal's"
    for key, value in incidents.items():
        if value is not None and key.partition("/")[2] not in board.incidents:
            yield f"the topic has a state of {key}, which has left the board"
    for id in board.units:
        state = state_of_unit(board, forces, id)
        if state is not None and units.get(f"{board.area}/{id}") != state.wire():
            yield f"the last state of unit {id} is not the journal's"
