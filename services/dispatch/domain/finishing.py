"""The end of an incident that was handled (D13): its form is asked for where the area wants one, then it closes."""

from fengqiao.contracts import dispatch as said
from fengqiao.contracts import ordered as told
from fengqiao.contracts.commands import Command
from services.dispatch.domain.clocks import clocks
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.small_cases import open_small_case


def finish(then: Happenings, incident_id: str, command: Command, disposition: str) -> None:
    """All units are cleared: close it, unless its final form is due and not there."""
    incident = then.board.incidents[incident_id]
    handling = then.context.forces.handling
    rule = handling.form_for(incident.category.code)
    known = handling.results.get(disposition)
    if rule is None or not rule.due or incident.order.final_form is not None or (known is not None and known.exempt):
        close(then, incident_id, command, disposition)
        return
    marks = then.marks(incident, command)
    then.add(told.IncidentFeedbackDue(**marks, disposition=disposition, require=rule.require))


def close(then: Happenings, incident_id: str, command: Command, disposition: str) -> None:
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
