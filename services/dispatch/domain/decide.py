"""What follows from a message: `decide(board, message, context) -> events`, in the order in which they happen."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from fengqiao.contracts import commands, incidents
from fengqiao.contracts import dispatch as said
from fengqiao.contracts.commands import AssignmentCommand, Command
from fengqiao.contracts.model import Event
from services.dispatch.domain import messages as private
from services.dispatch.domain.board import Board, SetAside
from services.dispatch.domain.corrections import correct, source_cancels
from services.dispatch.domain.coverage import watch_coverage
from services.dispatch.domain.duplicates import suggest
from services.dispatch.domain.evolve import evolve
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.holding import release_due
from services.dispatch.domain.matching import Context
from services.dispatch.domain.messages import AidHeard, AllHeard, Asked, Heard, Message, NotHeard, Tick
from services.dispatch.domain.mutual_aid import aid_heard
from services.dispatch.domain.mutual_aid_borrowing import give_back, watch_aid
from services.dispatch.domain.ordering import ORDERED
from services.dispatch.domain.orders import assign, cancel_incident, duty
from services.dispatch.domain.overdue import look_after
from services.dispatch.domain.recommending import recommend
from services.dispatch.domain.sending import open_incident
from services.dispatch.domain.small_cases import watch_small_cases
from services.dispatch.domain.standby import keep_standing_by
from services.dispatch.domain.steps import step, step_done

KEEP_ENDED: Final = timedelta(days=1)
"""Ended incidents stay on the board for this long (design: a closed incident gets a tombstone after a day)."""


def decide(board: Board, message: Message, context: Context) -> list[Event]:
    """The events that follow from `message`; none when it changes nothing. `context.now` in UTC.

    Pure: it never waits, and the same arguments always give the same events.
    """
    return happenings(board, message, context).events


def happenings(board: Board, message: Message, context: Context) -> Happenings:
    """As `decide`, with the board after the events beside them: folding them again gives the same board."""
    then = Happenings(board, context)
    match message:
        case Heard():
            _heard(then, message)
        case Asked(command):
            _asked(then, command)
        case NotHeard():
            _not_heard(then, message)
        case AllHeard(command_id):
            _nobody_said(then, command_id)
        case Tick():
            _tick(then)
        case AidHeard():
            aid_heard(then, message)
    give_back(then)
    return then


def _heard(then: Happenings, message: Heard) -> None:
    event, sequence = message.event, message.sequence
    incident_id = event.incident_id
    if incident_id in then.context.retired:
        return  # a repeat of what was over long ago
    read = then.board.read(incident_id)
    if sequence <= read:
        if sequence == 1 and incident_id in then.board.unheard and incident_id not in then.board.incidents:
            # Nobody could read it when it came; it was mended and sent again from the dead letters.
            _apply(then, event, sequence)
            if read > sequence:
                then.add(private.StreamRead(incident_id=incident_id, sequence=read))
            _take_up(then, incident_id)
        return
    if sequence > read + 1:
        key = f"{incident_id}#{sequence}"
        if key not in then.board.aside:
            then.add(
                private.MessageSetAside(
                    key=key,
                    incident_id=incident_id,
                    type=event.TYPE,
                    data=event.wire().decode(),
                    sequence=sequence,
                    at=then.now,
                )
            )
        return
    _apply(then, event, sequence)
    _take_up(then, incident_id)


def _apply(then: Happenings, event: private.IncidentMessage, sequence: int) -> None:
    incident = then.board.incidents.get(event.incident_id)
    match event:
        case incidents.IncidentReported():
            if incident is None:
                open_incident(then, event)
                suggest(then, event)
        case incidents.IncidentUpdated() | incidents.IncidentCallerAdded():
            if incident is not None and (incident.open or incident.status == "merged"):
                correct(then, event)
        case incidents.IncidentCancelled():
            if incident is not None and (incident.open or incident.status == "merged"):
                source_cancels(then, event)
    if sequence > 1 or event.incident_id not in then.board.incidents:
        then.add(private.StreamRead(incident_id=event.incident_id, sequence=sequence))


def _not_heard(then: Happenings, message: NotHeard) -> None:
    then.add(
        said.IncidentUnreadable(
            area=then.board.area,
            at=then.now,
            subject=message.subject,
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            why=message.why[:500],
        )
    )
    if message.subject is None or message.sequence is None or message.subject in then.context.retired:
        return
    if message.sequence == then.board.read(message.subject) + 1:
        # It counts as seen, or the stream's later events would wait for ever.
        then.add(private.StreamRead(incident_id=message.subject, sequence=message.sequence))
        _take_up(then, message.subject)


def _take_up(then: Happenings, incident_id: str) -> None:
    """What was set aside for the incident and can go on now."""
    if not then.board.aside:
        return
    while True:
        key = f"{incident_id}#{then.board.read(incident_id) + 1}"
        waiting = then.board.aside.get(key)
        if waiting is None:
            break
        then.add(private.MessageTakenUp(key=key))
        _apply(then, _incident_event(waiting), waiting.sequence)
    if incident_id not in then.board.incidents:
        return
    for key in then.board.early.get(incident_id, ()):
        waiting = then.board.aside[key]
        then.add(private.MessageTakenUp(key=key))
        _asked(then, command_of(waiting))


def _incident_event(waiting: SetAside) -> private.IncidentMessage:
    for event in private.INCIDENT_MESSAGES:
        if waiting.type == event.TYPE:
            return event.read(waiting.data)
    raise AssertionError(f"{waiting.type} was set aside as an incident's event")


def command_of(waiting: SetAside) -> Command:
    """The command that was set aside."""
    return private.COMMANDS[waiting.type].read(waiting.data)


def _asked(then: Happenings, command: Command) -> None:
    incident_id = private.first_unknown(command, then.board.incidents, then.context.retired)
    if incident_id is not None:
        if incident_id in then.context.retired:
            then.reject(command, 409, "the incident ended more than a day ago")
        elif command.command_id not in then.board.aside:
            before = then.board.early.get(incident_id, ())
            then.add(
                private.MessageSetAside(
                    key=command.command_id,
                    incident_id=incident_id,
                    type=command.TYPE,
                    data=command.wire().decode(),
                    sequence=then.board.aside[before[-1]].sequence + 1 if before else 1,
                    at=then.now,
                )
            )
        return
    match command:
        case AssignmentCommand():
            step(then, command)
        case commands.Assign():
            assign(then, command)
        case commands.CancelIncident():
            cancel_incident(then, command)
        case commands.SetDuty():
            duty(then, command)
        case commands.StepDone():
            step_done(then, command)
        case commands.Recommend():
            recommend(then, command)
        case _ if type(command) in ORDERED:
            ORDERED[type(command)](then, command)
        case _:
            then.reject(command, 404, f"nobody here knows {command.TYPE}")


def _nobody_said(then: Happenings, command_id: str) -> None:
    waiting = then.board.aside.get(command_id)
    if waiting is not None:
        then.add(private.MessageTakenUp(key=command_id))
        then.reject(command_of(waiting), 404, f"there is no incident {waiting.incident}")


def _tick(then: Happenings) -> None:
    watch_aid(then)
    while len(then.board.ended):
        # Not by iterating: that reverses the whole queue first, for as long as nothing has been taken from it.
        ended_at, incident_id = then.board.ended.peek()  # type: ignore[operator]  # its stub says property
        if then.now - ended_at < KEEP_ENDED:
            break
        incident = then.board.incidents.get(incident_id)
        if incident is None or incident.leaves_after != ended_at:
            then.add(private.EndForgotten(incident_id=incident_id))
            continue
        then.add(private.IncidentRetired(incident_id=incident_id))
    look_after(then)
    release_due(then)
    watch_small_cases(then)
    keep_standing_by(then)
    watch_coverage(then)


def fold(board: Board, events: Iterator[Event]) -> Board:
    """The board after all of the events."""
    for event in events:
        board = evolve(board, event)
    return board
