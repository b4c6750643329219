"""What a crew makes of a call: how long its steps take, and how it ends. Pure: seeded by the assignment.

Times in seconds. A crew reads its terminal in 4–20 s and leaves in 5–30 s; the scene takes some minutes (log-normal).
These are assumptions: no station's report says them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from random import Random
from typing import Any, Final

from simulation.city.ground import Matter

SCENE_MEDIAN: Final = 180.0
SCENE_SPREAD: Final = 0.6
"""Of the logarithm: one scene in six takes longer than 1.8 times the median."""
SCENE_MOST: Final = 3600.0
SETTLED_SHARE: Final = 0.75
"""Quarrels that are settled on the spot."""
FOUND_SHARE: Final = 0.3
"""Lost and stolen things that are found on the spot; the others become small cases."""
USUAL: Final = ("劝离", "移交", "无需处置", "治安调解", "到场已散")


@dataclass(frozen=True, slots=True)
class Handling:
    """read: until acknowledged, from being sent. leave: until on the way, from there. scene: from arrival to the
    clear. disposition, dispute and form: as the clear takes them; form only from who is in charge."""

    read: float
    leave: float
    scene: float
    disposition: str
    dispute: dict[str, Any] | None = None
    form: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How the area handles incidents, as dispatch tells it (`GET /v1/areas/{area}/handling`)."""

    results: tuple[str, ...]
    forms: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    """Category prefixes, and the fields that their final form needs."""
    small: tuple[str, ...]
    """Category prefixes of small cases."""

    @classmethod
    def told(cls, answer: Mapping[str, Any]) -> "Rules":
        """From the answer of the route."""
        return cls(
            tuple(result["code"] for result in answer["results"]),
            tuple((tuple(form["categories"]), tuple(form["require"])) for form in answer["forms"]),
            tuple(case["category"] for case in answer["small_cases"]),
        )

    def fields_for(self, code: str) -> tuple[str, ...]:
        """What the final form of a category needs."""
        fitting = [(max(len(one) for one in codes if code.startswith(one)), fields)
                   for codes, fields in self.forms if any(code.startswith(one) for one in codes)]  # fmt: skip
        return max(fitting)[1] if fitting else ()


def handling(seed: int, assignment_id: str, matter: Matter, rules: Rules, *, in_charge: bool) -> Handling:
    """in_charge: the one who brings the incident to its end; others only help."""
    random = Random(f"{seed}-{assignment_id}")
    read, leave = random.uniform(4, 20), random.uniform(5, 30)
    scene = min(SCENE_MEDIAN * exp(random.gauss(0.0, SCENE_SPREAD)), SCENE_MOST)
    if not in_charge:
        return Handling(read, leave, scene / 2, known_result(("无需处置", "劝离"), rules))
    dispute = None
    if matter.dispute_kind is not None:
        settled = random.random() < SETTLED_SHARE
        result = known_result(("当场调解",) if settled else ("移交",), rules)
        dispute = {"kind": matter.dispute_kind, "settled_on_scene": settled}
    elif any(matter.code.startswith(code) for code in rules.small) or rules.fields_for(matter.code):
        result = known_result(("已找回",) if random.random() < FOUND_SHARE else ("受理案件",), rules)
    else:
        result = known_result((random.choice(USUAL),), rules)
    return Handling(read, leave, scene, result, dispute, final_form(random, matter.code, result, rules))


def final_form(random: Random, code: str, result: str, rules: Rules) -> dict[str, Any] | None:
    """The final form that the category needs; None where none is."""
    fields = rules.fields_for(code)
    if not fields:
        return None
    form: dict[str, Any] = {"kind": "final", "result": result}
    for field in fields:
        group, _, name = field.partition(".")
        match group:
            case "counts":
                form.setdefault(group, {})[name] = random.choice((0, 0, 1))
            case "losses":
                form.setdefault(group, {})[name] = float(random.randrange(2, 60) * 100)
            case "described":
                form["words"] = "已处置完毕。"
            case _:
                form[group] = [{"role": "involved"}]
    return form


def known_result(wished: Sequence[str], rules: Rules) -> str:
    """The first of the wished results that the area has; without a list, the first."""
    return next((one for one in wished if one in rules.results), rules.results[0] if rules.results else wished[0])
