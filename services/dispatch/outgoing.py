"""What follows from an entry outside the journal: records for the topics, and documents for the reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fengqiao.contracts import topics
from fengqiao.contracts.aid import AidMessage
from fengqiao.contracts.commands import DisputeFound
from fengqiao.contracts.dispatch import AssignmentCleared, CommandRejected, DispatchEvent
from fengqiao.contracts.disputes import DisputeReported
from fengqiao.contracts.model import Actor, Event
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.publisher import Outgoing
from services.dispatch.domain.messages import Private, Recommended
from services.dispatch.entries import Happened
from services.dispatch.views import StatesAt

SOURCE = "dispatch"


@dataclass(frozen=True, slots=True)
class Route:
    """Where an area's records go."""

    area: str
    partition: int
    prefix: str
    others: Mapping[str, int] = field(default_factory=dict)
    """The partition of every area, for what is said to another one."""

    def topic(self, topic: topics.Topic) -> str:
        return f"{self.prefix}{topic.name}"


def events(route: Route, happened: Iterable[Happened]) -> list[Outgoing]:
    """The published events, in order."""
    return [
        Outgoing(
            topic=route.topic(topics.DISPATCH),
            key=route.area,
            partition=route.partition,
            event=CloudEvent(
                type=one.event.TYPE,
                source=SOURCE,
                subject=route.area,
                sequence=one.sequence,
                time=_at(one.event),
                data=one.wire,
                traceparent=one.trace,
            ),
        )
        for one in happened
        if one.sequence is not None
    ]


def _at(event: Event) -> datetime:
    assert isinstance(event, DispatchEvent)
    return event.at


def aid_messages(route: Route, happened: Iterable[Happened]) -> list[Outgoing]:
    """What is said to other areas: the same events, numbered in the stream `from→to`."""
    return [
        Outgoing(
            topic=route.topic(topics.DISPATCH_COMMANDS),
            key=one.event.to_area,
            partition=route.others[one.event.to_area],
            event=CloudEvent(
                type=one.event.TYPE,
                source=SOURCE,
                subject=aid_stream(one.event),
                sequence=one.event.message,
                time=one.event.at,
                data=one.event.wire(),
                traceparent=one.trace,
            ),
        )
        for one in happened
        if isinstance(one.event, AidMessage)
    ]


def aid_stream(event: AidMessage) -> str:
    """The stream of one area's messages to another."""
    return f"{event.area}→{event.to_area}"


def disputes(route: Route, happened: Iterable[Happened]) -> list[Outgoing]:
    """The disputes that crews found: a case each."""
    records = []
    for one in happened:
        event = one.event
        if not isinstance(event, AssignmentCleared) or event.case_id is None or event.dispute is None:
            continue
        records.append(_dispute(route, event, event.dispute, event.case_id, one.trace))
    return records


def _dispute(route: Route, event: AssignmentCleared, found: DisputeFound, case_id: str, trace: str | None) -> Outgoing:
    data = DisputeReported(
        case_id=case_id,
        area=route.area,
        origin="incident",
        kind=found.kind,
        reported_at=event.at,
        by=event.by or Actor(client=SOURCE, role="service"),
        incident_id=event.incident_id,
        number=event.number,
        category=event.category,
        location=event.location,
        settled_on_scene=found.settled_on_scene,
    )
    return Outgoing(
        topic=route.topic(topics.DISPUTES),
        key=route.area,
        partition=route.partition,
        event=CloudEvent(data.TYPE, SOURCE, case_id, 1, event.at, data.wire(), trace),
    )


def incident_record(route: Route, states: StatesAt, incident_id: str, at: datetime) -> Outgoing:
    """The latest state of the incident; a tombstone where it is no longer on the board."""
    told = states.incident(incident_id)
    key = f"{route.area}/{incident_id}"
    event = None
    if told is not None:
        event = CloudEvent(told.state.TYPE, SOURCE, key, told.state.sequence, at, told.wire)
    return Outgoing(route.topic(topics.INCIDENT_STATE), key, event, route.partition)


def unit_record(route: Route, states: StatesAt, unit_id: str, at: datetime) -> Outgoing | None:
    """The latest state of the unit; None where nothing is known of it here."""
    told = states.unit(unit_id)
    if told is None:
        return None
    key = f"{route.area}/{unit_id}"
    event = CloudEvent(told.state.TYPE, SOURCE, key, max(told.state.sequence, 1), at, told.wire)
    return Outgoing(route.topic(topics.UNIT_STATE), key, event, route.partition)


def results(happened: Iterable[Happened], decided: Mapping[str, str | None]) -> list[dict[str, object]]:
    """What became of each command in `decided` (id → fingerprint): done, or refused and why."""
    by_command: dict[str, list[Event]] = {command: [] for command in decided}
    for one in happened:
        command = getattr(one.event, "command_id", None)
        if command in by_command and (isinstance(one.event, Recommended) or not isinstance(one.event, Private)):
            by_command[command].append(one.event)
    return [
        _result(command, by_command[command]) | ({} if asked_for is None else {"fingerprint": asked_for})
        for command, asked_for in decided.items()
    ]


def _result(command: str, said: list[Event]) -> dict[str, object]:
    result: dict[str, object] = {"command_id": command, "status": "done"}
    for event in said:
        if isinstance(event, CommandRejected):
            return {
                "command_id": command,
                "status": "refused",
                "code": event.status,
                "detail": event.detail,
                "allowed": list(event.allowed),
            }
        if isinstance(event, Recommended):
            result["recommendation"] = [role.model_dump(mode="json", exclude_none=True) for role in event.roles]
        for name in ("incident_id", "assignment_id", "unit", "case_id"):
            value = getattr(event, name, None)
            if value is not None and name not in result:
                result[name] = value
    return result
