"""Every refusal by its name. They change nothing, so one mediation serves the whole file."""

from typing import Any

import pytest

from tests.integration.mediation.kit import AGREEMENT, LI, S1, Instance, brought, give, name

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _open(http: Any, key: str, **body: Any) -> Any:
    answer = await http.post(
        "/v1/cases", json={"area": "gaoqiao", "kind": "noise", **body}, headers={"Idempotency-Key": key}
    )
    assert answer.status_code in (200, 201), answer.text
    return answer


async def test_M1_a_case_is_opened_by_screening_once_per_key(one: Instance) -> None:
    async with one.client() as http:
        first = await _open(http, "k", description="广场舞扰民", grid_cell="G07")
        assert first.status_code == 201
        case = first.json()
        assert (case["origin"], case["stage"], case["grid_cell"]) == ("screening", "screened", "G07")
        assert first.headers["Location"] == f"/v1/cases/{case['id']}"
        again = await _open(http, "k", description="广场舞扰民", grid_cell="G07")
        assert (again.status_code, again.json()["id"], again.json()["replayed"]) == (200, case["id"], True)
        other = await http.post("/v1/cases", json={"area": "gaoqiao", "kind": "debt"}, headers={"Idempotency-Key": "k"})
        assert other.status_code == 422
        without = await http.post("/v1/cases", json={"area": "gaoqiao", "kind": "debt"})
        assert without.status_code == 422
    assert await one.place.verbs(case["id"]) == ["opened"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "noise"}, "/area"),
        ({"area": "gaoqiao"}, "/kind"),
        ({"area": "gaoqiao", "kind": "NOISE!"}, "/kind"),
        ({"area": "gaoqiao", "kind": "noise", "colour": 1}, "/colour"),
        ({"area": "gaoqiao", "kind": "noise", "reported_at": "2024-10-30T22:00:00"}, "/reported_at"),
        ({"area": "gaoqiao", "kind": "noise", "reported_at": "0001-01-01T00:00:00+14:00"}, "/reported_at"),
        ({"area": "gaoqiao", "kind": "noise", "grid_cell": "G99"}, "/grid_cell"),
        ({"area": "gaoqiao", "kind": "noise", "description": "x" * 4001}, "/description"),
        ({"area": "gaoqiao", "kind": "noise", "description": "  "}, "/description"),
    ],
)
async def test_M1_what_is_wrong_with_a_case_is_named(one: Instance, body: dict[str, Any], pointer: str) -> None:
    before = await one.place.stored("cases")
    async with one.client() as http:
        answer = await http.post("/v1/cases", json=body, headers={"Idempotency-Key": "wrong"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await one.place.stored("cases") == before


async def test_If_Match_absent_stale_weak_or_star(one: Instance) -> None:
    async with one.client() as http:
        case = (await _open(http, "if-match")).json()["id"]
        url, body = f"/v1/cases/{case}/assess", {"grade": "red", "reason": "x"}
        for if_match, status in ((None, 428), ('"7"', 412), ('W/"1"', 412), ("*", 412), ("1", 422)):
            headers = {} if if_match is None else {"If-Match": if_match}
            answer = await http.post(url, json=body, headers=headers)
            assert answer.status_code == status, if_match
            assert answer.headers["content-type"] == "application/problem+json"
        assert (await http.post(url, json=body, headers={"If-Match": '"0", "1"'})).status_code == 200


async def test_M2_what_the_table_does_not_allow_is_409_with_what_is(one: Instance) -> None:
    before = await one.place.stored("papers")
    async with one.client() as http:
        case = (await _open(http, "table")).json()["id"]
        answer = await give(http, case, "refer", '"1"', mediators=["m-li"])
        assert answer.status_code == 409
        assert answer.json()["allowed"] == ["assess", "dispose"]
        closing = await http.post(f"/v1/cases/{case}/close", headers={"If-Match": '"1"'})
        assert closing.status_code == 409
    assert await one.place.stored("papers") == before


@pytest.mark.parametrize("part", ["facts", "duties", "manner", "place", "deadline", "signatures"])
async def test_M6_an_agreement_without_a_part_is_422_and_names_it(one: Instance, part: str) -> None:
    async with one.client() as http:
        case, etag = await brought(http, part, 3)
        for body in (
            {key: value for key, value in AGREEMENT.items() if key != part},
            {**AGREEMENT, part: [] if isinstance(AGREEMENT[part], list) else " "},
        ):
            answer = await give(http, case, "agreement", etag, **body)
            assert answer.status_code == 422
            assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{part}"]
        assert (await give(http, case, "agreement", etag, **AGREEMENT)).status_code == 200


async def test_M6_an_agreement_needs_two_parties(one: Instance) -> None:
    async with one.client() as http:
        case = (await _open(http, "two")).json()["id"]
        etag = '"1"'
        for command, body in S1[:3]:
            etag = (await give(http, case, command, etag, **body)).headers["ETag"]
        answer = await give(http, case, "agreement", etag, **AGREEMENT)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/parties"


async def test_M7_control_takes_visits_of_its_own(one: Instance) -> None:
    async with one.client() as http:
        case, etag = await brought(http, "control", 6)
        visit = {"visit": "week", "due_at": "2024-11-06T09:00:00+08:00"}
        twice = await give(http, case, "control", etag, visits=[visit, visit])
        assert twice.json()["errors"][0]["pointer"] == "/visits/1/visit"
        ordered = await give(http, case, "control", etag, visits=[visit])
        assert ordered.json()["next_visit_due_at"] == "2024-11-06T01:00:00Z"


async def test_who_may_do_what(one: Instance) -> None:
    async with one.client() as http:
        case = (await _open(http, "who")).json()["id"]
    asked = {
        "crew": (403, 403, 201),
        "gridworker": (200, 403, 201),
        "dispatcher": (200, 403, 403),
        "analyst": (200, 403, 403),
        "mediator": (200, 200, 201),
    }
    for role, (read, command, party) in asked.items():
        async with one.client(role, unit="YY") as http:  # type: ignore[arg-type]  # one of the table's
            assert (await http.get(f"/v1/cases/{case}")).status_code == read, role
            answer = await give(http, case, "assess", '"1"', grade="yellow", reason="x")
            assert answer.status_code == command, role
            assert (await name(http, case, role, **LI)).status_code == party, role


async def test_an_id_that_is_none_is_404(one: Instance) -> None:
    async with one.client() as http:
        for id in ("x", "gaoqiao-1.case", "gaoqiao-" + "a" * 26, "nowhere-" + "a" * 26 + ".case", "x" * 300):
            assert (await http.get(f"/v1/cases/{id}")).status_code == 404
        nobody = "gaoqiao-" + "a" * 26 + ".case"
        assert (await http.get(f"/v1/cases/{nobody}")).status_code == 404
        assert (await give(http, nobody, "close", '"1"')).status_code == 404
        assert (await http.get(f"/v1/cases/{nobody}/papers/none")).status_code == 404


@pytest.mark.parametrize(
    ("party", "pointer"),
    [
        ({}, "/name"),
        ({"name": " "}, "/name"),
        ({"name": "李", "phone": "call me"}, "/phone"),
        ({"name": "李", "id_number": "no spaces please"}, "/id_number"),
        ({"name": "李", "role": "king"}, "/role"),
        ({"name": "李", "mood": "angry"}, "/mood"),
    ],
)
async def test_what_is_wrong_with_a_party_is_named(one: Instance, party: dict[str, Any], pointer: str) -> None:
    before = await one.place.stored("parties")
    async with one.client() as http:
        answer = await name(http, "gaoqiao-" + "a" * 26 + ".case", "wrong", **party)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await one.place.stored("parties") == before
