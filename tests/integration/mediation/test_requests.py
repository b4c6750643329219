"""What clients are told: lists, page by page, and what is due. Refusals are in `test_refusals.py`."""

from datetime import UTC, datetime, timedelta

from structlog.testing import capture_logs

from tests.integration.mediation.kit import LI, NIGHT, Instance, brought, give, name


async def test_M11_it_says_at_its_start_and_in_the_case_for_which_year_there_are_no_holidays(
    mediation: Instance,
) -> None:
    with capture_logs() as quiet:
        mediation.service.warn()
    mediation.clock.instant = datetime(2026, 12, 30, 2, tzinfo=UTC)
    with capture_logs() as said:
        mediation.service.warn()
    assert (quiet, len(said)) == ([], 5)
    assert all("no holidays for 2027" in one["event"] and one["log_level"] == "warning" for one in said)
    law = {"public_order_case": True, "from_civil_dispute": True, "consent": True}
    async with mediation.client() as http:
        case, _ = await brought(http, "holidays", 0, kind="brawl")
        graded = await give(http, case, "assess", '"1"', reason="口角", law=law)
        await give(http, case, "refer", graded.headers["ETag"], mode="public_order", mediators=["m-li"])
        due = (await http.get(f"/v1/cases/{case}")).json()["due"]
        assert (due["key"], due["due_at"], due["holidays_unknown"]) == ("public_order", "2027-01-04T16:00:00Z", [2027])
        listed = (await http.get("/v1/due?area=gaoqiao&before=2027-02-01T00:00:00Z")).json()["items"]
        assert [one["holidays_unknown"] for one in listed] == [[2027]]


async def test_M7_due_lists_the_visits_that_have_come_due(mediation: Instance) -> None:
    async with mediation.client() as http:
        cases = []
        for key in "abc":
            cases.append((await brought(http, key, 7))[0])
            mediation.clock.advance(60)
        assert (await http.get("/v1/due?area=gaoqiao")).json() == {"items": []}
        month = (NIGHT + timedelta(days=40)).isoformat()
        url: str | None = f"/v1/due?limit=2&before={month.replace('+', '%2B')}"
        items, pages = [], 0
        while url is not None:
            answer = await http.get(url)
            items += answer.json()["items"]
            link = answer.headers.get("Link")
            url = link[1 : link.index(">")] if link else None
            pages += 1
        assert [(item["case_id"], item["visit"]) for item in items] == [
            (case, visit) for case in cases for visit in ("3d", "30d")
        ]
        assert pages == 3
        await give(http, cases[0], "visits/3d", (await http.get(f"/v1/cases/{cases[0]}")).headers["ETag"], calm=True)
        mediation.clock.advance(4 * 24 * 3600)
        now = (await http.get("/v1/due?area=gaoqiao")).json()["items"]
        assert [(item["case_id"], item["visit"]) for item in now] == [(cases[1], "3d"), (cases[2], "3d")]
        unknown = await give(http, cases[1], "visits/1y", '"8"', calm=True)
        assert unknown.status_code == 404


async def test_lists_go_page_by_page_and_stay_within_the_callers_areas(mediation: Instance) -> None:
    async with mediation.client() as http:
        made = []
        for key in range(5):
            made.append((await brought(http, str(key), 0))[0])
            mediation.clock.advance(1)
        await give(http, made[0], "assess", '"1"', grade="red", reason="x")
        url: str | None = "/v1/cases?limit=2&area=gaoqiao"
        seen: list[str] = []
        while url is not None:
            answer = await http.get(url)
            seen += [item["id"] for item in answer.json()["items"]]
            link = answer.headers.get("Link")
            url = link[1 : link.index(">")] if link else None
        assert seen == made[::-1]
        red = (await http.get("/v1/cases?stage=assessed&grade=red")).json()["items"]
        assert [item["id"] for item in red] == made[:1]
        for query, status in (("limit=201", 422), ("cursor=zzz", 422), ("stage=lost", 422), ("area=nowhere", 404)):
            assert (await http.get(f"/v1/cases?{query}")).status_code == status, query
    async with mediation.client(areas=["ciyin"]) as stranger:
        assert (await stranger.get("/v1/cases")).json() == {"items": []}
        assert (await stranger.get("/v1/cases?area=gaoqiao")).status_code == 403
        assert (await stranger.get(f"/v1/cases/{made[0]}")).status_code == 403
        assert (await give(stranger, made[0], "close", '"1"')).status_code == 403
        assert (await name(stranger, made[0], "a", **LI)).status_code == 403


async def test_M1_M13_a_kind_that_the_areas_set_does_not_know_opens_no_case(mediation: Instance) -> None:
    unknown = {"kind": "nope"}
    async with mediation.client() as http:
        for path, body, pointer in (
            ("/v1/cases", {"area": "gaoqiao", **unknown}, "/kind"),
            ("/v1/hazards", {"area": "gaoqiao", "kind": "other", "opens_case": unknown}, "/opens_case/kind"),
        ):
            answer = await http.post(path, json=body, headers={"Idempotency-Key": "nope"})
            assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer), answer.text
