"""All transitions of an assignment, in one table. Code asks the table; tests walk it; the guide draws it."""

from typing import Final, get_args

from fengqiao.contracts.states import AssignmentStatus

_TABLE: Final = """
    state         | event        -> state
    -             | assigned     -> assigned
    assigned      | received     -> assigned
    assigned      | acknowledged -> acknowledged
    assigned      | en_route     -> en_route
    assigned      | on_scene     -> on_scene
    acknowledged  | en_route     -> en_route
    acknowledged  | on_scene     -> on_scene
    en_route      | on_scene     -> on_scene
    on_scene      | cleared      -> cleared
    assigned      | declined     -> declined
    acknowledged  | declined     -> declined
    en_route      | declined     -> declined
    assigned      | timed_out    -> timed_out
    acknowledged  | timed_out    -> timed_out
    en_route      | timed_out    -> timed_out
    assigned      | diverted     -> diverted
    acknowledged  | diverted     -> diverted
    en_route      | diverted     -> diverted
    assigned      | cancelled    -> cancelled
    acknowledged  | cancelled    -> cancelled
    en_route      | cancelled    -> cancelled
    on_scene      | cancelled    -> cancelled
"""
# `received` is the terminal's word, not the crew's: the assignment stays what it is. Whoever is diverted goes on to
# the graver call by an assignment of its own.
# A crew that reports by radio, or whose terminal was out of reach, may skip a step; it never goes back.


def _parse(table: str) -> dict[tuple[str, str], AssignmentStatus]:
    known: tuple[AssignmentStatus, ...] = get_args(AssignmentStatus)
    by_name = {status: status for status in known}
    rows = {}
    for line in table.strip().splitlines()[1:]:
        state, _, rest = line.partition("|")
        event, _, after = rest.partition("->")
        rows[state.strip(), event.strip()] = by_name[after.strip()]  # type: ignore[index]  # a wrong word is a KeyError
    return rows


TRANSITIONS: Final = _parse(_TABLE)
ACTIVE: Final = frozenset({"assigned", "acknowledged", "en_route", "on_scene"})
"""States in which the unit is held."""


def after(state: str, event: str) -> AssignmentStatus | None:
    """The state after `event`, or None where the table does not allow it."""
    return TRANSITIONS.get((state, event))


def allowed(state: str) -> tuple[str, ...]:
    """The events that the table allows in `state`."""
    return tuple(event for (before, event) in TRANSITIONS if before == state)
