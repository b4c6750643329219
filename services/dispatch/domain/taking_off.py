"""Taking units off an incident by order."""

from collections.abc import Collection

from fengqiao.contracts import dispatch as said
from fengqiao.contracts.commands import Command
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.sending import assignment_marks


def take_off(
    then: Happenings, incident_id: str, assignments: Collection[str], command: Command, *, again: bool
) -> None:
    """Cancel these assignments of the incident. again: their roles wait to be filled."""
    for assignment in then.board.incidents[incident_id].active:
        if assignment.id in assignments:
            incident = then.board.incidents[incident_id]
            then.add(
                said.AssignmentCancelled(
                    **assignment_marks(then, incident, assignment.id, command),
                    times=assignment.times,
                    reason=command.reason,
                    wanted_again=again,
                )
            )
