"""`import`: a CSV of past incidents into the store, so that year on year and expectation exist on the first day.

`python -m services.analytics import AREA FILE MAPPING [--dry-run]`; `fengqiao import-past` runs it. May run beside the
service and may be repeated: an incident is known by its id, or by its row.
"""

import calendar
import sys
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson

from fengqiao.contracts.model import Location
from fengqiao.geo.areas import Area, AreaIndex
from fengqiao.geo.errors import InvalidArea
from fengqiao.runtime import documents
from fengqiao.runtime.errors import Busy
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.register import Register
from services.analytics.past_mapping import load_mapping
from services.analytics.past_rows import Locate, PastIncident, Reading, past_rollups, put_past, read_past
from services.analytics.past_store import past_area, past_id
from services.analytics.profile_file import category_codes
from services.analytics.rollup_store import RollupStore
from services.analytics.settings import AnalyticsSettings

_TRIES: Final = 20


async def import_past(settings: AnalyticsSettings, area: Area, rules: AreaRules, arguments: list[str]) -> int:
    """One JSON line of what was done. Returns the exit status: 1 when nothing could be used."""
    names = [one for one in arguments if not one.startswith("--")]
    if len(names) != 2:
        sys.stderr.write("Give the CSV file and the mapping.\n")
        return 2
    reading = Reading()
    by_day: dict[str, list[PastIncident]] = {}
    try:
        mapping = load_mapping(Path(names[1]))
        codes = category_codes(settings.areas / area.id)
        for one in read_past(Path(names[0]), mapping, rules.timezone, codes, locator(area), reading):
            day = one.received.astimezone(rules.timezone).date().isoformat()
            by_day.setdefault(day, []).append(one)
    except (InvalidArea, OSError, ValueError) as error:
        sys.stderr.write(f"{names[0]} cannot be imported: {error}\n")
        return 1
    told: dict[str, Any] = {
        "area": area.id,
        "rows": reading.rows,
        "usable": sum(len(some) for some in by_day.values()),
        "skipped": reading.skipped,
        "outside": reading.outside,
        "wrong": reading.wrong,
        "faults": reading.faults,
        "days": len(by_day),
    }
    if "--dry-run" not in arguments:
        client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
        try:
            store = RollupStore(client[settings.database], deadline=20.0)
            told["changed"] = await stored(store, rules, by_day)
        except Busy as busy:
            sys.stderr.write(f"The store does not answer ({busy}): start it, and run the import again.\n")
            return 1
        finally:
            await documents.close(client)
    sys.stdout.write(orjson.dumps(told).decode() + "\n")
    return 0 if told["usable"] else 1


async def stored(store: RollupStore, rules: AreaRules, by_day: dict[str, list[PastIncident]]) -> int:
    """Merge the incidents into what is stored; how many of them were new or other than before. Raises Busy."""
    changed = 0
    for day, incidents in sorted(by_day.items()):
        for _ in range(_TRIES):
            id = past_id(rules.area, day)
            before = (await store.registers([id])).get(id) or Register(past_area(rules.area), day, 0, applied=0)
            fresh = sum([put_past(before, one, rules.timezone) for one in incidents])
            before.applied += 1
            if not fresh or await store.put_past(before):
                changed += fresh
                break
        else:
            raise Busy(f"another import writes {day} at the same time")
    # Also where nothing has changed just now: an import that died before this is made good.
    for month in sorted({day[:7] for day in by_day}):
        year, number = int(month[:4]), int(month[5:])
        days = [date(year, number, n + 1).isoformat() for n in range(calendar.monthrange(year, number)[1])]
        kept = await store.registers(past_id(rules.area, day) for day in days)
        applied = sum(one.applied for one in kept.values())
        id = past_id(rules.area, month)
        if await store.past_month(id) < applied:
            await store.put_rollups(past_rollups(list(kept.values()), past_area(rules.area), rules.targets))
            await store.put_past_month(id, applied)
    return changed


def locator(area: Area) -> Locate:
    """By the area's own ground."""
    ground = AreaIndex({area.id: area})

    def locate(lon: float, lat: float) -> Location | None:
        found = ground.locate(lon, lat)
        if found is None:
            return None
        return Location.of({"lon": lon, "lat": lat, **found.divisions()})

    return locate
