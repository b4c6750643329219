"""Opening an incident, filling its plan, and the queue of those for which nobody was free."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import inf
from typing import Any, Final

from fengqiao.contracts import dispatch as said
from fengqiao.contracts.commands import Command
from fengqiao.contracts.dispatch import Reason, Times, Wanted
from fengqiao.contracts.ids import assignment_id
from fengqiao.contracts.incidents import IncidentReported
from services.dispatch.domain.assigning import least_total
from services.dispatch.domain.board import Incident
from services.dispatch.domain.diversion import Diversion, best_to_divert
from services.dispatch.domain.forces import Forces, Unit
from services.dispatch.domain.handling import REPORT_UP
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.matching import Candidate, anybody_free, barred, chosen, ranked, reason_for
from services.dispatch.domain.plans import Plan
from services.dispatch.domain.queue import weighed_together

MOST_TOGETHER: Final = 16
"""Calls that are weighed against each other at a time."""


def open_incident(then: Happenings, report: IncidentReported) -> None:
    """Put it on the board, send whom its plan wants, tell whom its plan tells."""
    forces = then.context.forces
    call = forces.call(
        report.category.code, report.priority, report.location, report.source, report.weapon, report.received_at
    )
    plan = forces.plan_for(call)
    number = max(then.board.number + 1, forces.first_number)
    then.add(
        said.IncidentOpened(
            area=then.board.area,
            at=then.now,
            incident_id=report.incident_id,
            number=str(number),
            category=report.category,
            priority=report.priority,
            location=report.location,
            source=report.source,
            reported_at=report.reported_at,
            received_at=report.received_at,
            plan=plan.id,
            wanted=plan.wanted,
            caller_count=report.caller_count,
            weapon=report.weapon,
            possible_duplicates=report.possible_duplicates,
            answered_at=report.answered_at,
            targets=forces.targets_for(call, plan),
            steps=plan.steps,
            initial_category=report.initial_category,
            level=report.level,
            tags=report.tags,
            report_up=report.report_up,
            void=report.void,
            moves=report.moves,
        )
    )
    fill(then, report.incident_id, tell=True)
    notify(then, report.incident_id, plan)
    report_up(then, report.incident_id)


def notify(then: Happenings, incident_id: str, plan: Plan) -> None:
    """Ask for every notification of the plan's, and of its steps; that it is reported up is asked for once."""
    asked: list[tuple[str, str, float, str | None]]
    told = then.board.incidents[incident_id].reported_up_at is not None
    asked = [(one.to, one.what, one.within_seconds, None) for one in plan.notify if one.what != REPORT_UP or not told]
    asked += [(step.to, step.id, step.within_seconds, step.id) for step in plan.steps if step.to is not None]
    for to, what, within, step in asked:
        ask_to_tell(then, incident_id, to, what, within, step)


def report_up(then: Happenings, incident_id: str) -> None:
    """What the area's list wants reported up at once 要情上报 (I6) is, whatever its plan tells whom; of a merged
    incident the one that it was merged into."""
    standing = incident = then.board.incidents[incident_id]
    while standing.order.merged_into is not None and standing.order.merged_into in then.board.incidents:
        standing = then.board.incidents[standing.order.merged_into]
    if incident.classed.report_up and standing.open and standing.reported_up_at is None:
        rule = then.context.forces.handling
        ask_to_tell(then, standing.id, rule.report_up_to, REPORT_UP, rule.report_up_within)


def ask_to_tell(then: Happenings, incident_id: str, to: str, what: str, within: float, step: str | None = None) -> None:
    """Ask for one notification, within so many seconds."""
    incident = then.board.incidents[incident_id]
    then.add(
        said.NotificationRequested(
            **then.marks(incident),
            notification_id=f"{incident.id}.n{incident.notified + 1}",
            to=to,
            what=what,
            due_at=then.now + timedelta(seconds=within),
            plan=incident.plan,
            step=step,
        )
    )


def fill(then: Happenings, incident_id: str, *, tell: bool) -> None:
    """Send the best unit for each role that waits.

    tell: say what is missing (once, when the roles come up; not each time that the queue is looked at).
    """
    ruled_out: dict[str, int] = {}
    displaced: list[str] = []
    for wanted in then.board.incidents[incident_id].waiting:
        missing, why = _fill_role(then, incident_id, wanted, displaced)
        if not missing:
            continue
        for reason, units in why.items():
            ruled_out[reason] = ruled_out.get(reason, 0) + units
        incident = then.board.incidents[incident_id]
        if tell:
            then.add(
                said.PlanShortfall(
                    **then.marks(incident),
                    plan=incident.plan,
                    role=wanted.role,
                    kinds=wanted.kinds,
                    missing=missing,
                )
            )
    incident = then.board.incidents[incident_id]
    required = tuple(wanted.role for wanted in incident.waiting if wanted.required)
    if tell and required:
        then.add(said.IncidentQueued(**then.marks(incident), roles=required, ruled_out=ruled_out))
    for lesser in displaced:
        fill(then, lesser, tell=True)


def _fill_role(then: Happenings, incident_id: str, wanted: Wanted, displaced: list[str]) -> tuple[int, dict[str, int]]:
    """Send up to `wanted.count` units; how many are missing, and what ruled the others out.

    displaced: the calls that lost a unit to this one are added; they are filled again after it.
    """
    candidates: list[Candidate] = []
    ruled_out: dict[str, int] = {}
    for sent in range(wanted.count):
        incident = then.board.incidents[incident_id]
        if len(candidates) < 2:
            out = barred(then.board, incident)
            most = wanted.count - sent + 1
            candidates, ruled_out = ranked(then.board, then.context, wanted, incident.location, out, most)
        choice = chosen(then.context, candidates, ruled_out)
        otherwise = inf
        if choice is not None and not choice.reason.silent and choice.reason.travel_seconds is not None:
            otherwise = choice.reason.travel_seconds
        diversion = best_to_divert(then.board, then.context, incident, wanted, otherwise)
        if diversion is not None:
            _divert(then, incident, wanted, diversion, otherwise, ruled_out)
            displaced.append(diversion.lesser.id)
            candidates = []
        elif choice is not None:
            candidates = _left(then.context.forces, incident.location.zone, candidates)
            send(then, incident, choice.unit, wanted.role, choice.reason)
        else:
            return wanted.count - sent, ruled_out
    return 0, {}


def _left(forces: Forces, zone: str | None, candidates: list[Candidate]) -> list[Candidate]:
    """The candidates when the first is sent. None where all have to be ranked anew: no road counted, or it may have
    been the last one of the place's zone, for which those of other zones stand in (D8)."""
    first, *left = candidates
    if first.seconds == inf:
        return []
    own = [forces.units[one.unit].zone == zone for one in candidates]
    return [] if zone in forces.backing and own[0] and not any(own[1:]) else left


def _divert(
    then: Happenings,
    incident: Incident,
    wanted: Wanted,
    diversion: Diversion,
    otherwise: float,
    ruled_out: Mapping[str, int],
) -> None:
    lesser, assignment = diversion.lesser, diversion.assignment
    saved = None if otherwise == inf else round(otherwise - diversion.seconds, 1)
    then.add(
        said.AssignmentDiverted(
            **assignment_marks(then, lesser, assignment.id),
            times=assignment.times,
            to_incident=incident.id,
            to_number=incident.number,
            seconds_saved=saved,
            wanted_again=True,
        )
    )
    reason = reason_for(then.context, diversion.unit, diversion.seconds, None, ruled_out)
    reason = reason.model_copy(update={"diverted_from": lesser.id, "seconds_saved": saved})
    send(then, incident, then.context.forces.units[diversion.unit], wanted.role, reason)


def send(
    then: Happenings,
    incident: Incident,
    unit: Unit,
    role: str,
    reason: Reason,
    command: Command | None = None,
) -> None:
    """Assign the unit."""
    then.add(
        said.AssignmentAssigned(
            **(then.marks(incident, command) | {"at": then.sent_at}),
            assignment_id=assignment_id(incident.id, len(incident.assignments) + 1),
            unit=unit.id,
            unit_kind=unit.kind.kind,
            role=role,
            police=unit.kind.police,
            times=Times(reported_at=incident.reported_at, received_at=incident.received_at, assigned_at=then.sent_at),
            first=unit.kind.police and "assigned" not in incident.first,
            reason=reason,
        )
    )


def serve_queue(then: Happenings) -> None:
    """Give what has become free to those that wait, in their turn (`queue`)."""
    # Thousands may wait after an outage, and mostly for kinds of which nobody is free: those are passed over.
    free: dict[tuple[tuple[str, ...], tuple[str, ...]], bool] = {}

    def somebody_for(incident_id: str) -> bool:
        # All that it waits for is looked at: that nobody is free at all is said by these.
        keys = {(wanted.kinds, wanted.capabilities) for wanted in then.board.incidents[incident_id].waiting}
        free.update((key, anybody_free(then.board, then.context.forces, *key)) for key in keys - free.keys())
        return any(free[key] for key in keys)

    waiting = [one for _, one in then.board.in_turn if somebody_for(one)]
    for group in weighed_together(then.board, waiting):
        for together in (group, *([one] for one in group)):
            board = then.board
            some = [one for one in together if one in board.queue and somebody_for(one)]
            if len(together) > 1 and len(some) > 1:
                _share_out(then, some[:MOST_TOGETHER])
            elif len(together) == 1 and some:
                fill(then, some[0], tell=False)
            if then.board is not board:
                free.update((key, anybody_free(then.board, then.context.forces, *key)) for key in free)
                if not any(free.values()):
                    return


def _share_out(then: Happenings, waiting: Sequence[str]) -> None:
    """Give the free units to one required role of each of these calls, with the least seconds in all."""
    slots: list[tuple[str, Wanted, list[Candidate]]] = []
    for incident_id in waiting:
        incident = then.board.incidents[incident_id]
        wanted = next(wanted for wanted in incident.waiting if wanted.required)
        out = barred(then.board, incident)
        candidates, _ = ranked(then.board, then.context, wanted, incident.location, out, len(waiting))
        # Nobody's best assignment needs more than its own nearest few; covering and silence are not a matter of way.
        able = [one for one in candidates if not one.silent and one.seconds != inf]
        if wanted.rule == "nearest" and able:
            slots.append((incident_id, wanted, able))
    units = sorted({one.unit for _, _, able in slots for one in able})
    column = {unit: number for number, unit in enumerate(units)}
    costs = [[inf] * len(units) for _ in slots]
    for row, (_, _, able) in enumerate(slots):
        for one in able:
            costs[row][column[one.unit]] = one.counts_as
    if len(slots) < 2:
        return
    for (incident_id, wanted, able), given in zip(slots, least_total(costs), strict=True):
        if given is None:
            continue
        best = next(one for one in able if one.unit == units[given])
        other = next(((one.seconds, one.unit) for one in able if one.unit != best.unit), None)
        reason = reason_for(then.context, best.unit, best.seconds, other, {}, weighed_together=len(slots))
        incident = then.board.incidents[incident_id]
        send(then, incident, then.context.forces.units[best.unit], wanted.role, reason)


def stand_down(then: Happenings, incident_id: str, command: Command | None = None) -> None:
    """Cancel every assignment of the incident that is still held."""
    for assignment in then.board.incidents[incident_id].active:
        incident = then.board.incidents[incident_id]
        then.add(
            said.AssignmentCancelled(
                **assignment_marks(then, incident, assignment.id, command),
                times=assignment.times,
                reason=None if command is None else command.reason,
                wanted_again=False,
            )
        )


def assignment_marks(
    then: Happenings, incident: Incident, assignment: str, command: Command | None = None
) -> dict[str, Any]:
    """What every event about the assignment carries, but its times."""
    found = next(one for one in incident.assignments if one.id == assignment)
    return then.marks(incident, command) | {
        "assignment_id": found.id,
        "unit": found.unit,
        "unit_kind": found.unit_kind,
        "role": found.role,
        "police": found.police,
    }
