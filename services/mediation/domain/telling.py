"""Which events on the topic `mediation` tell others of what happened to a case."""

from typing import Any

from fengqiao.contracts import mediation as said
from services.mediation.domain import happenings as own
from services.mediation.domain.case import Case
from services.mediation.domain.scoring import satisfied


def tell(case: Case, event: own.Happened) -> list[said.CaseEvent]:
    """The events for `event`, which has made the case what it is now. One that nobody else needs is told by none."""
    marks: dict[str, Any] = {
        "case_id": case.id,
        "area": case.area,
        "at": event.at,
        "by": event.by,
        "stage": case.stage,
        "kind": case.kind,
        "grade": case.grade,
        "tier": case.tier,
        "opened_at": case.opened_at,
        "incident_id": case.incident_id,
    }
    match event:
        case own.Completed():
            return []  # what it adds is in the events that follow, and in the case
        case own.FellDue():
            return _due(case, event, marks)
        case own.Disposed():
            disposed = said.CaseDisposed(**marks, outcome=event.outcome, prevented=event.prevented)
            if event.outcome != "failed":
                return [disposed]
            return [disposed, said.CaseFailed(**marks, open_to=event.open_to, danger=event.danger)]
        case own.Closed():
            performed = case.agreement.performed if case.agreement else None
            first = case.first_session_success
            return [
                said.CaseClosed(
                    **marks,
                    outcome=event.outcome,
                    first_session=first,
                    performed=performed,
                    satisfied=satisfied(case),
                )
            ]
    return [_one(case, event, marks)]


def _due(case: Case, event: own.FellDue, marks: dict[str, Any]) -> list[said.CaseEvent]:
    what = event.kind
    match what:
        case "visit":
            visit = event.key.partition(":")[2]
            return [said.CaseVisitDue(**marks, visit=visit, due_at=event.due_at, late=event.late)]
        case "duty":
            number = int(event.key.partition(":")[2])
            return [said.CaseDeadlinePassed(**marks, what="duty", due_at=event.due_at, duty=number, late=event.late)]
        case "people" | "public_order" | "plan" | "confirmation":
            return [said.CaseDeadlinePassed(**marks, what=what, due_at=event.due_at, late=event.late)]
    return []  # what follows from these is told: a notification, an escalation, that the parties are forgotten


def _one(case: Case, event: own.Happened, marks: dict[str, Any]) -> said.CaseEvent:
    match event:
        case own.Opened():
            return said.CaseOpened(
                **marks,
                origin=event.origin,
                number=event.number,
                grid_cell=event.grid_cell,
                station=event.station,
                settled_on_scene=event.settled_on_scene,
                found_by=event.found_by,
                source=event.source,
                hazard_id=event.hazard_id,
            )
        case own.Repeated():
            return said.CaseRepeated(**marks, repeats=event.repeats)
        case own.Assessed() | own.Raised():
            assessed = event if isinstance(event, own.Assessed) else None
            return said.CaseAssessed(
                **marks,
                reason=assessed.reason if assessed else None,
                reasons=event.reasons,
                repeats=case.repeats,
                marks=assessed.marks if assessed else (),
                justice_class=case.justice_class,
                money_yuan=case.money_yuan,
                people_count=case.people,
            )
        case own.Planned():
            return said.CasePlanned(**marks, owner=event.owner, paper=event.words)
        case own.Referred():
            return said.CaseReferred(**marks, mediators=event.mediators, venue=event.venue, mode=event.mode)
        case own.Extended():
            return said.CaseExtended(**marks, until=event.until)
        case own.SessionHeld():
            return said.CaseSessionHeld(
                **marks,
                session=event.session,
                outcome=event.outcome,
                form=event.form,
                mode=event.mode,
                present=event.present,
            )
        case own.Agreed():
            return said.CaseAgreed(
                **marks,
                oral=event.oral,
                duties=len(event.duties),
                perform_by=event.deadline,
                confirm_by=event.confirm_by,
            )
        case own.Confirmed():
            return said.CaseConfirmed(**marks, step=event.step)
        case own.Performed():
            return said.CasePerformed(**marks, performed=event.performed, duty=event.duty)
        case own.Controlled():
            return said.CaseControlled(**marks, visits=tuple(visit.due_at for visit in event.visits))
        case own.Visited():
            due = {visit.visit: visit.due_at for visit in case.visits}
            return said.CaseVisited(
                **marks,
                visit=event.visit,
                calm=event.calm,
                satisfied=event.satisfied,
                due_at=due.get(event.visit),
                overdue=event.overdue,
            )
        case own.Escalated():
            return said.CaseEscalated(**marks, reason=event.reason, why=event.why)
        case own.Notified():
            return said.SuperiorNotificationRequested(
                **marks,
                notification_id=f"{case.id}.n{event.number}",
                to=event.to,
                what=event.what,
                within_seconds=event.within_seconds,
                late=event.late,
            )
        case own.Forgotten():
            return said.CaseForgotten(**marks)
    raise ValueError(f"{event.TYPE} is not told to anybody")
