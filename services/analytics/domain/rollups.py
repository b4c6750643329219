"""One rollup: the histogram of one segment in one local day or month of an area, for every key of one set.

A rollup is a function of the log up to `applied`, and of nothing else: not of batches, restarts or who wrote it.
So an offset already applied is skipped, and of two writers the one who is further is right. The exception is the
`recent` part, which only lets a reader step back to the offset that the rest of his answer is true up to.

    codes    uint32, sorted: key's place × 2048 + bucket      keys    text, in the order of first appearance
    counts   uint32, how many in each                          totals  one row a key (`TOTALS`)
    recent   the last contributions one by one (`RECENT`), complete after the offset `recent_after`
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.analytics.domain.buckets import BUCKETS, bucket

Records = npt.NDArray[np.void]

TOTALS: Final = np.dtype(
    [("count", "<u4"), ("targeted", "<u4"), ("within", "<u4"), ("sum", "<u8"), ("min", "<u8"), ("max", "<u8")]
)
"""sum, min, max in milliseconds, exact; targeted: how many had a target; within: how many of them kept it."""
RECENT: Final = np.dtype([("offset", "<i8"), ("key", "<u4"), ("ms", "<u8"), ("targeted", "u1"), ("within", "u1")])
KEPT_RECENT: Final = 16
"""At least so many contributions can be stepped back over, and always those of the last write."""
_NEVER: Final = np.iinfo(np.uint64).max


class Address(NamedTuple):
    """Where a rollup lies. day: a local day (`2024-10-30`) or month (`2024-10`)."""

    area: str
    day: str
    kept: str
    segment: str

    @property
    def id(self) -> str:
        return "/".join(self)


class Contribution(NamedTuple):
    """One observation. within: None where there was no target."""

    offset: int
    key: str
    ms: int
    within: bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Rollup:
    """Offsets are those of the area's partition of `dispatch`; -1: before the first."""

    address: Address
    partition: int
    applied: int
    keys: tuple[str, ...]
    codes: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.uint32]
    totals: Records
    recent_after: int
    recent: Records

    def numbers(self) -> dict[str, Any]:
        """What the log determines, as it is stored: two folds of the same log are equal in all of it."""
        return {
            "area": self.address.area,
            "day": self.address.day,
            "set": self.address.kept,
            "segment": self.address.segment,
            "partition": self.partition,
            "applied": self.applied,
            "keys": list(self.keys),
            "codes": self.codes.tobytes(),
            "counts": self.counts.tobytes(),
            "totals": self.totals.tobytes(),
        }

    def document(self) -> dict[str, Any]:
        return {
            "_id": self.address.id,
            **self.numbers(),
            "recent_after": self.recent_after,
            "recent": self.recent.tobytes(),
        }


def empty(address: Address, partition: int) -> Rollup:
    nothing = np.zeros(0, "<u4")
    return Rollup(address, partition, -1, (), nothing, nothing, np.zeros(0, TOTALS), -1, np.zeros(0, RECENT))


def read(document: dict[str, Any]) -> Rollup:
    """From what `Rollup.document` gave."""
    return Rollup(
        address=Address(document["area"], document["day"], document["set"], document["segment"]),
        partition=document["partition"],
        applied=document["applied"],
        keys=tuple(document["keys"]),
        codes=np.frombuffer(document["codes"], "<u4"),
        counts=np.frombuffer(document["counts"], "<u4"),
        totals=np.frombuffer(document["totals"], TOTALS),
        recent_after=document["recent_after"],
        recent=np.frombuffer(document["recent"], RECENT),
    )


def advance(rollup: Rollup, contributions: Sequence[Contribution]) -> Rollup:
    """`rollup` with the contributions it does not have yet; itself when it has them all.

    contributions: of its address, by rising offset, none left out after `rollup.applied`.
    """
    fresh = [one for one in contributions if one.offset > rollup.applied]
    if not fresh:
        return rollup
    places = {key: place for place, key in enumerate(rollup.keys)}
    came = np.zeros(len(fresh), RECENT)
    came["offset"] = [one.offset for one in fresh]
    came["key"] = [places.setdefault(one.key, len(places)) for one in fresh]
    came["ms"] = [one.ms for one in fresh]
    came["targeted"] = [one.within is not None for one in fresh]
    came["within"] = [bool(one.within) for one in fresh]
    codes, counts = _merged(rollup, came)
    kept = np.concatenate((rollup.recent[-KEPT_RECENT:], came))
    kept = kept[-max(KEPT_RECENT, len(fresh)) :]
    dropped = len(rollup.recent) + len(fresh) - len(kept)
    if dropped == 0:
        recent_after = rollup.recent_after
    else:
        both = np.concatenate((rollup.recent, came))
        recent_after = int(both["offset"][dropped - 1])
    return Rollup(
        address=rollup.address,
        partition=rollup.partition,
        applied=fresh[-1].offset,
        keys=tuple(places),
        codes=codes,
        counts=counts,
        totals=_totalled(rollup.totals, came, len(places)),
        recent_after=recent_after,
        recent=kept,
    )


def _merged(rollup: Rollup, came: Records) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    buckets = np.fromiter(map(bucket, came["ms"].tolist()), np.uint32, len(came))
    codes = np.concatenate((rollup.codes, came["key"] * np.uint32(BUCKETS) + buckets))
    counts = np.concatenate((rollup.counts, np.ones(len(came), np.uint32)))
    return summed(codes, counts)


def summed(codes: npt.NDArray[Any], counts: npt.NDArray[Any]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """The counts of equal codes added; codes sorted, without those whose count is 0. Counts may be negative."""
    if len(codes) == 0:
        return codes.astype("<u4"), counts.astype("<u4")
    order = np.argsort(codes, kind="stable")
    codes, counts = codes[order], counts[order]
    starts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
    sums = np.add.reduceat(counts.astype(np.int64), starts)
    there = sums != 0
    return codes[starts][there].astype("<u4"), sums[there].astype("<u4")


def _totalled(before: Records, came: Records, keys: int) -> Records:
    totals = np.zeros(keys, TOTALS)
    totals["min"] = _NEVER
    totals[: len(before)] = before
    place = came["key"]
    np.add.at(totals["count"], place, np.uint32(1))
    for name in ("targeted", "within"):
        np.add.at(totals[name], place, came[name].astype(np.uint32))
    np.add.at(totals["sum"], place, came["ms"])
    np.minimum.at(totals["min"], place, came["ms"])
    np.maximum.at(totals["max"], place, came["ms"])
    return totals
