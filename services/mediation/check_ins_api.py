"""Check-in calls over REST: the list of a day, and what each call found."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from fengqiao.contracts import ids
from fengqiao.contracts.disputes import DisputeReported
from fengqiao.geo.areas import Area
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.failpoints import failpoint
from fengqiao.runtime.problems import NotFound, Unprocessable, problem_responses
from services.mediation import answers, requests
from services.mediation.case_desk import CaseDesk, actor
from services.mediation.case_store import store_in_time
from services.mediation.cases_api import Caller, OptionalKey, cell_location, json
from services.mediation.check_ins import CheckIns, called, recorded
from services.mediation.domain.decide import opening
from services.mediation.domain.happenings import Opened
from services.mediation.domain.rules import Rules
from services.mediation.jurisdiction import Jurisdiction
from services.mediation.kind_check import check_kind
from services.mediation.papers import write
from services.mediation.party_marks import PartyMarks
from services.mediation.sent import sent

LATEST: Final = timedelta(days=7)
"""How long after a day its calls may be entered."""


def router(
    check_ins: CheckIns,
    cases: CaseDesk,
    areas: Mapping[str, Area],
    marks: PartyMarks,
    clock: Clock,
    rules: Mapping[str, Rules],
) -> APIRouter:
    """areas: those that this installation serves, rules: theirs."""
    routes = APIRouter(tags=["check-ins"])
    whose = Jurisdiction(areas)

    def today(area: str) -> date:
        return clock.now().astimezone(rules[area].timezone).date()

    def answer(area: str, day: date, calls: Mapping[str, Mapping[str, Any]]) -> answers.CheckIns:
        rows = called(rules[area], day, calls, clock.now())
        items = [
            answers.CheckIn(
                contact=row.point.id,
                name_zh=row.point.name_zh,
                name_en=row.point.name_en,
                grid_cell=row.point.grid_cell,
                worker=row.point.worker,
                state=row.state,
                attempts=row.attempts,
                at=row.at,
                by=row.by,
                case_id=row.case_id,
            )
            for row in rows
        ]
        counts = {
            state: sum(row.state == state for row in rows) for state in ("waiting", "answered", "trouble", "missed")
        }
        return answers.CheckIns(area=area, day=day, items=items, counts=counts)

    @routes.get("/v1/check-ins", response_model=answers.CheckIns, responses=problem_responses(404, 422, 503))
    async def listed(
        caller: Caller,
        area: Annotated[str, Query(pattern=r"^[a-z][a-z0-9]{1,31}$")],
        day: Annotated[date | None, Query(description="Local day of the area; today if left out")] = None,
    ) -> Response:
        """Who is to be called on that day, who was reached, and who was missed."""
        whose.area(area, caller)
        chosen = day or today(area)
        async with store_in_time():
            calls = await check_ins.of(area, chosen)
        return json(answer(area, chosen, calls))

    @routes.post("/v1/check-ins", response_model=answers.CheckIns, responses=problem_responses(404, 422, 503))
    async def call(
        caller: Annotated[Principal, require("disputes:write")], body: requests.RecordCheckIn, key: OptionalKey = None
    ) -> Response:
        """Record a call. A trouble opens a case: one a contact and day, however often it is sent. With a key the same
        call counts once."""
        whose.area(body.area, caller)
        mine, now = rules[body.area], clock.now()
        point = next((one for one in mine.check_ins if one.id == body.contact), None)
        if point is None:
            raise NotFound(f"The area {body.area} has no contact {body.contact}.")
        day = body.day or today(body.area)
        if not today(body.area) - LATEST <= day <= today(body.area):
            raise Unprocessable.at("/day", "Calls are recorded of today and the seven days before.")
        if body.trouble is not None:
            check_kind(rules[body.area], body.trouble.kind, "/trouble/kind")
        command = sent(marks, caller.client, f"{body.area}|{day}|{point.id}", key, body)
        if command is not None:
            async with store_in_time():
                # Before its trouble opens a case: a key that came with another call opens none.
                recorded((await check_ins.of(body.area, day)).get(point.id, {}), command)
        case_id = None
        if body.trouble is not None:
            case_id = await _open(body, day, point.grid_cell, caller, now)
            failpoint("mediation.call-case-opened")
        async with store_in_time():
            calls = await check_ins.record(
                body.area, day, point.id, answered=body.answered, case_id=case_id, by=caller.client, command=command
            )
        failpoint("mediation.call-recorded")
        return json(answer(body.area, day, calls))

    async def _open(body: requests.RecordCheckIn, day: date, cell: str | None, caller: Principal, now: datetime) -> str:
        assert body.trouble is not None
        key = ids.digest(body.area, "check-in", str(day), body.contact)
        id = ids.case_id(ids.incident_id(body.area, key))
        dispute = DisputeReported(
            case_id=id,
            area=body.area,
            origin="screening",
            kind=body.trouble.kind,
            reported_at=now,
            by=actor(caller),
            location=cell_location(areas[body.area], cell),
            found_by="check_in",
        )
        events, paper = opening(dispute, now, rules[body.area]), None
        if body.trouble.description is not None and isinstance(events[0], Opened):
            reference, paper = write({"description": body.trouble.description}, id, body.area, caller.client, now)
            events[0] = events[0].model_copy(update={"description": reference})
        # The contact and the day are the key: what is told again about them is the same trouble.
        await cases.open(id, events, paper, key)
        return id

    return routes
