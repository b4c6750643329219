"""Mutual aid between areas (D8): what is said on `dispatch`, and to the other area on `dispatch-commands`.

An `AidMessage` is both: an event of the area that says it, with its number in that area's stream, and a message to
`to_area`, with the number `message` in the stream `area→to_area`, which counts 1, 2, 3 … and which `to_area` reads
once. A unit of another area is called `<home area>-<unit>` where it helps.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fengqiao.contracts.commands import Command
from fengqiao.contracts.dispatch import DispatchEvent, IncidentEvent
from fengqiao.contracts.model import AreaId, Data, Event, IncidentId, Instant, PaperReference, Seconds, UnitId


class AskAid(Command):
    """A dispatcher asks this neighbour for one unit for the incident."""

    TYPE: ClassVar = "fengqiao.command.ask-aid.v1"
    incident_id: IncidentId
    to_area: AreaId
    kinds: tuple[str, ...] = ()
    """None: of those that the plan waits for."""


class RecallUnit(Command):
    """The home area wants its lent unit back, unless it is on the scene: then once it is done there."""

    TYPE: ClassVar = "fengqiao.command.recall-unit.v1"
    unit: UnitId


class AidMessage(DispatchEvent):
    to_area: AreaId
    message: Annotated[int, Field(ge=1)]
    """Its number in the stream `area→to_area` of `dispatch-commands`."""
    aid_id: str
    """Names one request for one unit, and the loan that comes of it: the incident's id and a number."""


class LentUnit(Data):
    """What the borrowing area has to know of a unit. unit: as its home area calls it."""

    unit: UnitId
    kind: str
    call_sign: str
    name_zh: str
    name_en: str
    police: bool
    capabilities: tuple[str, ...] = ()
    home: tuple[float, float]
    crew: int | None = None


class AidAsked(IncidentEvent, AidMessage):
    """One unit of one of these kinds is asked for: nobody of the own area can go."""

    TYPE: ClassVar = "fengqiao.aid.asked.v1"
    role: str
    kinds: tuple[str, ...]
    capabilities: tuple[str, ...] = ()
    answer_by: Instant
    """Later, another neighbour is asked."""
    reason: PaperReference | None = None


class AidGranted(AidMessage):
    """The unit is held for the other area until it says that it gives it back."""

    TYPE: ClassVar = "fengqiao.aid.granted.v1"
    unit: UnitId
    unit_kind: str
    lent: LentUnit
    for_incident: IncidentId
    for_number: str
    travel_seconds: Seconds
    """An estimate: from station to station, for the road networks of two areas do not meet."""


class AidRefused(AidMessage):
    TYPE: ClassVar = "fengqiao.aid.refused.v1"
    for_incident: IncidentId
    for_number: str
    why: Literal["not_lent", "none_free", "coverage", "own_calls_wait", "too_late"]
    """No such kind is lent · none is free · the last free one stays · a call as grave waits here · nobody waits for
    this answer any more."""


class AidRecalled(AidMessage):
    """The home area wants its unit back."""

    TYPE: ClassVar = "fengqiao.aid.recalled.v1"
    unit: UnitId
    unit_kind: str
    for_incident: IncidentId
    for_number: str
    reason: PaperReference | None = None


class AidReturned(AidMessage):
    """The borrowing area gives the unit back; it is free at home once its home area has heard this."""

    TYPE: ClassVar = "fengqiao.aid.returned.v1"
    unit: UnitId
    """As the borrowing area calls it."""
    home_unit: UnitId
    why: Literal["done", "late"]
    """It is free again · the grant came when it was not needed any more."""
    incident_id: IncidentId | None = None
    number: str | None = None


class AidAnswered(IncidentEvent):
    """What came of a request, as the asking area heard it; `none`: no answer in time, the next neighbour is asked."""

    TYPE: ClassVar = "fengqiao.aid.answered.v1"
    aid_id: str
    from_area: AreaId
    answer: Literal["granted", "refused", "none", "late"]
    """late: it was granted when it was not needed any more, and went straight back."""
    why: str | None = None
    unit: UnitId | None = None
    """The unit that came, as this area calls it."""
    unit_kind: str | None = None
    lent: LentUnit | None = None
    travel_seconds: Seconds | None = None


class AidEnded(DispatchEvent):
    """The home area has its unit back."""

    TYPE: ClassVar = "fengqiao.aid.ended.v1"
    aid_id: str
    from_area: AreaId
    unit: UnitId
    unit_kind: str
    for_incident: IncidentId
    for_number: str


AID_COMMANDS: tuple[type[Command], ...] = (AskAid, RecallUnit)
AID_MESSAGES: tuple[type[AidMessage], ...] = (AidAsked, AidGranted, AidRefused, AidRecalled, AidReturned)
AID_EVENTS: tuple[type[Event], ...] = (*AID_MESSAGES, AidAnswered, AidEnded)
"""All of them, for the table of topics."""
