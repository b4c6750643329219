"""What a finding says, as an event, as a document, and in a sentence of either language."""

from datetime import UTC, datetime, timedelta
from typing import Any

from fengqiao.contracts.insights import MOST_INCIDENTS, HotspotFound, PatrolTime, StandbyAdvised, WarningRaised
from fengqiao.contracts.model import Location
from services.analytics.domain.demand import Advice
from services.analytics.domain.profile import Name, Profile
from services.analytics.domain.warning import Finding, Moment
from services.analytics.insight_desk import Telling

TOLD_FOR = timedelta(days=7)
"""So long a cluster, a category or an address is not warned of again."""


def warning_id(area: str, finding: Finding, at: Moment) -> str:
    """The same for whoever finds it at that moment."""
    return f"{area}-{finding.what}-{at.id}-{finding.key}".replace(" ", "_")


def telling(area: str, finding: Finding, at: Moment, now: datetime, weekly: float) -> Telling:
    """The event that tells of a finding."""
    common: dict[str, Any] = {
        "area": area,
        "at": now,
        "warning_id": warning_id(area, finding, at),
        "begins": finding.begins,
        "ends": finding.ends,
        "expected": round(finding.expected, 3),
        "seen": finding.seen,
        "chance": finding.chance,
        "weekly_false_alarms": weekly,
        "method": finding.method,
        # A past that was imported has ids of its own, which are no incident's here.
        "incidents": tuple(
            one["incident_id"] for one in finding.incidents if not one["incident_id"].startswith("past:")
        )[-MOST_INCIDENTS:],
        "history_days": finding.history_days,
    }
    place = None
    if finding.place is not None:
        lon, lat = finding.place
        cell = finding.cells[0] if finding.cells else None
        place = Location(lon=lon, lat=lat, name=finding.place_name, grid_cell=cell)
    event: HotspotFound | WarningRaised
    if finding.what == "cluster" and place is not None:
        event = HotspotFound(
            **common, grid_cells=finding.cells, middle=place, radius_metres=round(finding.radius or 0.0, 1)
        )
    else:
        name = finding.name or Name("", "")
        category = finding.what == "rising_category"
        event = WarningRaised(
            **common,
            what="rising_category" if category else "repeat_address",
            category_code=finding.category,
            category_zh=name.zh if category else None,
            category_en=name.en if category else None,
            place=place,
        )
    return Telling(f"{finding.what} {finding.key}", now + TOLD_FOR, event)


def warning_document(area: str, finding: Finding, at: Moment, now: datetime, profile: Profile) -> dict[str, Any]:
    """As it is stored and answered."""
    text = sentence(finding, profile)
    return {
        "_id": warning_id(area, finding, at),
        "area": area,
        "what": finding.what,
        "at": now.astimezone(UTC).isoformat(),
        "begins": finding.begins.astimezone(UTC).isoformat(),
        "ends": finding.ends.astimezone(UTC).isoformat(),
        "expected": round(finding.expected, 3),
        "seen": finding.seen,
        "chance": finding.chance,
        "weekly_false_alarms": profile.watching.weekly_false_alarms,
        "method": finding.method,
        "history_days": finding.history_days,
        "grid_cells": list(finding.cells),
        "middle": None if finding.place is None else list(finding.place),
        "radius_metres": finding.radius,
        "place_name": finding.place_name,
        "category": finding.category,
        "name": None if finding.name is None else {"zh": finding.name.zh, "en": finding.name.en},
        "incidents": list(finding.incidents),
        "text": {"zh": text.zh, "en": text.en},
    }


def sentence(finding: Finding, profile: Profile) -> Name:
    """Where, when, expected, seen, how sure."""
    hours = round((finding.ends - finding.begins).total_seconds() / 3600)
    zh_span = f"{hours}小时" if hours < 48 else f"{hours // 24}天"
    en_span = f"{hours} hours" if hours < 48 else f"{hours // 24} days"
    expected, chance = (
        f"{finding.expected:.1f}",
        f"{finding.chance:.1e}" if finding.chance < 1e-4 else f"{finding.chance:.4f}",
    )
    tail_zh = f"近{zh_span}{finding.seen}起，预期{expected}起，偶然出现的概率{chance}"
    tail_en = f"{finding.seen} in {en_span}, {expected} expected; by accident with a chance of {chance}"
    match finding.what:
        case "cluster":
            names = {cell.id: cell.name for cell in profile.cells}
            zh = "、".join(names[cell].zh for cell in finding.cells if cell in names)
            en = ", ".join(names[cell].en for cell in finding.cells if cell in names)
            return Name(f"{zh}警情聚集：{tail_zh}", f"Cluster in {en}: {tail_en}")
        case "rising_category":
            name = finding.name or Name("", "")
            return Name(f"{name.zh}上升：{tail_zh}", f"{name.en} rising: {tail_en}")
        case "repeat_address":
            name = finding.name or Name("", "")
            return Name(f"{name.zh}反复报警：{tail_zh}", f"Again and again at {name.en}: {tail_en}")


def standby_event(area: str, advice: Advice, now: datetime) -> StandbyAdvised:
    return StandbyAdvised(
        area=area,
        at=now,
        band=advice.band.id,
        begins=advice.begins,
        ends=advice.ends,
        weights=advice.weights,
        order=advice.order,
        mean_seconds=advice.mean_seconds,
        patrols=tuple(
            PatrolTime(point=one.point, begins=one.begins, ends=one.ends, expected=one.expected)
            for one in advice.patrols
        ),
        history_days=advice.history_days,
    )
