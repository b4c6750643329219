"""Two areas that lend to each other, as a test sees them: Ciyin asks, Yujin lends."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from fengqiao.client import Addresses, Fengqiao
from fengqiao.client.errors import ClientFault
from fengqiao.contracts import ids, topics
from fengqiao.contracts.incidents import IncidentReported
from fengqiao.contracts.model import Category, Location
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.publisher import Outgoing, Publisher
from fengqiao.runtime.tokens import TokenMint
from tests.awaiting import eventually
from tests.checker import History, last_words, no_overlap, sequences
from tests.faults.evidence import topics as all_topics
from tests.faults.evidence import verified
from tests.legality import legal
from tests.lending import left_out, loans, messages
from tests.system import System

CIYIN, YUJIN = 2, 4
"""Their partitions."""
PATROLS = ("P1", "P2", "P3")
CHECKS: tuple[Callable[[History], Iterator[str]], ...] = (
    loans,
    messages,
    left_out,
    sequences,
    no_overlap,
    legal,
    last_words,
)


def incident(name: str) -> str:
    return ids.incident_id("ciyin", ids.digest(name))


async def report(system: System, publisher: Publisher, name: str) -> None:
    """A call of priority 1 in Ciyin, where nobody is on duty."""
    now = datetime.now(UTC)
    event = IncidentReported(
        incident_id=incident(name),
        area="ciyin",
        source="110",
        category=Category(code="02", name_zh="类", name_en="Kind", version="t1"),
        priority=1,
        location=Location(lon=113.0, lat=28.2),
        reported_at=now,
        received_at=now,
    )
    said = CloudEvent(event.TYPE, "intake", event.incident_id, 1, now, event.wire())
    await publisher.publish(Outgoing(f"{system.prefix}{topics.INCIDENTS.name}", "ciyin", said, CIYIN))


def both(system: System, at: str = "dispatch") -> Fengqiao:
    """A dispatcher of both areas."""
    mint = TokenMint(system.folder, issuer="fengqiao-local", audience="fengqiao")
    token = mint.mint("dispatcher", ["ciyin", "yujin"], client="test-both", ttl=3600, development=True)
    return Fengqiao(Addresses(dispatch=system.url(at)), token)  # type: ignore[arg-type]  # a service's name


async def sent(desk: Fengqiao, name: str) -> dict[str, Any]:
    """The assignment of the unit that was lent for the call."""

    async def look() -> Any:
        with suppress(ClientFault):
            found = await desk.dispatch.incident(incident(name))
            return next((one for one in found.get("assignments", ()) if "ended_at" not in one), None)
        return None

    found: dict[str, Any] = await eventually(look, within=40, what=f"somebody is lent for {name}")
    return found


async def all_home(desk: Fengqiao) -> None:
    async def look() -> bool:
        with suppress(ClientFault):
            yujin, ciyin = await desk.dispatch.board("yujin"), await desk.dispatch.board("ciyin")
            return not yujin["lent"] and not ciyin["borrowed"]
        return False

    await eventually(look, within=40, what="every lent unit is home")


async def nothing_wrong(system: System, but: Callable[[History], Iterator[str]] | None = None) -> None:
    """States follow the events by a moment, and idle units are still told where to wait: what is wrong is wrong at
    every look. but: a check that does not hold here."""
    found: list[str] = []

    async def clean() -> bool:
        found[:] = await _wrong(system, but)
        return not found

    with suppress(AssertionError):
        await eventually(clean, within=10, every=1, what="nothing wrong")
    assert not found, "\n".join(found)


async def _wrong(system: System, but: Callable[[History], Iterator[str]] | None) -> list[str]:
    history = History(
        records=await all_topics(system),
        max_held={unit: 2 for unit in ("HD", "DS", "SD", "CSZY", "CC")},
        verified=await verified(system),
    )
    found = [sentence for check in CHECKS if check is not but for sentence in check(history)]
    found += [str(row) for row in history.verified if not row["ok"]]
    found += [one.topic for name, some in history.records.items() if name.endswith(".dlq") for one in some]
    return found


async def one_loan(system: System, desk: Fengqiao, publisher: Publisher, name: str) -> None:
    """From the call to the unit's being home again, through a process that dies on the way."""
    await report(system, publisher, name)
    lent = await sent(desk, name)
    await desk.dispatch.step(lent["id"], "on-scene")
    await desk.dispatch.step(lent["id"], "clear", disposition="当场调解")
    await all_home(desk)
