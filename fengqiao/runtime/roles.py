"""Who may do what: the one table of roles and scopes. A token carries a role's scopes or fewer, never
more.
"""

from types import MappingProxyType
from typing import Final, Literal, get_args

Scope = Literal[
    "incidents:write",
    "incidents:read",
    "report:read",
    "personal:read",
    "disputes:write",
    "places:read",
    "dispatch:read",
    "dispatch:command",
    "assignments:command",
    "positions:write",
    "units:write",
    "papers:read",
    "journal:read",
    "cases:read",
    "cases:write",
    "parties:write",
    "analytics:read",
    "bulletins:write",
    "stream:read",
    "audit:read",
]
Role = Literal[
    "integrator",
    "gridworker",
    "dispatcher",
    "supervisor",
    "crew",
    "mediator",
    "analyst",
    "subscriber",
    "admin",
    "service",
]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
ROLES: Final[tuple[Role, ...]] = get_args(Role)

MEANING: Final[MappingProxyType[Scope, str]] = MappingProxyType(
    {
        "incidents:write": "report, change and cancel one's own incidents; dispatchers any of their area",
        "incidents:read": "what became of an incident one has sent; dispatchers any of their area",
        "report:read": "the words of a report (crews: of the incidents they are assigned to)",
        "personal:read": "who called; parties of a case unmasked. Every read is audited",
        "disputes:write": "report a dispute without a call; find and check hazards, record check-in calls",
        "places:read": "look an address up; sources, categories, areas",
        "dispatch:read": "incidents, units and boards as dispatch sees them",
        "dispatch:command": "assign, reassign, hold, merge, reopen, escalate",
        "assignments:command": "acknowledge, en route, on scene, clear, decline (crews: their own unit's)",
        "positions:write": "send positions (crews: their own unit's)",
        "units:write": "on and off duty, emergency (crews: their own unit's)",
        "papers:read": "notes, reasons and feedback forms. Every read is audited",
        "journal:read": "the decisions of an area, entry by entry",
        "cases:read": "mediation cases, what is due, mediators, scores",
        "cases:write": "open a case and take it through its stages",
        "parties:write": "name the parties of a dispute",
        "analytics:read": "response times, comparisons, heat map, warnings, rankings",
        "bulletins:write": "have a bulletin made now",
        "stream:read": "the live stream and its snapshot",
        "audit:read": "who has read personal data",
    }
)

_DISPATCHER: Final[tuple[Scope, ...]] = (
    "incidents:write",
    "incidents:read",
    "report:read",
    "disputes:write",
    "places:read",
    "dispatch:read",
    "dispatch:command",
    "assignments:command",
    "positions:write",
    "units:write",
    "cases:read",
    "analytics:read",
    "stream:read",
)

TABLE: Final[MappingProxyType[Role, frozenset[Scope]]] = MappingProxyType(
    {
        "integrator": frozenset({"incidents:write", "incidents:read", "places:read"}),
        "gridworker": frozenset(
            {
                "incidents:write",
                "incidents:read",
                "disputes:write",
                "parties:write",
                "places:read",
                "cases:read",
            }
        ),
        "dispatcher": frozenset(_DISPATCHER),
        "supervisor": frozenset(
            {*_DISPATCHER, "personal:read", "papers:read", "journal:read", "bulletins:write", "audit:read"}
        ),
        "crew": frozenset(
            {
                "dispatch:read",
                "assignments:command",
                "positions:write",
                "units:write",
                "report:read",
                "parties:write",
                "places:read",
            }
        ),
        "mediator": frozenset({"cases:read", "cases:write", "parties:write", "personal:read", "disputes:write"}),
        "analyst": frozenset({"analytics:read", "bulletins:write", "cases:read"}),
        "subscriber": frozenset({"stream:read", "dispatch:read"}),
        "admin": frozenset(SCOPES),
        # The command room asks the others for what its page shows; nothing of ours needs to write as itself.
        "service": frozenset({"incidents:read", "dispatch:read", "cases:read", "analytics:read", "places:read"}),
    }
)


def scopes_of(role: Role) -> frozenset[Scope]:
    """The scopes of `role`."""
    return TABLE[role]


def as_markdown() -> str:
    """The table for the guides: a row a scope, a column a role."""
    head = f"| scope | allows | {' | '.join(ROLES)} |\n|---|---|{'---|' * len(ROLES)}\n"
    rows = []
    for scope in SCOPES:
        marks = " | ".join("●" if scope in TABLE[role] else " " for role in ROLES)
        rows.append(f"| `{scope}` | {MEANING[scope]} | {marks} |\n")
    return head + "".join(rows)
