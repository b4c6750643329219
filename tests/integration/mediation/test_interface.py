"""Assignment, repeats, the law, scores, the bureau's sheet, documents to print, check-ins and hazards over REST.

One mediation for the whole file: each test has cases and parties of its own.
"""

import asyncio
import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.awaiting import eventually
from tests.integration.mediation.kit import (
    AGREEMENT,
    NIGHT,
    S1,
    Instance,
    brought,
    dispute,
    give,
    name,
    opened,
    strangers,
    told,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
ALL = ["gaoqiao", "ciyin", "yujin"]


async def test_M5_whom_the_rules_choose_and_why_and_the_load_they_have(one: Instance) -> None:
    async with one.client() as http:
        case, etag = await brought(http, "m5", 1, kind="unpaid_goods", grid_cell="G03")
        chosen = (await http.get(f"/v1/cases/{case}/assignment")).json()
        assert chosen["venues"][0]["id"] == "rule-of-law-gaoqiao"
        assert "kind:unpaid_goods" in chosen["venues"][0]["why"]
        assert {"justice-office", "law-firm", "market-office"} <= {who["id"] for who in chosen["team"]}
        assert all(any(why.startswith("load:") for why in who["why"]) for who in chosen["team"])
        referred = await give(http, case, "refer", etag)
        assert referred.json()["venue"] == "rule-of-law-gaoqiao"
        listed = (await http.get("/v1/mediators?area=gaoqiao&kind=unpaid_goods")).json()
        load = {who["id"]: who["open_cases"] for who in listed["items"]}
        assert load["market-office"] == 1
        mine = (await http.get("/v1/cases?area=gaoqiao&mediator=market-office")).json()["items"]
        assert [item["id"] for item in mine] == [case]
        assert "property-office" not in load, "made for other quarrels"
        assert "property-council" not in {venue["id"] for venue in listed["venues"]}
        withdrawn = await give(http, case, "dispose", referred.headers["ETag"], outcome="withdrawn")
        await give(http, case, "close", withdrawn.headers["ETag"])
        after = (await http.get("/v1/mediators?area=gaoqiao")).json()["items"]
        assert {who["id"]: who["open_cases"] for who in after}["market-office"] == 0


async def test_M3_M8_S6_the_third_quarrel_of_the_same_two_is_red_and_the_superior_is_told(one: Instance) -> None:
    async with one.client(areas=ALL) as http:
        pair, cases = strangers("m8"), []
        for number, grade in enumerate(("yellow", "orange", "red")):
            made = await http.post(
                "/v1/cases",
                json={"area": "yujin", "kind": "neighbour_dispute"},
                headers={"Idempotency-Key": f"m8-{number}"},
            )
            case = made.json()["id"]
            for key, party in enumerate(pair):
                # The number is written in another way each time, and one has moved.
                written = party["phone"] if number else f"+86 {party['phone'][:3]}-{party['phone'][3:]}"
                await name(http, case, str(key), name=party["name"], phone=written)
            now = await http.get(f"/v1/cases/{case}")
            assert [repeat["by"] for repeat in now.json().get("repeats", [])] == ["parties"] * number
            assert now.headers["ETag"] == '"1"', "a link moves no revision"
            graded = await give(http, case, "assess", '"1"', reason="邻里纠纷")
            assert graded.json()["grade"] == grade
            cases.append(case)
            one.clock.advance(60)
        assert graded.json()["grade_reasons"] == ["parties:3"]
        assert {repeat["case_id"] for repeat in graded.json()["repeats"]} == set(cases[:2])
        refused = await give(http, case, "refer", graded.headers["ETag"])
        assert refused.status_code == 409
        assert "plan" in refused.json()["allowed"]
        planned = await give(
            http, case, "plan", graded.headers["ETag"], owner="officer-7", measures="每日走访，专人稳控"
        )
        referred = await give(http, case, "refer", planned.headers["ETag"])
        assert referred.json()["tier"] == 3
        assert "town-office" in referred.json()["mediators"]
    above = [event for event in await told(one.place, "superior.notification-requested") if event["case_id"] == case]
    assert [(event["what"], event["within_seconds"]) for event in above] == [("red_dispute", 60)]
    [graded_event] = [event for event in await told(one.place, "case.assessed") if event["case_id"] == case]
    assert len(graded_event["marks"]) == 2
    assert not any(party["phone"] in repr(graded_event) for party in pair)


async def test_M8_parties_named_after_it_was_graded_raise_the_grade_at_once(one: Instance) -> None:
    pair = strangers("m8-late")
    async with one.client(areas=ALL) as http:
        for number in range(3):
            case, _ = await brought(http, f"m8-late-{number}", 0, area="yujin")
            if number == 2:
                graded = await give(http, case, "assess", '"1"', reason="邻里纠纷")
                referred = await give(http, case, "refer", graded.headers["ETag"], mediators=["studio-gold"])
                assert (referred.json()["grade"], referred.json()["tier"]) == ("yellow", 1)
            for key, party in enumerate(pair):
                await name(http, case, f"late-{key}", **party)
            one.clock.advance(60)
        now = await http.get(f"/v1/cases/{case}")
        assert now.headers["ETag"] == referred.headers["ETag"], "what the system finds out moves no revision"
        found = now.json()
        assert (found["grade"], found["tier"], found["stage"]) == ("red", 3, "referred")
        assert found["grade_reasons"] == ["parties:3"]
        assert found["due"]["kind"] == "plan"
    above = [event for event in await told(one.place, "superior.notification-requested") if event["case_id"] == case]
    assert [event["what"] for event in above] == ["red_dispute"]


async def test_M8_parties_that_came_first_and_places_are_linked_too(one: Instance) -> None:
    where = {"lon": 113.0, "lat": 28.1, "name": "怡园小区3栋", "confidence": 0.95, "grid_cell": "G07"}
    first, second = dispute("m8-a", location=where), dispute("m8-b", location=where, reported_at=NIGHT)
    pair = strangers("m8-early")
    async with one.client() as http:
        for reported in (first, second):
            for key, party in enumerate(pair):
                await name(http, reported.case_id, str(key), **party)
        await one.place.report(first)
        await opened(http, first.case_id)
        await one.place.report(second.model_copy(update={"reported_at": NIGHT + timedelta(seconds=1)}))

        async def linked() -> Any:
            answer = await http.get(f"/v1/cases/{second.case_id}")
            return answer.json().get("repeats") if answer.status_code == 200 else None

        assert await eventually(linked, what="the link") == [{"case_id": first.case_id, "by": "parties"}]
        # Strangers at the same door.
        third = dispute("m8-c", location=where, reported_at=NIGHT + timedelta(seconds=2))
        await one.place.report(third)
        await opened(http, third.case_id)

        async def placed() -> Any:
            return (await http.get(f"/v1/cases/{third.case_id}")).json().get("repeats")

        assert {repeat["by"] for repeat in await eventually(placed, what="the place")} == {"place"}


async def test_M11_the_gate_and_the_guardian_are_refused_with_a_reason(one: Instance) -> None:
    law = {"public_order_case": True, "from_civil_dispute": True, "consent": True}
    async with one.client() as http:
        case, _ = await brought(http, "m11", 0, kind="brawl")
        unknown = await give(http, case, "refer", '"1"')
        assert unknown.status_code == 409
        gang = await give(http, case, "assess", '"1"', reason="结伙斗殴", law={**law, "bars": ["gang"]})
        assert {barrier["mode"] for barrier in gang.json()["gate"]} == {"public_order", "people"}
        refused = await give(http, case, "refer", gang.headers["ETag"], mode="public_order")
        assert refused.status_code == 409
        assert "gang assault is punished" in refused.json()["detail"]
        fine = await give(http, case, "assess", gang.headers["ETag"], reason="查明系口角", law=law)
        assert fine.json().get("gate", []) == []
        referred = await give(http, case, "refer", fine.headers["ETag"], mode="public_order")
        assert referred.json()["due"]["kind"] == "public_order"
        await name(http, case, "child", name="小明", minor=True)
        etag = referred.headers["ETag"]
        without = await give(http, case, "sessions", etag, outcome="agreed")
        assert (without.status_code, "guardian" in without.json()["detail"]) == (409, True)
        await name(http, case, "mother", name="小明母亲", role="guardian", guardian_of="p3")
        held = await give(http, case, "sessions", etag, outcome="agreed")
        assert held.status_code == 200, held.text
        unsigned = await give(http, case, "agreement", held.headers["ETag"], **AGREEMENT)
        assert "p4 for p3 is missing" in unsigned.json()["errors"][0]["detail"]
        everybody = [{"party": party} for party in ("p1", "p2", "p4")]
        signed = await give(http, case, "agreement", held.headers["ETag"], **{**AGREEMENT, "signatures": everybody})
        assert signed.status_code == 200, signed.text
        page = (await http.get(f"/v1/cases/{case}/agreement.html")).text
        assert "治安调解协议书" in page
        assert "小明（未成年人）" in page


async def test_M6_M12_the_agreement_is_printed_whole_and_who_prints_it_is_recorded(one: Instance) -> None:
    async with one.client() as http, one.client("dispatcher") as dispatcher:
        case, etag = await brought(http, "print", 4)
        before = len(await one.place.stored("audit"))
        answer = await http.get(f"/v1/cases/{case}/agreement.html")
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["cache-control"] == "no-store"
        for part in ("人民调解协议书", "陈某一", "周某二", "互殴", "当面道歉", "现金当场支付", "怡园警务点",
                     "2024年11月6日", "法治高桥服务站", "司法确认", "签名", "@page"):  # fmt: skip
            assert part in answer.text, part
        assert not re.search(r'(src|href)="?http', answer.text), "nothing is fetched from anywhere"
        assert len(await one.place.stored("audit")) == before + 1
        assert (await dispatcher.get(f"/v1/cases/{case}/agreement.html")).status_code == 403
        assert (await http.get(f"/v1/cases/{case}/notice.html")).status_code == 409
        asked = await give(http, case, "confirmation", etag, step="asked", asked_by=["p1"])
        assert asked.json()["errors"][0]["pointer"] == "/asked_by"
        asked = await give(http, case, "confirmation", etag, step="asked", asked_by=["p1", "p2"])
        confirmed = await give(http, case, "confirmation", asked.headers["ETag"], step="confirmed")
        assert confirmed.json()["agreement"]["confirmed"] is True


async def test_M12_what_is_told_on_failure_is_printed_and_words_are_escaped(one: Instance) -> None:
    async with one.client() as http:
        case, _ = await brought(http, "fail", 2, kind="unpaid_wages")
        await name(http, case, "x", name="<b>老板</b>")
        etag = (await http.get(f"/v1/cases/{case}")).headers["ETag"]
        failed = await give(http, case, "sessions", etag, outcome="failed", danger=True)
        ended = await give(http, case, "dispose", failed.headers["ETag"], outcome="failed", prevented=["fight"])
        assert ended.json()["open_to"] == ["arbitration", "litigation"]
        page = (await http.get(f"/v1/cases/{case}/notice.html")).text
        assert "依法申请仲裁" in page
        assert "&lt;b&gt;老板" in page
    assert [event["what"] for event in await told(one.place, "superior.notification-requested")
            if event["case_id"] == case] == ["danger"]  # fmt: skip
    [event] = [event for event in await told(one.place, "case.failed") if event["case_id"] == case]
    assert event["open_to"] == ["arbitration", "litigation"]


async def test_M11_what_was_settled_on_the_scene_is_printed_in_the_short_form(one: Instance) -> None:
    async with one.client() as http:
        made = await http.post(
            "/v1/cases",
            json={"area": "gaoqiao", "kind": "refund", "settled_on_scene": True, "description": "退货争执"},
            headers={"Idempotency-Key": "scene"},
        )
        page = (await http.get(f"/v1/cases/{made.json()['id']}/agreement.html")).text
        assert "现场调解协议书（简易）" in page
        assert "退货争执" in page


def sheets(content: bytes) -> str:
    """All texts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/sharedStrings.xml").decode() + book.read("xl/workbook.xml").decode()


async def test_M9_M10_M13_scores_outcomes_and_the_justice_bureaus_sheet(one: Instance) -> None:
    async with one.client(areas=ALL) as http, one.client("gridworker", areas=ALL, client="grid-7") as worker:
        # Cases of their own month, so that the file's other tests do not count.
        one.clock.instant = max(one.clock.instant, NIGHT + timedelta(days=20))
        deadline = (one.clock.now() + timedelta(days=9)).isoformat()
        ended = []
        for key, satisfied in (("s1", True), ("s2", False)):
            case, etag = await brought(http, key, 0, area="ciyin", kind="price_dispute")
            for command, body in S1:
                told = {**body, "venue": "price-station"} if command == "refer" else dict(body)
                if command == "agreement":
                    told["deadline"] = deadline
                if command == "assess":
                    told |= {"money_yuan": 1200.5, "people": 3}
                if command == "visits/3d":
                    command = "visits/7d"
                if command == "visits/3m":
                    continue
                if command.startswith("visits"):
                    told["satisfied"] = satisfied
                answer = await give(http, case, command, etag, **told)
                assert answer.status_code == 200, answer.text
                etag = answer.headers["ETag"]
            ended.append(case)
        hazard = await worker.post(
            "/v1/hazards",
            json={"area": "ciyin", "kind": "quarrel", "grid_cell": "G02", "opens_case": {"kind": "noise"}},
            headers={"Idempotency-Key": "h"},
        )
        assert hazard.status_code == 201, hazard.text
        found = (await http.get(f"/v1/cases/{hazard.json()['case_id']}")).json()
        assert (found["found_by"], found["hazard_id"], found["source"]) == (
            "hazard_round", hazard.json()["id"], "initiative",
        )  # fmt: skip
        again = await worker.post(
            "/v1/hazards",
            json={"area": "ciyin", "kind": "quarrel", "grid_cell": "G02", "opens_case": {"kind": "noise"}},
            headers={"Idempotency-Key": "h"},
        )
        assert (again.status_code, again.json()["case_id"]) == (200, hazard.json()["case_id"])
        month = (await http.get("/v1/scores?area=ciyin&month=2024-11")).json()
        assert month["outcomes"] | {"by_grade": 0} == {
            "opened": 3, "disposed": 2, "settled": 2, "by_grade": 0, "resolution_rate": 1.0,
            "first_session_rate": 1.0, "performance_rate": 1.0, "satisfaction_rate": 0.5,
        }  # fmt: skip
        [score] = month["workers"]
        # The weights of Ciyin's own rules: a report 1, a hazard 3.
        assert (score["id"], score["counts"], score["points"]) == (
            "grid-7", {"reports": 1, "hazards": 1, "resolved": 0}, 4.0,
        )  # fmt: skip
        best = month["mediators"][0]
        assert (best["counts"]["settled"], best["counts"]["satisfied"]) == (2, 1)
        assert (await http.get("/v1/scores?area=ciyin&month=2024-09")).json()["outcomes"]["opened"] == 0
        assert (await http.get("/v1/scores?area=ciyin")).status_code == 422
        report = await http.get("/v1/reports/justice.xlsx?area=ciyin&month=2024-11")
        assert "justice-ciyin-2024-11.xlsx" in report.headers["content-disposition"]
        words = sheets(report.content)
        for text in (
            *ended,
            "损害赔偿",
            "消费",
            "主动调解",
            "书面",
            "调解成功",
            "已履行",
            "价格争议纠纷慈音调解站",
            "分类对照",
        ):
            assert text in words, text
        assert "陈某一" not in words
        assert (await http.get("/v1/reports/justice.xlsx?area=ciyin&year=2023")).status_code == 200


async def test_S12_M1_the_days_list_shows_who_was_missed_and_a_trouble_opens_a_case(one: Instance) -> None:
    async with one.client(areas=ALL) as http:
        one.clock.instant = max(one.clock.instant, NIGHT) + timedelta(days=2)
        one.clock.instant = one.clock.instant.replace(hour=1)  # nine in the morning
        listed = (await http.get("/v1/check-ins?area=yujin")).json()
        assert listed["counts"] == {"waiting": 18, "answered": 0, "trouble": 0, "missed": 0}

        async def call(contact: str, **more: Any) -> httpx.Response:
            return await http.post("/v1/check-ins", json={"area": "yujin", "contact": contact, **more})

        assert (await call("contact-G01", answered=True)).status_code == 200
        for _ in range(2):
            missed = {"area": "yujin", "contact": "contact-G02", "answered": False}
            await http.post("/v1/check-ins", json=missed, headers={"Idempotency-Key": "g02"})
        used = {**missed, "answered": True, "trouble": {"kind": "noise"}}
        misused = await http.post("/v1/check-ins", json=used, headers={"Idempotency-Key": "g02"})
        assert (misused.status_code, misused.json()["errors"][0]["pointer"]) == (422, "/idempotency-key")
        trouble = {"kind": "neighbour_dispute", "description": "楼上漏水争吵"}
        answers = [await call("contact-G03", answered=True, trouble=trouble) for _ in range(2)]
        rows = {row["contact"]: row for row in answers[1].json()["items"]}
        assert rows["contact-G03"]["state"] == "trouble"
        assert answers[0].json() == answers[1].json() | {"items": answers[0].json()["items"]}
        case = (await http.get(f"/v1/cases/{rows['contact-G03']['case_id']}")).json()
        assert (case["origin"], case["found_by"], case["grid_cell"]) == ("screening", "check_in", "G03")
        one.clock.advance(12 * 3600)  # nine in the evening
        evening = (await http.get("/v1/check-ins?area=yujin")).json()
        assert evening["counts"] == {"waiting": 0, "answered": 1, "trouble": 1, "missed": 16}
        assert rows["contact-G02"]["attempts"] == 1
        assert (await call("nobody", answered=True)).status_code == 404
        assert (await call("contact-G01", answered=True, day="2020-01-01")).status_code == 422
        assert (await http.get("/v1/check-ins?area=gaoqiao")).json()["items"] == []


async def test_M14_hazards_go_through_their_stages_and_are_listed(one: Instance) -> None:
    async with one.client() as http:
        made = await http.post(
            "/v1/hazards", json={"area": "gaoqiao", "kind": "fire_exit"}, headers={"Idempotency-Key": "m14"}
        )
        url = f"/v1/hazards/{made.json()['id']}"
        assert (await http.post(f"{url}/check", json={"rectified": False})).status_code == 428
        seen = await http.post(f"{url}/check", json={"rectified": False}, headers={"If-Match": '"1"'})
        assert seen.json()["stage"] == "checked"
        stale = await http.post(f"{url}/check", json={"rectified": True}, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.headers["ETag"]) == (412, '"2"')
        past = await http.post(
            f"{url}/order",
            json={"order": "清理", "due_at": "2020-01-01T00:00:00Z"},
            headers={"If-Match": '"2"'},
        )
        assert past.status_code == 409
        other = await http.post(
            "/v1/hazards", json={"area": "gaoqiao", "kind": "wiring"}, headers={"Idempotency-Key": "m14"}
        )
        assert other.status_code == 422
        # An answer that was lost: sent again, it is told what became of it, whatever its If-Match.
        key = {"If-Match": '"2"', "Idempotency-Key": "again"}
        order = {"order": "清理通道", "due_at": (one.clock.now() + timedelta(days=2)).isoformat()}
        ordered = [await http.post(f"{url}/order", json=order, headers=key) for _ in range(2)]
        assert [(answer.status_code, answer.json()["replayed"]) for answer in ordered] == [(200, False), (200, True)]
        assert {answer.json()["revision"] for answer in ordered} == {3}
        for path, body in (("order", {**order, "order": "另一件"}), ("check", {"rectified": True})):
            misused = await http.post(f"{url}/{path}", json=body, headers=key)
            assert (misused.status_code, misused.json()["errors"][0]["pointer"]) == (422, "/idempotency-key")
        words = f"{url}/papers/{ordered[0].json()['order']['paper_id'].split('/')[1]}"
        audited = len(await one.place.stored("audit"))
        assert (await http.get(words)).json()["words"] == {"order": "清理通道"}
        assert len(await one.place.stored("audit")) == audited + 1
        async with one.client("dispatcher") as dispatcher:
            assert (await dispatcher.get(words)).status_code == 403
        at_once = await asyncio.gather(
            *(
                http.post(
                    f"{url}/check", json={"rectified": True, "note": "已清"},
                    headers={"If-Match": '"3"', "Idempotency-Key": "at-once"},
                )
                for _ in range(4)
            )
        )  # fmt: skip
        assert sorted(answer.json()["replayed"] for answer in at_once) == [False, True, True, True]
        papers = [paper for paper in await one.place.stored("papers") if paper["case"] == made.json()["id"]]
        assert len(papers) == 2, "the words of those that were sent again are not kept"
        closed = await http.post(f"{url}/close", json={"result": "rectified"}, headers={"If-Match": '"4"'})
        assert closed.json()["stage"] == "closed"
        listed = (await http.get("/v1/hazards?area=gaoqiao&stage=closed")).json()["items"]
        assert made.json()["id"] in {row["id"] for row in listed}
        assert (await http.get("/v1/hazards/gaoqiao-1.hazard")).status_code == 404
