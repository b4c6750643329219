"""Areas that lend to each other, and the way of their messages, which a test may lose, double and reorder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fengqiao.contracts import commands, ids
from fengqiao.contracts.aid import AidMessage
from fengqiao.contracts.incidents import IncidentReported
from fengqiao.contracts.model import Actor, Category, Event, Location
from fengqiao.geo.duties import Duties, Neighbour
from services.dispatch.area_folder import with_lenders
from services.dispatch.domain.board import Board
from services.dispatch.domain.decide import happenings
from services.dispatch.domain.forces import Forces
from services.dispatch.domain.matching import Context
from services.dispatch.domain.messages import AidHeard, Asked, Heard, Message, Tick
from services.dispatch.domain.plans import Plan, When
from tests.unit.dispatch.area import CREW, DESK, PATROL, POST, START, Told, unit, wanted

LENDS = ("patrol",)
UNITS = ("P1", "P2", "P3")


def forces(area: str, *neighbours: tuple[str, float], lends: tuple[str, ...] = LENDS) -> Forces:
    """Three patrols and a post; one patrol goes to every call, two where there is a fight."""
    return Forces(
        area=area,
        units={one.id: one for one in (*(unit(id, PATROL) for id in UNITS), unit("YY", POST))},
        plans={
            "fight": Plan("fight", When(("0203",)), (wanted("primary", "patrol"), wanted("support", "patrol"))),
            "one": Plan("one", When(), (wanted("primary", "patrol"),)),
        },
        default_plan="one",
        duties=Duties(neighbours=tuple(Neighbour(other, seconds, lends) for other, seconds in neighbours)),
    )


def incident_of(area: str, name: str) -> str:
    return ids.incident_id(area, ids.digest(name))


@dataclass
class Neighbours:
    """Areas, their clocks as one, and all that they have said to each other."""

    forces: Mapping[str, Forces]
    now: datetime = START
    boards: dict[str, Board] = field(default_factory=dict)
    every: dict[str, list[Event]] = field(default_factory=dict)
    sent: list[AidMessage] = field(default_factory=list)
    """Each message once, as the journals have them."""
    on_the_way: list[AidMessage] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    """What the last message led to."""
    commands_given: int = 0

    @classmethod
    def of(cls, *areas: Forces) -> "Neighbours":
        known = with_lenders({one.area: one for one in areas})
        return cls(known, boards={area: Board(area) for area in known}, every={area: [] for area in known})

    def when(self, area: str, message: Message) -> list[Event]:
        """Decide it; what is said to other areas is on its way."""
        then = happenings(self.boards[area], message, Context(self.now, self.forces[area], Told({})))
        self.boards[area] = then.board
        self.told = then.events
        self.every[area] += then.events
        said = [event for event in then.events if isinstance(event, AidMessage)]
        self.sent += said
        self.on_the_way += said
        return then.events

    def arrive(self, index: int = 0) -> list[Event]:
        """One of the messages on the way arrives, the oldest at first."""
        message = self.on_the_way.pop(index)
        return self.when(message.to_area, AidHeard(message))

    def all_arrive(self) -> None:
        while self.on_the_way:
            self.arrive()

    def tick(self, **duration: float) -> None:
        self.now += timedelta(**duration)
        for area in self.forces:
            self.when(area, Tick())

    def ask(self, area: str, kind: type[commands.Command], /, **more: Any) -> list[Event]:
        self.commands_given += 1
        command_id = ids.command_id("test", str(self.commands_given))
        marks: dict[str, Any] = {"command_id": command_id, "area": area, "by": DESK, "received_at": self.now}
        return self.when(area, Asked(kind(**marks | more)))

    def on_duty(self, area: str, *units: str) -> None:
        for one in units:
            self.ask(area, commands.SetDuty, unit=one, on=True)

    def report(self, area: str, name: str, category: str = "02", priority: int = 2) -> list[Event]:
        event = IncidentReported(
            incident_id=incident_of(area, name),
            area=area,
            source="110",
            category=Category(code=category, name_zh="类", name_en="Kind", version="t1"),
            priority=priority,
            location=Location(lon=113.0, lat=28.0),
            reported_at=self.now,
            received_at=self.now,
        )
        return self.when(area, Heard(event, 1))

    def step(self, kind: type[commands.AssignmentCommand], assignment: str, **more: Any) -> list[Event]:
        """A step in the area that the assignment's id names."""
        return self.ask(ids.area_of(assignment), kind, assignment_id=assignment, **more)

    def cleared(self, assignment: str) -> list[Event]:
        self.step(commands.OnScene, assignment)
        return self.step(commands.Clear, assignment, disposition="当场调解")

    def words(self) -> list[str]:
        """The last message's published events, as `noun.verb unit`."""
        public = [one for one in self.told if one.TYPE.startswith("fengqiao.")]
        return [
            " ".join(filter(None, (one.TYPE.removeprefix("fengqiao.").removesuffix(".v1"), getattr(one, "unit", None))))
            for one in public
        ]


def crew_of(unit: str) -> Actor:
    return CREW.model_copy(update={"unit": unit})


def two() -> Neighbours:
    """`north` and `south`, all of whose patrols work in the south and one in the north, which is busy."""
    world = Neighbours.of(forces("north", ("south", 600.0)), forces("south", ("north", 600.0)))
    world.on_duty("south", *UNITS)
    world.on_duty("north", "P1")
    world.report("north", "first")
    return world
