"""An area in which nothing is unusual: calls by weekday, hour and place, drawn from the same rates every week.

By default Dongcheng's: 20,000 calls a year, six communities.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from services.analytics.domain.profile import Profile
from services.analytics.domain.register import Register
from services.analytics.domain.scanning import QUARTERS, Counts, History, Scan, history, level
from services.analytics.domain.table import Table
from services.analytics.past_store import past_area
from tests.unit.analytics.autumn import PROFILE, SHANGHAI

HISTORY_DAYS = 364
STUDY_DAYS = 28
WEEK = np.array([[0.10, 0.25, 0.30, 0.35]] * 5 + [[0.15, 0.20, 0.30, 0.45]] * 2)
"""Share of a day's calls in each quarter, Monday to Sunday; more at the weekend."""
CATEGORIES = {"020405": 0.12, "020407": 0.06, "020301": 0.07, "0804": 0.25, "0806": 0.15, "0301": 0.25, "0610": 0.1}


@dataclass
class Quiet:
    """shares: of the calls in each cell; the fourth has what each would have of equal ones."""

    rate: float = 20_000 / 365
    shares: tuple[float, ...] = (0.26, 0.2, 0.15, 1 / 6, 0.13, 0.28 / 3)
    seed: int = 1
    rng: np.random.Generator = field(init=False)
    scan: Scan = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.scan = Scan([(102.25 + 0.012 * (n % 3), 27.88 + 0.012 * (n // 3)) for n in range(len(self.shares))])

    def weekdays(self, days: int, first: int = 0) -> Counts:
        found: Counts = np.arange(first, first + days) % 7 + 1
        return found

    def expected(self, weekdays: Counts) -> npt.NDArray[np.float64]:
        week = WEEK / WEEK.sum() * 7
        mean: npt.NDArray[np.float64] = self.rate * week[weekdays - 1][:, :, None] * np.array(self.shares)
        return mean

    def past(self) -> History:
        weekdays = self.weekdays(HISTORY_DAYS)
        return history(self.rng.poisson(self.expected(weekdays)), weekdays)

    def warned_in_a_week(self, weekly: float, quarters: tuple[int, ...] = (1, 2, 3, 4)) -> bool:
        """Whether any look of a quiet week warns of a cluster."""
        past, weekdays = self.past(), self.weekdays(STUDY_DAYS + 7, HISTORY_DAYS)
        counts = self.rng.poisson(self.expected(weekdays))
        return any(
            self._warns(counts, weekdays, day, quarter, past, weekly) for day in range(1, 8) for quarter in quarters
        )

    def found_within_a_day(self, times: float, cell: int, weekly: float) -> bool:
        """Whether a cell with `times` its calls is found by the end of the first day on which it has them."""
        return self.found_on_day(times, cell, weekly, 1) == 1

    def found_on_day(self, times: float, cell: int, weekly: float, days: int) -> int:
        """On which of `days` days with `times` its calls a cell is found; 0: on none."""
        past, weekdays = self.past(), self.weekdays(STUDY_DAYS + days, HISTORY_DAYS)
        expected = self.expected(weekdays)
        expected[-days:, :, cell] *= times
        counts = self.rng.poisson(expected)
        for day in range(1, days + 1):
            looks = range(1, QUARTERS + 1)
            if any(self._warns(counts, weekdays, day, quarter, past, weekly, cell) for quarter in looks):
                return day
        return 0

    def _warns(
        self, counts: Counts, weekdays: Counts, day: int, quarter: int, past: History, weekly: float, cell: int = -1
    ) -> bool:
        window = slice(day, day + STUDY_DAYS)
        found = self.scan.look(counts[window], weekdays[window], quarter, past, self.rng)
        warned = [one for one in found if one.chance <= level(weekly, quarter)]
        return any(cell in one.circle.cells for one in warned) if cell >= 0 else bool(warned)

    def registers(self, last: date, days: int, profile: Profile = PROFILE) -> list[Register]:
        """The registers of `days` days up to `last`, with ids, categories and places, of the cells of the profile."""
        first = last - timedelta(days=days - 1)
        share = np.array(self.shares[: len(profile.cells)]) / sum(self.shares[: len(profile.cells)])
        found = []
        for n in range(days):
            day = first + timedelta(days=n)
            register = Register(past_area(profile.area), day.isoformat(), 0, applied=1)
            quarters = WEEK[day.isoweekday() - 1] * self.rate * 7 / WEEK.sum()
            for quarter, count in enumerate(self.rng.poisson(quarters)):
                for _ in range(int(count)):
                    cell = int(self.rng.choice(len(share), p=share))
                    code = str(self.rng.choice(list(CATEGORIES), p=list(CATEGORIES.values())))
                    self.put(register, day, 6 * quarter + int(self.rng.integers(6)), cell, code, profile)
            found.append(register)
        return found

    def put(
        self, register: Register, day: date, hour: int, cell: int, code: str, profile: Profile, name: str = ""
    ) -> str:
        """One more incident; its id."""
        received = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
        id = f"past:{register.day}-{len(register)}"
        place = register.added(id, str(len(register)), received)
        row = register.rows[place]
        row["hour"], row["priority"], row["category"] = hour, 3, register.word(code)
        row["cell"], row["place"] = register.word(profile.cells[cell].id), register.word(name)
        east, north = (0, 0) if name else self.rng.integers(10, size=2).tolist()
        row["x"], row["y"] = 113_000 + 10 * cell + east, 28_190 + north
        return id


def table(registers: list[Register]) -> Table:
    return Table(registers)
