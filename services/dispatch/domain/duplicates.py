"""Several reports of one event (I4, I8): suggested, linked, merged by a person, and taken apart again.

Nothing is lost by any of it. A merged incident ends as `merged` and keeps its own history, callers and words; its
callers count at the one it was merged into. Whoever was sent to it

- goes on to the other one, at the step he has reached and with his times so far, where he stands on the scene
  already or a role of his kind waits there;
- is stood down, where he is on the other one too, or nothing waits for him.

Taken apart, the merged one is worked on again with its own callers, and its plan is filled anew; whoever had gone
over stays where he is, for he is there.
"""

from fengqiao.contracts import dispatch as said
from fengqiao.contracts import ordered as told
from fengqiao.contracts import orders
from fengqiao.contracts.dispatch import Reason, Times
from fengqiao.contracts.ids import assignment_id
from fengqiao.contracts.incidents import DuplicateCandidate, IncidentReported
from services.dispatch.domain import incident_status
from services.dispatch.domain.board import Assignment, Board, Incident
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.holding import released_for
from services.dispatch.domain.orders import role_for
from services.dispatch.domain.permitted import permitted, plan_now
from services.dispatch.domain.sending import assignment_marks, fill, serve_queue

_STEPS = {
    "acknowledged": said.AssignmentAcknowledged,
    "en_route": said.AssignmentEnRoute,
    "on_scene": said.AssignmentOnScene,
}


def suggest(then: Happenings, report: IncidentReported) -> None:
    """Say which incidents intake thinks it may be the same as; link it where the score is high enough."""
    scores: dict[str, DuplicateCandidate] = {}
    for candidate in sorted(report.possible_duplicates, key=lambda one: (-one.score, one.incident_id)):
        standing = _standing_for(then.board, candidate.incident_id)
        if standing is not None and standing != report.incident_id:
            scores.setdefault(standing, candidate.model_copy(update={"incident_id": standing}))
    if not scores:
        return
    incident = then.board.incidents[report.incident_id]
    candidates = tuple(scores.values())
    numbers = tuple(then.board.incidents[one.incident_id].number for one in candidates)
    then.add(told.IncidentDuplicateSuggested(**then.marks(incident), candidates=candidates, numbers=numbers))
    best = candidates[0]
    if best.score >= then.context.forces.handling.link_from:
        marks = then.marks(incident)
        to = {"to_incident": best.incident_id, "to_number": numbers[0]}
        then.add(told.IncidentLinked(**marks, **to, kind="repeat", score=best.score))


def _standing_for(board: Board, incident_id: str) -> str | None:
    """The incident, or the one that it was merged into; None where the board has it no more."""
    incident = board.incidents.get(incident_id)
    while incident is not None and incident.order.merged_into is not None:
        incident = board.incidents.get(incident.order.merged_into)
    return None if incident is None else incident.id


def link(then: Happenings, command: orders.Link) -> None:
    """Say that the two belong together. An urge rings the crews of the one it leads to."""
    incident = then.board.incidents[command.incident_id]
    if command.to_incident == incident.id:
        then.reject(command, 409, f"{incident.number} cannot be linked to itself")
        return
    if (command.to_incident, command.kind) in incident.order.links:
        return
    other = then.board.incidents.get(command.to_incident)
    then.add(
        told.IncidentLinked(
            **then.marks(incident, command),
            to_incident=command.to_incident,
            to_number=None if other is None else other.number,
            kind=command.kind,
            reason=command.reason,
        )
    )
    if command.kind == "urge" and other is not None and incident_status.after(other.status, "urge") is not None:
        _ring(then, other, command)


def urge(then: Happenings, command: orders.Urge) -> None:
    """Ring every crew on it."""
    incident = then.board.incidents[command.incident_id]
    if permitted(then, command, incident, "urge"):
        _ring(then, incident, command)


def _ring(then: Happenings, incident: Incident, command: orders.Urge | orders.Link) -> None:
    then.add(
        told.IncidentUrged(
            **then.marks(incident, command),
            crews=tuple(assignment.unit for assignment in incident.active),
            times=incident.order.urged + 1,
            reason=command.reason,
        )
    )


def merge(then: Happenings, command: orders.Merge) -> None:
    """It is the same event as the other one."""
    source, target = then.board.incidents[command.incident_id], then.board.incidents[command.into]
    if source.order.merged_into == target.id:
        return
    if source.id == target.id:
        then.reject(command, 409, f"{source.number} cannot be merged into itself")
        return
    if not permitted(then, command, source, "merge"):
        return
    if incident_status.after(target.status, "merge_target") is None:
        allowed = incident_status.allowed(target.status)
        then.reject(command, 409, f"{target.number} is {target.status}: nothing can be merged into it", allowed)
        return
    for assignment in source.active:
        _hand_over(then, source.id, target.id, assignment, command)
    source, target = then.board.incidents[source.id], then.board.incidents[target.id]
    then.add(
        told.IncidentMerged(
            **then.marks(source, command), into=target.id, into_number=target.number, reason=command.reason
        )
    )
    _count(then, target, source, "merged", source.caller_count, command)
    serve_queue(then)


def _hand_over(then: Happenings, source_id: str, target_id: str, assignment: Assignment, command: orders.Merge) -> None:
    then.add(
        said.AssignmentCancelled(
            **assignment_marks(then, then.board.incidents[source_id], assignment.id, command),
            times=assignment.times,
            reason=command.reason,
            wanted_again=False,
        )
    )
    target = then.board.incidents[target_id]
    waits = any(assignment.unit_kind in wanted.kinds for wanted in target.waiting)
    if any(one.unit == assignment.unit for one in target.active) or not (waits or assignment.status == "on_scene"):
        return
    released_for(then, target_id, command)
    target = then.board.incidents[target_id]
    # His times are those of what he did; none can be before the report of the incident that they count for.
    times = _since(target, assignment.times)
    then.add(
        said.AssignmentAssigned(
            **then.marks(target, command),
            assignment_id=assignment_id(target.id, len(target.assignments) + 1),
            unit=assignment.unit,
            unit_kind=assignment.unit_kind,
            role=role_for(target, assignment.unit_kind, assignment.role),
            police=assignment.police,
            times=Times(reported_at=times.reported_at, received_at=times.received_at, assigned_at=times.assigned_at),
            first=assignment.police and "assigned" not in target.first,
            reason=Reason(rule="chosen"),
        )
    )
    if assignment.status in _STEPS:
        target = then.board.incidents[target_id]
        then.add(
            _STEPS[assignment.status](
                **assignment_marks(then, target, target.assignments[-1].id, command),
                times=times,
                first=assignment.police and assignment.status not in target.first,
            )
        )


def _since(incident: Incident, times: Times) -> Times:
    counted = {
        name: max(value, incident.received_at)
        for name, value in times.model_dump(exclude={"reported_at", "received_at"}, exclude_none=True).items()
    }
    return Times(reported_at=incident.reported_at, received_at=incident.received_at, **counted)


def unmerge(then: Happenings, command: orders.Unmerge) -> None:
    """It was another event after all."""
    source = then.board.incidents[command.incident_id]
    if not permitted(then, command, source, "unmerge"):
        return
    target_id = source.order.merged_into or ""
    target = then.board.incidents.get(target_id)
    if target is not None and target.order.merged_into is not None:
        then.reject(command, 409, f"{target.number} is merged itself: unmerge that one first", ("unmerge",))
        return
    then.add(
        told.IncidentUnmerged(
            **then.marks(source, command),
            out_of=target_id,
            out_of_number="" if target is None else target.number,
            **plan_now(then, source),
            reason=command.reason,
        )
    )
    if target is not None:
        _count(then, target, source, "unmerged", -dict(target.order.merged)[source.id], command)
    fill(then, source.id, tell=True)


def _count(
    then: Happenings,
    target: Incident,
    source: Incident,
    how: str,
    callers: int,
    command: orders.Merge | orders.Unmerge,
) -> None:
    """The callers of the one count at the other, or no longer."""
    then.add(
        said.IncidentCorrected(
            **then.marks(target, command),
            changed=(how, "caller_count"),
            caller_count=target.caller_count + callers,
            weapon=target.weapon,
            crews=tuple(assignment.unit for assignment in target.active),
            merged_incident=source.id,
        )
    )
