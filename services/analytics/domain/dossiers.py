"""What mediation tells of one thing, a case or a hazard, as a document (A6, A7).

Each is a stream of its own, so its document holds the thing, its last number and what is missing of it. Like a register
it is a function of the log up to `applied`. Parties and words are never in these events.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeVar

from services.analytics.domain.streams import Gap, Stream

SOURCE: Final = "mediation"
E_contra = TypeVar("E_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class DossierRecord:
    """One record of `mediation`. event: what its kind of dossier takes; None where nothing in it counts."""

    id: str
    area: str
    partition: int
    offset: int
    sequence: int
    at: datetime
    event: Any


class Dossier(Protocol[E_contra]):
    """Changed in place while a batch is folded."""

    id: str
    area: str
    stream: Stream

    def take(self, event: E_contra) -> None:
        """What the event changes."""

    def document(self) -> dict[str, Any]: ...


D = TypeVar("D", bound=Dossier[Any])


def fold_dossiers(
    records: Iterable[DossierRecord], stored: Mapping[str, D], new: Callable[[str, str, Stream], D]
) -> tuple[dict[str, D], int, int]:
    """Those that the records change, and how many were repeats and gaps. Those of `stored` are changed in place."""
    changed: dict[str, D] = {}
    repeats = gaps = 0
    for record in records:
        found = stored.get(record.id) or changed.get(record.id)
        if found is None:
            found = new(record.id, record.area, Stream(SOURCE, record.id, record.partition))
        if record.offset <= found.stream.offset:
            continue
        changed[record.id] = found
        found.stream.offset = record.offset
        seen = found.stream.see(record.sequence, record.at)
        repeats += seen == "repeat"
        gaps += seen == "gap"
        if seen != "repeat" and record.event is not None:
            found.take(record.event)
    return changed, repeats, gaps


def stream_fields(stream: Stream) -> dict[str, Any]:
    """The part of a document that says what was folded."""
    return {
        "partition": stream.partition,
        "applied": stream.offset,
        "last": stream.last,
        "gaps": [[gap.first, gap.last, text(gap.noticed_at)] for gap in stream.gaps],
    }


def read_stream_fields(document: Mapping[str, Any]) -> Stream:
    gaps = tuple(Gap(first, last, datetime.fromisoformat(at)) for first, last, at in document["gaps"])
    return Stream(SOURCE, document["_id"], document["partition"], document["applied"], document["last"], gaps)


def text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def instant(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


def coarse(at: datetime | None) -> datetime | None:
    """To the hour: what statistics need of a moment."""
    return None if at is None else at.replace(minute=0, second=0, microsecond=0)
