"""A dispute becomes a case and goes through its stages, on real servers."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fengqiao.runtime import documents
from services.mediation.case_documents import case_of, refolded
from services.mediation.verification import verified
from tests.awaiting import eventually
from tests.integration.mediation.kit import (
    AGREEMENT,
    LI,
    S1,
    SAID,
    WANG,
    Instance,
    brought,
    dispute,
    give,
    name,
    opened,
    running,
)


async def _walk(http: httpx.AsyncClient, case: str, steps: tuple[tuple[str, dict[str, Any]], ...]) -> httpx.Response:
    answer = await http.get(f"/v1/cases/{case}")
    for command, body in steps:
        answer = await give(http, case, command, answer.headers["ETag"], **body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["relay"] == "done"
    return answer


async def test_M1_M2_M6_S1_from_the_dispute_to_the_last_visit(mediation: Instance) -> None:
    reported = dispute()
    await mediation.place.report(reported)
    async with mediation.client() as http:
        first = await opened(http, reported.case_id)
        assert first.headers["ETag"] == '"1"'
        assert first.json()["incident_id"] == reported.incident_id
        for key, party in (("a", LI), ("b", WANG)):
            assert (await name(http, reported.case_id, key, **party)).status_code == 201
        assert (await http.get(f"/v1/cases/{reported.case_id}")).headers["ETag"] == '"1"', "parties do not move it"
        last = (await _walk(http, reported.case_id, S1)).json()
        assert (last["stage"], last["outcome"], last["agreement_performed"]) == ("closed", "settled", True)
        assert [row["type"] for row in last["history"]] == SAID
        assert last["allowed"] == []
        whole = (await http.get(f"/v1/cases/{reported.case_id}")).json()
        assert [party["name"] for party in whole["parties"]] == ["李某", "王某"]

        paper = last["agreement"]["words"]["paper_id"].split("/")[1]
        words = (await http.get(f"/v1/cases/{reported.case_id}/papers/{paper}")).json()["words"]
        assert words["facts"] == AGREEMENT["facts"]
        assert words["duties"] == [duty["text"] for duty in AGREEMENT["duties"]]  # type: ignore[index]  # a list
    assert await mediation.place.verbs(reported.case_id) == SAID
    [stored] = await mediation.place.stored("cases")
    assert refolded(stored) == case_of(stored)
    await eventually(lambda: _nothing_unsent(mediation), what="an empty outbox")


async def _nothing_unsent(mediation: Instance) -> bool:
    return all(not case.get("pending") for case in await mediation.place.stored("cases"))


async def test_no_name_and_no_word_leaves_for_the_topic_or_the_case(mediation: Instance) -> None:
    reported = dispute()
    await mediation.place.report(reported)
    async with mediation.client() as http:
        await opened(http, reported.case_id)
        for key, party in (("a", LI), ("b", WANG)):
            await name(http, reported.case_id, key, **party)
        await _walk(http, reported.case_id, S1)
    secrets = ["李建国", "王大海", "13800138000", "430102197001011234", "轻微伤", "道歉", "无前科", "相安无事"]
    told = b"".join(event.data for event in await mediation.place.told()).decode()
    cases = repr(await mediation.place.stored("cases"))
    for secret in secrets:
        assert secret not in told
        assert secret not in cases


async def test_M1_a_dispute_that_comes_twice_or_by_two_ways_is_one_case(mediation: Instance) -> None:
    reported = dispute()
    by_intake = dispute(origin="intake", kind="other")
    await mediation.place.report(reported, reported, by_intake, dispute("other"), reported)
    async with mediation.client() as http:
        await opened(http, dispute("other").case_id)
        case = (await opened(http, reported.case_id)).json()
    assert case["origin"] == "incident"
    assert len(case["history"]) == 1
    assert await mediation.place.verbs(reported.case_id) == ["opened"]
    assert len(await mediation.place.stored("cases")) == 2


async def test_M1_what_only_the_second_way_knows_completes_the_case_in_either_order(mediation: Instance) -> None:
    """A dispatcher reports the dispute before the incident has its number; the crew's clear knows number and place."""
    where = {"lon": 113.0, "lat": 28.1, "name": "怡园小区3栋", "confidence": 0.95, "grid_cell": "G07", "station": "S1"}
    cases = []
    for key, order in (("desk-first", 1), ("crew-first", -1)):
        desk, crew = dispute(key, origin="intake", number=None), dispute(key, location=where)
        await mediation.place.report(*(desk, crew)[::order])
        cases.append(desk.case_id)
    async with mediation.client() as http:
        for case in cases:

            async def complete(case: str = case) -> Any:
                found = await http.get(f"/v1/cases/{case}")
                return found.json() if found.status_code == 200 and "number" in found.json() else None

            whole = await eventually(complete, what="the whole case")
            assert (whole["number"], whole["grid_cell"], whole["location"]["name"]) == ("1042", "G07", where["name"])
    assert len(await mediation.place.stored("cases")) == 2
    for document in await mediation.place.stored("cases"):
        assert refolded(document) == case_of(document)


async def test_M1_S4_settled_on_the_scene_leaves_no_case_open(mediation: Instance) -> None:
    reported = dispute("S4", settled_on_scene=True, kind="refund")
    await mediation.place.report(reported)
    async with mediation.client() as http:
        case = (await opened(http, reported.case_id)).json()
        assert (case["stage"], case["outcome"]) == ("closed", "settled_on_scene")
        assert [row["type"] for row in case["history"]] == ["opened", "disposed", "closed"]
    assert await mediation.place.verbs(reported.case_id) == ["opened", "disposed", "closed"]


async def test_a_dispute_that_cannot_be_read_goes_to_the_dead_letters_and_others_go_on(mediation: Instance) -> None:
    await mediation.place.report(dispute("bad"), raw=b'{"case_id": 7')
    await mediation.place.report(dispute("wrong", case_id=dispute("x").case_id.replace("gaoqiao", "ciyin")))
    good = dispute("good")
    await mediation.place.report(good)
    async with mediation.client() as http:
        await opened(http, good.case_id)
    assert len(await mediation.place.stored("cases")) == 1

    async def both_there() -> bool:
        return len(await _dead_letters(mediation)) == 2

    await eventually(both_there, what="two dead letters")
    unread, foreign = await _dead_letters(mediation)
    assert b"cannot be understood" in unread
    assert b"not of the area gaoqiao" in foreign


async def _dead_letters(mediation: Instance) -> list[bytes]:
    from aiokafka import TopicPartition

    from fengqiao.runtime.consumer import new_consumer

    kafka = new_consumer(mediation.place.bootstrap_servers, None)
    await kafka.start()
    try:
        part = TopicPartition(f"{mediation.place.prefix}disputes.dlq", 0)
        kafka.assign([part])
        end = (await kafka.end_offsets([part]))[part]
        await kafka.seek_to_beginning(part)
        found: list[bytes] = []
        while await kafka.position(part) < end:
            for record in (await kafka.getmany(part, timeout_ms=500)).get(part, []):
                found.append(dict(record.headers)["dlq_reason"])
        return found
    finally:
        await kafka.stop()


async def test_M8_parties_that_come_before_their_dispute_wait_for_it(mediation: Instance) -> None:
    reported = dispute()
    async with mediation.client("crew", unit="YY") as crew, mediation.client() as http:
        early = await name(crew, reported.case_id, "a", **LI)
        assert (early.status_code, early.json()["case"]) == (201, "awaited")
        assert early.json()["party"]["name"] == "李某"
        await mediation.place.report(reported)
        case = (await opened(http, reported.case_id)).json()
        assert [party["name"] for party in case["parties"]] == ["李某"]
        late = await name(crew, reported.case_id, "b", **WANG)
        assert (late.json()["case"], late.json()["party"]["id"]) == ("known", "p2")
        assert await mediation.service.parties.forget_waiting(mediation.clock.now() + timedelta(days=30)) == 0
        assert len((await http.get(f"/v1/cases/{reported.case_id}")).json()["parties"]) == 2


async def test_M8_parties_whose_dispute_does_not_come_are_forgotten_after_a_day(mediation: Instance) -> None:
    case = dispute("never").case_id
    async with mediation.client() as http:
        await name(http, case, "a", **LI)
        forget = mediation.service.parties.forget_waiting
        assert await forget(mediation.clock.now() + timedelta(hours=23)) == 0
        mediation.clock.advance(25 * 3600)

        async def empty() -> bool:
            return bool((await http.get(f"/v1/cases/{case}/parties")).json()["items"] == [])

        await eventually(empty, what="the parties forgotten by the service itself")
        assert "李建国" not in repr(await mediation.place.stored("parties"))
        again = await name(http, case, "c", **WANG)
        assert (again.status_code, again.json()["case"]) == (201, "awaited")


async def test_M8_a_party_is_named_once_per_key(mediation: Instance) -> None:
    case = dispute().case_id
    async with mediation.client() as http:
        answers = await asyncio.gather(*(name(http, case, "same", **LI) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        other = await name(http, case, "same", **WANG)
        assert other.status_code == 422
        assert other.json()["errors"][0]["pointer"] == "/idempotency-key"
        await asyncio.gather(*(name(http, case, f"k{n}", **WANG) for n in range(4)))
        items = (await http.get(f"/v1/cases/{case}/parties")).json()["items"]
        assert sorted(party["id"] for party in items) == ["p1", "p2", "p3", "p4", "p5"]


async def test_parties_are_masked_and_every_unmasked_reading_is_written_down(mediation: Instance) -> None:
    case = dispute().case_id
    async with mediation.client() as mediator, mediation.client("dispatcher") as dispatcher:
        await name(mediator, case, "a", **LI)
        hidden = (await dispatcher.get(f"/v1/cases/{case}/parties")).json()
        assert hidden["masked"]
        assert hidden["items"][0]["name"] == "李某"
        assert await mediation.place.stored("audit") == []
        shown = (await mediator.get(f"/v1/cases/{case}/parties")).json()
        assert shown["items"][0]["name"] == "李建国"
        assert "marks" not in shown["items"][0]
        entries = await mediation.place.stored("audit")
        assert len(entries) == 1
        assert case in entries[0]["body"]
        assert '"client":"mediator-gaoqiao"' in entries[0]["body"]
        await asyncio.gather(*(mediator.get(f"/v1/cases/{case}/parties") for _ in range(5)))
        assert len(await mediation.place.stored("audit")) == 6


async def test_two_editors_at_the_same_time_one_of_them_gets_412(mediation: Instance) -> None:
    reported = dispute()
    await mediation.place.report(reported)
    async with running(mediation.place) as second, mediation.client() as one, second.client() as other:
        etag = (await opened(one, reported.case_id)).headers["ETag"]
        for _ in range(5):
            answers = await asyncio.gather(
                *(
                    give(http, reported.case_id, "assess", etag, grade=grade, reason=f"{grade} because")
                    for http in (one, other)
                    for grade in ("yellow", "orange")
                )
            )
            assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
            won = next(answer for answer in answers if answer.status_code == 200)
            now = await one.get(f"/v1/cases/{reported.case_id}")
            assert now.json()["grade"] == won.json()["grade"]
            etag = now.headers["ETag"]
            assert all(answer.headers["ETag"] == etag for answer in answers)
    # An orange one of that hour is reported at once, by the system itself.
    verbs = [verb for verb in await mediation.place.verbs(reported.case_id) if verb != "notification-requested"]
    assert verbs == ["opened", *["assessed"] * 5]
    # The words of those who lost are not kept.
    assert len(await mediation.place.stored("papers")) == 5


async def test_a_command_that_is_sent_again_with_its_key_acts_once(mediation: Instance) -> None:
    reported = dispute()
    await mediation.place.report(reported)
    async with mediation.client() as http:
        etag = (await opened(http, reported.case_id)).headers["ETag"]
        headers = {"If-Match": etag, "Idempotency-Key": "k1"}
        body = {"grade": "yellow", "reason": "first"}
        url = f"/v1/cases/{reported.case_id}"
        answers = [await http.post(f"{url}/assess", json=body, headers=headers) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert [answer.json()["replayed"] for answer in answers] == [False, True, True]
        assert [row["type"] for row in answers[2].json()["history"]] == ["opened", "assessed"]
        for command, said in (("escalate", {"reason": "x"}), ("assess", {"grade": "red", "reason": "first"})):
            other = await http.post(f"{url}/{command}", json=said, headers=headers)
            assert (other.status_code, other.json()["errors"][0]["pointer"]) == (422, "/idempotency-key")


@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_both_drivers_carry_a_case(mediation: Instance, driver: str) -> None:
    async with running(mediation.place, mongodb_driver=driver) as other, other.client() as http:
        made = await http.post(
            "/v1/cases", json={"area": "gaoqiao", "kind": "noise"}, headers={"Idempotency-Key": driver}
        )
        assert made.status_code == 201
        assert (await _walk(http, made.json()["id"], S1[:2])).json()["stage"] == "referred"


async def test_M2_verify_folds_every_history_again_and_finds_a_changed_one(mediation: Instance) -> None:
    async with mediation.client() as http:
        case, _ = await brought(http, "verify", 5)
    client = documents.connect(mediation.place.mongodb_uri, "pymongo")
    try:
        cases = documents.Collection(client[mediation.place.database], "mediation_cases")
        whole = await verified(cases, "cases", refolded, case_of)
        assert (whole["ok"], whole["entries"], whole["events"]) == (True, 1, 6)
        stored = await cases.get(case)
        assert stored is not None
        for change in ("history", "state"):
            forged = stored | {"version": stored["version"] + 1}
            if change == "state":
                forged["state"] = stored["state"].replace('"yellow"', '"red"')
            else:
                forged["history"] = [*stored["history"][:2], *stored["history"][3:]]
            assert await cases.replace(forged, {})
            told = await verified(cases, "cases", refolded, case_of)
            assert not told["ok"]
            assert case in told["problem"]
    finally:
        await documents.close(client)
