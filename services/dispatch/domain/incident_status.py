"""All transitions of an incident, in one table, beside that of its assignments. Code asks the table; tests walk it.

While it is worked on, its status says who is on it: active (nobody yet), queued, resources_assigned,
resources_enroute, resources_onscene. The table calls these five `working`: no order leads from one to another, the
assignments do. `mark` orders change no status; they are here so that what is refused can say what is allowed.
"""

from typing import Final, get_args

from fengqiao.contracts.states import IncidentStatus

WORKING: Final[frozenset[IncidentStatus]] = frozenset(
    {"active", "queued", "resources_assigned", "resources_enroute", "resources_onscene"}
)
ENDED: Final[frozenset[IncidentStatus]] = frozenset({"closed", "cancelled", "merged"})

_TABLE: Final = """
    state             | order         -> state
    -                 | open          -> working
    working           | assign        -> working
    working           | reassign      -> working
    working           | hold          -> held
    working           | merge         -> merged
    working           | merge_target  -> working
    working           | urge          -> working
    working           | cancel        -> cancelled
    working           | feedback      -> working
    working           | close         -> closed
    working           | await_form    -> awaiting_feedback
    held              | release       -> working
    held              | assign        -> working
    held              | reassign      -> working
    held              | hold          -> held
    held              | merge         -> merged
    held              | merge_target  -> held
    held              | urge          -> held
    held              | cancel        -> cancelled
    awaiting_feedback | feedback      -> awaiting_feedback
    awaiting_feedback | close         -> closed
    awaiting_feedback | reopen        -> working
    closed            | feedback      -> closed
    closed            | reopen        -> working
    cancelled         | reopen        -> working
    merged            | unmerge       -> working
"""
# A note, a link and a version of the category are taken at any time: a review comes after the end.
ALWAYS: Final = ("note", "link", "category")
_INWARD: Final = frozenset({"open", "close", "await_form", "merge_target"})
"""What nobody orders by that name: the rules do, or another incident's order."""


def _parse(table: str) -> dict[tuple[str, str], str]:
    known = {"-", "working", *get_args(IncidentStatus)}
    rows = {}
    for line in table.strip().splitlines()[1:]:
        state, _, rest = line.partition("|")
        order, _, after = rest.partition("->")
        assert {state.strip(), after.strip()} <= known, line
        rows[state.strip(), order.strip()] = after.strip()
    return rows


TRANSITIONS: Final = _parse(_TABLE)


def _row(status: str) -> str:
    return "working" if status in WORKING else status


def after(status: str, order: str) -> str | None:
    """The status after `order` (`working`: as its assignments say), or None where the table does not allow it."""
    if order in ALWAYS:
        return _row(status)
    return TRANSITIONS.get((_row(status), order))


def allowed(status: str) -> tuple[str, ...]:
    """The orders that may be given in `status`."""
    row = _row(status)
    return (*(order for (before, order) in TRANSITIONS if before == row and order not in _INWARD), *ALWAYS)
