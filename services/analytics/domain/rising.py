"""Categories that rise, and addresses that come up again and again (A4): exact tests for small counts.

- A category: the last days against the eight weeks before them. Of c incidents now and h before, c is binomial given
  c + h when nothing has changed, with the share of the days that are now (the conditional test of two Poisson means;
  Przyborowski and Wilenski, "Homogeneity of results in testing samples from Poisson series", Biometrika 31 (1940)).
  Where the weeks of the past spread more than Poisson's do, both counts are divided by that spread φ, the quasi-Poisson
  rule of Farrington, Andrews, Beale, Catchpole, "A statistical algorithm for the early detection of outbreaks of
  infectious disease", Journal of the Royal Statistical Society A 159 (1996).
- An address: how many of its incidents lie in the last weeks, given how many it had in all and how many everybody had
  then (hypergeometric: Fisher's exact test, the margins of the space-time permutation scan of Kulldorff, Heffernan,
  Hartman, Assunção, Mostashari, PLoS Medicine 2 (2005)).

Many are looked at, so each one's chance is multiplied by their number (Bonferroni): `chance` is that of the whole look,
and the promise holds however the tests hang together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
BEFORE_WEEKS: Final = 8
SPREAD_WEEKS: Final = 52
LEAST_SPREAD_WEEKS: Final = 8
"""With fewer weeks nothing is known of their spread."""


@dataclass(frozen=True, slots=True)
class Risen:
    """expected: from the weeks before, at their level. chance: of the whole look."""

    key: str
    seen: int
    expected: float
    spread: float
    chance: float


def level(weekly_false_alarms: float) -> float:
    """At which chance a look warns: there is one a day."""
    return weekly_false_alarms / 7


def rising(daily: Mapping[str, Ints], days_now: int) -> list[Risen]:
    """The categories by rising chance. daily: incidents of each day, the last `days_now` are looked at.

    Categories without any incident now are not tested, and are counted all the same.
    """
    found = []
    for key, counts in daily.items():
        now, before = counts[-days_now:], counts[-days_now - 7 * BEFORE_WEEKS : -days_now]
        seen, earlier = int(now.sum()), int(before.sum())
        if seen == 0 or len(before) == 0:
            continue
        spread = _spread(counts[:-days_now])
        share = days_now / (days_now + len(before))
        chance = _at_least(seen / spread, earlier / spread, share)
        found.append(Risen(key, seen, earlier * days_now / len(before), spread, min(1.0, chance * len(daily))))
    return sorted(found, key=lambda one: (one.chance, one.key))


def _at_least(seen: float, earlier: float, share: float) -> float:
    """P(X ≥ seen) for a binomial X of seen + earlier trials; the beta function takes counts that are not whole."""
    from scipy.special import betainc  # half a second that a start does not pay

    return float(betainc(seen, earlier + 1, share))


def _spread(counts: Ints) -> float:
    """Farrington's φ: how much more than Poisson's weeks those of the past differ from the level around them; ≥ 1."""
    weeks = min(SPREAD_WEEKS, len(counts) // 7)
    if weeks < LEAST_SPREAD_WEEKS:
        return 1.0
    by_week = counts[-7 * weeks :].reshape(weeks, 7).sum(axis=1).astype(np.float64)
    # The difference of neighbours shows no trend and no season; its variance is twice that of a week.
    level_ = (by_week[1:] + by_week[:-1]) / 2
    squares = np.diff(by_week)[level_ > 0] ** 2 / (2 * level_[level_ > 0])
    return max(1.0, float(squares.mean())) if len(squares) else 1.0


def repeated(now: Sequence[str], before: Sequence[str], least: int) -> list[Risen]:
    """The addresses by rising chance: of the incidents of now and of before, each with its address.

    least: fewer incidents at one address are no repeat, whatever their chance.
    """
    counts_now, counts_all = _counted(now), _counted([*now, *before])
    total, drawn = len(now) + len(before), len(now)
    found = []
    for place, seen in counts_now.items():
        if seen < least:
            continue
        chance = _drawn_at_least(seen, counts_all[place], drawn, total)
        expected = counts_all[place] * drawn / total
        found.append(Risen(place, seen, expected, 1.0, min(1.0, chance * len(counts_all))))
    return sorted(found, key=lambda one: (one.chance, one.key))


def _drawn_at_least(seen: int, marked: int, drawn: int, total: int) -> float:
    """P(X ≥ seen) for a hypergeometric X: of `total` things `marked` are marked, and `drawn` are drawn."""
    from scipy.special import gammaln

    def ways(of: int, chosen: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        found: npt.NDArray[np.float64] = gammaln(np.float64(of + 1)) - gammaln(chosen + 1) - gammaln(of - chosen + 1)
        return found

    possible = np.arange(max(seen, drawn - (total - marked)), min(marked, drawn) + 1, dtype=np.float64)
    logarithms = ways(marked, possible) + ways(total - marked, drawn - possible) - ways(total, np.full(1, float(drawn)))
    return min(1.0, float(np.exp(logarithms).sum()))


def _counted(places: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place in places:
        if place:
            found[place] = found.get(place, 0) + 1
    return found
