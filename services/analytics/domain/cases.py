"""Mediation's cases as its log tells them: enough to count outcomes and to name what is overdue (A6, A7)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from fengqiao.contracts import mediation as told
from services.analytics.domain.dossiers import coarse, instant, read_stream_fields, stream_fields, text
from services.analytics.domain.streams import Stream

SETTLED: Final = frozenset({"settled", "settled_on_scene"})
"""Outcomes of a case that count as resolved 化解."""
Deadline = Literal["plan", "mediation"]
Late = Literal["stage", "visit", "performance", "plan", "mediation"]


@dataclass(slots=True)
class Case:
    """Changed in place while a batch is folded. stage_since, due times: UTC. passed: which times have passed with
    nothing done, each with when it was. kept, broken: numbers of duties that were performed, and that were not.
    visits: when each that is to be made is due; visited: how many were made, in all rounds."""

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
    origin: str | None = None
    grade: str | None = None
    tier: int | None = None
    planned: bool = False
    mediators: tuple[str, ...] = ()
    sessions: int = 0
    first_session: str | None = None
    agreed_at: datetime | None = None
    perform_by: datetime | None = None
    duties: int = 0
    kept: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    performed: bool | None = None
    passed: tuple[tuple[Deadline, datetime], ...] = ()
    visits: tuple[datetime, ...] = ()
    visited: int = 0
    uncalm: int = 0
    asked: int = 0
    satisfied: int = 0
    escalated: int = 0
    prevented: bool = False
    outcome: str | None = None
    settled_on_scene: bool = False
    closed_at: datetime | None = None
    forgotten: bool = False

    def take(self, event: told.CaseEvent) -> None:
        if event.stage != self.stage:
            self.stage, self.stage_since = event.stage, event.at
        self.kind, self.opened_at = event.kind, event.opened_at
        self.grade, self.tier = event.grade or self.grade, event.tier or self.tier
        self.incident_id = event.incident_id or self.incident_id
        _take(self, event)
        if self.forgotten:
            self._forget()

    def _forget(self) -> None:
        """Leave what is counted of it, and nothing that leads to it: no incident, no names, no minutes."""
        self.incident_id = self.number = None
        self.mediators, self.visits, self.passed = (), (), ()
        self.perform_by = self.stage_since = None
        self.opened_at, self.agreed_at, self.closed_at = map(coarse, (self.opened_at, self.agreed_at, self.closed_at))

    def document(self) -> dict[str, Any]:
        return {
            "_id": self.id,
            "area": self.area,
            **stream_fields(self.stream),
            **{name: getattr(self, name) for name in _PLAIN},
            **{name: text(getattr(self, name)) for name in _INSTANTS},
            "mediators": list(self.mediators),
            "kept": list(self.kept),
            "broken": list(self.broken),
            "visits": [text(at) for at in self.visits],
            "passed": [[what, text(at)] for what, at in self.passed],
        }


_PLAIN: Final = (
    "kind",
    "stage",
    "incident_id",
    "number",
    "station",
    "grid_cell",
    "origin",
    "grade",
    "tier",
    "planned",
    "sessions",
    "first_session",
    "duties",
    "performed",
    "visited",
    "uncalm",
    "asked",
    "satisfied",
    "escalated",
    "prevented",
    "outcome",
    "settled_on_scene",
    "forgotten",
)
_INSTANTS: Final = ("stage_since", "opened_at", "agreed_at", "perform_by", "closed_at")


UNNUMBERED: Final = 0
"""Stands in `broken` for a duty whose number is not known."""


def read_case(document: Mapping[str, Any]) -> Case:
    """From what `Case.document` gave."""
    rest: dict[str, Any] = {name: document[name] for name in _PLAIN}
    rest |= {name: instant(document[name]) for name in _INSTANTS}
    visits = tuple(datetime.fromisoformat(at) for at in document["visits"])
    if "kept" in document:
        rest |= {"kept": tuple(document["kept"]), "broken": tuple(document["broken"])}
    else:
        visits, rest = visits[document["visited"] :], rest | _read_counted(document)
    return Case(
        id=document["_id"],
        area=document["area"],
        stream=read_stream_fields(document),
        mediators=tuple(document["mediators"]),
        visits=visits,
        passed=tuple((what, datetime.fromisoformat(at)) for what, at in document["passed"]),
        **rest,
    )


def _read_counted(document: Mapping[str, Any]) -> dict[str, Any]:
    """Of a document that counted duties (and left all visits in it): the first ones are taken for those performed."""
    performed = document["performed"]
    most = document["duties"] if performed else min(document["duties_done"], document["duties"])
    return {"kept": tuple(range(1, most + 1)), "broken": (UNNUMBERED,) if performed is False else ()}


def _take(case: Case, event: told.CaseEvent) -> None:
    match event:
        case told.CaseOpened():
            case.number, case.station, case.grid_cell = event.number, event.station, event.grid_cell
            case.origin, case.settled_on_scene = event.origin, event.settled_on_scene
        case told.CasePlanned():
            case.planned = True
            _done(case, "plan")
        case told.CaseReferred():
            case.mediators = event.mediators
            _done(case, "mediation")
        case told.CaseExtended() | told.CaseFailed():
            _done(case, "mediation")
        case told.CaseSessionHeld():
            case.sessions += 1
            case.first_session = case.first_session or event.outcome
            if event.mode == "public_order":
                _done(case, "mediation")
        case told.CaseAgreed():
            case.agreed_at, case.perform_by = event.at, event.perform_by
            case.duties, case.kept, case.broken = event.duties, (), ()
            case.performed = _performance(case)
            _done(case, "mediation")
        case told.CaseDisposed():
            case.outcome, case.prevented = event.outcome, bool(event.prevented)
            _done(case, "mediation")
            _done(case, "plan")
        case told.CasePerformed():
            _performed(case, event)
        case told.CaseControlled():
            case.visits = tuple(sorted(event.visits))
        case told.CaseDeadlinePassed():
            what = _DEADLINES.get(event.what)
            if what is not None:
                _done(case, what)
                case.passed = (*case.passed, (what, event.due_at))
        case told.CaseVisited():
            case.visits = _to_be_made(case, event)
            case.visited += 1
            case.uncalm += not event.calm
            case.asked += event.satisfied is not None
            case.satisfied += event.satisfied is True
        case told.CaseEscalated():
            case.escalated += 1
            _begin_again(case)
        case told.CaseClosed():
            case.outcome, case.closed_at = event.outcome, event.at
            if event.performed is not None:
                case.performed = event.performed
        case told.CaseForgotten():
            case.forgotten = True
        case _:
            pass


_DEADLINES: Final[Mapping[str, Deadline]] = {"plan": "plan", "people": "mediation", "public_order": "mediation"}
"""A duty that is late shows by `perform_by`; the right to ask a court for 司法确认 ends, and nothing is overdue."""


def _done(case: Case, what: Deadline) -> None:
    case.passed = tuple(one for one in case.passed if one[0] != what)


def _begin_again(case: Case) -> None:
    """One tier higher begins a new round: what the last one reached holds no more, what was done in it was done."""
    case.mediators, case.visits = (), ()
    case.agreed_at = case.perform_by = case.performed = case.outcome = None
    case.duties, case.kept, case.broken = 0, (), ()
    case.prevented = False
    _done(case, "mediation")


def _performed(case: Case, event: told.CasePerformed) -> None:
    """The last word about each duty counts; without a number it is about all of them. Without an agreement there is
    nothing to perform."""
    if case.agreed_at is None:
        return
    about = range(1, case.duties + 1) if event.duty is None else (event.duty,)
    kept, broken = set(case.kept).difference(about), set(case.broken).difference(about)
    if event.duty is None:
        broken.discard(UNNUMBERED)
    (kept if event.performed else broken).update(about)
    case.kept, case.broken = tuple(sorted(kept)), tuple(sorted(broken))
    case.performed = _performance(case)


def _performance(case: Case) -> bool | None:
    """One duty that was not performed decides; all are when each was. None: not known yet."""
    if case.broken:
        return False
    return True if set(case.kept).issuperset(range(1, case.duties + 1)) else None


def _to_be_made(case: Case, event: told.CaseVisited) -> tuple[datetime, ...]:
    """The visits that are left after this one: it is told by the time at which it was due, else it was the next."""
    left = list(case.visits)
    if event.due_at in left:
        left.remove(event.due_at)
    elif event.due_at is None:
        left = left[1:]
    return tuple(left)


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
        due = [at for at in case.visits if at < now] if case.stage == "in_control" else []
        if due:
            found.append(Overdue(case, "visit", due[0]))
        if case.perform_by is not None and case.performed is None and case.perform_by < now:
            found.append(Overdue(case, "performance", case.perform_by))
        found += [Overdue(case, what, since) for what, since in case.passed if since < now]
        days = stage_days.get(case.stage)
        if days is not None and case.stage_since is not None:
            until = case.stage_since + timedelta(days=days)
            if until < now:
                found.append(Overdue(case, "stage", until))
    order = {"red": 0, "orange": 1, "yellow": 2}
    return sorted(found, key=lambda late: (order.get(late.case.grade or "", 3), late.since, late.case.id))


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """Of the cases opened in a range. first_settled: agreed in the first session, or on the scene; asked: visits at
    which satisfaction was asked for; screened: found by grid workers, check-in calls or hazard rounds."""

    opened: int = 0
    ended: int = 0
    settled: int = 0
    mediated: int = 0
    first_settled: int = 0
    to_perform: int = 0
    performed: int = 0
    visits: int = 0
    calm_visits: int = 0
    asked: int = 0
    satisfied: int = 0
    red: int = 0
    red_planned: int = 0
    screened: int = 0
    prevented: int = 0


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
        asked=sum(case.asked for case in cases),
        satisfied=sum(case.satisfied for case in cases),
        red=sum(case.grade == "red" for case in cases),
        red_planned=sum(case.grade == "red" and case.planned for case in cases),
        screened=sum(case.origin == "screening" for case in cases),
        prevented=sum(case.prevented for case in cases),
    )
