"""Small cases 小案快办 (D11): every unsolved small matter has an owner, is watched, and goes red when overdue.

Which categories are small, and how long each may take, is data of the area. A case is opened when such an incident is
closed with a result that does not solve it, or when a review gives such a category to one that was. Its owner is
then the unit that cleared last, until another is named. Its incident stays on the board until a day after it is solved.
"""

from fengqiao.contracts import ordered as told
from fengqiao.contracts import orders
from fengqiao.contracts.commands import Command
from services.dispatch.domain.board import SmallCase
from services.dispatch.domain.happenings import Happenings


def open_small_case(then: Happenings, incident_id: str, command: Command | None, result: str) -> None:
    """Watch the incident that has just been closed with `result`, if it is small and not solved."""
    incident = then.board.incidents[incident_id]
    handling = then.context.forces.handling
    within = handling.small_within(incident.category.code)
    if within is None or handling.solves(result):
        return
    case = incident.order.small_case
    if case is not None and case.solved_at is None:
        return  # reopened and closed again: it has been watched all the time
    last = incident.cleared_last
    if last is not None:
        owner = last.unit
    else:
        assert command is not None  # what nobody has cleared does not end by itself
        owner = command.by.client
    then.add(told.SmallCaseOpened(**then.marks(incident, command), owner=owner, due_at=then.now + within))


def small_after_all(then: Happenings, incident_id: str, command: Command) -> None:
    """It has another category: what is closed already, and small, and not solved, is watched from here on."""
    incident = then.board.incidents[incident_id]
    if incident.status != "closed" or incident.order.small_case is not None:
        return
    last = incident.cleared_last
    open_small_case(then, incident_id, command, incident.order.final_form or (last and last.disposition) or "")


def own(then: Happenings, command: orders.OwnSmallCase) -> None:
    """Name who has to solve it. Its time does not begin anew."""
    case = _open_case(then, command)
    if case is None or case.owner == command.owner:
        return
    incident = then.board.incidents[command.incident_id]
    marks = then.marks(incident, command)
    then.add(told.SmallCaseOwned(**marks, owner=command.owner, due_at=case.due_at, reason=command.reason))


def solve(then: Happenings, command: orders.SolveSmallCase) -> None:
    """It is solved, in time or not. A crew solves its own unit's cases."""
    incident = then.board.incidents[command.incident_id]
    case = incident.order.small_case
    if case is not None and case.result == command.result:
        return  # said already
    case = _open_case(then, command)
    if case is None:
        return
    if command.by.role == "crew" and command.by.unit != case.owner:
        then.reject(command, 403, f"the case of {incident.number} is {case.owner}'s, not {command.by.unit}'s")
        return
    then.add(
        told.SmallCaseSolved(
            **then.marks(incident, command),
            owner=case.owner,
            result=command.result,
            opened_at=case.opened_at,
            due_at=case.due_at,
            in_time=then.now <= case.due_at,
            reason=command.reason,
        )
    )


def _open_case(then: Happenings, command: orders.IncidentOrder) -> SmallCase | None:
    incident = then.board.incidents[command.incident_id]
    case = incident.order.small_case
    if case is None:
        then.reject(command, 404, f"{incident.number} has no small case")
        return None
    if case.solved_at is not None:
        then.reject(command, 409, f"the small case of {incident.number} is solved already: {case.result}")
        return None
    return case


def watch_small_cases(then: Happenings) -> None:
    """Say of those whose time is over that they are overdue, once."""
    if not then.board.watched:
        return
    for due_at, incident_id in sorted((due, id) for id, due in then.board.watched.items() if due < then.now):
        incident = then.board.incidents[incident_id]
        case = incident.order.small_case
        assert case is not None  # only such are watched
        then.add(told.SmallCaseOverdue(**then.marks(incident), owner=case.owner, due_at=due_at))
