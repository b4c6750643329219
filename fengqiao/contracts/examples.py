"""One golden example of every event, made from the S1 evening: each field that may be there is there.

They are validated in the tests, committed for readers who have no Python, and shown in the AsyncAPI document.
"""

from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from fengqiao.contracts.model import Event
from fengqiao.contracts.topics import MESSAGES

_INCIDENT: Final = "gaoqiao-mzxw6ytboi3dgnbvgy3tqojq2a"
_AT: Final = "2024-10-30T14:23:10Z"

SAMPLES: Final[dict[str, Any]] = {
    "area": "gaoqiao",
    "incident_id": _INCIDENT,
    "assignment_id": f"{_INCIDENT}.1",
    "case_id": f"{_INCIDENT}.case",
    "command_id": "c-mzxw6ytboi3dgnbvgy3tqojq2a",
    "number": "1042",
    "source": "110",
    "client": "dispatch-desk-2",
    "priority": 1,
    "lon": 113.016983,
    "lat": 28.196401,
    "code": "020301",
    "name_zh": "殴打他人",
    "name_en": "Assault",
    "version": "default-2024-1",
    "name": "美食七街",
    "station": "gaoqiao-station",
    "community": "yongding",
    "grid_cell": "G07",
    "zone": "north",
    "confidence": 0.85,
    "level": 3,
    "tags": ["minor"],
    "report_up": ["lost"],
    "void": False,
    "reported_at": "2024-10-30T14:23:00Z",
    "received_at": "2024-10-30T14:23:01Z",
    "unit": "YY",
    "unit_kind": "post",
    "call_sign": "YY",
    "kind": "post",
    "plan": "brawl",
    "role": "primary",
    "police": True,
    "crew": 3,
    "shift": "night",
    "disposition": "当场调解",
    "travel_seconds": 60.0,
    "seconds_saved": 410.0,
    "position_age_seconds": 4.0,
    "score": 0.86,
    "paper_id": "gaoqiao-mzxw6ytboi3dgnbvgy3tqojq2a",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "id": f"{_INCIDENT}.1",
    "home": [113.01698, 28.196497],
    "ruled_out": {"busy": 1, "off_duty": 2},
    "verb": "clear",
    "detail": "the assignment is en_route: it cannot be cleared",
    "allowed": ["on_scene", "declined", "cancelled"],
    "subject": _INCIDENT,
    "topic": "incidents",
    "partition": 0,
    "offset": 4711,
    "sequence": 7,
    "status": None,
    "roles": ["support"],
    "changed": ["priority"],
    "crews": ["YY"],
    "units": ["P3"],
    "assignments": None,
    "kinds": ["post"],
    "mediators": ["studio-fan"],
    "venue": "three-offices-one-court",
    "outcome": None,
    "visits": ["2024-11-02T14:23:10Z", "2024-11-29T14:23:10Z", "2025-01-30T14:23:10Z"],
    "visit": "day-3",
    "words": True,
    "diverted_from": _INCIDENT,
    "to_incident": _INCIDENT,
    "to_number": "1043",
    "to": "superior",
    "what": "report_up",
    "step": "broadcast",
    "timer": "acknowledge",
    "notification_id": f"{_INCIDENT}.n1",
    "notice_id": f"{_INCIDENT}.n1/night-market",
    "target": "night-market",
    "attempts": 1,
    "within_seconds": 300.0,
    "weighed_together": 2,
    "clock": "PJSJ",
    "until": "2024-10-30T14:40:00Z",
    "due_at": "2024-10-31T14:23:10Z",
    "into": "gaoqiao-nbswy3dpeb3w64tmmqqho33snq",
    "into_number": "1041",
    "out_of": "gaoqiao-nbswy3dpeb3w64tmmqqho33snq",
    "out_of_number": "1041",
    "merged_incident": "gaoqiao-nbswy3dpeb3w64tmmqqho33snq",
    "merged_into": "gaoqiao-nbswy3dpeb3w64tmmqqho33snq",
    "numbers": ["1041"],
    "owner": "P3",
    "people": {"injured": 1},
    "vehicles": {"stolen": 1},
    "result": "当场调解",
    "aid_id": f"{_INCIDENT}.aid1",
    "to_area": "yujin",
    "from_area": "yujin",
    "for_incident": _INCIDENT,
    "for_number": "1042",
    "home_area": "yujin",
    "home_unit": "P3",
    "lent_to": "yujin",
    "lent_for": "yujin-nbswy3dpeb3w64tmmqqho33snq",
    "lent_by": "yujin",
    "backs": "south",
    "emergency": "gaoqiao-mzxw6ytboi3dgnbvgy3tqojq2a",
    "point": "S07",
    "squad": "vehicles",
    "rule": "patrol",
    "grid_cells": ["G07"],
    "hazard_id": "gaoqiao-mzxw6ytboi3dgnbvgy3tqojq2a.hazard",
    "reasons": ["parties:3"],
    "marks": ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    "justice_class": "5",
    "money_yuan": 800.0,
    "present": ["property", "owners_committee"],
    "warning_id": "gaoqiao-hotspot-2024-10-30T14",
    "incidents": [_INCIDENT],
    "chance": 0.002,
    "weekly_false_alarms": 0.05,
    "method": "Kulldorff scan, Gumbel",
    "weights": {"S07": 3.2, "S08": 0.4},
    "order": ["S07", "S08"],
    "mean_seconds": [210.0, 150.0],
    "day": "2024-10-30",
    "segment": "received_to_on_scene",
    "share": 0.81,
    "goal": 0.9,
    "band": "night",
    "bulletin_id": "gaoqiao-monday-2024-11-04",
    "category_code": "020405",
    "category_zh": "盗窃",
    "category_en": "Theft",
}


def example(event: type[Event]) -> dict[str, Any]:
    """The JSON of an example of `event`, every field of it set."""
    data = _data(event)
    return event.of(data).model_dump(mode="json", exclude_none=True)


def examples() -> dict[str, dict[str, Any]]:
    """message name → example, of every event there is."""
    return {name: example(event) for name, event in MESSAGES.items()}


def _data(model: type[BaseModel]) -> dict[str, Any]:
    return {name: _value(name, field.annotation) for name, field in model.model_fields.items()}


def _value(name: str, annotation: Any) -> Any:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        annotation = next(one for one in get_args(annotation) if one is not type(None))
        return _value(name, annotation)
    if origin is Literal:
        sample = SAMPLES.get(name)
        return sample if sample in get_args(annotation) else get_args(annotation)[0]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _data(annotation)
    sample = SAMPLES.get(name)
    if sample is not None:
        return sample
    if origin is tuple:
        return [_value(name, get_args(annotation)[0])]
    if origin is not None and hasattr(annotation, "__metadata__"):
        return _value(name, get_args(annotation)[0])
    simple: dict[Any, Any] = {str: name.replace("_", "-"), int: 1, float: 1.0, bool: True, dict: {}}
    return simple.get(annotation, simple.get(origin, _AT))
