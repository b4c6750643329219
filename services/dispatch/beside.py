"""What nobody waits for, told to the writers as it is read: where units are, what the state topics say, and advice."""

from collections.abc import Mapping
from typing import Final

from aiokafka import ConsumerRecord

from fengqiao.contracts import topics
from fengqiao.contracts.insights import StandbyAdvised
from fengqiao.contracts.positions import UnitPosition
from fengqiao.contracts.topics import Topic
from fengqiao.runtime import cloudevents
from services.dispatch.writer import AreaWriter

STATES: Final = (topics.INCIDENT_STATE, topics.UNIT_STATE)
BESIDE: Final = (topics.UNIT_POSITIONS, *STATES, topics.INSIGHTS)
"""Read by a consumer of its own, patiently, so that it never delays a call or a command."""


def tell(writers: Mapping[str, AreaWriter], topic: Topic, record: ConsumerRecord) -> str | None:
    """Tell the writer of the record's area, if it is one of these. None, or why the record cannot be read."""
    try:
        if topic in STATES:
            _said(writers, record)
        elif topic is topics.INSIGHTS:
            _advised(writers, record)
        elif record.value is not None:
            position = UnitPosition.read(record.value)
            if position.area in writers:
                writers[position.area].moved(position)
    except Exception as error:  # whatever a record leads to here is the record's own: the next one is read
        return f"{topic.name}: {type(error).__name__}: {str(error)[:300]}"
    return None


def _advised(writers: Mapping[str, AreaWriter], record: ConsumerRecord) -> None:
    """Advice on standing by; everything else on the topic is for others."""
    if record.value is None or cloudevents.header(record.headers, "ce_type") != StandbyAdvised.TYPE:
        return
    advised = StandbyAdvised.read(record.value)
    if advised.area in writers:
        writers[advised.area].advice.heard(advised)


def _said(writers: Mapping[str, AreaWriter], record: ConsumerRecord) -> None:
    key = (record.key or b"").decode(errors="replace")
    writer = writers.get(key.partition("/")[0])
    if writer is None:
        return
    sequence = cloudevents.sequence_of(record.headers) if record.value is not None else None
    writer.words.said(record.topic, key, sequence or 0, record.offset)
