"""The end of an incident that was handled (D13): its form is asked for where the area wants one, then it closes."""

from fengqiao.contracts import dispatch as said
from fengqiao.contracts import ordered as told
from fengqiao.contracts.commands import Command
from services.dispatch.domain import messages as private
from services.dispatch.domain.board import Assignment, Incident
from services.dispatch.domain.clocks import clocks
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.small_cases import open_small_case


def police_done(incident: Incident) -> bool:
    """Whether police have cleared, since it was taken up (anew)."""
    return any(one.police and one.status == "cleared" for one in incident.current)


def last_to_go(incident: Incident, assignment: Assignment) -> bool:
    """Whether police are done and only this assignment keeps it open: when it ends, whatever way, nobody is sent in
    its place and the incident is over."""
    return police_done(incident) and all(one.id == assignment.id for one in incident.active)


def finish_after_last(then: Happenings, incident_id: str, command: Command | None) -> None:
    """The last one has gone without a word of his own: what police said last counts."""
    last = then.board.incidents[incident_id].cleared_last
    assert last is not None  # police are done (`last_to_go`)
    finish(then, incident_id, command, last.disposition or "")


def finish(then: Happenings, incident_id: str, command: Command | None, disposition: str) -> None:
    """Nobody is on it any more: drop what it waits for, and close it, unless its final form is due and not there."""
    incident = then.board.incidents[incident_id]
    if incident.waiting:
        then.add(private.RolesDropped(incident_id=incident.id, at=then.now))
        incident = then.board.incidents[incident_id]
    handling = then.context.forces.handling
    rule = handling.form_for(incident.category.code)
    known = handling.results.get(disposition)
    if rule is None or not rule.due or incident.order.final_form is not None or (known is not None and known.exempt):
        close(then, incident_id, command, disposition)
        return
    marks = then.marks(incident, command)
    then.add(told.IncidentFeedbackDue(**marks, disposition=disposition, require=rule.require))


def close(then: Happenings, incident_id: str, command: Command | None, disposition: str) -> None:
    """It is closed; a small one that is not solved is watched from here on."""
    incident = then.board.incidents[incident_id]
    on_scene = [one.times.on_scene_at for one in incident.assignments if one.police and one.times.on_scene_at]
    assigned = [one.times.assigned_at for one in incident.assignments if one.police and one.times.assigned_at]
    then.add(
        said.IncidentClosed(
            **then.marks(incident, command),
            reported_at=incident.reported_at,
            received_at=incident.received_at,
            first_assigned_at=min(assigned, default=None),
            first_on_scene_at=min(on_scene, default=None),
            disposition=disposition,
            clocks=clocks(incident, incident.order.feedback_at),
        )
    )
    open_small_case(then, incident_id, command, disposition)
