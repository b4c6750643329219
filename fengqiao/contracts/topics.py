"""The one table of topics. Creation, AsyncAPI, the docs, dead-letter names and the tests come from it.

Partitions: an area's partition is a number in its folder, the same on every topic that is keyed by area, so that
one writer has all that concerns an area. The count is fixed for life.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from fengqiao.contracts import commands, dispatch, disputes, incidents, mediation, notices, positions, states
from fengqiao.contracts import insights as analytics_insights
from fengqiao.contracts.aid import AID_COMMANDS, AID_EVENTS, AID_MESSAGES
from fengqiao.contracts.hazards import HAZARD_EVENTS
from fengqiao.contracts.model import Event
from fengqiao.contracts.ordered import ORDERED
from fengqiao.contracts.orders import ORDERS
from fengqiao.contracts.standing_by import STANDING_BY

AREA_PARTITIONS: Final = 6
"""Enough for six instances of dispatch; one area never spans two."""

Retention = Literal["forever", "week", "compacted"]


@dataclass(frozen=True)
class Topic:
    name: str
    says: str
    events: tuple[type[Event], ...]
    key: str
    publishers: tuple[str, ...]
    consumers: tuple[str, ...]
    partitions: int = AREA_PARTITIONS
    retention: Retention = "forever"

    @property
    def dead_letter(self) -> str:
        return f"{self.name}.dlq"

    @property
    def config(self) -> dict[str, str]:
        """Kafka's settings for the topic."""
        base = {"max.message.bytes": "2097152", "message.timestamp.type": "LogAppendTime"}
        match self.retention:
            case "compacted":
                # Small segments: a new owner reads the topic from the start, and only closed ones are compacted.
                return base | {
                    "cleanup.policy": "compact",
                    "segment.bytes": str(16 * 2**20),
                    "segment.ms": str(10 * 60 * 1000),
                    "min.cleanable.dirty.ratio": "0.1",
                    "delete.retention.ms": str(24 * 3600 * 1000),
                }
            case "week":
                return base | {"cleanup.policy": "delete", "retention.ms": str(7 * 24 * 3600 * 1000)}
            case "forever":
                return base | {"cleanup.policy": "delete", "retention.ms": "-1", "retention.bytes": "-1"}


INCIDENTS: Final = Topic(
    "incidents",
    "calls as intake took them, and what is learnt of them",
    (
        incidents.IncidentReported,
        incidents.IncidentUpdated,
        incidents.IncidentCallerAdded,
        incidents.IncidentCancelled,
    ),
    key="area",
    publishers=("intake",),
    consumers=("dispatch", "intake", "commandroom"),
)
DISPATCH_COMMANDS: Final = Topic(
    "dispatch-commands",
    "what crews and dispatchers want, and what areas ask of each other",
    (
        commands.Acknowledge,
        commands.EnRoute,
        commands.OnScene,
        commands.Clear,
        commands.Decline,
        commands.CancelAssignment,
        commands.Assign,
        commands.CancelIncident,
        commands.SetDuty,
        commands.Received,
        commands.StepDone,
        commands.Recommend,
        *ORDERS,
        *AID_COMMANDS,
        *AID_MESSAGES,
    ),
    key="area",
    publishers=("dispatch",),
    consumers=("dispatch",),
)
UNIT_POSITIONS: Final = Topic(
    "unit-positions",
    "the latest position of each unit",
    (positions.UnitPosition,),
    key="area/unit",
    publishers=("dispatch",),
    consumers=("dispatch", "commandroom"),
    retention="compacted",
)
DISPATCH: Final = Topic(
    "dispatch",
    "what was decided and what the crews did",
    (
        dispatch.IncidentOpened,
        dispatch.IncidentCorrected,
        dispatch.IncidentQueued,
        dispatch.IncidentClosed,
        dispatch.IncidentCancelledByDispatch,
        dispatch.IncidentUnreadable,
        dispatch.PlanShortfall,
        dispatch.AssignmentAssigned,
        dispatch.AssignmentAcknowledged,
        dispatch.AssignmentEnRoute,
        dispatch.AssignmentOnScene,
        dispatch.AssignmentCleared,
        dispatch.AssignmentDeclined,
        dispatch.AssignmentCancelled,
        dispatch.AssignmentReceived,
        dispatch.AssignmentTimedOut,
        dispatch.AssignmentDiverted,
        dispatch.TimerWarned,
        dispatch.IncidentEscalated,
        dispatch.IncidentStepDone,
        dispatch.NotificationRequested,
        dispatch.UnitOnDuty,
        dispatch.UnitOffDuty,
        dispatch.CommandRejected,
        *ORDERED,
        *STANDING_BY,
        *AID_EVENTS,
    ),
    key="area",
    publishers=("dispatch",),
    consumers=("intake", "analytics", "commandroom", "notify"),
)
INCIDENT_STATE: Final = Topic(
    "incident-state",
    "the latest whole state of each incident; a tombstone a day after its end",
    (states.IncidentState,),
    key="area/incident",
    publishers=("dispatch",),
    consumers=("commandroom",),
    retention="compacted",
)
UNIT_STATE: Final = Topic(
    "unit-state",
    "the latest whole state of each unit",
    (states.UnitState,),
    key="area/unit",
    publishers=("dispatch",),
    consumers=("commandroom",),
    retention="compacted",
)
DISPUTES: Final = Topic(
    "disputes",
    "quarrels that have to be settled",
    (disputes.DisputeReported,),
    key="area",
    publishers=("dispatch", "intake"),
    consumers=("mediation",),
)
MEDIATION: Final = Topic(
    "mediation",
    "the life of each case",
    (*mediation.CASE_EVENTS, *HAZARD_EVENTS),
    key="case",
    publishers=("mediation",),
    consumers=("analytics", "commandroom", "notify"),
)
NOTICES: Final = Topic(
    "notices",
    "what became of the notices that plans and cases asked for",
    (notices.NoticeDelivered, notices.NoticeFailed),
    key="area",
    publishers=("notify",),
    consumers=("commandroom",),
)

INSIGHTS: Final = Topic(
    "insights",
    "what analytics makes of it: hot spots, warnings, where to stand by, missed targets, bulletins",
    analytics_insights.INSIGHTS,
    key="area",
    publishers=("analytics",),
    consumers=("dispatch", "commandroom"),
)

TOPICS: Final[tuple[Topic, ...]] = (
    INCIDENTS,
    DISPATCH_COMMANDS,
    UNIT_POSITIONS,
    DISPATCH,
    INCIDENT_STATE,
    UNIT_STATE,
    DISPUTES,
    MEDIATION,
    NOTICES,
    INSIGHTS,
)
EVENTS: Final[dict[str, type[Event]]] = {event.TYPE: event for topic in TOPICS for event in topic.events}


def message_name(topic: Topic, event: type[Event]) -> str:
    """What the message is published as: its type, with the topic before it where another topic says the same of
    something else (`incident.cancelled`: its source takes it back, or dispatch ends it)."""
    return event.TYPE if EVENTS[event.TYPE] is event else f"{topic.name}.{event.TYPE}"


MESSAGES: Final[dict[str, type[Event]]] = {
    message_name(topic, event): event for topic in TOPICS for event in topic.events
}
"""message name → event: everything that is on any topic."""


def kafka_topics() -> Iterator[tuple[str, int, dict[str, str]]]:
    """(name, partitions, settings) of every topic and its dead-letter topic, without any prefix."""
    for topic in TOPICS:
        yield topic.name, topic.partitions, topic.config
        yield (
            topic.dead_letter,
            1,
            {"cleanup.policy": "delete", "retention.ms": "-1", "max.message.bytes": "2621440"},
        )
