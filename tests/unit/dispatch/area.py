"""A small area to decide in: a straight road where a unit's travel seconds are told by the test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fengqiao.contracts import commands, ids
from fengqiao.contracts.dispatch import Wanted
from fengqiao.contracts.incidents import IncidentReported, IncidentUpdated
from fengqiao.contracts.model import Actor, Category, Event, Location
from fengqiao.contracts.plans import PlanStep, Targets
from services.dispatch.domain.board import Board
from services.dispatch.domain.decide import happenings
from services.dispatch.domain.forces import Forces, Kind, Unit
from services.dispatch.domain.matching import Context
from services.dispatch.domain.messages import Asked, Heard, Message, Tick
from services.dispatch.domain.plans import Notify, Plan, TargetRule, When
from services.dispatch.domain.standby_plan import Advice, PointTimes

START = datetime(2024, 10, 30, 14, 23, tzinfo=UTC)
CREW = Actor(client="terminal", role="crew")
DESK = Actor(client="desk-2", role="dispatcher")
POST = Kind("post", "警务点", "Police post", True, 2, 1.0)
PATROL = Kind("patrol", "巡逻组", "Patrol", True, 1, 1.0)
VOLUNTEER = Kind("volunteer", "义警队", "Volunteers", False, 1, 1.0, on_foot=True)
ROOM = Kind("police_room", "警务室", "Police room", True, 2, 0.9)


def unit(id: str, kind: Kind, grid_cell: str | None = None) -> Unit:
    return Unit(id, id, kind, f"{id}组", f"Unit {id}", (113.0, 28.0), grid_cell)


def wanted(role: str, *kinds: str, count: int = 1, required: bool = True, rule: str = "nearest", **more: Any) -> Wanted:
    named = {"role": role, "kinds": kinds, "count": count, "rule": rule, "required": required}
    return Wanted.model_validate(named | more)


FORCES = Forces(
    area="testarea",
    units={
        one.id: one
        for one in (
            unit("YY", POST, "G1"),
            unit("P1", PATROL),
            unit("P2", PATROL),
            unit("V1", VOLUNTEER),
            unit("V2", VOLUNTEER),
            unit("R1", ROOM, "G1"),
            unit("R2", ROOM, "G2"),
        )
    },
    plans={
        "missing": Plan(
            "missing",
            When(("0604",)),
            (
                wanted("primary", "post"),
                wanted("sweep", "patrol", required=False, count=2, within_seconds=300),
            ),
            notify=(Notify("superior", "report_up", 300),),
            steps=(
                PlanStep(id="broadcast", name_zh="广播", name_en="Broadcast", within_seconds=300, to="merchants"),
                PlanStep(id="sweep", name_zh="排查", name_en="Sweep", within_seconds=300, role="sweep"),
            ),
        ),
        "armed": Plan("armed", When(("020301",), weapon=True), (wanted("primary", "patrol", "post", count=2),)),
        "brawl": Plan(
            "brawl",
            When(("020301",)),
            (
                wanted("primary", "post"),
                wanted("first_response", "volunteer", required=False),
                wanted("support", "patrol"),
            ),
        ),
        "commercial": Plan("commercial", When(("0805",)), (wanted("primary", "police_room", rule="covering"),)),
        "one-nearest": Plan("one-nearest", When(), (wanted("primary", "patrol", "post"),)),
    },
    default_plan="one-nearest",
    target_rules=(
        TargetRule("all", When(), Targets(assigned=60, acknowledge=60, en_route=120, on_scene=300, handled=3600)),
    ),
)


def incident(name: str) -> str:
    """The id of the incident called `name` in a test."""
    return ids.incident_id("testarea", ids.digest(name))


def assignment(name: str, number: int = 1) -> str:
    return ids.assignment_id(incident(name), number)


@dataclass(frozen=True)
class Told:
    """Travel seconds as the test tells them."""

    by_unit: Mapping[str, float]
    ages: Mapping[str, float] = field(default_factory=dict)

    def seconds(self, units: Sequence[str], place: Location) -> Sequence[float]:
        # A place that is named has its own way: `P1@market`.
        return [self.by_unit.get(f"{one}@{place.name}", self.by_unit.get(one, 100.0)) for one in units]

    def age(self, unit: str) -> float | None:
        return self.ages.get(unit)

    def where(self, unit: str) -> Location:
        return Location(lon=113.001, lat=28.001)


@dataclass(frozen=True)
class Area:
    """The board and the time; each method gives the next."""

    board: Board = field(default_factory=lambda: Board("testarea"))
    now: datetime = START
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Travel seconds of each unit; 100 where none is told, no road where it is infinite."""
    ages: Mapping[str, float] = field(default_factory=dict)
    """Seconds since the position of each unit was taken; home where none is told."""
    events: tuple[Event, ...] = ()
    """What the last message led to."""
    every: tuple[Event, ...] = ()
    commands_given: int = 0
    forces: Forces = FORCES
    points: PointTimes | None = None
    """Seconds to the points of the standby plan."""
    advice: Advice | None = None

    @property
    def travel(self) -> "Told":
        return Told(self.seconds, self.ages)

    def when(self, message: Message, retired: frozenset[str] = frozenset()) -> "Area":
        context = Context(self.now, self.forces, self.travel, retired, self.points, self.advice)
        then = happenings(self.board, message, context)
        return replace(self, board=then.board, events=tuple(then.events), every=(*self.every, *then.events))

    def after(self, **duration: float) -> "Area":
        return replace(self, now=self.now + timedelta(**duration))

    def with_travel(self, **seconds: float) -> "Area":
        return replace(self, seconds={**self.seconds, **seconds})

    def with_way(self, place: str, **seconds: float) -> "Area":
        """Travel seconds to the place of that name."""
        return self.with_travel(**{f"{unit}@{place}": value for unit, value in seconds.items()})

    def with_ages(self, **seconds: float) -> "Area":
        return replace(self, ages={**self.ages, **seconds})

    def tick(self, **duration: float) -> "Area":
        """A tick after so long."""
        return self.after(**duration).when(Tick())

    def updated(self, name: str, sequence: int = 2, **changes: Any) -> "Area":
        """The reporter corrects it."""
        place = changes.pop("place", None)
        location = None if place is None else Location(**({"lon": 113.0, "lat": 28.0, "grid_cell": "G1"} | place))
        event = IncidentUpdated(
            incident_id=incident(name), area="testarea", received_at=self.now, location=location, **changes
        )
        return self.when(Heard(event, sequence))

    def reported(self, name: str, category: str = "02", priority: int = 2, sequence: int = 1, **more: Any) -> "Area":
        return self.when(Heard(report(name, category, priority, self.now, **more), sequence))

    def ask(self, kind: type[commands.Command], /, by: Actor = DESK, **more: Any) -> "Area":
        number = self.commands_given + 1
        command = kind(
            command_id=ids.command_id("test", str(number)), area="testarea", by=by, received_at=self.now, **more
        )
        return replace(self.when(Asked(command)), commands_given=number)

    def on_duty(self, *units: str) -> "Area":
        area = self
        for one in units:
            area = area.ask(commands.SetDuty, unit=one, on=True)
        return area

    def step(self, kind: type[commands.AssignmentCommand], assignment_id: str, **more: Any) -> "Area":
        return self.ask(kind, assignment_id=assignment_id, **more)

    def cleared(self, assignment_id: str, **more: Any) -> "Area":
        on_scene = self.step(commands.OnScene, assignment_id)
        return on_scene.step(commands.Clear, assignment_id, disposition="当场调解", **more)

    def told(self) -> list[str]:
        """The last message's events, as `noun.verb who`."""
        return [_short(event) for event in self.events]


def report(name: str, category: str, priority: int, at: datetime, **more: Any) -> IncidentReported:
    place = {"lon": 113.0, "lat": 28.0, "grid_cell": "G1"} | more.pop("place", {})
    return IncidentReported(
        incident_id=incident(name),
        area="testarea",
        source="110",
        category=Category(code=category, name_zh="类", name_en="Kind", version="t1"),
        priority=priority,
        location=Location(**place),
        reported_at=at,
        received_at=at,
        **more,
    )


def _short(event: Event) -> str:
    words = event.TYPE.removeprefix("fengqiao.").removesuffix(".v1")
    who = getattr(event, "unit", None)
    return f"{words} {who}" if who else words
