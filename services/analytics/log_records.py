"""From what lay on `dispatch` to what the fold takes; the one place that knows how the two are related."""

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from fengqiao.contracts import dispatch, topics
from fengqiao.contracts.model import Event
from fengqiao.runtime.consumer import Received, Rejected
from services.analytics.domain.folding import AreaRules, Record

TOPIC: Final = topics.DISPATCH.name
SOURCE: Final = "dispatch"
_COUNTED: Final[dict[str, type[Event]]] = {
    event.TYPE: event
    for event in topics.DISPATCH.events
    if issubclass(event, dispatch.IncidentEvent | dispatch.UnitOnDuty | dispatch.UnitOffDuty)
}
"""Every other type, also one that is not known here, takes its number in the stream and nothing more."""


def record(received: Received, rules: Mapping[str, AreaRules]) -> Record:
    """Raises Rejected when the record is not one of an area served here, or cannot be read."""
    event = received.event
    known = rules.get(event.subject)
    if event.source != SOURCE or known is None:
        raise Rejected(received, f"{event.stream[:120]} is not the stream of an area that this installation serves")
    if received.partition != known.partition:
        raise Rejected(received, f"area {known.area} belongs to partition {known.partition}, not {received.partition}")
    counted = _COUNTED.get(event.type)
    data: Event | None = None
    if counted is not None:
        try:
            data = counted.read(event.data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "the record"
            raise Rejected(received, f"{event.type}: {where}: {first['msg']}") from error
        if getattr(data, "area", None) != event.subject:
            raise Rejected(received, f"{event.type}: area is not that of the stream, {event.subject}")
    return Record(
        source=event.source,
        area=event.subject,
        partition=received.partition,
        offset=received.offset,
        sequence=event.sequence,
        at=event.time,
        event=data,
    )
