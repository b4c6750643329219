"""Outcomes and the assessment of workers and mediators (M9, M10)."""

from fengqiao.contracts.model import Actor
from services.mediation.domain import commands as wish
from services.mediation.domain.case import Case
from services.mediation.domain.scoring import ScoreRules, mediator_scores, outcomes, worker_scores
from tests.unit.mediation.cases import AGREE, ASSESS, FAIL, REFER, S1, SETTLE, TALK, given

WORKER = Actor(client="grid-G03", role="gridworker")
CONTENT = (*S1[:9], wish.RecordVisit("3m", True, satisfied=True), S1[10])
SOUR = (*S1[:9], wish.RecordVisit("3m", True, satisfied=False), S1[10])
FAILED = (ASSESS, REFER, FAIL, wish.Dispose("failed"))
SECOND_TIME = (ASSESS, REFER, FAIL, TALK, AGREE, SETTLE)


def test_M9_shares_are_of_what_can_be_shared() -> None:
    ended = [given(*CONTENT), given(*SOUR), given(*FAILED), given(*SECOND_TIME), given(wish.Dispose("withdrawn"))]
    told = outcomes(9, ended)
    assert (told.opened, told.disposed, told.settled) == (9, 5, 3)
    assert told.resolution_rate == 0.75, "one that was withdrawn is no failure"
    assert told.first_session_rate == 0.5, "two of four that were held"
    assert told.performance_rate == 1.0, "of those of which it is known"
    assert told.satisfaction_rate == 0.5
    assert told.by_grade == {"yellow": 4, "ungraded": 1}
    nothing = outcomes(0, [])
    assert (nothing.resolution_rate, nothing.satisfaction_rate) == (None, None)


def test_M10_S11_a_grid_worker_is_counted_for_reports_hazards_and_what_was_resolved() -> None:
    found = given(*CONTENT, origin="screening", by=WORKER)
    assert (found.found_by, found.source) == ("grid_worker", "initiative")
    failed = given(*FAILED, origin="screening", by=WORKER)
    crew = given(*CONTENT)
    [score] = worker_scores(ScoreRules(), [found, failed, crew], [found, failed, crew], ["grid-G03"])
    assert (score.id, dict(score.counts)) == ("grid-G03", {"reports": 2, "hazards": 1, "resolved": 1})
    assert score.points == 2 * 1 + 1 * 2 + 1 * 5


def _settled(mediator: str) -> Case:
    steps = (ASSESS, wish.Refer((mediator,), "room"), TALK, AGREE, SETTLE)
    return given(*steps)


def test_M10_gold_mediators_of_a_year_have_settled_enough_of_what_they_handled() -> None:
    lost = given(ASSESS, wish.Refer(("careless",), "room"), FAIL, wish.Dispose("failed"))
    ended = [_settled("gold")] * 12 + [_settled("careless")] * 12 + [lost] * 2 + [_settled("new")] * 3
    scores = {score.id: score for score in mediator_scores(ScoreRules(), ended, yearly=True)}
    assert scores["gold"].gold
    assert not scores["careless"].gold, "two of fourteen were lost"
    assert not scores["new"].gold, "three are too few"
    assert not any(score.gold for score in mediator_scores(ScoreRules(), ended))
