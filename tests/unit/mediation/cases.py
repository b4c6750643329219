"""Cases to begin from, and the short way to say what is done to them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fengqiao.contracts.disputes import DisputeReported
from fengqiao.contracts.model import Actor, PaperReference
from services.mediation.domain import commands as wish
from services.mediation.domain.case import Case, Signature
from services.mediation.domain.context import Context, Party
from services.mediation.domain.decide import decide, opening
from services.mediation.domain.evolve import fold
from services.mediation.domain.happenings import Happened
from services.mediation.domain.rules import Rules

CASE_ID = "gaoqiao-" + "a" * 26 + ".case"
NIGHT = datetime(2024, 10, 30, 15, 0, tzinfo=UTC)
"""23:00 in Changsha, after the brawl of S1."""
RULES = Rules(ZoneInfo("Asia/Shanghai"))
CREW = Actor(client="crew-YY", role="crew", unit="YY")
MEDIATOR = Actor(client="m-li", role="mediator")
PAPER = PaperReference(paper_id=f"{CASE_ID}/0", sha256="0" * 64)
BOTH = frozenset({"p1", "p2"})


def dispute(**changes: object) -> DisputeReported:
    said: dict[str, object] = {
        "case_id": CASE_ID,
        "area": "gaoqiao",
        "origin": "incident",
        "kind": "brawl",
        "reported_at": NIGHT,
        "by": CREW,
        "incident_id": "gaoqiao-" + "a" * 26,
        "number": "1042",
    }
    return DisputeReported.of({**said, **changes})


def context(
    after: timedelta = timedelta(hours=1),
    parties: frozenset[str] = BOTH,
    named: tuple[Party, ...] | None = None,
    **more: Any,
) -> Context:
    """named: instead of plain parties. more: fields of the context."""
    if named is None:
        named = tuple(Party(id) for id in sorted(parties))
    return replace(Context(NIGHT + after, RULES, MEDIATOR, named), **more)


def signed(*parties: str) -> tuple[Signature, ...]:
    return tuple(Signature(party=party, signed_at=NIGHT) for party in parties)


ASSESS = wish.Assess("yellow", PAPER)
REFER = wish.Refer(("m-li", "lawyer-wang"), "rule-of-law-gaoqiao")
TALK = wish.HoldSession("agreed")
FAIL = wish.HoldSession("failed")
AGREE = wish.Agree(
    PAPER, (wish.Promise("p1"), wish.Promise("p2")), NIGHT + timedelta(days=7), False, signed("p1", "p2")
)
SETTLE = wish.Dispose("settled")
PERFORMED = wish.RecordPerformance(True)
CONTROL = wish.Control()
VISITS = tuple(wish.RecordVisit(name, True) for name in ("3d", "30d", "3m"))
CLOSE = wish.Close()
S1: tuple[wish.Command, ...] = (ASSESS, REFER, TALK, AGREE, SETTLE, PERFORMED, CONTROL, *VISITS, CLOSE)
"""The whole way of the food-street brawl."""


def history(commands: Iterable[wish.Command], **changes: object) -> list[Happened]:
    """What happens to a reported dispute when these commands are given, an hour apart."""
    events = opening(dispute(**changes), NIGHT, RULES)
    for hour, command in enumerate(commands, 1):
        events += decide(fold(events), command, context(timedelta(hours=hour)))
    return events


def given(*commands: wish.Command, **changes: object) -> Case:
    """The case after these commands."""
    return fold(history(commands, **changes))
