"""The ministry's ten clocks of an incident, each with its limit (D12). What each means is in contracts: `Clocks`."""

from datetime import datetime, timedelta
from typing import Final

from fengqiao.contracts.plans import Clocks, Targets
from fengqiao.contracts.states import ClockState
from services.dispatch.domain.board import Incident
from services.dispatch.domain.timers import first, first_done

_LIMITS: Final = (
    ("bjsj", "", ""),
    ("jjsj", "answer", "bjsj"),
    ("jjwcsj", "intake", "jjsj"),
    ("pjsj", "assigned", "jjwcsj"),
    ("xtzdddsj", "terminal", "pjsj"),
    ("pdqssj", "acknowledge", "pjsj"),
    ("cjsj", "en_route", "pdqssj"),
    ("ddxcsj", "on_scene", "jjwcsj"),
    ("xcclwbsj", "handled", "jjwcsj"),
    ("fksj", "feedback", "xcclwbsj"),
)
"""clock, the target that limits it, the clock from which its seconds count."""


def clocks(incident: Incident, feedback_at: datetime | None = None) -> Clocks:
    """Those that have struck. feedback_at: when the feedback was given, where that is known."""
    return Clocks(
        bjsj=incident.reported_at,
        jjsj=incident.answered_at,
        jjwcsj=incident.received_at,
        pjsj=first(incident, "assigned_at"),
        xtzdddsj=first(incident, "terminal_received_at"),
        pdqssj=first(incident, "acknowledged_at"),
        cjsj=first(incident, "en_route_at"),
        ddxcsj=first(incident, "on_scene_at"),
        xcclwbsj=first_done(incident),
        fksj=feedback_at,
    )


def limited(struck: Clocks, targets: Targets | None) -> tuple[ClockState, ...]:
    """Each clock that has struck or can be late, with its limit and whether it was kept."""
    told = []
    for name, target, since in _LIMITS:
        at: datetime | None = getattr(struck, name)
        begin: datetime | None = getattr(struck, since) if since else None
        seconds: float | None = getattr(targets, target) if targets is not None and target else None
        due_at = None if begin is None or seconds is None else begin + timedelta(seconds=seconds)
        if at is None and due_at is None:
            continue
        met = None if at is None or due_at is None else at <= due_at
        told.append(ClockState(clock=name.upper(), at=at, due_at=due_at, met=met))
    return tuple(told)
