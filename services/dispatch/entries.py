"""What an entry of an area's journal holds, as values; and back from the JSON that it is stored as.

events     what happened, in order: published ones with their sequence, private facts with none
results    what became of each command that was decided
offsets    the next offset to read of each input topic, for this area
published  how far publishing was known to have come: {entry, sequence, offset}
kafka      in the first entry: which cluster and which topics this journal belongs to
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from fengqiao.contracts.model import Event
from fengqiao.contracts.topics import EVENTS
from fengqiao.runtime.chain import encode
from fengqiao.runtime.journal import Entry
from services.dispatch.domain.messages import PRIVATE, Private


@dataclass(frozen=True)
class Happened:
    """An event in an entry. sequence None: private. trace: the W3C traceparent of what caused it."""

    event: Event
    sequence: int | None
    trace: str | None = None

    @cached_property
    def wire(self) -> bytes:
        """The event as JSON: the journal, the topic and the timeline each want it."""
        return self.event.wire()


@dataclass(frozen=True, slots=True)
class Mark:
    """All entries up to `entry` are followed through: published to `sequence`, and their documents written.
    `offset`: where to look on the area's `dispatch` partition for what came after."""

    entry: int = 0
    sequence: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    at: str
    events: tuple[Happened, ...]
    results: tuple[Mapping[str, Any], ...]
    offsets: Mapping[str, int]
    published: Mark
    kafka: Mapping[str, Any] | None = field(default=None)

    def body(self) -> str:
        """As it is stored and hashed."""
        content: dict[str, Any] = {
            "at": self.at,
            "events": [
                {
                    "type": one.event.TYPE,
                    "sequence": one.sequence,
                    "trace": one.trace,
                    "data": orjson.Fragment(one.wire),
                }
                for one in self.events
            ],
            "results": list(self.results),
            "offsets": dict(self.offsets),
            "published": [self.published.entry, self.published.sequence, self.published.offset],
        }
        if self.kafka is not None:
            content["kafka"] = dict(self.kafka)
        return encode(content)


def read(entry: Entry) -> Content:
    """The content of a stored entry."""
    content = entry.content
    return Content(
        at=content["at"],
        events=tuple(_happened(one) for one in content["events"]),
        results=tuple(content["results"]),
        offsets=content["offsets"],
        published=Mark(*content["published"]),
        kafka=content.get("kafka"),
    )


def _happened(stored: Mapping[str, Any]) -> Happened:
    kind: type[Event] = PRIVATE.get(stored["type"]) or EVENTS[stored["type"]]
    return Happened(kind.of(stored["data"]), stored["sequence"], stored["trace"])


def numbered(after: int, events: Sequence[Event], trace: str | None) -> tuple[Happened, ...]:
    """The events with the sequences that follow `after`; private facts take none."""
    happened = []
    for event in events:
        if isinstance(event, Private):
            happened.append(Happened(event, None, trace))
        else:
            after += 1
            happened.append(Happened(event, after, trace))
    return tuple(happened)
