"""The inputs of one partition: calls before commands; with a backlog of calls, both as Kafka recorded them.

With a backlog, a fetch hands out one topic before the other. A record is taken only when the other topic's next
record is known to be later, or that topic has been read to its end. Where no call has waited for BEHIND_S, a call does
not stand in line behind the steps of crews, however many of those wait. Where those have not waited so long either, a
step takes calls alone or few commands, for the next call waits until it has ended; otherwise calls and with them as
many commands as a step may take, for so they cost least. An officer who needs help stands in no line (D10).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar

from pydantic import ValidationError

from fengqiao.contracts import topics
from fengqiao.contracts.aid import AidMessage
from fengqiao.contracts.model import Event
from fengqiao.contracts.orders import CallEmergency
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.errors import Unreadable
from services.dispatch.domain.messages import AID_MESSAGES, COMMANDS, INCIDENT_MESSAGES, AidHeard, Asked, Heard, Message

HIGH_WATER: Final = 2000
"""Records that wait in memory before fetching pauses."""
BEHIND_S: Final = 2.0
"""Real seconds after which a record that waits makes its topic a backlog."""
A_STEP: Final = 32
"""Records taken at once while there is none."""


@dataclass(frozen=True, slots=True)
class Input:
    """A message for an area and where it was read. topic None: it has no offset (a tick, a second thought).
    at: of a tick, the time for which it is certain that nothing lay unread."""

    message: Message
    topic: str | None = None
    offset: int = -1
    trace: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record in the buffer. recorded_at: Kafka's time of it, Unix seconds. area None: its key names none."""

    input: Input
    area: str | None
    recorded_at: float


@dataclass(slots=True)
class _Side:
    queue: deque[Waiting] = field(default_factory=deque)
    position: int = 0
    end: int = 0
    latest: float = 0.0
    """Kafka's time of the last record that was fetched, Unix seconds."""


class Inputs:
    """What was fetched of `incidents` and `dispatch-commands` of one partition, and is not decided yet.

    highwater: the end of a topic as the last fetch saw it, or None.
    """

    ORDER: Final = (topics.INCIDENTS.name, topics.DISPATCH_COMMANDS.name)
    """On the same millisecond an incident comes before a command about it."""

    def __init__(self, highwater: Callable[[str], int | None]) -> None:
        self._sides = {topic: _Side() for topic in self.ORDER}
        self._highwater = highwater
        self._emergencies: deque[Waiting] = deque()

    def reset(self, topic: str, position: int, end: int) -> None:
        """Begin anew at `position`; `end` is where the topic ended when it was asked."""
        self._sides[topic] = _Side(position=position, end=end)
        self._emergencies.clear()

    def raise_end(self, topic: str, end: int) -> None:
        """The topic is known to reach to `end` now."""
        side = self._sides[topic]
        side.end = max(side.end, end)

    def put(self, topic: str, waiting: Waiting) -> None:
        side = self._sides[topic]
        side.queue.append(waiting)
        side.position = waiting.input.offset + 1
        side.latest = waiting.recorded_at
        if emergency_of(waiting) is not None:
            # Without its offset: what stands before it is not read yet, and in its own turn it is a repeat.
            self._emergencies.append(replace(waiting, input=replace(waiting.input, topic=None, offset=-1)))

    def take_emergencies(self) -> list[Waiting]:
        """The calls for help that came since, which nothing that waits may hold up. Each is taken again in its turn."""
        taken = list(self._emergencies)
        self._emergencies.clear()
        return taken

    def position(self, topic: str) -> int:
        """The offset that is fetched next."""
        return self._sides[topic].position

    def decided_to(self, topic: str) -> int:
        """The offset of the first record that still waits."""
        side = self._sides[topic]
        return side.queue[0].input.offset if side.queue else side.position

    def caught_up(self) -> bool:
        """Whether both topics have been read to where they ended when reading (re)started, and nothing waits."""
        return all(side.position >= side.end and not side.queue for side in self._sides.values())

    def full(self, topic: str) -> bool:
        return len(self._sides[topic].queue) >= HIGH_WATER

    def _at_end(self, topic: str) -> bool:
        side = self._sides[topic]
        return side.position >= max(side.end, self._highwater(topic) or 0)

    def take(self, limit: int, now: float) -> list[Waiting]:
        """Up to `limit` records whose turn it is. now: Unix seconds."""
        of_calls, of_commands = self.ORDER
        if self._behind(of_calls, now):
            return self._in_order(limit)
        calls, commands = (self._sides[topic].queue for topic in self.ORDER)
        behind = self._behind(of_commands, now)
        most = limit if behind else min(limit, A_STEP)
        taken = [calls.popleft() for _ in range(min(len(calls), most))]
        # A command about a call that is not fetched yet would be set aside.
        if (behind or not taken) and self._at_end(of_calls):
            taken += [commands.popleft() for _ in range(min(len(commands), most - len(taken)))]
        return taken

    def _behind(self, topic: str, now: float) -> bool:
        side = self._sides[topic]
        if side.position < side.end:
            return True
        if side.queue:
            return now - side.queue[0].recorded_at > BEHIND_S
        return not self._at_end(topic) and now - side.latest > BEHIND_S

    def _in_order(self, limit: int) -> list[Waiting]:
        """Up to `limit` records whose place in the order of both topics is certain."""
        taken: list[Waiting] = []
        while len(taken) < limit:
            heads = [
                (self._sides[topic].queue[0].recorded_at, rank, topic)
                for rank, topic in enumerate(self.ORDER)
                if self._sides[topic].queue
            ]
            if not heads:
                break
            if any(not self._sides[topic].queue and not self._at_end(topic) for topic in self.ORDER):
                break
            taken.append(self._sides[min(heads)[2]].queue.popleft())
        return taken


def emergency_of(waiting: Waiting) -> str | None:
    """The unit whose officer needs help, where the record says that."""
    message = waiting.input.message
    return message.command.unit if isinstance(message, Asked) and isinstance(message.command, CallEmergency) else None


_INCIDENT_EVENTS: Final = {event.TYPE: event for event in INCIDENT_MESSAGES}


def understand(topic: str, event: CloudEvent) -> tuple[Message, str]:
    """The message of an event, and the area that it names. Raises Unreadable."""
    if topic == topics.INCIDENTS.name:
        kind = _INCIDENT_EVENTS.get(event.type)
        if kind is None:
            raise Unreadable(f"nobody here knows {event.type}")
        heard = _read(kind, event)
        if event.subject != heard.incident_id:
            raise Unreadable(f"ce_subject {event.subject!r} is not the incident of the data")
        return Heard(heard, event.sequence), heard.area
    aid_kind = AID_MESSAGES.get(event.type)
    if aid_kind is not None:
        return _aid(_read(aid_kind, event), event)
    command_kind = COMMANDS.get(event.type)
    if command_kind is None:
        raise Unreadable(f"nobody here knows {event.type}")
    command = _read(command_kind, event)
    return Asked(command), command.area


def _aid(message: AidMessage, event: CloudEvent) -> tuple[Message, str]:
    if (event.subject, event.sequence) != (f"{message.area}→{message.to_area}", message.message):
        raise Unreadable(f"ce_subject {event.subject!r} {event.sequence} is not the stream and number of the data")
    return AidHeard(message), message.to_area


E = TypeVar("E", bound=Event)


def _read(kind: type[E], event: CloudEvent) -> E:
    try:
        return kind.read(event.data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "data"
        raise Unreadable(f"{event.type}: {where}: {first['msg']}") from None
    except RecursionError:
        raise Unreadable(f"{event.type}: nested too deep") from None
