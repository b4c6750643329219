"""The feedback form 反馈单 (D13): kept, and the final one held against what its category needs."""

from fengqiao.contracts import ordered as told
from fengqiao.contracts import orders
from fengqiao.contracts.commands import Command
from fengqiao.contracts.feedback import FeedbackForm
from services.dispatch.domain.board import Incident
from services.dispatch.domain.finishing import close
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.overrides import categorise
from services.dispatch.domain.permitted import permitted


def lacking(then: Happenings, incident: Incident, form: FeedbackForm) -> tuple[str, ...]:
    """The fields that the form should have and has not. Only the final one is held against the area's list."""
    if form.kind != "final":
        return ()
    if form.result is None:
        return ("result",)
    handling = then.context.forces.handling
    known = handling.results.get(form.result)
    rule = handling.form_for(incident.category.code)
    if rule is None or (known is not None and known.exempt):
        return ()
    return tuple(field for field in rule.require if not _has(form, field))


def _has(form: FeedbackForm, field: str) -> bool:
    group, _, name = field.partition(".")
    value = getattr(form, group)
    if name:
        return getattr(value, name) is not None
    return bool(value)


def refused_form(then: Happenings, command: Command, incident: Incident, form: FeedbackForm) -> bool:
    """Whether the form is not complete; then the command has been refused."""
    missing = lacking(then, incident, form)
    if not missing:
        return False
    name = incident.category.name_en
    then.reject(command, 409, f"the final form of {name} needs {', '.join(missing)}: fill them in and send it again")
    return True


def add_form(then: Happenings, incident_id: str, command: Command, form: FeedbackForm) -> None:
    """Keep what the form says."""
    incident = then.board.incidents[incident_id]
    marks = then.marks(incident, command)
    then.add(told.IncidentFeedbackGiven(**marks, form=form))


def give_feedback(then: Happenings, command: orders.GiveFeedback) -> None:
    """A form from a crew, or from a dispatcher for it. The final one closes what only waited for it."""
    incident = then.board.incidents[command.incident_id]
    by = command.by
    if by.role == "crew" and all(assignment.unit != by.unit for assignment in incident.assignments):
        then.reject(command, 403, f"{by.unit} was not sent to {incident.number}: its form is for those who were")
        return
    if not permitted(then, command, incident, "feedback") or refused_form(then, command, incident, command.form):
        return
    add_form(then, incident.id, command, command.form)
    if command.confirmed is not None:
        categorise(then, incident.id, command, "confirmed", command.confirmed)
    incident = then.board.incidents[incident.id]
    if incident.status == "awaiting_feedback" and command.form.kind == "final":
        close(then, incident.id, command, command.form.result or incident.order.due_disposition or "")
