"""plans.json: who is sent to what, who is told, and by when (the rules are in services/dispatch/domain/plans.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

POLICE: Final = ["patrol", "post", "police_room", "foot_patrol"]
MOBILE: Final = ["patrol", "post", "foot_patrol"]
TEAMS: Final = ["patrol", "plain_clothes"]
"""Who supports at a crime, or follows a thief."""
HELPERS: Final = ["volunteer", "property_guard", "city_patrol"]
"""Who is there first until police come: whoever of them is nearest."""


def _when(*categories: str, **more: Any) -> dict[str, Any]:
    unknown = {"categories": list(categories), "priority_at_most": None, "hours": None, "places": None}
    return unknown | more


def _send(
    kinds: list[str], role: str, rule: str = "nearest", required: bool = True, count: int = 1, **more: Any
) -> dict[str, Any]:
    return {"kinds": kinds, "count": count, "role": role, "rule": rule, "required": required, **more}


def _plan(
    id: str,
    name_zh: str,
    name_en: str,
    when: dict[str, Any],
    send: list[dict[str, Any]],
    notify: list[dict[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    return {
        "id": id,
        "name_zh": name_zh,
        "name_en": name_en,
        "when": when,
        "send": send,
        "notify": notify or [],
        **more,
    }


def _tell(to: str, what: str, within_seconds: float = 0) -> dict[str, Any]:
    return {"to": to, "what": what, "within_seconds": within_seconds}


def _step(id: str, name_zh: str, name_en: str, within_seconds: float, **by: str) -> dict[str, Any]:
    return {"id": id, "name_zh": name_zh, "name_en": name_en, "within_seconds": within_seconds, **by}


REPORT_UP: Final = _tell("superior", "report_up", 300)
"""要情上报."""
_VOLUNTEERS: Final = _send(["volunteer"], "first_response", required=False)
_HELPERS: Final = _send(HELPERS, "first_response", required=False)
_GRID_WORKER: Final = _send(["grid_worker"], "liaison", rule="covering", required=False, capabilities=["mediation"])
_DRONE: Final = _send(["drone"], "support", required=False, capabilities=["search"])
_ROOM: Final = [_send(["police_room"], "primary", rule="covering")]
_BRAWL: Final = [_send(["post"], "primary"), _VOLUNTEERS, _send(["patrol"], "support")]


def _one_nearest(kinds: list[str]) -> dict[str, Any]:
    return _plan("one-nearest", "就近派警", "One nearest unit", _when(), [_send(kinds, "primary")])


def _grave() -> list[dict[str, Any]]:
    """What is reported up, and what several go to at once."""
    together = [
        _send(MOBILE, "primary", capabilities=["arrest"]),
        _send(TEAMS, "support", count=2, capabilities=["arrest"], within_seconds=600),
    ]
    dual = [_tell("command_room", "dual_dispatch"), _tell("station_duty", "dual_dispatch"), REPORT_UP]
    rescue = [_tell("fire_119", "rescue"), _tell("ambulance_120", "ambulance")]
    return [
        _plan(
            "key-incident",
            "重点警情双接警预案",
            "Key incident, dual dispatch",
            _when("01", "0202", priority_at_most=1),
            together,
            dual,
        ),
        _plan(
            "crime-in-progress",
            "刑事警情处置预案",
            "Crime in progress",
            _when("01"),
            [_send(MOBILE, "primary", capabilities=["arrest"]), _send(TEAMS, "support", capabilities=["pursuit"])],
        ),
        _plan(
            "weapon",
            "持械警情处置预案",
            "Weapon",
            _when("02", "0201", "0203", "020301", "020302", weapon=True),
            together,
            dual,
        ),
        _plan(
            "public-safety",
            "危害公共安全处置预案",
            "Danger to public safety",
            _when("0202"),
            [_send(MOBILE, "primary"), _send(["patrol"], "support")],
            [REPORT_UP],
        ),
        _plan(
            "mass-event",
            "群体性事件处置预案",
            "Mass event",
            _when("04", "05"),
            [_send(["post"], "primary"), _send(["patrol"], "support", count=2), _ROOM[0] | {"role": "liaison"}],
            [_tell("command_room", "mass_event"), REPORT_UP],
        ),
        _plan(
            "life-at-risk",
            "伤亡警情处置预案",
            "Death or injury",
            _when("0601", "0602"),
            [_send(MOBILE, "primary"), _HELPERS],
            [_tell("ambulance_120", "ambulance"), REPORT_UP],
        ),
        _plan(
            "suicide",
            "自杀警情处置预案",
            "Suicide",
            _when("0603"),
            [_send(MOBILE, "primary"), _send(["police_room"], "support", rule="covering"), _HELPERS],
            [*rescue, REPORT_UP],
        ),
        _plan(
            "fire",
            "火灾事故处置预案",
            "Fire or disaster",
            _when("0607", "0608"),
            [_send(MOBILE, "primary"), _send(["patrol"], "support"), _HELPERS, _DRONE],
            [*rescue, REPORT_UP],
        ),
    ]


def _missing_person() -> dict[str, Any]:
    """寻人微预案: within five minutes merchants broadcast, volunteers get a message, patrols sweep."""
    return _plan(
        "missing-person",
        "寻人微预案",
        "Missing child or person",
        _when("0604"),
        [
            _send(MOBILE, "primary"),
            _send(["patrol"], "sweep", required=False, count=2, capabilities=["search"], within_seconds=300),
            _send(["volunteer"], "first_response", required=False, count=3, capabilities=["search"]),
            _send(["partner"], "liaison", required=False),
            _DRONE,
        ],
        [REPORT_UP],
        steps=[
            _step("broadcast", "商户广播寻人", "Merchants broadcast", 300, to="merchants"),
            _step("mass-message", "群发义警寻人信息", "Mass message to volunteers", 300, to="volunteers"),
            _step("sweep", "巡逻组拉网排查", "Patrols sweep", 300, to="patrols", role="sweep"),
        ],
    )


def _ordinary() -> list[dict[str, Any]]:
    return [
        _plan("brawl", "打架斗殴处置预案", "Brawl", _when("020301"), _BRAWL),
        _plan(
            "domestic-violence",
            "家庭暴力处置预案",
            "Domestic violence",
            _when("020302"),
            [*_ROOM, _send(["patrol"], "support")],
        ),
        _plan("public-order", "扰乱秩序处置预案", "Public order", _when("0201"), [_send(POLICE, "primary"), _HELPERS]),
        _plan("theft", "侵财警情处置预案", "Theft", _when("0204"), [_send([*POLICE, "plain_clothes"], "primary")]),
        _plan(
            "stolen-vehicle",
            "车辆被盗追踪预案",
            "Stolen vehicle with a tracker",
            _when("020405", sources=["tracker"]),
            [_send(["patrol"], "primary", capabilities=["pursuit"])],
        ),
        _plan(
            "fraud",
            "电信诈骗止付预案",
            "Telecom fraud",
            _when("020407"),
            _ROOM,
            [_tell("anti_fraud_centre", "stop_payment", 60)],
        ),
        _plan(
            "traffic",
            "交通警情处置预案",
            "Traffic",
            _when("03"),
            [_send(["patrol", "post"], "primary")],
            [_tell("traffic_police", "accident", 60)],
        ),
        _plan("urgent-help", "群众紧急求助处置预案", "Urgent help", _when("06"), [_send(POLICE, "primary")]),
        _plan(
            "public-hazard",
            "公共设施险情处置预案",
            "Public facility in danger",
            _when("0606"),
            [_send(POLICE, "primary")],
            [_tell("utilities", "hazard", 300)],
        ),
        _plan("dispute", "矛盾纠纷处置预案", "Dispute", _when("08"), [*_ROOM, _GRID_WORKER]),
        _plan("noise", "噪音扰民处置预案", "Noise", _when("0804"), [*_ROOM, _GRID_WORKER]),
        _plan(
            "commercial-dispute",
            "经济消费纠纷处置预案",
            "Commercial dispute",
            _when("0805", "0806"),
            [*_ROOM, _GRID_WORKER],
        ),
        _plan("desk-matter", "警务室受理预案", "A matter for the police room", _when("09", "10", "11"), _ROOM),
    ]


def village_disputes() -> dict[str, Any]:
    """警村共治: to a quarrel in a village come the officer, its cadre as police assistant, and the auxiliaries with
    security assistants. Where it stands before the common plans, it wins over those for the same categories."""
    return _plan(
        "village-dispute",
        "警村共治纠纷处置预案",
        "Dispute in a village, with its cadre",
        _when("08", "0805", "0806"),
        [
            *_ROOM,
            _send(["police_assistant"], "liaison", rule="covering", required=False),
            _send(["auxiliary"], "support", rule="covering", required=False),
            _VOLUNTEERS,
        ],
    )


_STEPS: Final = {
    "answer": 15,
    "intake": 60,
    "assigned": 60,
    "terminal": 15,
    "acknowledge": 60,
    "en_route": 120,
    "handled": 3600,
    "feedback": 7200,
}


def target_rules() -> list[dict[str, Any]]:
    """Seconds for the steps that the targets of area.json do not know."""
    return [{"id": "every-call", "when": _when(), "seconds": _STEPS}]


def response_plans(own: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The plans of all areas: the named ones, the categories of 110, and one nearest unit for the rest.

    own: an area's own plans, in the default set's codes; they stand first and so win over those as specific.
    """
    return {
        "plans": [*own, *_grave(), _missing_person(), *_ordinary(), _one_nearest(POLICE)],
        "targets": target_rules(),
        "default": "one-nearest",
    }


def desk_plans() -> dict[str, Any]:
    """One desk for everything, for benchmarks; nothing is timed."""
    return {"plans": [_one_nearest(["desk"])], "targets": [], "default": "one-nearest"}
