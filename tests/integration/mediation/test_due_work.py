"""What falls due is told once: with three instances, after an absence; dying between two steps is in `kills`."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from fengqiao.runtime import documents
from fengqiao.runtime.clock import ManualClock
from services.mediation.case_documents import case_of, refolded
from services.mediation.due_list import page
from services.mediation.due_slots import DueSlots
from services.mediation.due_work import DueWork
from services.mediation.hazard_desk import hazard_of, refolded_hazard
from services.mediation.listing import due_list, load_list
from services.mediation.lists import Lists
from tests.awaiting import eventually
from tests.integration.mediation.kit import NIGHT, Instance, Place, brought, fallen, give, name, running, told

DAY = 24 * 3600.0


async def test_M7_three_months_in_a_moment_with_three_instances_each_visit_is_told_once(mediation: Instance) -> None:
    clock, place = mediation.clock, mediation.place
    async with running(place, clock=clock) as second, running(place, clock=clock), mediation.client() as http:
        cases = [await brought(http, f"due-{n}", 7) for n in range(6)]
        etags = dict(cases)
        for day, visit in ((3, "3d"), (30, "30d"), (92, "3m")):
            clock.instant = max(clock.instant, NIGHT + timedelta(days=day, minutes=1))

            async def all_told(visit: str = visit) -> bool:
                return all([f"visit:{visit}" in await fallen(http, case) for case in etags])

            await eventually(all_told, what=f"all visits {visit}")
            for case, etag in etags.items():
                # What the system found out has not moved what people edit.
                async with second.client() as other:
                    made = await give(other, case, f"visits/{visit}", etag, calm=True, satisfied=True)
                assert made.status_code == 200, made.text
                etags[case] = made.headers["ETag"]
        found = [(await http.get(f"/v1/cases/{case}")).json() for case in etags]
        assert {one["stage"] for one in found} == {"followed_up"}
    due = await told(place, "case.visit-due")
    assert sorted((one["case_id"], one["visit"]) for one in due) == sorted(
        (case, visit) for case in etags for visit in ("3d", "30d", "3m")
    )
    assert not any(one["late"] for one in due), "somebody was there all the time"
    for document in await place.stored("cases"):
        assert refolded(document) == case_of(document)


async def test_M7_what_fell_due_while_nobody_was_up_is_told_late_and_none_is_skipped(place: Place) -> None:
    async with running(place) as before, before.client() as http:
        case, _ = await brought(http, "late", 7)
    async with running(place) as after, after.client() as http:
        after.clock.advance(40 * DAY)

        async def both() -> bool:
            return {"visit:3d", "visit_overdue:3d", "visit:30d"} <= set(await fallen(http, case))

        await eventually(both, what="both visits")
        listed = (await http.get("/v1/due?area=gaoqiao")).json()["items"]
        assert [(one["visit"], one["what"]) for one in listed] == [("3d", "visit"), ("30d", "visit")]
        assert all(one["told_at"] for one in listed)
    assert [(one["visit"], one["late"]) for one in await told(place, "case.visit-due")] == [("3d", True), ("30d", True)]
    above = await told(place, "superior.notification-requested")
    assert [(one["what"], one["to"], one["late"]) for one in above] == [
        ("visit_overdue", "superior", True),
        ("visit_overdue", "superior", True),
    ]


async def test_M7_a_hint_that_was_lost_is_made_good(mediation: Instance) -> None:
    """Somebody has emptied the slots: what is overdue is found all the same, by the look for it."""
    async with mediation.client() as http:
        case, _ = await brought(http, "lost", 7)
        slots = mediation.service.due_work
        lost = mediation.service.due_slots
        for slot in await mediation.place.stored("due"):
            if "|" in slot["_id"]:
                await lost.done((slot["_id"], entry) for entry in slot["entries"])
        mediation.clock.advance(3 * DAY + 3600)
        assert await slots.look() == 0
        assert await slots.sweep() == 1
        assert await fallen(http, case) == ["visit:3d"]


async def test_parties_and_papers_are_erased_when_their_time_is_over_and_the_statistics_stay(
    mediation: Instance,
) -> None:
    place = mediation.place
    async with mediation.client() as http:
        case, etag = await brought(http, "gone", 3)
        await give(http, case, "sessions", etag, outcome="failed", note="双方各执一词")
        for command, body in (("dispose", {"outcome": "failed", "note": "调解不成"}), ("close", {})):
            etag = (await http.get(f"/v1/cases/{case}")).headers["ETag"]
            assert (await give(http, case, command, etag, **body)).status_code == 200
        assert await place.stored("papers")
        marks = [document for document in await place.stored("marks") if document["cases"]]
        assert len(marks) == 2
        made = {"area": "gaoqiao", "kind": "noise", "settled_on_scene": True}
        nobody = (await http.post("/v1/cases", json=made, headers={"Idempotency-Key": "nobody"})).json()["id"]
        mediation.clock.advance(3 * 366 * DAY)

        async def forgotten() -> bool:
            return bool((await http.get(f"/v1/cases/{case}")).json().get("forgotten_at"))

        await eventually(forgotten, what="the parties forgotten")
        assert (await http.get(f"/v1/cases/{case}/parties")).json()["items"] == []
        assert await place.stored("papers") == []
        assert all(not document["cases"] for document in await place.stored("marks"))
        assert "陈某一" not in repr([await place.stored(name) for name in ("parties", "papers", "cases")])
        for over in (case, nobody):

            async def refused(over: str = over) -> bool:
                return (await name(http, over, "late", name="陈某一")).status_code == 409

            # Also of one in which nobody had been named: what is named now would never be erased.
            await eventually(refused, what="nobody named any more")
        year = (await http.get("/v1/scores?area=gaoqiao&year=2024")).json()
        assert year["outcomes"]["disposed"] == 2
        assert (await http.get(f"/v1/cases/{case}/notice.html")).status_code == 404
    for stored in await place.stored("cases"):
        assert refolded(stored) == case_of(stored), "the history holds without the words"
    assert await told(place, "case.forgotten")


async def test_M14_a_hazard_that_is_not_put_right_in_time_is_told_once(mediation: Instance) -> None:
    place = mediation.place
    async with mediation.client("gridworker", client="grid-G03") as worker, mediation.client() as http:
        made = await worker.post(
            "/v1/hazards",
            json={"area": "gaoqiao", "kind": "wiring", "grid_cell": "G03", "description": "私拉电线"},
            headers={"Idempotency-Key": "h1"},
        )
        hazard = made.json()["id"]
        due = (NIGHT + timedelta(days=5)).isoformat()
        ordered = await http.post(
            f"/v1/hazards/{hazard}/order",
            json={"order": "三日内拆除", "due_at": due, "responsible": "property-office"},
            headers={"If-Match": made.headers["ETag"]},
        )
        assert ordered.status_code == 200, ordered.text
        mediation.clock.advance(5 * DAY + 60)

        async def overdue() -> bool:
            return bool((await http.get(f"/v1/hazards/{hazard}")).json().get("overdue_at"))

        await eventually(overdue, what="the overdue hazard")
        now = await http.get(f"/v1/hazards/{hazard}")
        assert now.headers["ETag"] == ordered.headers["ETag"], "what the system finds out moves no revision"
        early = await http.post(
            f"/v1/hazards/{hazard}/close", json={"result": "rectified"}, headers={"If-Match": now.headers["ETag"]}
        )
        assert (early.status_code, early.json()["allowed"]) == (409, ["check"])
        checked = await worker.post(
            f"/v1/hazards/{hazard}/check", json={"rectified": True}, headers={"If-Match": now.headers["ETag"]}
        )
        closed = await http.post(
            f"/v1/hazards/{hazard}/close",
            json={"result": "rectified"},
            headers={"If-Match": checked.headers["ETag"]},
        )
        assert (closed.json()["stage"], closed.json()["allowed"]) == ("closed", [])
        score = (await http.get("/v1/scores?area=gaoqiao&month=2024-10")).json()["workers"]
        assert [(one["id"], one["counts"]["hazards"]) for one in score] == [("grid-G03", 1)]

    async def all_told() -> list[str]:
        events = [event for event in await place.told() if event.subject == hazard]
        kinds = [event.type.split(".")[2] for event in events]
        return kinds if len(kinds) == 6 else []

    assert "私拉电线" in repr(await place.stored("papers"))
    mediation.clock.advance(1100 * DAY)
    ended = ["found", "ordered", "overdue", "checked", "closed", "forgotten"]
    assert await eventually(all_told, what="six events") == ended
    assert await place.stored("papers") == []
    [stored] = await place.stored("hazards")
    assert refolded_hazard(stored) == hazard_of(stored)


async def test_M7_finding_what_is_due_does_not_look_at_what_is_not(mediation: Instance) -> None:
    """A look asks for slots by `_id`, and sees to what is in them and to nothing else."""
    fired: list[str] = []

    class Recorder:
        async def fire(self, id: str) -> None:
            fired.append(id)

    async with mediation.client() as http:
        soon, _ = await brought(http, "soon", 7)
        await brought(http, "later", 6)
    clock = ManualClock(mediation.clock.now())
    client = documents.connect(mediation.place.mongodb_uri, "pymongo")
    try:
        database = client[mediation.place.database]
        slots = DueSlots(documents.Collection(database, "mediation_due"), clock)
        look = DueWork(slots, clock, {"case": (Recorder(), documents.Collection(database, "mediation_cases"))}).look
        assert await look() == 0
        clock.advance(3 * DAY + 60)
        assert await look() == 1
        assert await look() == 0, "the hint is gone"
    finally:
        await documents.close(client)
    assert fired == [soon]


class Counted(documents.Collection):
    """Counts the documents that are asked for, and looks through nothing."""

    asked = 0

    async def get(self, id: str) -> documents.Document | None:
        self.asked += 1
        return await super().get(id)

    async def get_many(self, ids: Sequence[str]) -> dict[str, documents.Document]:
        self.asked += len(ids)
        return await super().get_many(ids)

    async def find(self, where: Mapping[str, Any], **more: Any) -> list[documents.Document]:
        assert set(where) == {"_id"}, f"{where} looks through all documents"
        self.asked += len(where["_id"]["$in"])
        return await super().find(where, **more)


async def test_M5_M7_what_is_due_and_who_has_how_much_cost_what_is_asked_for(mediation: Instance) -> None:
    async with mediation.client() as http:
        soon = sorted([(await brought(http, f"soon-{n}", 7))[0] for n in range(3)])
        await asyncio.gather(*(brought(http, f"later-{n}", 2) for n in range(12)))
        mediation.clock.advance(3 * DAY + 60)
        listed = (await http.get("/v1/due?area=gaoqiao")).json()["items"]
        assert [one["case_id"] for one in listed] == soon
        load = {one["id"]: one["open_cases"] for one in (await http.get("/v1/mediators?area=gaoqiao")).json()["items"]}
        assert load["mediator-1"] == 0
    client = documents.connect(mediation.place.mongodb_uri, "pymongo")
    try:
        database = client[mediation.place.database]
        names, cases = Counted(database, "mediation_lists"), Counted(database, "mediation_cases")
        lists = Lists(names, cases, mediation.clock)
        items, following = await page(lists, cases, ["gaoqiao"], mediation.clock.now(), ("", 0), 50)
        assert ([case.id for case, _ in items], following) == (soon, None)
        # The list of days, the day itself, and the three cases; the twelve that are due in a month cost nothing.
        assert (names.asked, cases.asked) == (2, 3)
        assert await lists.loads("gaoqiao", ["m-li", "lawyer-wang", "nobody"]) == {
            "m-li": 15, "lawyer-wang": 15, "nobody": 0,
        }  # fmt: skip
        assert (names.asked, cases.asked) == (5, 3)
    finally:
        await documents.close(client)


async def test_M5_M7_an_entry_whose_case_never_came_to_be_so_goes_when_it_is_read(mediation: Instance) -> None:
    """A process that dies between list and case leaves an entry; once the case is past it, nobody is misled."""
    lists, place = mediation.service.lists, mediation.place
    async with mediation.client() as http:
        case, _ = await brought(http, "entry", 2)
        left = [
            (load_list("gaoqiao", "m-li"), f"{case}|2"),
            (due_list("gaoqiao", "2024-10-30"), f"2024-10-30T01|{case}|2"),
        ]
        await lists.put(left)
        assert await lists.loads("gaoqiao", ["m-li"]) == {"m-li": 2}
        assert (await http.get("/v1/due?area=gaoqiao")).json()["items"] == []
        assert await lists.check(load_list("gaoqiao", "m-li")) == 1
        assert await lists.loads("gaoqiao", ["m-li"]) == {"m-li": 1}
        assert left[1][1] not in repr(await place.stored("lists"))
        # One that its case may still come to stays.
        await lists.put([(load_list("gaoqiao", "m-li"), f"{case}|99")])
        assert await lists.check(load_list("gaoqiao", "m-li")) == 0
        await lists.take([(load_list("gaoqiao", "m-li"), f"{case}|99")])
    # Cases of an installation that had no lists yet are put on them at the start.
    client = documents.connect(place.mongodb_uri, "pymongo")
    try:
        database = client[place.database]
        cases, names = (documents.Collection(database, f"mediation_{name}") for name in ("cases", "lists"))
        for document in await place.stored("lists"):
            await names.delete(document["_id"])
        [stored] = await place.stored("cases")
        old = {name: value for name, value in stored.items() if name != "lists"}
        assert await cases.replace(old, {})
    finally:
        await documents.close(client)
    async with running(place) as again:

        async def counted() -> bool:
            return await again.service.lists.loads("gaoqiao", ["m-li"]) == {"m-li": 1}

        await eventually(counted, what="the load counted again")


async def test_M7_due_work_beside_a_command_refuses_nobody(mediation: Instance) -> None:
    """Something falls due between what a mediator has read and what he sends: nothing that people wrote has changed."""
    clock, place = mediation.clock, mediation.place
    async with running(place, clock=clock) as second, mediation.client() as http:
        cases = [await brought(http, f"beside-{n}", 7) for n in range(8)]
        clock.instant = NIGHT + timedelta(days=3, minutes=1)
        looks = [asyncio.create_task(one.service.due_work.look()) for one in (mediation, second)]
        made = await asyncio.gather(*(give(http, case, "visits/3d", etag, calm=True) for case, etag in cases))
        await asyncio.gather(*looks)
        assert {answer.status_code for answer in made} == {200}
        for case, _ in cases:
            assert (await fallen(http, case)).count("visit:3d") <= 1
