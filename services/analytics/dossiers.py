"""Reading the cases and hazards of a range, with what is missing of them and how far `mediation` was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from services.analytics.domain.cases import Case
from services.analytics.domain.dossiers import SOURCE
from services.analytics.domain.hazards import Hazard
from services.analytics.domain.periods import Span
from services.analytics.domain.streams import Gap
from services.analytics.dossier_store import DossierStore


@dataclass(frozen=True, slots=True)
class Dossiers:
    """cases, hazards: those opened and found in the range. gaps: (stream, what is missing of it) of those that may
    concern it. read_to: partition of `mediation` → offset up to which everything is in; more may be."""

    cases: Sequence[Case]
    hazards: Sequence[Hazard]
    gaps: Sequence[tuple[str, Gap]]
    read_to: Mapping[int, int]

    def said(self, of_the_log: Mapping[str, Any]) -> dict[str, Any]:
        """What an answer says of itself that needs these beside the log of dispatch."""
        missing = [
            {"first": gap.first, "last": gap.last, "noticed_at": gap.noticed_at, "stream": stream}
            for stream, gap in self.gaps
        ]
        return {
            **of_the_log,
            "incomplete": of_the_log["incomplete"] or bool(missing),
            "gaps": [*of_the_log["gaps"], *missing],
            "cases_true_up_to": {str(partition): offset for partition, offset in self.read_to.items()},
        }


async def dossiers_of(store: DossierStore, area: str, zone: tzinfo, span: Span | None = None) -> Dossiers:
    """span: local days on which cases were opened and hazards found; None: all. Raises StoreUnavailable."""
    begin = None if span is None else datetime.combine(span.first, time(), zone)
    end = None if span is None else datetime.combine(span.last + timedelta(days=1), time(), zone)
    # The marks first: what is written meanwhile is more than they say, never less.
    read_to = await store.marks()
    cases, hazards = await store.cases_of(area, begin), await store.hazards_of(area, begin)

    def inside(at: datetime | None) -> bool:
        return at is not None and (begin is None or end is None or begin <= at < end)

    dated = [(one.id, one.stream, one.opened_at) for one in cases]
    dated += [(one.id, one.stream, one.found_at) for one in hazards]
    gaps = [
        (f"{SOURCE}/{id}", gap)
        for id, stream, at in dated
        for gap in stream.gaps
        # Of one that nobody knows when it began, what is missing may belong to any day before it was missed.
        if inside(at) or (at is None and (begin is None or gap.noticed_at >= begin))
    ]
    return Dossiers(
        [one for one in cases if inside(one.opened_at)],
        [one for one in hazards if inside(one.found_at)],
        gaps,
        read_to,
    )
