"""One delivery: what was asked for, how it stands, and what follows from an attempt. Times in real Unix seconds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from services.notify.domain.targets import Target, Targets

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 60.0
LONGEST_RETRY_AFTER: Final = 600.0
"""What a target may ask to be left alone for."""
HERE: Final = frozenset({"command_room"})
"""Told by the stream itself: nobody outside stands for them."""
GONE: Final = 410

Why = Literal["no_target", "gone", "refused", "unreachable", "address"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A notification as an event asked for it. due_at: RFC 3339, domain time; None: no time is set."""

    area: str
    notification_id: str
    to: str
    what: str | None
    due_at: str | None
    incident_id: str | None
    number: str | None
    case_id: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an attempt brought. status None: no answer. retry_after: seconds. forbidden: may not be called."""

    status: int | None = None
    retry_after: float | None = None
    forbidden: bool = False

    @property
    def good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """target None: the area's list names nobody. attempts: those that have ended."""

    id: str
    asked: Asked
    target: str | None
    begun_at: float
    attempts: int = 0
    next_at: float = 0.0
    state: Literal["open", "delivered", "failed"] = "open"
    why: Why | None = None
    status: int | None = None


def read(data: Mapping[str, Any], event_id: str) -> Asked:
    """Of `notification.requested` and `superior.notification-requested`. Raises KeyError, TypeError."""
    area = data["area"]
    if not isinstance(area, str) or not area:
        raise TypeError("area")
    return Asked(
        area=area,
        notification_id=str(data.get("notification_id") or event_id.replace("/", ".")),
        to=str(data.get("to") or "superior"),
        what=_text(data.get("step") or data.get("what")),
        due_at=_text(data.get("due_at")),
        incident_id=_text(data.get("incident_id")),
        number=_text(data.get("number")),
        case_id=_text(data.get("case_id")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def begin(asked: Asked, targets: Targets | None, now: float) -> list[Delivery]:
    """A delivery for each target that stands for `to`; one that has failed where the list names nobody.

    targets None: the area has no list, so nothing is delivered and nothing is missed.
    """
    if targets is None or asked.to in HERE:
        return []
    chosen = targets.of(asked.to)
    if not chosen:
        id = f"{asked.notification_id}/nobody"
        return [Delivery(id, asked, None, now, state="failed", why="no_target")]
    return [
        Delivery(f"{asked.notification_id}/{target.id}", asked, target.id, begun_at=now, next_at=now)
        for target in chosen
    ]


def after(delivery: Delivery, answer: Answer, target: Target | None, now: float) -> Delivery:
    """How it stands after an attempt. target None: it has been taken off the list since."""
    tried = replace(delivery, attempts=delivery.attempts + 1, status=answer.status)
    if target is None:
        return replace(tried, state="failed", why="no_target")
    if answer.good:
        return replace(tried, state="delivered")
    if answer.forbidden:
        return replace(tried, state="failed", why="address")
    if answer.status == GONE:
        return replace(tried, state="failed", why="gone")
    pause = min(FIRST_PAUSE * 2**delivery.attempts, LONGEST_PAUSE)
    if answer.retry_after is not None:
        pause = max(pause, min(answer.retry_after, LONGEST_RETRY_AFTER))
    if now + pause - delivery.begun_at > target.give_up_after:
        return replace(tried, state="failed", why="unreachable" if answer.status is None else "refused")
    return replace(tried, next_at=now + pause)
