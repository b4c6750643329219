"""Who may be told, and where: an area's allow-list as it was read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One webhook. to: whom of a plan or a case it stands for (`merchants`, `superior` …).

    private: its address lies in a private network, and may be called all the same. give_up_after: real seconds after
    which a delivery is not tried any more.
    """

    id: str
    to: frozenset[str]
    url: str
    private: bool = False
    give_up_after: float = 3600.0


@dataclass(frozen=True, slots=True)
class Targets:
    """Of one area, in the order of the file."""

    area: str
    rows: tuple[Target, ...] = ()

    def of(self, to: str) -> tuple[Target, ...]:
        return tuple(target for target in self.rows if to in target.to)

    def named(self, id: str) -> Target | None:
        return next((target for target in self.rows if target.id == id), None)
