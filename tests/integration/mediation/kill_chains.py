"""Processes that die one after the other on one installation, each at another step; then one lives and makes it good.

One living process holds for all of them, so every step costs the start of one process.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.mediation.case_documents import case_of, refolded
from services.mediation.hazard_desk import hazard_of, refolded_hazard
from tests.awaiting import eventually
from tests.integration.mediation.kit import NIGHT, Place, brought, fallen, give, running, told

AREAS = ["gaoqiao", "yujin"]
# Of commands first the one that needs a clean outbox: what others leave unsent is told at the next start. Of what is
# due in this order something is left for each: the documents are seen to at the same time.
COMMAND = (("mediation.produced", True), ("mediation.marked", False), ("mediation.hinted", False),
           ("mediation.replaced", True))  # fmt: skip
"""Each with whether the command has been carried out then."""
DUE = ("mediation.hinted", "mediation.replaced", "mediation.produced", "mediation.fired")
FORGETTING = ("mediation.erased", "mediation.replaced")
HAZARD = ("mediation-hazards.produced", "mediation.inserted", "mediation.hinted", "mediation.replaced",
          "mediation.hazard-case-opened", "mediation.hinted")  # fmt: skip
CALL = ("mediation.call-case-opened", "mediation.call-recorded")
STEPS = frozenset((*(step for step, _ in COMMAND), *DUE, *FORGETTING, *HAZARD, *CALL))
"""All at which these chains kill."""


@dataclass(frozen=True)
class Deed:
    """A request whose sender hears nothing: the process dies at `step`, on passing it for the `count`th time.

    done: what its answer says of `replayed` when it is sent again; None where it does not say it.
    """

    step: str
    send: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]
    done: bool | None = None
    count: int = 1


def post(path: str, body: dict[str, Any], key: str, if_match: str | None = None) -> Any:
    """A request that may be sent again."""
    headers = {"Idempotency-Key": key} | ({} if if_match is None else {"If-Match": if_match})

    async def send(http: httpx.AsyncClient) -> httpx.Response:
        return await http.post(path, json=body, headers=headers)

    return send


def at(after: timedelta) -> str:
    """A clock so long after the night on which everything begins, as FENGQIAO_CLOCK takes it."""
    return f"{(NIGHT + after).isoformat()},x1"


async def dies(place: Place, step: str, clock: str, count: int = 1, deed: Deed | None = None) -> None:
    """A process that dies at the step: by itself, or by what it is asked to do."""
    child = place.child(failpoints=f"{step}=kill:{count}", clock=clock)
    if deed is None:
        child.process.start()
    else:
        await child.start("livez")
        async with child.client(areas=AREAS) as http:
            with pytest.raises(httpx.TransportError):
                await deed.send(http)
    assert await child.process.wait() == -9, f"{step}\n{child.process.log_tail()}"


@asynccontextmanager
async def lives(place: Place, clock: str) -> AsyncIterator[httpx.AsyncClient]:
    """A process that stays."""
    child = place.child(clock=clock)
    await child.start("livez")
    try:
        async with child.client(areas=AREAS) as http:
            yield http
    finally:
        await child.process.stop()


async def done_again(place: Place, deeds: Sequence[Deed], clock: str) -> list[dict[str, Any]]:
    """Each deed's process dies; then each is sent once more to one that lives. Answers what it says."""
    for deed in deeds:
        await dies(place, deed.step, clock, deed.count, deed)
    async with lives(place, clock) as http:
        answers = []
        for deed in deeds:
            again = await deed.send(http)
            assert again.status_code in (200, 201), f"{deed.step}: {again.text}"
            if deed.done is not None:
                assert again.json()["replayed"] is deed.done, deed.step
            answers.append(again.json())

        async def nothing_unsent() -> bool:
            return not any([one.get("unsent") for name in ("cases", "hazards") for one in await place.stored(name)])

        await eventually(nothing_unsent, within=40, what="everything told")
    await folds(place)
    return answers


async def folds(place: Place) -> None:
    """What is stored is what the histories give."""
    for document in await place.stored("cases"):
        assert refolded(document) == case_of(document)
    for document in await place.stored("hazards"):
        assert refolded_hazard(document) == hazard_of(document)


async def case_commands(place: Place) -> None:
    """A person's command on a case, at each step."""
    async with running(place) as before, before.client() as http:
        cases = [(await brought(http, f"command-{n}", 0))[0] for n in range(4)]
    body = {"grade": "yellow", "reason": "the second time this month"}
    deeds = [
        Deed(step, post(f"/v1/cases/{case}/assess", body, "k", '"1"'), done)
        for case, (step, done) in zip(cases, COMMAND, strict=True)
    ]
    for answer in await done_again(place, deeds, at(timedelta(minutes=5))):
        assert [row["type"] for row in answer["history"]] == ["opened", "assessed"]
    for case in cases:
        assert await place.verbs(case) == ["opened", "assessed"]
    # Of what died before the case knew of its paper one is left, that goes with the case's others.
    assert len(await place.stored("papers")) == 5


async def hazards_and_calls(place: Place) -> None:
    """Hazards (M14) are found, ordered, checked and closed, and a call finds trouble (S12), at each step."""
    async with running(place) as before, before.client(areas=AREAS) as http:
        made = [
            (await post("/v1/hazards", {"area": "gaoqiao", "kind": "wiring"}, f"h{n}")(http)).json()["id"]
            for n in range(3)
        ]
    first, second, third = (f"/v1/hazards/{id}" for id in made)
    order = {"order": "三日内拆除", "due_at": (NIGHT + timedelta(days=5)).isoformat()}
    quarrel = {"area": "gaoqiao", "kind": "quarrel", "opens_case": {"kind": "noise"}}
    call = {"area": "yujin", "contact": "contact-G01", "answered": False}
    trouble = {**call, "answered": True, "contact": "contact-G02", "trouble": {"kind": "noise", "description": "争吵"}}
    requests = (
        (post(f"{first}/order", order, "order", '"1"'), True),
        (post("/v1/hazards", {"area": "gaoqiao", "kind": "exit"}, "f"), True),
        (post(f"{second}/check", {"rectified": True, "note": "已拆"}, "check", '"1"'), False),
        (post(f"{third}/close", {"result": "unfounded"}, "close", '"1"'), True),
        (post("/v1/hazards", quarrel, "q1"), False),
        (post("/v1/hazards", quarrel, "q2"), False),
        (post("/v1/check-ins", trouble, "t"), None),
        (post("/v1/check-ins", call, "c"), None),
    )
    deeds = [Deed(step, send, done) for step, (send, done) in zip((*HAZARD, *CALL), requests, strict=True)]
    # Of the second quarrel the hint of its case is passed first.
    deeds[5] = replace(deeds[5], count=2)
    answers = await done_again(place, deeds, at(timedelta(minutes=5)))
    ordered, found, checked, closed, quarrel_1, quarrel_2, troubled, called = answers
    assert [one["stage"] for one in (ordered, found, checked, closed)] == ["ordered", "found", "checked", "closed"]
    rows = {row["contact"]: row for row in called["items"]}
    assert (rows["contact-G01"]["attempts"], rows["contact-G02"]["state"]) == (1, "trouble")
    cases = {quarrel_1["case_id"], quarrel_2["case_id"], rows["contact-G02"]["case_id"]}
    assert {document["_id"] for document in await place.stored("cases")} == cases
    assert troubled["counts"]["trouble"] == 1
    verbs = {id: await place.verbs(id) for id in (*made, found["id"], quarrel_1["id"], quarrel_2["id"], *cases)}
    assert [verbs[id] for id in made] == [["found", "ordered"], ["found", "checked"], ["found", "closed"]]
    assert {tuple(told) for id, told in verbs.items() if id not in made} == {("found",), ("opened",)}


async def falling_due(place: Place) -> None:
    """Visits and a hazard's date fall due, at each step."""
    async with running(place) as before, before.client() as http:
        cases = [(await brought(http, f"visit-{n}", 7))[0] for n in range(3)]
        hazard = (await post("/v1/hazards", {"area": "gaoqiao", "kind": "wiring"}, "h")(http)).json()["id"]
        due = {"order": "拆除", "due_at": (NIGHT + timedelta(days=2)).isoformat()}
        await post(f"/v1/hazards/{hazard}/order", due, "o", '"1"')(http)
    clock = at(timedelta(days=4))
    for step in DUE:
        await dies(place, step, clock)
    async with lives(place, clock) as http:

        async def once() -> bool:
            visits = sorted((one["case_id"], one["visit"]) for one in await told(place, "case.visit-due"))
            overdue = [one["hazard_id"] for one in await told(place, "hazard.overdue")]
            return visits == sorted((case, "3d") for case in cases) and overdue == [hazard]

        await eventually(once, within=40, what="each visit and the hazard told once")
        for case in cases:
            assert await fallen(http, case) == ["visit:3d"]

        async def over() -> bool:
            end = (NIGHT + timedelta(days=4, hours=1)).isoformat(timespec="microseconds")
            entries = [entry for slot in await place.stored("due") for entry in slot.get("entries", ())]
            return not any(entry < end for entry in entries)

        await eventually(over, within=30, what="the hints gone")
    await folds(place)


async def forgetting(place: Place) -> None:
    """The parties of closed cases and the papers of a hazard are erased after their time, at each step."""
    async with running(place) as before, before.client() as http:
        cases = []
        for n in range(2):
            case, etag = await brought(http, f"forget-{n}", 0)
            for name, body in (("dispose", {"outcome": "withdrawn", "note": "当事人撤回"}), ("close", {})):
                etag = (await give(http, case, name, etag, **body)).headers["ETag"]
            cases.append(case)
        found = {"area": "gaoqiao", "kind": "wiring", "description": "私拉电线"}
        hazard = (await post("/v1/hazards", found, "h")(http)).json()["id"]
        await post(f"/v1/hazards/{hazard}/close", {"result": "unfounded"}, "c", '"1"')(http)
        assert await place.stored("papers")
    clock = at(timedelta(days=1200))
    for step in FORGETTING:
        await dies(place, step, clock)
    async with lives(place, clock):

        async def forgotten() -> bool:
            gone = sorted(one["case_id"] for one in await told(place, "case.forgotten"))
            return gone == sorted(cases) and len(await told(place, "hazard.forgotten")) == 1

        await eventually(forgotten, within=40, what="all forgotten, told once")
    assert "陈某一" not in repr([await place.stored(name) for name in ("parties", "papers", "cases")])
    assert await place.stored("papers") == []
    await folds(place)
