"""Outcomes (M9) and the assessment 考核 of grid workers and mediators (M10), from what cases and hazards say.

Works on rows, one a case or hazard, so that nobody's name is needed: parties may have been erased long before.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from services.mediation.domain.case import Case

WORKER_COUNTS: Final = ("reports", "hazards", "resolved")
MEDIATOR_COUNTS: Final = ("handled", "settled", "first_session", "performed", "satisfied")


@dataclass(frozen=True, slots=True)
class ScoreRules:
    """worker, mediator: points for each thing that is counted. A gold mediator 金牌调解员 of a year has settled
    `gold_settled` cases and `gold_rate` of what he handled, and is among the first `gold_places`."""

    worker: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType({"reports": 1.0, "hazards": 2.0, "resolved": 5.0})
    )
    mediator: Mapping[str, float] = field(
        default_factory=lambda: MappingProxyType(
            {"handled": 1.0, "settled": 5.0, "first_session": 2.0, "performed": 2.0, "satisfied": 1.0}
        )
    )
    gold_places: int = 3
    gold_settled: int = 10
    gold_rate: float = 0.95


@dataclass(frozen=True, slots=True)
class Score:
    id: str
    counts: Mapping[str, int]
    points: float
    gold: bool = False


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Of the cases that were disposed of in a time. Shares are None where there is nothing to share."""

    opened: int
    disposed: int
    settled: int
    by_grade: Mapping[str, int]
    resolution_rate: float | None
    first_session_rate: float | None
    performance_rate: float | None
    satisfaction_rate: float | None


SETTLED: Final = ("settled", "settled_on_scene")


def settled(case: Case) -> bool:
    return case.outcome in SETTLED


def satisfied(case: Case) -> bool | None:
    """As the last visit that asked found it."""
    told = [visit for visit in case.visits if visit.satisfied is not None and visit.visited_at is not None]
    return max(told, key=lambda visit: (visit.visited_at, visit.due_at)).satisfied if told else None


def outcomes(opened: int, ended: Iterable[Case]) -> Outcomes:
    """opened: how many were opened in the time. ended: the cases that were disposed of in it."""
    cases = list(ended)
    by_grade: dict[str, int] = defaultdict(int)
    for case in cases:
        by_grade[case.grade or "ungraded"] += 1
    return Outcomes(
        opened=opened,
        disposed=len(cases),
        settled=sum(map(settled, cases)),
        by_grade=dict(by_grade),
        resolution_rate=_share(settled(case) for case in cases if case.outcome not in ("withdrawn", "transferred")),
        first_session_rate=_share(
            case.first_session_success for case in cases if case.first_session_success is not None
        ),
        performance_rate=_share(
            case.agreement.performed for case in cases if case.agreement and case.agreement.performed is not None
        ),
        satisfaction_rate=_share(told for told in map(satisfied, cases) if told is not None),
    )


def _share(told: Iterable[bool | None]) -> float | None:
    answers = [bool(one) for one in told]
    return round(sum(answers) / len(answers), 4) if answers else None


def worker_scores(
    rules: ScoreRules, opened: Iterable[Case], ended: Iterable[Case], hazards: Iterable[str]
) -> list[Score]:
    """Grid workers, the best first. hazards: who found each one."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(WORKER_COUNTS, 0))
    for case in opened:
        if worker := _reporter(case):
            counts[worker]["reports"] += 1
    for case in ended:
        if (worker := _reporter(case)) and settled(case):
            counts[worker]["resolved"] += 1
    for worker in hazards:
        counts[worker]["hazards"] += 1
    return _ranked(counts, rules.worker)


def _reporter(case: Case) -> str | None:
    by = case.reported_by
    return by.client if by is not None and by.role == "gridworker" else None


def mediator_scores(rules: ScoreRules, ended: Iterable[Case], *, yearly: bool = False) -> list[Score]:
    """Mediators, the best first. yearly: gold mediators are named."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(MEDIATOR_COUNTS, 0))
    for case in ended:
        for mediator in case.settled_by:
            mine = counts[mediator]
            mine["handled"] += 1
            if not settled(case):
                continue
            mine["settled"] += 1
            mine["first_session"] += case.first_session_success is True
            mine["performed"] += case.agreement is not None and case.agreement.performed is True
            mine["satisfied"] += satisfied(case) is True
    scores = _ranked(counts, rules.mediator)
    if not yearly:
        return scores
    able = [
        score.id
        for score in scores
        if score.counts["settled"] >= rules.gold_settled
        and score.counts["settled"] >= rules.gold_rate * score.counts["handled"]
    ]
    gold = set(able[: rules.gold_places])
    return [Score(score.id, score.counts, score.points, score.id in gold) for score in scores]


def _ranked(counts: Mapping[str, Mapping[str, int]], weights: Mapping[str, float]) -> list[Score]:
    scores = [
        Score(id, dict(mine), round(sum(weights.get(name, 0.0) * count for name, count in mine.items()), 2))
        for id, mine in counts.items()
    ]
    return sorted(scores, key=lambda score: (-score.points, score.id))
