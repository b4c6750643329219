"""What the tests of orders have in common: an area with data on how things are handled, and short ways to order."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

from fengqiao.contracts.feedback import FeedbackCounts, FeedbackForm, FeedbackLosses
from fengqiao.contracts.model import Category, Event, PaperReference
from services.dispatch.domain.board import Incident
from services.dispatch.domain.handling import FormRule, Handling, Result
from tests.unit.dispatch.area import FORCES, Area, incident

E = TypeVar("E", bound=Event)
PAPER = PaperReference(paper_id="testarea-p", sha256="0" * 64)
HANDLING = Handling(
    results={
        one.code: one
        for one in (
            Result("当场调解", None, "当场调解", "Settled on the spot", solves=True),
            Result("未发现", None, "未发现", "Nothing found", solves=False, exempt=True),
            Result("受理案件", None, "受理案件", "Case accepted", solves=False),
        )
    },
    forms=(
        FormRule(("0204",), due=True, require=("losses.lost_yuan", "described")),
        FormRule(("020301",), due=False, require=("counts.injured",)),
    ),
    small={"0610": timedelta(hours=24)},
)


def category(code: str) -> Category:
    return Category(code=code, name_zh="类", name_en="Kind", version="t1")


def area_with_rules(seconds: Mapping[str, float] | None = None) -> Area:
    return Area(forces=replace(FORCES, handling=HANDLING), seconds=seconds or {})


def form(kind: str = "final", result: str | None = "受理案件", **more: Any) -> FeedbackForm:
    losses = FeedbackLosses(lost_yuan=more.pop("lost", None))
    counts = FeedbackCounts(injured=more.pop("injured", None))
    return FeedbackForm.model_validate({"kind": kind, "result": result, "counts": counts, "losses": losses, **more})


def on_board(area: Area, name: str) -> Incident:
    return area.board.incidents[incident(name)]


def only(area: Area, kind: type[E]) -> E:
    found = [event for event in area.events if isinstance(event, kind)]
    assert len(found) == 1, area.told()
    return found[0]
