"""Colours 黄橙红 (M3) and why (M8): the least grade that an area's rules ask for. A person may see more, never less."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from fengqiao.contracts.mediation import CaseRepeat, Grade
from services.mediation.domain.kinds import Kinds

ORDER: Final[Mapping[Grade, int]] = MappingProxyType({"yellow": 0, "orange": 1, "red": 2})
JUDGED: Final = "judged"


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that is seen in a quarrel and makes it graver, such as a weapon."""

    id: str
    name_zh: str
    name_en: str
    grade: Grade


@dataclass(frozen=True, slots=True)
class From:
    """From so much on (yuan, people, the how-manieth dispute) it is at least of this grade."""

    least: float
    grade: Grade


DEFAULT_SIGNS: Final = (
    Sign("injury", "有人受伤", "Somebody was hurt", "yellow"),
    Sign("threat", "扬言报复", "Threats of revenge", "orange"),
    Sign("minors", "涉及未成年人", "Minors are involved", "orange"),
    Sign("weapon", "持械", "A weapon", "red"),
    Sign("suicide", "有轻生倾向", "Danger of suicide", "red"),
    Sign("mass", "可能聚集上访", "A crowd may gather", "red"),
)


@dataclass(frozen=True, slots=True)
class Grading:
    """kinds: word or code → at least this grade, the closest counts. parties, place: the how-manieth dispute within
    `repeat_days`."""

    signs: tuple[Sign, ...] = DEFAULT_SIGNS
    kinds: Mapping[str, Grade] = field(default_factory=lambda: MappingProxyType({}))
    money: tuple[From, ...] = (From(100_000, "orange"), From(1_000_000, "red"))
    people: tuple[From, ...] = (From(10, "orange"), From(30, "red"))
    parties: tuple[From, ...] = (From(2, "orange"), From(3, "red"))
    place: tuple[From, ...] = (From(3, "orange"),)
    repeat_days: int = 365


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a quarrel when it is graded."""

    kind: str
    signs: tuple[str, ...] = ()
    money_yuan: float | None = None
    people: int | None = None
    repeats: Sequence[CaseRepeat] = ()


def least_grade(seen: Seen, grading: Grading, kinds: Kinds) -> tuple[Grade, tuple[str, ...]]:
    """The lowest grade that the rules allow, and every rule that asks for that one: `sign:weapon`, `parties:3`."""
    asked: list[tuple[Grade, str]] = [("yellow", "")]
    known = {sign.id: sign for sign in grading.signs}
    asked += [(known[sign].grade, f"sign:{sign}") for sign in seen.signs if sign in known]
    strength, entry = kinds.fit(seen.kind, grading.kinds)
    if strength:
        asked.append((grading.kinds[entry], f"kind:{entry}"))
    again = {"parties": 1, "place": 1}
    for repeat in seen.repeats:
        if repeat.by in again:
            again[repeat.by] += 1
    for name, amount, steps in (
        ("money", seen.money_yuan, grading.money),
        ("people", seen.people, grading.people),
        ("parties", again["parties"], grading.parties),
        ("place", again["place"], grading.place),
    ):
        if amount is not None:
            asked += [(step.grade, f"{name}:{step.least:g}") for step in steps if amount >= step.least]
    grade = max((grade for grade, _ in asked), key=lambda one: ORDER[one])
    return grade, tuple(sorted(reason for asks, reason in asked if asks == grade and reason))
