"""The legal gate (M11, M12): which mediation is open to a quarrel, and why another is not.

治安调解: Public Security Administration Punishments Law, art. 9, and the rules of procedure for administrative cases
(公安机关办理行政案件程序规定), chapter 10. 人民调解: People's Mediation Law. What the law counts in (days, sessions)
are fields of `Law`, so that an area can follow a change of the law without a change of code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from fengqiao.contracts.mediation import MediationMode, Remedy
from services.mediation.domain.case import Barrier, Session
from services.mediation.domain.kinds import Kinds
from services.mediation.domain.workdays import Calendar, working_days_after

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "not_public_order": "it is no public-order case: 人民调解 or the court",
        "not_from_a_civil_dispute": "it does not come from a civil dispute",
        "not_minor": "it is not minor",
        "no_consent": "not everybody consents",
        "crime": "it is a crime",
        "hired": "hired assault is punished, not mediated",
        "gang": "gang assault is punished, not mediated",
        "provoking": "寻衅滋事 is punished, not mediated",
        "repeater": "somebody who has been punished or mediated with for it before is punished",
    }
)
BARS: Final = ("hired", "gang", "provoking", "repeater")
"""What may not be mediated as a public-order case, whoever consents."""


@dataclass(frozen=True, slots=True)
class Law:
    """first_days, second_days: working days for the two public-order mediations. months: of 人民调解.
    confirm_days: calendar days for asking the court together; remind_days: how long before the end it is told.
    remedies: word or code of a kind → what is open to the parties when 人民调解 has failed."""

    sessions: int = 2
    first_days: int = 3
    second_days: int = 7
    months: int = 1
    confirm_days: int = 30
    remind_days: int = 7
    remedies: Mapping[str, tuple[Remedy, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class LegalFacts:
    """What the gate asks. accepted_at: of the case, or of the injury or price report that it waited for."""

    public_order_case: bool
    from_civil_dispute: bool
    consent: bool
    minor_harm: bool = True
    crime: bool = False
    bars: tuple[str, ...] = ()
    accepted_at: datetime | None = None


def gate(facts: LegalFacts) -> tuple[Barrier, ...]:
    """The ways that are barred, each with every reason; a way that is not named is open."""
    barred = tuple(bar for bar in BARS if bar in facts.bars)
    public_order = (
        *(("not_public_order",) if not facts.public_order_case else ()),
        *(("not_from_a_civil_dispute",) if not facts.from_civil_dispute else ()),
        *(("not_minor",) if not facts.minor_harm else ()),
        *(("no_consent",) if not facts.consent else ()),
        *(("crime",) if facts.crime else ()),
        *barred,
    )
    people = (
        *(("no_consent",) if not facts.consent else ()),
        *(("crime",) if facts.crime else ()),
        # What has to be punished is no quarrel among the people 民间纠纷.
        *(("not_from_a_civil_dispute",) if not facts.from_civil_dispute else ()),
        *barred,
    )
    found: list[tuple[MediationMode, tuple[str, ...]]] = [("public_order", public_order), ("people", people)]
    return tuple(Barrier(mode=mode, why=why) for mode, why in found if why)


def in_words(why: Iterable[str]) -> str:
    """Reasons of the gate as a part of a sentence."""
    return ", ".join(WORDS.get(one, one) for one in why)


def public_order_until(
    law: Law, calendar: Calendar, zone: ZoneInfo, accepted: datetime, held: Sequence[Session]
) -> datetime | None:
    """Until when the next public-order mediation has to be held, UTC; None when there may be no other.

    held: those of this case so far, in their order. The first within 3 working days of acceptance, the second within 7
    of the first.
    """
    if len(held) >= law.sessions:
        return None
    if not held:
        return working_days_after(calendar, accepted, law.first_days, zone)
    return working_days_after(calendar, held[-1].held_at, law.second_days, zone)


def remedies(law: Law, mode: MediationMode | None, kind: str, kinds: Kinds) -> tuple[Remedy, ...]:
    """What is open to the parties when a mediation has failed.

    After a failed 治安调解 the case is decided as one of public order, and damages can be sued for. Else by the kind: a
    labour dispute goes to arbitration before any suit (Labour Dispute Mediation and Arbitration Law, art. 5).
    """
    if mode == "public_order":
        return ("penalty", "litigation")
    strength, entry = kinds.fit(kind, law.remedies)
    return law.remedies[entry] if strength else ("litigation", "arbitration")
