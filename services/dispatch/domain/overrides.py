"""What a dispatcher may order against the rules, with a reason (D10): reassign, reopen, note, category (I6)."""

from typing import Literal

from fengqiao.contracts import ordered as told
from fengqiao.contracts import orders
from fengqiao.contracts.commands import Command
from fengqiao.contracts.model import Category
from services.dispatch.domain.corrections import replan
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.holding import released_for
from services.dispatch.domain.orders import send_chosen
from services.dispatch.domain.permitted import permitted, plan_now, sendable
from services.dispatch.domain.sending import fill, serve_queue
from services.dispatch.domain.small_cases import small_after_all
from services.dispatch.domain.taking_off import take_off


def reassign(then: Happenings, command: orders.Reassign) -> None:
    """Exactly these units from now on; all of it or nothing. Those of them that are on it stay as they are."""
    incident = then.board.incidents[command.incident_id]
    if not permitted(then, command, incident, "reassign"):
        return
    on_it = {assignment.unit for assignment in incident.active}
    new = tuple(unit for unit in command.units if unit not in on_it)
    if not sendable(then, command, new):
        return
    off = tuple(assignment for assignment in incident.active if assignment.unit not in command.units)
    roles = [assignment.role for assignment in off]
    if new:
        released_for(then, incident.id, command)
    take_off(then, incident.id, tuple(assignment.id for assignment in off), command, again=False)
    for unit in new:
        send_chosen(then, incident.id, unit, command, role=roles.pop(0) if roles else None)
    serve_queue(then)


def reopen(then: Happenings, command: orders.Reopen) -> None:
    """It is worked on again: its history stays, its plan is filled anew, and whoever has been there may be sent."""
    incident = then.board.incidents[command.incident_id]
    if not permitted(then, command, incident, "reopen"):
        return
    marks = then.marks(incident, command)
    then.add(told.IncidentReopened(**marks, **plan_now(then, incident), reason=command.reason))
    fill(then, incident.id, tell=True)


def note(then: Happenings, command: orders.TakeNote) -> None:
    """Keep where the words lie."""
    incident = then.board.incidents[command.incident_id]
    if command.reason is None:
        then.reject(command, 409, "a note without words says nothing")
        return
    then.add(told.IncidentNoted(**then.marks(incident, command), paper=command.reason))


def set_category(then: Happenings, command: orders.SetCategory) -> None:
    """The crew's or the review's version. What counts is corrected before confirmed before original (I6)."""
    categorise(then, command.incident_id, command, command.version, command.category)


def categorise(
    then: Happenings, incident_id: str, command: Command, version: Literal["confirmed", "corrected"], category: Category
) -> None:
    """As `set_category`, for whatever command says it."""
    incident = then.board.incidents[incident_id]
    order = incident.order
    if getattr(order, version) == category:
        return
    counts = order.corrected if version == "confirmed" and order.corrected is not None else category
    then.add(
        told.IncidentCategorised(
            **{**then.marks(incident, command), "category": counts},
            version=version,
            set_to=category,
            reason=command.reason,
        )
    )
    replan(then, incident_id, command)
    small_after_all(then, incident_id, command)
