"""Orders over REST, on a real Kafka and a real store: holds, merges, emergencies, forms, small cases."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from fengqiao.client import Refused
from fengqiao.contracts import topics
from fengqiao.contracts.commands import Command, SetDuty
from fengqiao.contracts.model import Actor
from fengqiao.contracts.orders import CallEmergency, EndEmergency
from tests.awaiting import eventually
from tests.conftest import run
from tests.integration.dispatch.kit import (
    brought_to_an_end,
    everything,
    first_appearances,
    incident,
    on_duty,
    publishing,
    record,
    reported,
    told,
)
from tests.system import System

VICTIM = "受害人王某某13912345678"


@pytest.fixture(scope="module")
def dispatch(system: System) -> System:
    run(system.start("intake", "dispatch"))
    return system


async def test_D10_hold_release_reassign_note_and_reopen(dispatch: System) -> None:
    async with on_duty(dispatch, "P1", "P2") as desk:
        found = await reported(dispatch, "hold", "02")
        first = found["assignments"][0]["unit"]
        other = {"P1": "P2", "P2": "P1"}[first]
        await desk.dispatch.reassign(incident("hold"), [other], "离得更近")
        held_until = datetime.now(UTC) + timedelta(seconds=3)
        await desk.dispatch.hold(incident("hold"), held_until, "等报警人回电")
        held = await desk.dispatch.incident(incident("hold"))
        assert held["status"] == "held"
        assert {one["status"] for one in held["assignments"]} == {"cancelled"}
        with pytest.raises(Refused) as refused:
            await desk.dispatch.unmerge(incident("hold"), "x")
        assert refused.value.status == 409
        assert "release" in refused.value.problem["allowed"]

        async def released() -> Any:
            known = await desk.dispatch.incident(incident("hold"))
            return known if known["status"] == "resources_assigned" else None

        due = await eventually(released, within=10, what="the hold's end")
        assert (await told(dispatch, "incident.released", incident_id=incident("hold")))[0]["why"] == "due"
        await desk.dispatch.hold(incident("hold"), datetime.now(UTC) + timedelta(hours=1), "再等")
        await desk.dispatch.release(incident("hold"))
        await desk.dispatch.note(incident("hold"), f"报警人回电：{VICTIM}")
        (noted,) = await told(dispatch, "incident.noted", incident_id=incident("hold"))
        async with dispatch.client("supervisor") as supervisor:
            paper = await supervisor.dispatch.paper(noted["paper"]["paper_id"])
        assert VICTIM in paper["words"]
        found = await desk.dispatch.incident(incident("hold"))
        await brought_to_an_end(desk, found)
        await desk.dispatch.reopen(incident("hold"), "又打起来了")
        again = await desk.dispatch.incident(incident("hold"))
        assert again["status"] == "resources_assigned"
        assert len(again["assignments"]) > len(due["assignments"])
        by = [row["by"]["client"] for row in again["timeline"] if row["type"] == "fengqiao.incident.reopened.v1"]
        assert by == ["test-dispatcher"]
        await brought_to_an_end(desk, again)


async def test_I4_I8_two_callers_of_one_event_are_merged_and_taken_apart_and_intake_follows(dispatch: System) -> None:
    async with on_duty(dispatch, "YY", "P1", "V37") as desk, dispatch.client("integrator") as caller:
        place = {"address": "永定社区美食七街"}
        ids = []
        for number in (1, 2):
            accepted = await caller.intake.report(
                external_id=f"MERGE-{number}",
                area="gaoqiao",
                category="brawl",
                reported_at=datetime.now(UTC),
                location=place,
                caller={"name": "李某", "phone": "13800000000"},
            )
            ids.append(accepted["incident_id"])
        into, source = ids

        async def suggested() -> list[dict[str, Any]]:
            return await told(dispatch, "incident.duplicate-suggested", incident_id=source)

        (suggestion,) = await eventually(suggested, what="the suggestion")
        assert [one["incident_id"] for one in suggestion["candidates"]] == [into]
        await desk.dispatch.merge(source, into, "同一警情")
        merged, target = await desk.dispatch.incident(source), await desk.dispatch.incident(into)
        assert (merged["status"], merged["merged_into"]) == ("merged", into)
        assert target["caller_count"] == 2
        assert [one["incident_id"] for one in target["merged"]] == [source]
        async with httpx.AsyncClient(base_url=dispatch.url("intake")) as http:
            headers = {"Authorization": f"Bearer {dispatch.token('integrator')}"}

            async def add() -> httpx.Response:
                return await http.post(
                    f"/v1/incidents/{source}/callers", json={"phone": "13900000000"}, headers=headers
                )

            async def followed() -> Any:
                return (await caller.intake.incident(source))["status"] == "merged"

            await eventually(followed, what="intake to learn of the merge")
            refused = await add()
            assert refused.status_code == 409
            assert refused.json()["merged_into"] == into
            assert target["number"] in refused.json()["detail"]
            # The crew of the one reads what the callers of the other have said, and nobody else's crew does.
            (on_it, *_) = [one["unit"] for one in target["assignments"] if one["status"] == "assigned"]
            for unit, status in ((on_it, 200), ("R01", 403)):
                crew = {"Authorization": f"Bearer {dispatch.token('crew', unit=unit)}"}
                assert (await http.get(f"/v1/incidents/{source}/report", headers=crew)).status_code == status
            await desk.dispatch.unmerge(source, "不是同一警情")

            async def open_again() -> Any:
                return (await caller.intake.incident(source))["status"] not in ("merged", "closed")

            await eventually(open_again, what="intake to learn that it stands by itself")
            assert (await add()).status_code == 202

        async def counted() -> Any:
            return (await desk.dispatch.incident(source))["caller_count"] == 2

        await eventually(counted, what="the caller to count where he called")
        assert (await desk.dispatch.incident(into))["caller_count"] == 1
        await desk.dispatch.urge(into, "群众催促")
        await desk.dispatch.link(source, into, "officer")
        for id in ids:
            await desk.dispatch.cancel(id, "duplicate", "测试结束")


async def test_D10_an_emergency_of_a_crew_outranks_everything_until_it_is_stood_down(dispatch: System) -> None:
    async with on_duty(dispatch, "YY", "P1", "P2") as desk:
        async with dispatch.client("crew", unit="P1") as crew:
            answer = await crew.dispatch.emergency("P1", lon=113.0169, lat=28.1964)
            with pytest.raises(Refused) as refused:
                await crew.dispatch.emergency("P2")
            assert refused.value.status == 403
        found = await desk.dispatch.incident(answer["incident_id"])
        assert (found["priority"], found["category"]["code"], found["location"]["grid_cell"]) == (1, "9801", "G07")
        assert sorted(one["unit"] for one in found["assignments"]) == ["P2", "YY"]
        (unit,) = [one for one in await desk.dispatch.units("gaoqiao") if one["unit"] == "P1"]
        assert (unit["emergency"], unit["status"]) == (answer["incident_id"], "not_available")
        (said,) = await told(dispatch, "unit.emergency", unit="P1")
        assert said["incident_id"] == answer["incident_id"]
        await desk.dispatch.end_emergency("P1", "已解除", area="gaoqiao")
        (unit,) = [one for one in await desk.dispatch.units("gaoqiao") if one["unit"] == "P1"]
        assert ("emergency" in unit, unit["status"]) == (False, "available")
        await brought_to_an_end(desk, found)


async def test_D10_in_a_backlog_an_emergency_comes_first_and_none_is_lost(dispatch: System) -> None:
    now, by = datetime.now(UTC), Actor(client="backlog", role="dispatcher")
    common: dict[str, Any] = {"area": "gaoqiao", "by": by, "received_at": now}
    service = dispatch.processes["dispatch"]

    async def waiting_for_dispatch(*asked: Command) -> None:
        await service.stop()
        async with publishing(dispatch) as publisher:
            topic = topics.DISPATCH_COMMANDS
            records = [record(dispatch, one, one.command_id, 1, topic=topic) for one in asked]
            await publisher.publish_in_order(records)
        service.start()
        await dispatch.ready("dispatch")

    def signed(part: str) -> list[Command]:
        """Of a shift that changes with each."""
        shifts = [f"{part}-{n}" for n in range(300)]
        return [SetDuty(**common, command_id=f"c-{shift}", unit="P2", on=True, shift=shift) for shift in shifts]

    def needs_help(name: str) -> CallEmergency:
        return CallEmergency(**common, command_id=f"c-help-{name}", unit="YY")

    async def order() -> list[str]:
        """The commands that the latest events of dispatch came of, each once."""
        records = await everything(dispatch, topics.DISPATCH.name)
        assert first_appearances(records) == list(range(1, len(records) + 1))
        by_command = [orjson.loads(one.value).get("command_id") for one in records]
        return [id for id in dict.fromkeys(by_command) if id is not None and id.startswith("c-")]

    await waiting_for_dispatch(*signed("first"), needs_help("once"), needs_help("once"))
    told_of = [id for id in await order() if id.startswith(("c-first", "c-help"))]
    assert (told_of[0], len(told_of)) == ("c-help-once", 301)
    # The last emergency is ended by what waits before the next: taken early, that one would be lost.
    ends = EndEmergency(**common, command_id="c-ends", unit="YY")
    await waiting_for_dispatch(*signed("second"), ends, needs_help("twice"))
    assert [id for id in await order() if id.startswith(("c-ends", "c-help"))] == [
        "c-help-once",
        "c-ends",
        "c-help-twice",
    ]
    assert len(await told(dispatch, "unit.emergency", unit="YY")) == 2
    async with dispatch.client("dispatcher") as desk:
        await desk.dispatch.end_emergency("YY", "已解除", area="gaoqiao")
        for incident_id in {one["incident_id"] for one in await told(dispatch, "unit.emergency", unit="YY")}:
            await desk.dispatch.cancel(incident_id, "duplicate", "测试结束")


async def test_D13_a_form_closes_what_waits_for_it_and_its_people_are_in_a_paper_only(dispatch: System) -> None:
    async with on_duty(dispatch, "P1") as desk, dispatch.client("crew", unit="P1") as crew:
        found = await reported(dispatch, "stolen", "020405")
        await brought_to_an_end(desk, found, "受理案件")
        assert (await desk.dispatch.incident(incident("stolen")))["status"] == "awaiting_feedback"
        (unit,) = [one for one in await desk.dispatch.units("gaoqiao") if one["unit"] == "P1"]
        assert unit["status"] == "available"
        for form in ({"result": "受理案件"}, {"result": "no such result"}):
            with pytest.raises(Refused) as refused:
                await crew.dispatch.feedback(incident("stolen"), "final", **form)
            assert refused.value.status == (409 if form["result"] == "受理案件" else 422)
        await crew.dispatch.feedback(
            incident("stolen"),
            "final",
            result="受理案件",
            counts={"vehicles_lost": 1},
            losses={"lost_yuan": 3200},
            people=[{"role": "victim", "name": VICTIM}],
            vehicles=[{"role": "stolen", "plate": "湘A·D1234"}],
            words=f"{VICTIM}的电动车被盗",
        )
        closed = await desk.dispatch.incident(incident("stolen"))
        assert closed["status"] == "closed"
        assert closed["feedback"][0]["result"] == "受理案件"
        (given,) = await told(dispatch, "incident.feedback-given", incident_id=incident("stolen"))
        assert given["form"]["losses"] == {"lost_yuan": 3200.0}
        assert given["form"]["people"] == {"victim": 1}
        async with dispatch.client("supervisor") as supervisor:
            paper = await supervisor.dispatch.paper(given["form"]["paper"]["paper_id"])
        assert VICTIM in paper["words"]
        with pytest.raises(Refused) as refused:
            await crew.dispatch.paper(given["form"]["paper"]["paper_id"])
        assert refused.value.status == 403
        for topic in (topics.DISPATCH, topics.DISPATCH_COMMANDS, topics.INCIDENT_STATE):
            for one in await everything(dispatch, topic.name):
                assert VICTIM.encode() not in (one.value or b"")


async def test_D4_D13_a_clear_with_a_result_that_the_area_has_not_is_refused_with_its_list(dispatch: System) -> None:
    async with on_duty(dispatch, "P1") as desk, dispatch.client("crew", unit="P1") as crew:
        found = await reported(dispatch, "result", "02")
        (mine,) = [one["id"] for one in found["assignments"]]
        await crew.dispatch.step(mine, "on-scene")
        final = {"kind": "final", "result": "settled"}
        for wrong, pointer in (
            ({"disposition": "settled"}, "/disposition"),
            ({"disposition": "当场调解", "feedback": final}, "/feedback/result"),
        ):
            with pytest.raises(Refused) as refused:
                await crew.dispatch.step(mine, "clear", **wrong)
            assert refused.value.status == 422
            (error,) = refused.value.problem["errors"]
            assert error["pointer"] == pointer
            known = [one["code"] for one in (await crew.dispatch.handling("gaoqiao"))["results"]]
            assert error["detail"] == f"'settled' is not a result of gaoqiao: it has {', '.join(known)}."
        assert (await desk.dispatch.incident(incident("result")))["status"] == "resources_onscene"
        await crew.dispatch.step(mine, "clear", disposition="当场调解")
        assert (await desk.dispatch.incident(incident("result")))["status"] == "closed"


async def test_D11_S10_a_lost_phone_is_on_the_list_through_a_kill_until_it_is_solved(dispatch: System) -> None:
    async with on_duty(dispatch, "P1") as desk:
        found = await reported(dispatch, "phone", "0610")
        await brought_to_an_end(desk, found, "受理案件")
        await desk.dispatch.own_small_case(incident("phone"), "officer-17")

        async def row() -> dict[str, Any] | None:
            rows = await desk.dispatch.small_cases("gaoqiao")
            return next((one for one in rows if one["incident_id"] == incident("phone")), None)

        listed = await row()
        assert listed is not None
        assert (listed["red"], listed["small_case"]["owner"]) == (False, "officer-17")
        await dispatch.processes["dispatch"].kill()
        dispatch.processes["dispatch"].start()
        await dispatch.ready("dispatch")
        assert await row() is not None
        for unsolving in ("no such result", "受理案件"):
            with pytest.raises(Refused) as refused:
                await desk.dispatch.solve_small_case(incident("phone"), unsolving)
            assert refused.value.status == 422
        await desk.dispatch.solve_small_case(incident("phone"), "已找回", "已交还失主")
        assert await row() is None
        solved = await desk.dispatch.small_cases("gaoqiao", "solved")
        assert incident("phone") in [one["incident_id"] for one in solved]
        (said,) = await told(dispatch, "small-case.solved", incident_id=incident("phone"))
        assert said["in_time"]
        rules = await desk.dispatch.handling("gaoqiao")
        assert "已找回" in [one["code"] for one in rules["results"]]


async def test_I6_a_category_of_the_set_is_confirmed_and_another_word_is_refused(dispatch: System) -> None:
    async with on_duty(dispatch, "P1") as desk:
        found = await reported(dispatch, "versions", "02")
        await desk.dispatch.category(incident("versions"), "confirmed", "0201")
        with pytest.raises(Refused) as refused:
            await desk.dispatch.category(incident("versions"), "corrected", "777777")
        assert refused.value.status == 422
        known = await desk.dispatch.incident(incident("versions"))
        assert known["category"]["code"] == "0201"
        assert (known["categories"]["initial"]["code"], known["categories"]["confirmed"]["code"]) == ("02", "0201")
        await brought_to_an_end(desk, found)


async def test_I6_D12_a_call_has_its_levels_versions_and_ten_clocks_over_rest_and_is_reported_up(
    dispatch: System,
) -> None:
    began = datetime.now(UTC)
    async with (
        on_duty(dispatch, "P1") as desk,
        dispatch.client("crew", unit="P1") as crew,
        dispatch.client("integrator") as caller,
    ):
        accepted = await caller.intake.report(
            external_id="CS110-clocks", category="020405", caller_category="brawl", tags=["state_security"],
            source="110", area="gaoqiao", reported_at=began, answered_at=began + timedelta(milliseconds=1),
            location={"lon": 113.0169, "lat": 28.1964},
        )  # fmt: skip
        id = accepted["incident_id"]

        async def sent() -> Any:
            try:
                found = await desk.dispatch.incident(id)
            except Refused:
                return None
            return found if found["assignments"] else None

        found = await eventually(sent, within=30, what="the assignment")
        for verb in ("received", "acknowledge", "en-route", "on-scene"):
            await crew.dispatch.step(found["assignments"][0]["id"], verb)
        await crew.dispatch.step(found["assignments"][0]["id"], "clear", disposition="受理案件")
        await crew.dispatch.feedback(id, "final", result="受理案件", losses={"lost_yuan": 1}, words="电动车被盗")
        closed = await desk.dispatch.incident(id)
    assert closed["status"] == "closed"
    clocks = {one["clock"]: one for one in closed["clocks"]}
    assert list(clocks) == [
        "BJSJ", "JJSJ", "JJWCSJ", "PJSJ", "XTZDDDSJ", "PDQSSJ", "CJSJ", "DDXCSJ", "XCCLWBSJ", "FKSJ",
    ]  # fmt: skip
    assert all(one["at"] for one in clocks.values())
    assert {name for name, one in clocks.items() if one.get("met") is True} == set(clocks) - {"BJSJ"}
    assert (closed["level"], closed["tags"], closed["report_up"]) == (4, ["state_security"], ["state_security"])
    assert (closed["categories"]["initial"]["code"], closed["categories"]["original"]["code"]) == ("020301", "020405")
    assert closed["reported_up_at"]
    (asked,) = await told(dispatch, "notification.requested", incident_id=id)
    assert (asked["to"], asked["what"]) == ("superior", "report_up")


async def test_D4_D11_lists_are_told_in_pages_that_keep_what_was_asked_for(dispatch: System) -> None:
    async with on_duty(dispatch) as desk:
        for name in ("page 1", "page 2", "page 3"):
            await reported(dispatch, name, "0203", assigned=0)
            await desk.dispatch.cancel(incident(name), "test", "测试")
    async with httpx.AsyncClient(base_url=dispatch.url("dispatch")) as http:
        http.headers["Authorization"] = f"Bearer {dispatch.token('dispatcher')}"
        asked: str | None = "/v1/incidents?area=gaoqiao&status=cancelled&category=0203&limit=2"
        seen: list[str] = []
        while asked is not None:
            page = await http.get(asked)
            seen += [one["incident_id"] for one in page.json()["items"]]
            asked = page.links["next"]["url"] if "next" in page.links else None
        assert seen == [incident(name) for name in ("page 3", "page 2", "page 1")]
        for path in ("incidents", "small-cases"):
            for cursor in ("²", "9" * 19, "-1", "x"):
                answer = await http.get(f"/v1/{path}", params={"area": "gaoqiao", "cursor": cursor})
                assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/cursor")
        for at in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
            answer = await http.get("/v1/incidents", params={"area": "gaoqiao", "from": at})
            assert answer.status_code == 422


async def test_D1_a_position_ahead_of_the_time_here_is_told_nobody(dispatch: System) -> None:
    now = datetime.now(UTC)
    async with httpx.AsyncClient(base_url=dispatch.url("dispatch")) as http:
        http.headers["Authorization"] = f"Bearer {dispatch.token('crew', unit='P3')}"
        for lon, at, accepted in ((113.005, now + timedelta(hours=2), 0), (113.02, now, 1)):
            fix = {"unit": "P3", "lon": lon, "lat": 28.19, "at": at.isoformat()}
            answer = await http.post("/v1/positions", json=[fix])
            assert (answer.status_code, answer.json()) == (202, {"accepted": accepted})
    places = [orjson.loads(one.value) for one in await everything(dispatch, topics.UNIT_POSITIONS.name)]
    assert [one["lon"] for one in places if one["unit"] == "P3"] == [113.02]
