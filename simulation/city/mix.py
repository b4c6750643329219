"""What calls are about: shares by alias, so that they hold in any area's category set.

The reports say few numbers: about 20 % of the calls are disputes (Shilipu), most others are requests for help, thefts,
fraud and traffic. The shares are an assumption around these. Void calls are left out: they are no incidents 有效警情.
"""

from collections.abc import Collection, Mapping
from random import Random
from typing import Final

SHARES: Final[Mapping[str, float]] = {
    "help": 0.17,
    "traffic": 0.13,
    "theft": 0.08,
    "fraud": 0.05,
    "lost_property": 0.07,
    "disorder": 0.07,
    "brawl": 0.04,
    "domestic_violence": 0.03,
    "injury": 0.02,
    "fire": 0.01,
    "missing_child": 0.01,
    "found_person": 0.02,
    "public_hazard": 0.03,
    "noise": 0.08,
    "family_dispute": 0.03,
    "neighbour_dispute": 0.03,
    "parking": 0.02,
    "refund": 0.04,
    "debt": 0.02,
    "unpaid_goods": 0.01,
    "unpaid_wages": 0.01,
    "question": 0.06,
    "tip_off": 0.03,
    "complaint": 0.02,
}
AT_NIGHT: Final[Mapping[str, float]] = {
    "brawl": 3.0, "disorder": 2.5, "noise": 2.0, "domestic_violence": 1.5, "injury": 1.5, "missing_child": 1.5,
    "question": 0.2, "complaint": 0.2, "debt": 0.3, "unpaid_goods": 0.1, "unpaid_wages": 0.1, "fraud": 0.4,
    "lost_property": 0.5, "parking": 0.5,
}  # fmt: skip
"""How much more or less often at night than by day."""
NIGHT_HOURS: Final = frozenset({21, 22, 23, 0, 1, 2, 3, 4, 5})


def category(random: Random, local_hour: int, known: Collection[str]) -> str:
    """An alias of those that the area knows, by its share at this hour."""
    night = local_hour in NIGHT_HOURS
    weights = {
        alias: share * (AT_NIGHT.get(alias, 1.0) if night else 1.0) for alias, share in SHARES.items() if alias in known
    }
    return random.choices(tuple(weights), tuple(weights.values()))[0]
