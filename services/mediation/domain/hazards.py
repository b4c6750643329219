"""Hazards 隐患 (M14): found, rectification ordered with a date, checked, closed. Pure, like cases."""

from typing import Any, ClassVar, Final, Literal

from fengqiao.contracts.model import Actor, AreaId, CaseId, Data, Instant, PaperReference
from services.mediation.domain.errors import NotAllowed

HazardStage = Literal["found", "ordered", "checked", "closed"]
Result = Literal["rectified", "unfounded", "handed_over"]
_TABLE: Final = """
    stage   | event   -> stage
    -       | found   -> found
    found   | ordered -> ordered
    ordered | ordered -> ordered
    checked | ordered -> ordered
    found   | checked -> checked
    ordered | checked -> checked
    checked | checked -> checked
    ordered | overdue -> ordered
    found   | closed  -> closed
    ordered | closed  -> closed
    checked | closed  -> closed
    closed  | forgotten -> closed
"""
START: Final = "-"
COMMANDS: Final = {"order": "ordered", "check": "checked", "close": "closed"}


def _parse(table: str) -> dict[tuple[str, str], str]:
    rows = {}
    for line in table.strip().splitlines()[1:]:
        before, _, rest = (part.strip() for part in line.partition("|"))
        event, _, after = (part.strip() for part in rest.partition("->"))
        rows[before, event] = after
    return rows


TRANSITIONS: Final = _parse(_TABLE)


class Hazard(Data):
    id: str
    area: AreaId
    kind: str
    stage: HazardStage
    found_at: Instant
    found_by: Actor
    grid_cell: str | None = None
    description: PaperReference | None = None
    case_id: CaseId | None = None
    order: PaperReference | None = None
    responsible: str | None = None
    due_at: Instant | None = None
    """Until when it has to be put right."""
    overdue_at: Instant | None = None
    """When it was told that it is not."""
    rectified: bool | None = None
    checked_at: Instant | None = None
    closed_at: Instant | None = None
    result: Result | None = None
    forget_at: Instant | None = None
    """When its papers are erased."""
    forgotten_at: Instant | None = None

    @property
    def next_due(self) -> Instant | None:
        """When it is told that it has not been put right, unless it was told; or when its papers are erased."""
        if self.stage == "closed":
            return self.forget_at if self.forgotten_at is None else None
        return self.due_at if self.stage == "ordered" and self.overdue_at is None else None


class HazardHappened(Data):
    TYPE: ClassVar[str]
    at: Instant
    by: Actor | None = None


class Found(HazardHappened):
    TYPE: ClassVar = "found"
    hazard_id: str
    area: AreaId
    kind: str
    grid_cell: str | None = None
    description: PaperReference | None = None
    case_id: CaseId | None = None
    found_at: Instant


class Ordered(HazardHappened):
    TYPE: ClassVar = "ordered"
    order: PaperReference
    responsible: str | None = None
    due_at: Instant


class Checked(HazardHappened):
    TYPE: ClassVar = "checked"
    rectified: bool
    words: PaperReference | None = None


class Overdue(HazardHappened):
    TYPE: ClassVar = "overdue"
    due_at: Instant
    late: bool = False


class Ended(HazardHappened):
    TYPE: ClassVar = "closed"
    result: Result
    words: PaperReference | None = None
    forget_at: Instant | None = None


class HazardForgotten(HazardHappened):
    """Its papers were erased, as the area's rule of retention has it."""

    TYPE: ClassVar = "forgotten"


HAZARD_HAPPENINGS: dict[str, type[HazardHappened]] = {
    kind.TYPE: kind for kind in (Found, Ordered, Checked, Overdue, Ended, HazardForgotten)
}


def evolve_hazard(hazard: Hazard | None, event: HazardHappened) -> Hazard:
    """Raises ValueError for an event that the table does not allow."""
    before = START if hazard is None else hazard.stage
    stage = TRANSITIONS.get((before, event.TYPE))
    if stage is None:
        raise ValueError(f"{event.TYPE} cannot follow {before}")
    if hazard is None:
        assert isinstance(event, Found)  # the table has no other row for the start
        assert event.by is not None
        return Hazard(
            id=event.hazard_id,
            area=event.area,
            kind=event.kind,
            stage="found",
            found_at=event.found_at,
            found_by=event.by,
            grid_cell=event.grid_cell,
            description=event.description,
            case_id=event.case_id,
        )
    changes: dict[str, Any] = {"stage": stage}
    match event:
        case Ordered():
            # A new order begins anew: a new date, and nothing is known of it yet.
            changes |= {"order": event.order, "responsible": event.responsible, "due_at": event.due_at}
            changes |= {"overdue_at": None, "rectified": None}
        case Checked():
            changes |= {"rectified": event.rectified, "checked_at": event.at}
        case Overdue():
            changes |= {"overdue_at": event.at}
        case Ended():
            changes |= {"closed_at": event.at, "result": event.result, "forget_at": event.forget_at}
        case HazardForgotten():
            changes |= {"forgotten_at": event.at}
    return hazard.model_copy(update=changes)


def hazard_allowed(hazard: Hazard) -> tuple[str, ...]:
    """The commands that are possible now."""
    return tuple(name for name, event in COMMANDS.items() if (hazard.stage, event) in TRANSITIONS)


def decide_hazard(hazard: Hazard, event: HazardHappened) -> list[HazardHappened]:
    """Whether this may happen now. Raises NotAllowed."""
    if (hazard.stage, event.TYPE) not in TRANSITIONS:
        raise NotAllowed(f"The hazard is {hazard.stage}: it cannot be {event.TYPE} now.", hazard_allowed(hazard))
    if isinstance(event, Ordered) and event.due_at <= event.at:
        raise NotAllowed("The date by which it is put right has passed: name a later one.", hazard_allowed(hazard))
    if isinstance(event, Ended) and event.result == "rectified" and hazard.rectified is not True:
        raise NotAllowed("That it was put right has not been checked: do that first (check).", ("check",))
    return [event]
