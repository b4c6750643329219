"""All stages of a case, in one table: screen 排查, assess 评估, refer 流转, resolve 化解, dispose 处置, control 管控,
follow up 回访 (M2). Code asks the table; tests walk it; the guide draws it."""

from typing import Final, get_args

from fengqiao.contracts.mediation import Stage

_TABLE: Final = """
    stage         | event        -> stage
    -             | opened       -> screened
    screened      | assessed     -> assessed
    assessed      | assessed     -> assessed
    assessed      | raised       -> assessed
    referred      | raised       -> referred
    in_resolution | raised       -> in_resolution
    disposed      | raised       -> disposed
    in_control    | raised       -> in_control
    followed_up   | raised       -> followed_up
    assessed      | planned      -> assessed
    referred      | planned      -> referred
    in_resolution | planned      -> in_resolution
    assessed      | referred     -> referred
    referred      | referred     -> referred
    in_resolution | referred     -> referred
    referred      | extended     -> referred
    in_resolution | extended     -> in_resolution
    referred      | session-held -> in_resolution
    in_resolution | session-held -> in_resolution
    in_resolution | agreed       -> in_resolution
    in_resolution | confirmed    -> in_resolution
    disposed      | confirmed    -> disposed
    in_control    | confirmed    -> in_control
    followed_up   | confirmed    -> followed_up
    screened      | disposed     -> disposed
    assessed      | disposed     -> disposed
    referred      | disposed     -> disposed
    in_resolution | disposed     -> disposed
    disposed      | performed    -> disposed
    in_control    | performed    -> in_control
    followed_up   | performed    -> followed_up
    disposed      | controlled   -> in_control
    followed_up   | controlled   -> in_control
    in_control    | visited      -> in_control
    in_control    | last-visited -> followed_up
    assessed      | escalated    -> assessed
    referred      | escalated    -> assessed
    in_resolution | escalated    -> assessed
    disposed      | escalated    -> assessed
    in_control    | escalated    -> assessed
    followed_up   | escalated    -> assessed
    disposed      | closed       -> closed
    followed_up   | closed       -> closed
    closed        | forgotten    -> closed
    any           | completed    -> same
    any           | repeated     -> same
    any           | fell-due     -> same
    any           | notified     -> same
"""
# A quarrel that flares up again goes back to be referred, one tier higher. A case leaves by `closed` only; after that
# its parties are forgotten. `any` is every stage but the start: what the system itself finds out moves no case.

START: Final = "-"
COMMANDS: Final = {
    "assess": "assessed",
    "plan": "planned",
    "refer": "referred",
    "extend": "extended",
    "sessions": "session-held",
    "agreement": "agreed",
    "confirmation": "confirmed",
    "dispose": "disposed",
    "performance": "performed",
    "control": "controlled",
    "visits": "visited",
    "escalate": "escalated",
    "close": "closed",
}
"""What each command, by its name in the interface, makes happen."""


def _parse(table: str) -> dict[tuple[str, str], Stage]:
    known: tuple[Stage, ...] = get_args(Stage)
    by_name: dict[str, Stage] = {stage: stage for stage in known}
    rows: dict[tuple[str, str], Stage] = {}
    for line in table.strip().splitlines()[1:]:
        before, _, rest = (part.strip() for part in line.partition("|"))
        event, _, after = (part.strip() for part in rest.partition("->"))
        if before == "any":
            rows |= {(stage, event): stage for stage in known}
        else:
            rows[before, event] = by_name[after]
    return rows


TRANSITIONS: Final = _parse(_TABLE)


def after(stage: str, event: str) -> Stage | None:
    """The stage after `event`, or None where the table does not allow it."""
    return TRANSITIONS.get((stage, event))


def possible(stage: str) -> tuple[str, ...]:
    """The commands that the table allows in `stage`."""
    return tuple(command for command, event in COMMANDS.items() if (stage, event) in TRANSITIONS)
