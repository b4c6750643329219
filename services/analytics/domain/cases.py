"""Mediation's cases as its log tells them: enough to count outcomes and to name what is overdue (A6, A7).

A case is a stream of its own, so its document holds the case, its last number and what is missing of it. Like a
register it is a function of the log up to `applied`. Parties and words are never in these events.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from fengqiao.contracts import mediation as told
from services.analytics.domain.streams import Gap, Stream

SETTLED: Final = frozenset({"settled", "settled_on_scene"})
"""Outcomes of a case that count as resolved 化解."""
Late = Literal["stage", "visit", "performance"]


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """One record of `mediation`. event: None where nothing in it counts."""

    case_id: str
    area: str
    partition: int
    offset: int
    sequence: int
    at: datetime
    event: told.CaseEvent | None


@dataclass(slots=True)
class Case:
    """Changed in place while a batch is folded. stage_since, due times: UTC. visits: when each is due."""

    id: str
    area: str
    stream: Stream
    kind: str = ""
    stage: str = ""
    stage_since: datetime | None = None
    opened_at: datetime | None = None
    incident_id: str | None = None
    number: str | None = None
    station: str | None = None
    grid_cell: str | None = None
    grade: str | None = None
    tier: int | None = None
    mediators: tuple[str, ...] = ()
    sessions: int = 0
    first_session: str | None = None
    agreed_at: datetime | None = None
    perform_by: datetime | None = None
    duties: int = 0
    duties_done: int = 0
    performed: bool | None = None
    visits: tuple[datetime, ...] = ()
    visited: int = 0
    uncalm: int = 0
    escalated: int = 0
    outcome: str | None = None
    settled_on_scene: bool = False
    closed_at: datetime | None = None

    def document(self) -> dict[str, Any]:
        return {
            "_id": self.id,
            "area": self.area,
            "partition": self.stream.partition,
            "applied": self.stream.offset,
            "last": self.stream.last,
            "gaps": [[gap.first, gap.last, gap.noticed_at.astimezone(UTC).isoformat()] for gap in self.stream.gaps],
            **{name: getattr(self, name) for name in _PLAIN},
            **{name: _text(getattr(self, name)) for name in _INSTANTS},
            "mediators": list(self.mediators),
            "visits": [_text(at) for at in self.visits],
        }


_PLAIN: Final = (
    "kind",
    "stage",
    "incident_id",
    "number",
    "station",
    "grid_cell",
    "grade",
    "tier",
    "sessions",
    "first_session",
    "duties",
    "duties_done",
    "performed",
    "visited",
    "uncalm",
    "escalated",
    "outcome",
    "settled_on_scene",
)
_INSTANTS: Final = ("stage_since", "opened_at", "agreed_at", "perform_by", "closed_at")


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def read_case(document: Mapping[str, Any]) -> Case:
    """From what `Case.document` gave."""
    gaps = tuple(Gap(first, last, datetime.fromisoformat(at)) for first, last, at in document["gaps"])
    stream = Stream("mediation", document["_id"], document["partition"], document["applied"], document["last"], gaps)
    rest: dict[str, Any] = {name: document[name] for name in _PLAIN}
    for name in _INSTANTS:
        rest[name] = None if document[name] is None else datetime.fromisoformat(document[name])
    return Case(
        id=document["_id"],
        area=document["area"],
        stream=stream,
        mediators=tuple(document["mediators"]),
        visits=tuple(datetime.fromisoformat(at) for at in document["visits"]),
        **rest,
    )


def fold_cases(records: Iterable[CaseRecord], stored: Mapping[str, Case]) -> tuple[dict[str, Case], int, int]:
    """The cases that the records change, and how many were repeats and gaps. Those of `stored` are changed in place."""
    changed: dict[str, Case] = {}
    repeats = gaps = 0
    for record in records:
        case = stored.get(record.case_id) or changed.get(record.case_id)
        if case is None:
            case = Case(record.case_id, record.area, Stream("mediation", record.case_id, record.partition))
        if record.offset <= case.stream.offset:
            continue
        changed[record.case_id] = case
        case.stream.offset = record.offset
        seen = case.stream.see(record.sequence, record.at)
        repeats += seen == "repeat"
        gaps += seen == "gap"
        if seen != "repeat" and record.event is not None:
            _take(case, record.event)
    return changed, repeats, gaps


def _take(case: Case, event: told.CaseEvent) -> None:
    if event.stage != case.stage:
        case.stage, case.stage_since = event.stage, event.at
    case.kind, case.opened_at = event.kind, event.opened_at
    case.grade, case.tier = event.grade or case.grade, event.tier or case.tier
    case.incident_id = event.incident_id or case.incident_id
    match event:
        case told.CaseOpened():
            case.number, case.station, case.grid_cell = event.number, event.station, event.grid_cell
            case.settled_on_scene = event.settled_on_scene
        case told.CaseReferred():
            case.mediators = event.mediators
        case told.CaseSessionHeld():
            case.sessions += 1
            case.first_session = case.first_session or event.outcome
        case told.CaseAgreed():
            case.agreed_at, case.perform_by, case.performed = event.at, event.perform_by, None
            case.duties, case.duties_done = event.duties, 0
        case told.CaseDisposed():
            case.outcome = event.outcome
        case told.CasePerformed():
            _performed(case, event)
        case told.CaseControlled():
            case.visits, case.visited = tuple(sorted(event.visits)), 0
        case told.CaseVisited():
            case.visited += 1
            case.uncalm += not event.calm
        case told.CaseEscalated():
            case.escalated += 1
        case told.CaseClosed():
            case.outcome, case.closed_at = event.outcome, event.at
        case _:
            pass


def _performed(case: Case, event: told.CasePerformed) -> None:
    """One duty that was not performed decides; all are when each was told of, or all of them at once."""
    if not event.performed:
        case.performed = False
    elif event.duty is None:
        case.performed = True
    else:
        case.duties_done += 1
        if case.performed is None and case.duties_done >= case.duties:
            case.performed = True


@dataclass(frozen=True, slots=True)
class Overdue:
    """A case that waits for something too long. since: when it should have been done."""

    case: Case
    what: Late
    since: datetime


def overdue(cases: Iterable[Case], now: datetime, stage_days: Mapping[str, int]) -> list[Overdue]:
    """What is late at `now`, the gravest grade first, then the longest wait."""
    found = []
    for case in cases:
        if case.closed_at is not None or case.stage == "closed":
            continue
        due = [at for at in case.visits[case.visited :] if at < now] if case.stage == "in_control" else []
        if due:
            found.append(Overdue(case, "visit", due[0]))
        if case.perform_by is not None and case.performed is None and case.perform_by < now:
            found.append(Overdue(case, "performance", case.perform_by))
        days = stage_days.get(case.stage)
        if days is not None and case.stage_since is not None:
            until = case.stage_since + timedelta(days=days)
            if until < now:
                found.append(Overdue(case, "stage", until))
    order = {"red": 0, "orange": 1, "yellow": 2}
    return sorted(found, key=lambda late: (order.get(late.case.grade or "", 3), late.since, late.case.id))


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """Of the cases opened in a range. first_settled: agreed in the first session, or on the scene."""

    opened: int = 0
    ended: int = 0
    settled: int = 0
    mediated: int = 0
    first_settled: int = 0
    to_perform: int = 0
    performed: int = 0
    visits: int = 0
    calm_visits: int = 0
    red: int = 0


def count_cases(cases: Sequence[Case]) -> CaseCounts:
    """An agreement counts as one to perform once its day has come or its performance is known."""
    ended = [case for case in cases if case.closed_at is not None or case.outcome is not None]
    mediated = [case for case in cases if case.first_session is not None or case.settled_on_scene]
    performing = [case for case in cases if case.performed is not None]
    return CaseCounts(
        opened=len(cases),
        ended=len(ended),
        settled=sum(case.outcome in SETTLED for case in ended),
        mediated=len(mediated),
        first_settled=sum(case.settled_on_scene or case.first_session == "agreed" for case in mediated),
        to_perform=len(performing),
        performed=sum(case.performed is True for case in performing),
        visits=sum(case.visited for case in cases),
        calm_visits=sum(case.visited - case.uncalm for case in cases),
        red=sum(case.grade == "red" for case in cases),
    )
