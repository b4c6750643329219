"""Mediation with 10,000 open cases and 40,000 visits to come: commands at 50 a second, and when what is due is told.

`python -m tests.bench.mediation` measures it alone; `make bench` has it as its part `mediation`.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson
from aiokafka import TopicPartition

from fengqiao.contracts import ids
from fengqiao.contracts.disputes import DisputeReported
from fengqiao.contracts.model import Actor, PaperReference
from fengqiao.contracts.topics import MEDIATION
from fengqiao.local import LocalServers
from fengqiao.runtime import documents
from fengqiao.runtime.clock import DomainClock
from fengqiao.runtime.cloudevents import header
from fengqiao.runtime.consumer import new_consumer
from fengqiao.runtime.documents import Collection, Document
from services.mediation.case_documents import case_of, changed, new_document
from services.mediation.domain import commands as wish
from services.mediation.domain.case import Signature, Visit
from services.mediation.domain.context import Context, Party
from services.mediation.domain.decide import decide, opening
from services.mediation.domain.rules import Rules
from services.mediation.due_list import page
from services.mediation.due_slots import DueSlots, hour_of, slot_of
from services.mediation.listing import DUE
from services.mediation.lists import Lists
from tests.bench.http_client import Pool
from tests.bench.load import percentiles
from tests.bench.processes import cpu_seconds, rss_mb
from tests.system import System

AREA: Final = "gaoqiao"
CASES: Final = 10_000
"""Under control, with visits to come; beside them those that the commands work on."""
VISITS: Final = 4
RATE: Final = 50.0
FALLING_DUE: Final = 10.0
"""Visits that fall due in a second, beside the commands."""
BACKLOG: Final = 1000
"""Visits that fell due while nobody was up."""
RULES: Final = Rules(ZoneInfo("Asia/Shanghai"))
MEDIATOR: Final = Actor(client="bench", role="mediator")
PARTIES: Final = (Party("p1"), Party("p2"))
STEPS: Final[Sequence[tuple[str, dict[str, Any]]]] = (
    ("assess", {"grade": "yellow", "reason": "邻里争执"}),
    ("refer", {"mediators": ["m-li"], "venue": "property-council"}),
    ("sessions", {"outcome": "agreed", "place": "议事厅"}),
    (
        "agreement",
        {
            "facts": "双方因噪音争吵。",
            "duties": [{"text": "晚九点后不再奏乐", "party": "p1"}, {"text": "不再追究", "party": "p2"}],
            "manner": "当面履行",
            "place": "小区",
            "deadline": "2030-01-01T00:00:00Z",
            "signatures": [{"party": "p1"}, {"party": "p2"}],
        },
    ),
    ("dispose", {"outcome": "settled"}),
    ("control", {}),
)


def case_id(number: int) -> str:
    return ids.case_id(ids.incident_id(AREA, ids.digest("bench", str(number))))


def dispute(number: int, at: datetime) -> DisputeReported:
    return DisputeReported(
        case_id=case_id(number), area=AREA, origin="intake", kind="noise", reported_at=at, by=MEDIATOR
    )


def under_control(number: int, now: datetime, visits: Sequence[datetime]) -> Document:
    """A settled case with visits at these times."""
    id, begun = case_id(number), now - timedelta(hours=1)
    paper = PaperReference(paper_id=f"{id}/0", sha256="0" * 64)
    signatures = tuple(Signature(party=party.id, signed_at=begun) for party in PARTIES)
    planned = tuple(Visit(visit=f"v{n}", due_at=at) for n, at in enumerate(visits))
    steps: tuple[wish.Command, ...] = (
        wish.Assess("yellow", paper),
        wish.Refer((f"m-{number % 40}",), "property-council"),
        wish.HoldSession("agreed"),
        wish.Agree(paper, (wish.Promise("p1"), wish.Promise("p2")), begun, signatures=signatures),
        wish.Dispose("settled"),
        wish.RecordPerformance(True),
        wish.Control(planned),
    )
    document = new_document(opening(dispute(number, begun), begun, RULES), None)
    for step in steps:
        events = decide(case_of(document), step, Context(begun, RULES, MEDIATOR, PARTIES))
        document = changed(document, events, None, None)
    return quiet(document)


def party(number: int, n: int, now: datetime) -> Document:
    said = {"id": f"p{n}", "role": "party", "kind": "person", "name": "某某", "key": f"k{n}", "fingerprint": "x"}
    return said | {"marks": [f"{number}-{n}"], "at": now.isoformat()}


def quiet(document: Document) -> Document:
    """As it is when everything has been told."""
    document.pop("unsent")
    return document | {"pending": []}


async def fill(database: Any, falling: Mapping[int, datetime], plain: int) -> dict[str, Any]:
    """Store the cases with their hints. falling: number → when its first visit falls due. plain: cases on which nothing
    has been done yet. Answers what lies there."""
    now, chance = datetime.now(UTC), Random(7)
    cases, parties, due = (Collection(database, f"mediation_{name}") for name in ("cases", "parties", "due"))
    slots: dict[str, list[str]] = defaultdict(list)
    listed: dict[str, list[str]] = defaultdict(list)
    began, items = time.perf_counter(), 0
    for begin in range(0, plain + CASES, 250):
        made, named = [], []
        for number in range(begin, min(begin + 250, plain + CASES)):
            if number < plain:
                document = quiet(new_document(opening(dispute(number, now), now, RULES), None))
                people = [party(number, n, now) for n in (1, 2)]
                named.append({"_id": document["_id"], "area": AREA, "version": 1, "first_at": now, "parties": people})
            else:
                days = sorted(chance.uniform(1, 90) for _ in range(VISITS))
                visits = [now + timedelta(days=day) for day in days]
                if number in falling:
                    visits[0] = falling[number]
                document = under_control(number, now, visits)
                items += len(visits)
            at = datetime.fromisoformat(document["next_due"])
            slots[slot_of(at, document["_id"])].append(f"{document['next_due']}|{document['_id']}")
            for name, entry in document["lists"]:
                listed[name].append(entry)
            made.append(document)
        await cases.insert_each(made)
        if named:
            await parties.insert_each(named)
    hints: list[Document] = [{"_id": slot, "entries": entries} for slot, entries in slots.items()]
    for begin in range(0, len(hints), 500):
        await due.insert_each(hints[begin : begin + 500])
    listed[f"days|{AREA}"] = [name.rpartition("|")[2] for name in listed if name.startswith(f"{DUE}|")]
    rows: list[Document] = [{"_id": name, "entries": some, "n": len(some)} for name, some in listed.items()]
    await Collection(database, "mediation_lists").insert_each(rows)
    watermark = {"_id": "watermark", "n": int(hour_of(now).timestamp() // 3600) - 2}
    await due.put_newer([watermark], by="n")
    return {"cases": plain + CASES, "visits": items, "filled_s": round(time.perf_counter() - began, 1)}


async def looks(database: Any) -> dict[str, float]:
    """What one look for due work costs among so many cases when nothing is due, in ms."""
    slots = DueSlots(Collection(database, "mediation_due"), DomainClock())
    took = []
    for _ in range(100):
        began = time.perf_counter()
        # Ten minutes ago nothing of these had fallen due.
        await slots.due(datetime.now(UTC) - timedelta(minutes=10))
        took.append((time.perf_counter() - began) * 1000)
    return percentiles(took)


async def reads(database: Any) -> dict[str, dict[str, float]]:
    """What it costs to ask for what is due when nothing is, and for the loads of 40 mediators, in ms."""
    cases = Collection(database, "mediation_cases")
    lists = Lists(Collection(database, "mediation_lists"), cases, DomainClock())
    took: dict[str, list[float]] = {"due": [], "loads": []}
    for _ in range(100):
        began = time.perf_counter()
        await page(lists, cases, [AREA], datetime.now(UTC) - timedelta(hours=2), ("", 0), 50)
        between = time.perf_counter()
        await lists.loads(AREA, [f"m-{n}" for n in range(40)])
        took["due"].append((between - began) * 1000)
        took["loads"].append((time.perf_counter() - between) * 1000)
    return {what: percentiles(times) for what, times in took.items()}


def request(case: str, step: str, body: dict[str, Any], revision: int, token: str) -> bytes:
    content = orjson.dumps(body)
    head = (
        f"POST /v1/cases/{case}/{step} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n"
        f'If-Match: "{revision}"\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n'
    )
    return head.encode() + content


async def commands(pool: Pool, token: str, cases: int) -> dict[str, Any]:
    """Every step on each of so many cases, open loop at RATE: latency counts from when a command was due."""
    took: list[float] = []
    wrong: list[str] = []

    async def one(number: int, step: int, at: float) -> None:
        name, body = STEPS[step]
        status, answer = await pool.send(request(case_id(number), name, body, step + 1, token))
        if status == 200:
            took.append((time.perf_counter() - at) * 1000)
        else:
            wrong.append(f"{status} {answer[:200]!r}")

    begin, tasks = time.perf_counter() + 0.1, []
    for n in range(cases * len(STEPS)):
        at = begin + n / RATE
        if (wait := at - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(n % cases, n // cases, at)))
    await asyncio.gather(*tasks)
    if wrong:
        sys.stderr.write(f"mediation bench: {len(wrong)} refused, the first: {wrong[0]}\n")
    return {"sent": len(tasks), "errors": len(wrong), "answered_ms": percentiles(took)}


async def told(bootstrap: str, wanted: int, within: float) -> tuple[list[float], list[datetime]]:
    """(seconds from when each visit fell due to when the system told it, by its own clock; when those were told that
    had fallen due while it was away)."""
    consumer = new_consumer(bootstrap, None)
    await consumer.start()
    after: list[float] = []
    backlog: list[datetime] = []
    try:
        parts = [TopicPartition(MEDIATION.name, number) for number in range(MEDIATION.partitions)]
        consumer.assign(parts)
        await consumer.seek_to_beginning(*parts)
        end = time.monotonic() + within
        while len(after) + len(backlog) < wanted and time.monotonic() < end:
            for records in (await consumer.getmany(*parts, timeout_ms=500)).values():
                for record in records:
                    if header(record.headers, "ce_type") == "fengqiao.case.visit-due.v1":
                        data = orjson.loads(record.value)
                        at, due = (datetime.fromisoformat(data[name]) for name in ("at", "due_at"))
                        if data["late"]:
                            backlog.append(at)
                        else:
                            after.append((at - due).total_seconds())
        return after, backlog
    finally:
        await consumer.stop()


async def measure_mediation(servers: LocalServers, folder: Path, seconds: float) -> dict[str, Any]:
    """Fill the store, start one mediation, and send commands while visits fall due."""
    system = System(folder / "mediation", servers.bootstrap_servers, servers.mongodb_uri, "", "fengqiao_mediation", {})
    await system.make_topics()
    worked = int(RATE * seconds / len(STEPS))
    client = documents.connect(servers.mongodb_uri)
    try:
        # Filling takes half a minute; what falls due has to do so after it, while the commands run.
        begin = datetime.now(UTC) + timedelta(seconds=90)
        count = int(FALLING_DUE * seconds)
        chance = Random(11)
        falling = {worked + n: begin + timedelta(seconds=chance.uniform(0, seconds)) for n in range(count)}
        missed = datetime.now(UTC) - timedelta(minutes=5)
        falling |= {worked + count + n: missed for n in range(BACKLOG)}
        database = client["fengqiao_mediation"]
        empty, read_empty = await looks(database), await reads(database)
        stored = await fill(database, falling, worked)
        idle, read = await looks(database), await reads(database)
        await system.start("mediation")
        token = system.token("mediator", AREA, client="bench")
        pids = {
            "mediation": system.processes["mediation"].pid,
            "kafka": servers.kafka.pid,
            "store": servers.store.pid,
        }
        await asyncio.sleep(max((begin - datetime.now(UTC)).total_seconds() - 1, 0))
        before = cpu_seconds(pids)
        port = int(system.url("mediation").rpartition(":")[2])
        row = await commands(Pool("127.0.0.1", port), token, worked)
        after = cpu_seconds(pids)
        late, backlog = await told(servers.bootstrap_servers, count + BACKLOG, 30)
        took = (max(backlog) - min(backlog)).total_seconds() if backlog else float("nan")
        return {
            **stored,
            "nothing_due_look_ms": idle,
            "nothing_stored_look_ms": empty,
            "list_ms": read,
            "nothing_stored_list_ms": read_empty,
            **row,
            "per_second": RATE,
            "fell_due": count,
            "told": len(late),
            "told_after_s": percentiles(late) | {"max": round(max(late, default=float("nan")), 2)},
            "backlog": {"fell_due": BACKLOG, "told": len(backlog), "seconds": round(took, 2)},
            "cpu_s_per_1000": {name: round((after[name] - before[name]) / row["sent"] * 1000, 2) for name in pids},
            "rss_mb": rss_mb(pids),
        }
    finally:
        await documents.close(client)
        await system.stop()


def show(row: Mapping[str, Any]) -> None:
    """Print what was measured."""
    out = sys.stdout.write
    answered, late = row["answered_ms"], row["told_after_s"]
    out(f"\nMediation: {row['cases']} cases, {row['visits']} visits to come; {row['sent']} commands at ")
    out(f"{row['per_second']:g}/s, {row['errors']} errors\n")
    out(f"  answered p50/p90/p99 {answered['p50']:.1f} / {answered['p90']:.1f} / {answered['p99']:.1f} ms ")
    out("(wanted p50 ≤ 15, p99 ≤ 60)\n")
    out(f"  {row['told']} of {row['fell_due']} visits told after p50/p99/most {late['p50']:.2f} / {late['p99']:.2f} / ")
    out(f"{late['max']:.2f} s (wanted: none after 2 s)\n")
    backlog = row["backlog"]
    out(f"  {backlog['told']} of {backlog['fell_due']} that fell due while it was away ")
    out(f"told in {backlog['seconds']:.1f} s\n")
    idle = row["nothing_due_look_ms"]
    empty = row["nothing_stored_look_ms"]
    out(f"  a look when nothing is due: p50 {idle['p50']:.2f} ms, {empty['p50']:.2f} when nothing is stored\n")
    for name, what in (("due", "asking for what is due when nothing is"), ("loads", "the loads of 40 mediators")):
        here, nothing = row["list_ms"][name], row["nothing_stored_list_ms"][name]
        out(f"  {what}: p50 {here['p50']:.2f} ms, {nothing['p50']:.2f} when nothing is stored\n")


async def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench.mediation", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fengqiao-bench-") as path:
        async with LocalServers(Path(path) / "servers") as servers:
            row = await measure_mediation(servers, Path(path), chosen.seconds)
    show(row)
    sys.stdout.write(orjson.dumps(row, option=orjson.OPT_INDENT_2).decode() + "\n")


if __name__ == "__main__":
    asyncio.run(main())
