"""Who is told, when it is tried again, when it is given up; signatures; the list of targets; addresses."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.geo.errors import InvalidArea
from services.notify.delivery_documents import delivery_of, document_of, receipt, with_receipt
from services.notify.domain.delivering import LONGEST_PAUSE, Answer, Delivery, after, begin, read
from services.notify.domain.targets import Target, Targets
from services.notify.targets_file import WrongSecret, load_secrets, load_targets
from services.notify.webhook import Forbidden, address_of, signature

NOW = datetime(2024, 10, 30, 14, 23, tzinfo=UTC)
MARKET = Target("night-market", frozenset({"merchants"}), "https://gateway.example/hook")
TEAMS = Target("teams", frozenset({"volunteers", "merchants"}), "https://teams.example/hook", give_up_after=100)
LIST = Targets("dongcheng", (MARKET, TEAMS))
DATA = {"area": "dongcheng", "notification_id": "dongcheng-x.n1", "to": "merchants", "step": "broadcast"}


def one(target: Target = MARKET) -> Delivery:
    asked = read(DATA, "dispatch/dongcheng/7")
    return Delivery(f"{asked.notification_id}/{target.id}", asked, target.id, begun_at=1000.0, next_at=1000.0)


def test_D2_everybody_who_stands_for_it_is_told_by_a_delivery_of_its_own() -> None:
    found = begin(read(DATA, "e"), LIST, 1000.0)
    assert [(each.id, each.target, each.state) for each in found] == [
        ("dongcheng-x.n1/night-market", "night-market", "open"),
        ("dongcheng-x.n1/teams", "teams", "open"),
    ]


def test_D2_what_the_list_names_nobody_for_has_failed_at_once_and_without_a_list_nothing_is_missed() -> None:
    asked = read(DATA | {"to": "ambulance_120"}, "e")
    (failed,) = begin(asked, LIST, 1000.0)
    assert (failed.state, failed.why, failed.target) == ("failed", "no_target", None)
    assert begin(asked, None, 1000.0) == []
    assert begin(read(DATA | {"to": "command_room"}, "e"), LIST, 1000.0) == []


def test_a_report_to_the_superior_without_a_number_of_its_own_takes_the_events() -> None:
    asked = read({"area": "yujin", "case_id": "yujin-x.case"}, "mediation/yujin-x.case/4")
    assert (asked.notification_id, asked.to, asked.case_id) == ("mediation.yujin-x.case.4", "superior", "yujin-x.case")


@pytest.mark.parametrize(
    ("answer", "state", "why"),
    [
        (Answer(200), "delivered", None),
        (Answer(204), "delivered", None),
        (Answer(301), "open", None),
        (Answer(500), "open", None),
        (Answer(), "open", None),
        (Answer(410), "failed", "gone"),
        (Answer(forbidden=True), "failed", "address"),
    ],
)
def test_what_follows_from_an_attempt(answer: Answer, state: str, why: str | None) -> None:
    then = after(one(), answer, MARKET, 1001.0)
    assert (then.state, then.why, then.attempts, then.status) == (state, why, 1, answer.status)


def test_a_target_that_was_taken_off_the_list_is_called_no_more() -> None:
    then = after(one(), Answer(), None, 1001.0)
    assert (then.state, then.why) == ("failed", "no_target")


@given(st.lists(st.sampled_from([Answer(), Answer(503), Answer(429, retry_after=5.0)]), min_size=1, max_size=40))
def test_pauses_grow_to_a_minute_and_the_end_comes_in_time(answers: list[Answer]) -> None:
    delivery, now, pauses = one(TEAMS), 1000.0, []
    for answer in answers:
        delivery = after(delivery, answer, TEAMS, now)
        if delivery.state != "open":
            break
        pauses.append(delivery.next_at - now)
        now = delivery.next_at
    assert all(1.0 <= pause <= LONGEST_PAUSE for pause in pauses)
    assert now - delivery.begun_at <= TEAMS.give_up_after
    if delivery.state == "failed":
        assert delivery.why == ("unreachable" if answers[delivery.attempts - 1].status is None else "refused")


def test_a_target_may_ask_for_a_longer_pause_within_bounds() -> None:
    assert after(one(), Answer(429, 90.0), MARKET, 1000.0).next_at == 1090.0
    assert after(one(), Answer(429, 1e9), MARKET, 1000.0).next_at == 1600.0


def test_a_stored_delivery_is_the_same_when_it_is_read_again() -> None:
    delivery = after(one(), Answer(503), MARKET, 1000.0)
    stored = document_of(delivery, b"{}")
    assert delivery_of(stored) == delivery
    assert stored["open"] is True
    ended = after(delivery, Answer(200), MARKET, 1002.0)
    assert "open" not in document_of(ended, b"{}")
    told = with_receipt(document_of(ended, b"{}"), ended, NOW)
    assert [row["subject"] for row in told["pending"]] == ["dongcheng-x.n1/night-market"]


def test_a_receipt_says_whether_it_came_too_late() -> None:
    for due, late in (("2000-01-01T00:00:00Z", True), ("2100-01-01T00:00:00Z", None), (None, None)):
        asked = read(DATA | ({"due_at": due} if due else {}), "e")
        ended = Delivery("n/t", asked, "t", 0.0, attempts=2, state="delivered")
        assert receipt(ended, NOW).model_dump().get("late") is late


def test_the_signature_is_the_one_of_the_standard() -> None:
    # The example of https://www.standardwebhooks.com
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    found = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"id": "x", "to": ["m"], "url": "ftp://a.example"}, "targets[0].url"),
        ({"id": "x", "to": ["m"], "url": "http://a.example"}, "targets[0].url"),
        ({"id": "x", "to": ["m"], "url": "https://me:pw@a.example"}, "targets[0].url"),
        ({"id": "X!", "to": ["m"], "url": "https://a.example"}, "targets[0].id"),
        ({"id": "x", "to": [], "url": "https://a.example"}, "targets[0].to"),
        ({"id": "x", "to": ["m"], "url": "https://a.example", "give_up_after": 0}, "targets[0].give_up_after"),
        ({"id": "x", "to": ["m"], "url": "https://a.example", "extra": 1}, "targets[0].extra"),
    ],
)
def test_a_wrong_list_names_the_file_and_the_field(tmp_path: Path, row: dict[str, object], field: str) -> None:
    (tmp_path / "notify.json").write_text(json.dumps({"targets": [row]}), encoding="utf-8")
    with pytest.raises(InvalidArea, match=r"notify\.json line 1: ") as found:
        load_targets(tmp_path, "north")
    assert found.value.field == field
    assert field in str(found.value)


def test_secrets_are_made_once_locally_and_asked_for_in_production(tmp_path: Path) -> None:
    with pytest.raises(WrongSecret, match=r"dongcheng\.night-market is missing"):
        load_secrets(tmp_path / "s", [LIST], make=False)
    made = load_secrets(tmp_path / "s", [LIST], make=True)
    assert load_secrets(tmp_path / "s", [LIST], make=False) == made
    (tmp_path / "s" / "dongcheng.teams").write_text("whsec_c2hvcnQ=", encoding="ascii")
    with pytest.raises(WrongSecret, match="at least 24 bytes"):
        load_secrets(tmp_path / "s", [LIST], make=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "[::1]", "100.64.0.1", "169.254.169.254"])
async def test_private_addresses_are_called_only_where_the_list_says_so(host: str) -> None:
    with pytest.raises(Forbidden):
        await address_of(f"http://{host}/x", private=False)
    if host == "169.254.169.254":
        with pytest.raises(Forbidden):  # link-local never: that is where clouds keep their secrets
            await address_of(f"http://{host}/x", private=True)
    else:
        assert await address_of(f"http://{host}/x", private=True) == host.strip("[]")
