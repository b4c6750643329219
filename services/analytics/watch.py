"""What analytics does by itself: early warning, standby advice, missed targets, bulletins; each when it is due.

Every look of every area has a mark (`insight_desk`), so that it is done once, also after a restart in the middle of it
and beside other instances; what fell due while nobody ran is made up for, the last of its kind. It is done when all
that lay in the log as it fell due is counted (`log_end`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import structlog

from fengqiao.contracts.insights import TargetBreached
from fengqiao.runtime.background import ended
from fengqiao.runtime.errors import Busy
from services.analytics import wording
from services.analytics.asking import Numbers
from services.analytics.bulletin_desk import BulletinDesk
from services.analytics.day_range import DayRange
from services.analytics.domain.demand import HISTORY_DAYS, Advice, advise, band_at, hours_of
from services.analytics.domain.periods import Span
from services.analytics.domain.profile import Band
from services.analytics.domain.scanning import QUARTERS
from services.analytics.domain.warning import Moment, findings, first_day, moment
from services.analytics.ground import Ground
from services.analytics.insight_desk import InsightDesk, Kind, Telling
from services.analytics.log_end import DISPATCH, LogEnd
from services.analytics.registers import table_of
from services.analytics.response_times import Question, answer

log = structlog.get_logger(__name__)

EVERY: Final = 1.0
"""Real seconds between looks at the clock."""
SETTLING: Final = timedelta(minutes=1)
"""So long after a quarter of a day is over its last events are there."""
AHEAD: Final = timedelta(minutes=15)
"""Advice for a band of hours is out so long before it begins."""
LEAST_FOR_TARGET: Final = 20
"""On fewer incidents a day's share says nothing."""


class Watch:
    """Looks at the clock while the service runs."""

    def __init__(
        self, numbers: Numbers, desk: InsightDesk, bulletins: BulletinDesk, log_end: LogEnd, folder: Path
    ) -> None:
        self._numbers = numbers
        self._log_end = log_end
        self._desk = desk
        self._bulletins = bulletins
        self._grounds = {area: Ground(folder / area, profile) for area, profile in numbers.profiles.items()}
        self._done: dict[tuple[str, str], str] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="watch")

    async def stop(self) -> None:
        await ended(self._task)

    async def _run(self) -> None:
        while True:
            for area in self._numbers.rules:
                try:
                    await self.look(area)
                except Busy as busy:
                    log.debug("a look waits", area=area, why=str(busy))
                except Exception:
                    log.exception("a look failed, it is tried again", area=area)
            await asyncio.sleep(EVERY)

    async def look(self, area: str) -> None:
        """Do what is due now. Raises Busy."""
        now = self._numbers.clock.now()
        await self._warn(area, now)
        await self._advise(area, now)
        await self._hold_targets(area, now)
        for scheduled in self._numbers.profiles[area].schedule:
            await self._bulletins.issue_due(area, scheduled, now, self._done)

    async def _counted(self, area: str, look: str, run: str) -> bool:
        """Whether what lay in the log when this run fell due is counted: what is found is told once and stays."""
        return await self._log_end.reached(area, look, run, DISPATCH)

    async def _fresh(self, area: str, kind: Kind, run: str) -> bool:
        """Whether the run has not been done yet, by anybody."""
        if self._done.get((area, kind), "") >= run:
            return False
        last = await self._desk.last_run(area, kind)
        self._done[area, kind] = last
        return last < run

    # --- A4

    async def _warn(self, area: str, now: datetime) -> None:
        latest = moment(now - SETTLING, self._numbers.rules[area].timezone)
        for at in _moments(latest):
            for kind in ("hotspots", "warnings"):
                if await self._fresh(area, kind, at.id):
                    if not await self._counted(area, "warnings", at.id):
                        return  # the later moment has to wait as well: runs are done in their order
                    await self._warn_at(area, at, now)
                    break

    async def _warn_at(self, area: str, at: Moment, now: datetime) -> None:
        rules, profile = self._numbers.rules[area], self._numbers.profiles[area]
        span = Span(first_day(profile, at), at.day)
        [table], view = await table_of(self._numbers.store, rules, [span])
        found = await asyncio.to_thread(findings, table, profile, at, min(view.covered, default=None))
        weekly = profile.watching.weekly_false_alarms
        for kind in ("hotspots", "warnings"):
            mine = [one for one in found if (one.what == "cluster") == (kind == "hotspots")]
            documents = {
                wording.warning_id(area, one, at): wording.warning_document(area, one, at, now, profile) for one in mine
            }

            async def keep(fresh: Sequence[Telling], documents: Mapping[str, dict[str, object]] = documents) -> None:
                ids = [getattr(one.event, "warning_id", "") for one in fresh]
                await self._numbers.store.put_warnings([documents[id] for id in ids])

            tellings = [wording.telling(area, one, at, now, weekly) for one in mine]
            told = await self._desk.tell(area, kind, at.id, now, tellings, keep)
            self._done[area, kind] = at.id
            for one in told:
                log.info("warning", area=area, about=one.key)

    # --- A5

    async def advice(self, area: str, band: Band, day: date) -> Advice | None:
        """For the band that begins on the local day. Raises Busy."""
        rules, profile = self._numbers.rules[area], self._numbers.profiles[area]
        span = Span(day - timedelta(days=HISTORY_DAYS), day - timedelta(days=1))
        [table], view = await table_of(self._numbers.store, rules, [span])
        since = min(view.covered, default=None)
        ground = self._grounds[area]

        def work() -> Advice | None:
            if since is None or not profile.points:
                return None
            near, between = dict(ground.nearest(table)), ground.between()
            return advise(table, profile, band, day, rules.timezone, near, between, since)

        return await asyncio.to_thread(work)

    async def _advise(self, area: str, now: datetime) -> None:
        rules, profile = self._numbers.rules[area], self._numbers.profiles[area]
        for instant in (now, now + AHEAD):
            found = band_at(profile.bands, instant.astimezone(rules.timezone))
            if found is None:
                continue
            band, day = found
            begins, _ = hours_of(band, day, rules.timezone)
            run = begins.astimezone(UTC).isoformat()
            if not await self._fresh(area, "standby", run):
                continue
            if not await self._counted(area, "standby", run):
                return
            advice = await self.advice(area, band, day)
            tellings = [] if advice is None else [Telling(band.id, now, wording.standby_event(area, advice, now))]
            await self._desk.tell(area, "standby", run, now, tellings)
            self._done[area, "standby"] = run

    # --- targets

    async def _hold_targets(self, area: str, now: datetime) -> None:
        rules, profile = self._numbers.rules[area], self._numbers.profiles[area]
        day = (now - SETTLING).astimezone(rules.timezone).date() - timedelta(days=1)
        run = day.isoformat()
        if not await self._fresh(area, "targets", run) or not await self._counted(area, "targets", run):
            return
        tellings = []
        for segment, goal in profile.goals.items():
            told = await answer(self._numbers.store, Question(rules, DayRange(day, day, False), ("station",), segment))
            for row in told["rows"]:
                share, count = row["within_target"], row["count"]
                if share is not None and share < goal and count >= LEAST_FOR_TARGET:
                    station = row["key"]["station"]
                    event = TargetBreached(
                        area=area,
                        at=now,
                        day=day.isoformat(),
                        segment=segment,
                        share=share,
                        goal=goal,
                        count=count,
                        station=station,
                    )
                    tellings.append(Telling(f"{segment} {station} {day}", now, event))
        await self._desk.tell(area, "targets", run, now, tellings)
        self._done[area, "targets"] = run


def _moments(latest: Moment) -> list[Moment]:
    """The latest, after the end of the day before: only then categories and addresses are looked at."""
    if latest.quarter == QUARTERS:
        return [latest]
    midnight = datetime.combine(latest.day, time(), latest.ends.tzinfo)
    return [Moment(latest.day - timedelta(days=1), QUARTERS, midnight), latest]
