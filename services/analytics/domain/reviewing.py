"""Sampled quality review of records (A9): which closed incidents are drawn, and what their records lack or belie.

The draw follows from the incident's id and the week alone, so everybody who asks sees the same sample, and nobody can
know it before the week is over.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.analytics.domain.profile import Name, Profile
from services.analytics.domain.register import CLOSED, FORMS, MISSING, UNKNOWN_SQUARE
from services.analytics.domain.table import Mask, Table

TOO_SOON_S: Final = 5.0
"""Nobody who signs is on the scene, nor done with it, within so many seconds: the key was pressed late or at once."""
FINDINGS: Final = {
    "no_form": Name("无最终反馈单", "no final form"),
    "not_confirmed": Name("处警类别未确认", "the crew did not confirm the category"),
    "no_arrival": Name("无到场时间", "no time of arrival"),
    "no_signature": Name("无签收时间", "never acknowledged"),
    "arrival_too_soon": Name("签收后即到场，时间存疑", "on the scene within 5 s of signing: the time is doubtful"),
    "handled_too_soon": Name("到场后即办结，时间存疑", "done within 5 s of arriving: the time is doubtful"),
    "no_place": Name("无地点", "no place"),
    "no_result": Name("无处理结果", "no result"),
}


@dataclass(frozen=True, slots=True)
class Review:
    incident_id: str
    number: str
    day: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """drawn of closed incidents; sound: of those drawn, without a finding."""

    closed: int
    sample: tuple[Review, ...]

    @property
    def sound(self) -> int:
        return sum(not one.findings for one in self.sample)


def review(table: Table, profile: Profile, week: str) -> Reviewed:
    """The sample of the closed valid incidents of `table`; at least one where there is any."""
    closed = table.valid(profile.void) & table.own() & (table["status"] == CLOSED)
    identities = table.identities(closed)
    rows = np.flatnonzero(closed)
    marks = [_mark(one["incident_id"], week) for one in identities]
    wanted = max(1, round(len(marks) * profile.reviewed_share)) if marks and profile.reviewed_share else 0
    drawn = sorted(range(len(marks)), key=marks.__getitem__)[:wanted]
    findings = _findings(table, profile)
    sample = [
        Review(
            identities[n]["incident_id"],
            identities[n]["number"],
            identities[n]["day"],
            tuple(name for name, mask in findings if mask[rows[n]]),
        )
        for n in drawn
    ]
    return Reviewed(len(marks), tuple(sorted(sample, key=lambda one: (one.day, one.number, one.incident_id))))


def _mark(incident: str, week: str) -> str:
    return hashlib.sha256(f"{week} {incident}".encode()).hexdigest()


def _findings(table: Table, profile: Profile) -> Sequence[tuple[str, Mask]]:
    exempt = np.array([word in profile.exempt_results for word in table.words])[table["result"]]
    arrived = table.between("acknowledged", "on_scene")
    handled = table.between("on_scene", "cleared")
    return (
        ("no_form", ~exempt & (table["forms"] & FORMS["final"] == 0)),
        ("not_confirmed", (table["confirmed"] == 0) & (table["corrected"] == 0)),
        ("no_arrival", ~exempt & (table["on_scene"] == MISSING)),
        ("no_signature", (table["assigned"] != MISSING) & (table["acknowledged"] == MISSING)),
        ("arrival_too_soon", arrived < TOO_SOON_S),
        ("handled_too_soon", handled < TOO_SOON_S),
        ("no_place", table["x"] == UNKNOWN_SQUARE),
        ("no_result", table["result"] == 0),
    )
