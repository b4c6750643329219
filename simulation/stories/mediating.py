"""How a quarrel is settled in a story: somebody reports it, its parties are named, a mediator takes it step by step."""

from datetime import timedelta
from typing import Any

from fengqiao.client.fengqiao import Fengqiao
from fengqiao.runtime.roles import Role
from simulation.stories.stage import Stage

COLOURS = {"yellow": "yellow (ordinary)", "orange": "orange (difficult)", "red": "red (major)"}


async def reported(stage: Stage, story: str, role: Role, **dispute: Any) -> str:
    """Report a quarrel without a call as somebody with that role, wait until it is a case; the case's id."""
    reporter = await stage.person(role)
    key = f"{story}-{stage.clock.now():%Y%m%dT%H%M%S%f}"
    accepted = await reporter.intake.dispute(area=stage.area, external_id=key, **dispute)
    mediator = await stage.person("mediator")
    await stage.until("the case", lambda: mediator.mediation.case(accepted["case_id"]))
    return str(accepted["case_id"])


def telephones(stage: Stage, count: int) -> list[str]:
    """Telephones of people who are in no other story: those who quarrel again are graded higher."""
    run = int(stage.clock.now().timestamp() * 1000) % 10**7
    return [f"139{n}{run:07d}" for n in range(count)]


class Mediating:
    """A mediator on one case, who says what is done."""

    def __init__(self, stage: Stage, mediator: Fengqiao, case_id: str) -> None:
        self._stage = stage
        self._mediator = mediator
        self.case_id = case_id

    @classmethod
    async def of(cls, stage: Stage, case_id: str) -> "Mediating":
        return cls(stage, await stage.person("mediator"), case_id)

    @classmethod
    async def brought(cls, stage: Stage, case_id: str, unit: str, *names: str) -> "Mediating":
        """The crew that ended the incident names whom it brings, while the dispute may still be on its way."""
        crew = await stage.person("crew", unit)
        for name in names:
            await crew.mediation.add_party(case_id, {"name": name})
        mediating = await cls.of(stage, case_id)
        await stage.until("the case", mediating.case)
        return mediating

    async def parties(self, *names: str, phones: list[str] | None = None) -> None:
        for number, name in enumerate(names):
            phone = {} if phones is None else {"phone": phones[number]}
            await self._mediator.mediation.add_party(self.case_id, {"name": name, **phone})

    async def take(self, step: str, words: str, **body: Any) -> dict[str, Any]:
        """One step; said with these words, in which `{grade}`, `{venue}` … are the case's own."""
        case = await self._mediator.mediation.take(self.case_id, step, body)
        told = {**case, "grade": COLOURS.get(case.get("grade", ""), "not")}
        self._stage.say(self._stage.clock.now(), "mediator", words.format(**told))
        return case

    async def case(self) -> dict[str, Any]:
        return await self._mediator.mediation.case(self.case_id)

    async def agree(self, facts: str, *duties: str, place: str, manner: str = "当面履行", days: int = 7) -> None:
        """Both sign an agreement; duty n is the nth party's."""
        await self.take(
            "agreement",
            "has the agreement signed by both",
            facts=facts,
            duties=[{"text": text, "party": f"p{number}"} for number, text in enumerate(duties, 1)],
            manner=manner,
            place=place,
            deadline=(self._stage.clock.now() + timedelta(days=days)).isoformat(),
            signatures=[{"party": "p1"}, {"party": "p2"}],
        )
