"""More is known of an incident (I5, I8): crews on it are told, and those too that a merged one was merged into.

What follows for its plan and its units is in `rechoosing`.
"""

from typing import Any

from fengqiao.contracts import dispatch as said
from fengqiao.contracts import incidents
from fengqiao.contracts import ordered as told
from fengqiao.contracts.commands import Command
from services.dispatch.domain.board import Incident
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.incident_status import WORKING
from services.dispatch.domain.rechoosing import follow_up, other_plan
from services.dispatch.domain.sending import fill, report_up, serve_queue, stand_down


def correct(then: Happenings, event: incidents.IncidentUpdated | incidents.IncidentCallerAdded) -> None:
    """Take in what intake has learnt. Of a merged incident, those it was merged into hear it too."""
    incident = then.board.incidents[event.incident_id]
    marks = then.marks(incident)
    more: dict[str, Any] = {"caller_count": incident.caller_count, "weapon": incident.weapon}
    changed: list[str] = []
    if isinstance(event, incidents.IncidentCallerAdded):
        changed.append("caller_count")
        more["caller_count"] = event.caller_count + sum(callers for _, callers in incident.order.merged)
    else:
        _learn(incident, event, marks, more, changed)
    if not changed:
        return
    graver = marks["priority"] < incident.priority
    if _worked_on(incident):
        plan = other_plan(then, incident, {**marks, "weapon": more["weapon"]})
        if plan:
            more |= plan
            changed.append("plan")
    then.add(
        said.IncidentCorrected(
            **marks, **more, changed=tuple(changed), crews=tuple(assignment.unit for assignment in incident.active)
        )
    )
    if incident.status == "merged":
        _pass_on(then, incident.id, tuple(changed), more["caller_count"] - incident.caller_count)
    elif graver and incident.status == "held":
        then.add(told.IncidentReleased(**then.marks(then.board.incidents[incident.id]), why="graver"))
        fill(then, incident.id, tell=True)
    elif incident.status in WORKING:
        follow_up(then, incident.id, tuple(changed))
    report_up(then, incident.id)


def _learn(
    incident: Incident,
    event: incidents.IncidentUpdated,
    marks: dict[str, Any],
    more: dict[str, Any],
    changed: list[str],
) -> None:
    order = incident.order
    for name in ("priority", "location"):
        value = getattr(event, name)
        if value is not None and value != marks[name]:
            marks[name] = value
            changed.append(name)
    if event.category is not None and event.category != order.original:
        more["original"] = event.category
        changed.append("category")
        if order.confirmed is None and order.corrected is None:
            marks["category"] = event.category
    if event.weapon is not None and event.weapon != more["weapon"]:
        more["weapon"] = event.weapon
        changed.append("weapon")
    known = incident.classed
    for name, before in (
        ("level", known.level),
        ("tags", known.tags),
        ("report_up", known.report_up),
        ("void", known.void),
    ):
        value = getattr(event, name)
        if value is not None and value != before:
            more[name] = value
            changed.append(name)
    if event.words_added:
        changed.append("words")


def _pass_on(then: Happenings, incident_id: str, changed: tuple[str, ...], callers: int) -> None:
    """Tell those whom the merged incident was merged into: a caller more counts there, and crews hear of the rest."""
    incident = then.board.incidents[incident_id]
    while incident.order.merged_into is not None:
        target = then.board.incidents.get(incident.order.merged_into)
        if target is None:
            return
        then.add(
            said.IncidentCorrected(
                **then.marks(target),
                changed=changed,
                caller_count=target.caller_count + callers,
                weapon=target.weapon,
                crews=tuple(assignment.unit for assignment in target.active),
                merged_incident=incident.id,
            )
        )
        incident = then.board.incidents[target.id]


def replan(then: Happenings, incident_id: str, command: Command) -> None:
    """Take the plan that is right now that its category is another one, and send what it wants."""
    incident = then.board.incidents[incident_id]
    if not _worked_on(incident):
        return
    marks = then.marks(incident, command)
    plan = other_plan(then, incident, {**marks, "weapon": incident.weapon})
    if not plan:
        return
    then.add(
        said.IncidentCorrected(
            **marks,
            **plan,
            changed=("plan",),
            caller_count=incident.caller_count,
            weapon=incident.weapon,
            crews=tuple(assignment.unit for assignment in incident.active),
        )
    )
    if incident.status != "held":
        follow_up(then, incident_id, ("plan",))


def _worked_on(incident: Incident) -> bool:
    return incident.status in WORKING or incident.status == "held"


def source_cancels(then: Happenings, event: incidents.IncidentCancelled) -> None:
    """Its source takes it back. Where somebody stands there, or its form is due, the crew's word counts."""
    incident = then.board.incidents[event.incident_id]
    on_scene = any(assignment.status == "on_scene" for assignment in incident.active)
    if on_scene or incident.status in ("awaiting_feedback", "merged"):
        then.add(
            said.IncidentCorrected(
                **then.marks(incident),
                changed=("cancel_wished",),
                caller_count=incident.caller_count,
                weapon=incident.weapon,
                crews=tuple(assignment.unit for assignment in incident.active),
            )
        )
        if incident.status == "merged":
            _pass_on(then, incident.id, ("cancel_wished",), 0)
        return
    stand_down(then, incident.id)
    then.add(said.IncidentCancelledByDispatch(**then.marks(then.board.incidents[incident.id]), why=event.reason))
    serve_queue(then)
