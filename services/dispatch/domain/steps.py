"""The steps of an assignment, as a crew reports them (or a dispatcher, for a crew that reports by radio) (D4)."""

from datetime import datetime
from typing import Final

from fengqiao.contracts import commands
from fengqiao.contracts import dispatch as said
from fengqiao.contracts.commands import AssignmentCommand, Command
from fengqiao.contracts.dispatch import Times
from fengqiao.contracts.ids import area_of, case_id, digest, incident_id
from services.dispatch.domain import transitions
from services.dispatch.domain.board import Assignment, Incident
from services.dispatch.domain.feedback import add_form, refused_form
from services.dispatch.domain.finishing import finish, finish_after_last, last_to_go, police_done
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.sending import assignment_marks, fill, serve_queue

_STEP: Final[dict[type[AssignmentCommand], str]] = {
    commands.Acknowledge: "acknowledged",
    commands.EnRoute: "en_route",
    commands.OnScene: "on_scene",
    commands.Clear: "cleared",
    commands.Decline: "declined",
    commands.CancelAssignment: "cancelled",
    commands.Received: "received",
}
_REPORTED: Final = {
    "acknowledged": said.AssignmentAcknowledged,
    "en_route": said.AssignmentEnRoute,
    "on_scene": said.AssignmentOnScene,
    "received": said.AssignmentReceived,
}


def step(then: Happenings, command: AssignmentCommand) -> None:
    """Take the step that the command asks for, or refuse it and say what is allowed."""
    found = then.board.assignment(command.assignment_id)
    if found is None:
        then.reject(command, 404, f"there is no assignment {command.assignment_id}")
        return
    incident, assignment = found
    if command.by.role == "crew" and command.by.unit != assignment.unit:
        then.reject(command, 403, f"the assignment is {assignment.unit}'s, not {command.by.unit}'s")
        return
    event = _STEP[type(command)]
    if assignment.status == event:
        if isinstance(command, commands.Clear) and _says_else(assignment, command):
            then.reject(command, 409, f"the assignment is cleared already: {assignment.disposition}")
        return  # said already: the wish is true
    if event == "received" and (assignment.times.terminal_received_at or assignment.status != "assigned"):
        return  # the terminal says it again, or after the crew
    if transitions.after(assignment.status, event) is None:
        allowed = transitions.allowed(assignment.status)
        then.reject(command, 409, f"the assignment is {assignment.status}: it cannot be {event}", allowed)
        return
    match command:
        case commands.Clear():
            _clear(then, incident, assignment, command)
        case commands.Decline() | commands.CancelAssignment():
            _give_up(then, incident, assignment, command)
        case _:
            _report(then, incident, assignment, command, event)


def _report(
    then: Happenings, incident: Incident, assignment: Assignment, command: AssignmentCommand, event: str
) -> None:
    silent = then.board.units[assignment.unit].silent
    clock = "terminal_received_at" if event == "received" else f"{event}_at"
    then.add(
        _REPORTED[event](
            **assignment_marks(then, incident, assignment.id, command),
            times=assignment.times.model_copy(update={clock: _after(assignment.times, then.now)}),
            first=assignment.police and event not in incident.first,
        )
    )
    if event == "on_scene":
        for one in incident.steps:
            if one.role == assignment.role:
                _done(then, incident.id, one.id, command)
    if silent and not then.board.units[assignment.unit].silent:
        serve_queue(then)  # heard of again: it may be sent where it was not before


def _after(times: Times, now: datetime) -> datetime:
    """When the step was taken: never before the one before it, whichever machine's clock received it."""
    been = (times.assigned_at, times.acknowledged_at, times.en_route_at, times.on_scene_at)
    return max(now, *(at for at in been if at is not None))


def step_done(then: Happenings, command: commands.StepDone) -> None:
    """Somebody says that a step of the plan is done."""
    incident = then.board.incidents[command.incident_id]
    if command.step not in {one.id for one in incident.steps}:
        then.reject(command, 404, f"the plan {incident.plan} of {incident.number} has no step {command.step[:40]}")
    elif not incident.open:
        then.reject(command, 409, f"{incident.number} is {incident.status}: its steps were stood down")
    else:
        _done(then, incident.id, command.step, command)


def _done(then: Happenings, incident_id: str, step: str, command: Command) -> None:
    incident = then.board.incidents[incident_id]
    if step not in dict(incident.steps_done):
        then.add(said.IncidentStepDone(**then.marks(incident, command), step=step))


def _clear(then: Happenings, incident: Incident, assignment: Assignment, command: commands.Clear) -> None:
    form = command.feedback
    if form is not None and refused_form(then, command, incident, form):
        return
    then.add(
        said.AssignmentCleared(
            **assignment_marks(then, incident, assignment.id, command),
            times=assignment.times.model_copy(update={"cleared_at": _after(assignment.times, then.now)}),
            first=assignment.police and "cleared" not in incident.first,
            disposition=command.disposition,
            dispute=command.dispute,
            case_id=None if command.dispute is None else _case_of(incident),
        )
    )
    if form is not None:
        add_form(then, incident.id, command, form)
    incident = then.board.incidents[incident.id]
    if not incident.active and (police_done(incident) or not incident.waiting):
        finish(then, incident.id, command, command.disposition)
    serve_queue(then)


def _says_else(assignment: Assignment, command: commands.Clear) -> bool:
    return command.disposition != assignment.disposition or (command.dispute is None) != (assignment.case_id is None)


def _case_of(incident: Incident) -> str:
    """The case of the quarrel that was found. One that flares up when the incident is taken up anew is a case of its
    own: the one before may be closed by then."""
    been = incident.order.round
    if not any(one.case_id is not None for one in incident.assignments[:been]):
        return case_id(incident.id)
    return case_id(incident_id(area_of(incident.id), digest(incident.id, "case", str(been))))


def _give_up(
    then: Happenings,
    incident: Incident,
    assignment: Assignment,
    command: commands.Decline | commands.CancelAssignment,
) -> None:
    others = [one for one in incident.active if one.id != assignment.id]
    # A dispatcher who takes a unit off needs no other in its place, unless nobody would be left on the incident.
    over = last_to_go(incident, assignment)
    again = not over and (isinstance(command, commands.Decline) or not others)
    kind = said.AssignmentDeclined if isinstance(command, commands.Decline) else said.AssignmentCancelled
    then.add(
        kind(
            **assignment_marks(then, incident, assignment.id, command),
            times=assignment.times,
            reason=command.reason,
            wanted_again=again,
        )
    )
    if over:
        finish_after_last(then, incident.id, command)
    elif again:
        fill(then, incident.id, tell=True)
    serve_queue(then)
