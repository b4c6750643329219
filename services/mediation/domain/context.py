"""What a decision is given beside the case and the command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from fengqiao.contracts.mediation import CaseRepeat
from fengqiao.contracts.model import Actor
from services.mediation.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Party:
    """A named party without its name. guardian_of: the minor for whom it acts."""

    id: str
    role: str = "party"
    minor: bool = False
    guardian_of: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """now: UTC. parties: as far as they have been named. marks: a keyed hash of each who quarrels, and of the place.
    repeats: earlier cases with such a mark; None: not looked for. loads: open cases of each mediator."""

    now: datetime
    rules: Rules
    by: Actor | None = None
    parties: tuple[Party, ...] = ()
    marks: tuple[str, ...] = ()
    repeats: tuple[CaseRepeat, ...] | None = None
    loads: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    late_after: timedelta = timedelta(seconds=60)
    """What falls due longer ago is told late: nobody was there to tell it."""

    @property
    def quarrelling(self) -> tuple[Party, ...]:
        return tuple(party for party in self.parties if party.role == "party")

    def guardian(self, minor: str) -> Party | None:
        """Who acts for a minor: a guardian named for it, or one named for nobody in particular."""
        guardians = [party for party in self.parties if party.role == "guardian"]
        return next(
            (one for one in guardians if one.guardian_of == minor),
            next((one for one in guardians if one.guardian_of is None), None),
        )

    @property
    def unguarded(self) -> tuple[str, ...]:
        """Minors for whom nobody acts."""
        return tuple(party.id for party in self.quarrelling if party.minor and self.guardian(party.id) is None)
