"""What became of notices: `notices`. Stream: one notice (`ce_subject` = its id), number 1: it is said once."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from fengqiao.contracts.model import AreaId, Event, IncidentId, Instant

FailedBecause = Literal["no_target", "gone", "refused", "unreachable", "address"]


class NoticeEvent(Event):
    area: AreaId
    notice_id: str
    """The notification's id and the target, `<notification>/<target>`: also the webhook's `webhook-id`."""
    notification_id: str
    to: str
    """Who was to be told: `merchants`, `superior` …"""
    what: str | None = None
    target: str | None = None
    """The entry of the area's list of targets."""
    incident_id: IncidentId | None = None
    number: str | None = None
    case_id: str | None = None
    at: Instant
    attempts: Annotated[int, Field(ge=0)]


class NoticeDelivered(NoticeEvent):
    """The target answered that it has it."""

    TYPE: ClassVar = "fengqiao.notice.delivered.v1"
    late: bool | None = None
    """After the time by which it was to be told."""


class NoticeFailed(NoticeEvent):
    """Nobody has been told, and it is not tried again: a person has to."""

    TYPE: ClassVar = "fengqiao.notice.failed.v1"
    reason: FailedBecause
    """no_target: the area's list names nobody for `to` · gone: the target wants no more (410) · refused: it kept
    answering with an error · unreachable: it did not answer · address: its address is not one that may be called."""
    status: int | None = None
    """The last answer's, if there was one."""
