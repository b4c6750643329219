"""Playing a story on the session's servers, with its own clock, and reading what it left on the topics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from aiokafka import TopicPartition

from fengqiao.contracts.topics import DISPATCH, Topic
from fengqiao.runtime import cloudevents
from fengqiao.runtime.consumer import new_consumer
from fengqiao.runtime.settings import ServiceName, ServiceSettings
from simulation.stories.__main__ import STORIES, play
from simulation.stories.stage import Line
from tests.system import ROOT, System

START_SECONDS = 6.0
"""Real seconds in which a few services are up: the clock begins so much before the story."""


@dataclass
class Played:
    system: System
    lines: list[Line]

    def said(self, who: str) -> list[str]:
        """What somebody says in the timeline."""
        return [line.what for line in self.lines if line.who == who]

    async def events(self, *kinds: str, topic: Topic = DISPATCH) -> list[dict[str, Any]]:
        """The data of the topic's events of these kinds (noun.verb), each with its `kind`, in order and once each."""
        wanted = {f"fengqiao.{kind}.v1": kind for kind in kinds}
        seen: set[str] = set()
        found = []
        for event in await _everything(self.system, topic):
            if event.type in wanted and event.id not in seen:
                seen.add(event.id)
                found.append({**orjson.loads(event.data), "kind": wanted[event.type]})
        return found


async def _everything(system: System, topic: Topic) -> list[cloudevents.CloudEvent]:
    """Every event of the topic up to where it ends now; those of one partition in order."""
    consumer = new_consumer(system.bootstrap_servers, None)
    await consumer.start()
    try:
        partitions = [TopicPartition(f"{system.prefix}{topic.name}", n) for n in range(topic.partitions)]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        read = []
        while any([await consumer.position(one) < end for one, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                read += [cloudevents.read(one.headers, one.value) for one in records if one.value is not None]
        return read
    finally:
        await consumer.stop()


async def played(
    system: System,
    name: str,
    *,
    speed: float | None = None,
    hours: float | None = None,
    lead: float = START_SECONDS,
    services: Sequence[ServiceName] = ("intake", "dispatch", "commandroom"),
) -> Played:
    """The story, on services that are started for it with its own clock. Fails with what the story says went wrong.

    lead: real seconds by which the clock begins before the story.
    """
    story = STORIES[name]
    clock = story.clock(speed or story.speed, lead)
    system.environment["FENGQIAO_CLOCK"] = clock
    await system.start(*services)
    settings = ServiceSettings(data=system.folder, port_base=system.port_base, clock=clock, areas=ROOT / "deploy/areas")
    lines, problem = await play(story, settings, in_haste=False, hours=hours)
    assert problem is None, "\n".join([problem, *(f"{line.at:%H:%M:%S} {line.who} {line.what}" for line in lines)])
    return Played(system, lines)


def seconds(begin: str, end: str) -> float:
    """Between two times of events."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()
