"""What analytics is given to show: months of past calls, as a bureau's export has them, and a burst an hour ago."""

import csv
import json
from datetime import date, datetime, timedelta
from typing import Final

from fengqiao.geo.areas import load_areas
from services.analytics.area_rules import load_rules
from services.analytics.past_import import import_past
from services.analytics.profile_file import load_profiles
from services.analytics.settings import AnalyticsSettings
from tests.system import ROOT, System

AREAS: Final = ROOT / "deploy" / "areas"
HOURS: Final = (2, 8, 11, 14, 19, 22)
SECONDS: Final = (90, 100, 110, 140, 120, 130)
CATEGORIES: Final = ("theft", "noise", "brawl", "theft", "noise", "help")
BURST: Final = 40
COLUMNS: Final = ("received", "category", "lon", "lat", "id", "assigned", "on_scene", "cleared")


def months_before(day: date, count: int) -> date:
    """The first day of the month so many months before that of `day`."""
    months = day.year * 12 + day.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def settings_of(system: System) -> AnalyticsSettings:
    """How analytics reaches a test's servers."""
    return AnalyticsSettings.load(
        data=system.folder,
        areas=AREAS,
        kafka_bootstrap_servers=system.bootstrap_servers,
        mongodb=system.mongodb_uri,
        database=system.database,
        topic_prefix=system.prefix,
    )


async def import_months(settings: AnalyticsSettings, area: str) -> None:
    """Six calls a day for three whole months and this one's days, since two may be too short a history to be warned by,
    and many at one place in the quarter of the day that is over."""
    where = {one.id: one for one in load_areas(AREAS).values()}[area]
    rules, cells = load_rules(AREAS, [where])[area], load_profiles(AREAS, [where])[area].cells
    now = datetime.now(rules.timezone)
    first = months_before(now.date(), 3)
    rows: list[tuple[datetime, int, str, int | None]] = []
    for n in range((now.date() - first).days):
        day = datetime.combine(first + timedelta(days=n), datetime.min.time(), rules.timezone)
        rows += [
            (day + timedelta(hours=hour), n + m, CATEGORIES[m], SECONDS[m] + n * 37 % 110)
            for m, hour in enumerate(HOURS)
        ]
    quarter = now.replace(hour=now.hour // 6 * 6, minute=0, second=0, microsecond=0)
    # Calls that nobody was sent to: on the first of a month they are of the last one, and are no response times of it.
    rows += [(quarter - timedelta(minutes=3 * n + 3), 3, "noise", None) for n in range(BURST)]
    file, mapping = settings.data / "past.csv", settings.data / "past.json"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for n, (received, cell, category, seconds) in enumerate(rows):
            lon, lat = cells[cell % len(cells)].at
            after = () if seconds is None else (seconds * k for k in (0.2, 1, 3))
            times = [(received + timedelta(seconds=one)).isoformat() for one in after]
            writer.writerow([received.isoformat(), category, lon, lat, f"past-{n}", *(times or [""] * 3)])
    mapping.write_text(json.dumps({"columns": {name: name for name in COLUMNS}}), encoding="utf-8")
    assert await import_past(settings, where, rules, [str(file), str(mapping)]) == 0
