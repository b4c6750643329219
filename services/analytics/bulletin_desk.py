"""Issuing bulletins, on schedule and when somebody asks (A6). What was issued stays as it was; again is a revision."""

from collections.abc import MutableMapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog

from fengqiao.contracts.insights import BulletinPublished
from services.analytics.asking import Numbers, named
from services.analytics.bulletin_making import Made, make
from services.analytics.domain.bulletin import TITLES
from services.analytics.domain.profile import BulletinKind, Scheduled
from services.analytics.insight_desk import InsightDesk, Telling
from services.analytics.log_end import DISPATCH, MEDIATION, LogEnd

log = structlog.get_logger(__name__)


def bulletin_id(area: str, kind: BulletinKind, issued: date, revision: int = 1) -> str:
    return f"{area}-{kind}-{issued.isoformat()}" + (f"-r{revision}" if revision > 1 else "")


class BulletinDesk:
    """Raises Busy from its methods; each may be repeated."""

    def __init__(self, numbers: Numbers, desk: InsightDesk, log_end: LogEnd) -> None:
        self._numbers = numbers
        self._log_end = log_end
        self._desk = desk

    async def issue_due(
        self, area: str, scheduled: Scheduled, now: datetime, done: MutableMapping[tuple[str, str], str]
    ) -> None:
        """Issue the last bulletin of the schedule that is due, unless it is there, once all that lay in the log as it
        fell due is counted. done: what this process knows."""
        issued = last_due(scheduled, now.astimezone(self._numbers.rules[area].timezone))
        mark = f"bulletin {scheduled.kind}"
        if done.get((area, mark)) == issued.isoformat():
            return
        first = bulletin_id(area, scheduled.kind, issued)
        document = await self._numbers.store.bulletin(first)
        if document is None and not await self._log_end.reached(area, mark, issued.isoformat(), DISPATCH, MEDIATION):
            return
        if document is None and not await self._numbers.store.knows(area):
            done[area, mark] = issued.isoformat()  # an area of which nothing is known yet has nothing to check
            return
        if document is None:
            document = await self._write(area, scheduled.kind, issued, 1)
        # Also of one that is there: whoever wrote it may have died before it was told.
        await self._tell(area, document)
        done[area, mark] = issued.isoformat()

    async def issue(self, area: str, kind: BulletinKind, issued: date, *, again: bool) -> tuple[dict[str, Any], bool]:
        """The bulletin of a day, and whether it is new. again: a revision with the figures of now."""
        revision = 1
        document = await self._numbers.store.bulletin(bulletin_id(area, kind, issued))
        while document is not None and again:
            revision += 1
            document = await self._numbers.store.bulletin(bulletin_id(area, kind, issued, revision))
        new = document is None
        if document is None:
            document = await self._write(area, kind, issued, revision)
        await self._tell(area, document)
        return document, new

    async def _write(self, area: str, kind: BulletinKind, issued: date, revision: int) -> dict[str, Any]:
        made = await make(self._numbers, area, kind, issued)
        document = self._document(area, kind, issued, revision, made)
        if not await self._numbers.store.put_bulletin(document):
            there = await self._numbers.store.bulletin(document["_id"])
            document = there or document  # another instance was quicker
        log.info("bulletin", id=document["_id"])
        return document

    def _document(self, area: str, kind: BulletinKind, issued: date, revision: int, made: Made) -> dict[str, Any]:
        id = bulletin_id(area, kind, issued, revision)
        made_at = self._numbers.clock.now().astimezone(UTC).isoformat()
        return {
            "_id": id,
            "id": id,
            "area": area,
            "area_name": named(self._numbers.profiles[area].name),
            "kind": kind,
            "title": named(TITLES[kind]),
            "issued": issued.isoformat(),
            "revision": revision,
            "from": made.span.first.isoformat(),
            "to": made.span.last.isoformat(),
            "made_at": made_at,
            "sort": f"{issued.isoformat()} {made_at} {id}",
            "overdue": made.overdue,
            "cases": list(made.cases),
            "true_up_to": made.said["true_up_to"],
            "cases_true_up_to": made.said["cases_true_up_to"],
            "incomplete": made.said["incomplete"],
            "sections": [section.as_json() for section in made.sections],
        }

    async def _tell(self, area: str, document: dict[str, Any]) -> None:
        zone = self._numbers.rules[area].timezone
        first, last = (date.fromisoformat(document[name]) for name in ("from", "to"))
        event = BulletinPublished(
            area=area,
            at=datetime.fromisoformat(document["made_at"]),
            bulletin_id=document["id"],
            kind=document["kind"],
            begins=datetime.combine(first, time(), zone),
            ends=datetime.combine(last + timedelta(days=1), time(), zone),
            overdue=document["overdue"],
        )
        # Several kinds share the stream and are made in any order: what was told is found by its key, not by the run.
        await self._desk.tell_once(area, "bulletins", Telling(document["id"], event.at, event))


def last_due(scheduled: Scheduled, now: datetime) -> date:
    """The local day on which a bulletin of this schedule was due last. now: local."""
    day = now.date() if now.time() >= scheduled.at else now.date() - timedelta(days=1)
    if scheduled.weekday is None:
        return day
    return day - timedelta(days=(day.isoweekday() - scheduled.weekday) % 7)
