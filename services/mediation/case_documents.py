"""A case as it is stored 一案一档: state, history, and the events that it still has to tell.

_id, area, stage, grade, kind   what lists filter by
sort                            opening time and id: lists show the newest first
opened, disposed                when, as sortable text: what scores and reports are over
open, with                      whether it is open, and who mediates: the load of each mediator
lists                           where it is found: what is to be done on a day, who has which open cases (`listing`)
next_due                        when something falls due that has not been told yet (`due_slots`)
version                         of the document: compare-and-set
revision                        of what people edit: the ETag. Relaying, due work and links do not move it
state                           the case as JSON, always the fold of the history
history                         rows {n, body, previous, hash}, chained like a journal, never changed
pending, events_through, unsent the outbox (`fengqiao.runtime.relay`)
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fengqiao.contracts.topics import MEDIATION
from fengqiao.runtime import relay
from fengqiao.runtime.chain import checked, decoded, linked
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.documents import Document
from services.mediation.domain.case import Case
from services.mediation.domain.evolve import evolve, fold
from services.mediation.domain.happenings import HAPPENINGS, Happened
from services.mediation.domain.telling import tell
from services.mediation.listing import places, sortable
from services.mediation.sent import Sent

SOURCE = "mediation"


def new_document(events: Sequence[Happened], trace: str | None, fingerprint: str | None = None) -> Document:
    """The document of a case that begins with `events`. fingerprint: of the request that opened it."""
    empty: Document = {"version": 0, "revision": 0, "history": [], "events_through": 0}
    if fingerprint is not None:
        empty["fingerprint"] = fingerprint
    return _with(empty, None, events, trace, None) | {"revision": 1}


def changed(document: Document, events: Sequence[Happened], trace: str | None, command: Sent | None) -> Document:
    """The document after `events`, which one command of a person has made happen. command: if it came with a key."""
    after = _with(document, case_of(document), events, trace, command)
    return after | {"revision": document["revision"] + 1}


def found_out(document: Document, events: Sequence[Happened], trace: str | None) -> Document:
    """The document after `events` that the system itself has found out: the revision of what people edit stays."""
    return _with(document, case_of(document), events, trace, None)


def _with(
    document: Document, case: Case | None, events: Sequence[Happened], trace: str | None, command: Sent | None
) -> Document:
    history: list[Document] = list(document["history"])
    sequence = document["events_through"]
    telling = []
    for event in events:
        case = evolve(case, event)
        history.append(_row(history, event, command))
        for told in tell(case, event):
            sequence += 1
            cloud_event = CloudEvent(told.TYPE, SOURCE, case.id, sequence, event.at, told.wire(), trace)
            telling.append(relay.pending(cloud_event, MEDIATION.name, case.id))
    if case is None or not events:
        raise ValueError("nothing has happened")
    after = document | {
        "_id": case.id,
        "area": case.area,
        "stage": case.stage,
        "grade": case.grade,
        "kind": case.kind,
        "sort": f"{sortable(case.opened_at)}|{case.id}",
        "opened": sortable(case.opened_at),
        "version": document["version"] + 1,
        "state": case.wire().decode(),
        "history": history,
    }
    for name in ("next_due", "disposed", "open", "with"):
        after.pop(name, None)
    after["lists"] = places(case, document.get("lists", ()), after["version"], events[-1].at)
    if case.next_due is not None:
        after["next_due"] = sortable(case.next_due.due_at)
    if case.disposed_at is not None:
        after["disposed"] = sortable(case.disposed_at)
    if case.stage != "closed":
        after["open"] = True
        if case.mediators:
            after["with"] = list(case.mediators)
    return relay.with_pending(after, *telling) if telling else after


def listed(document: Document, now: datetime) -> Document:
    """The document of a case that was stored before there were lists, on those where it belongs."""
    version = document["version"] + 1
    return document | {"version": version, "lists": places(case_of(document), (), version, now)}


def _row(history: Sequence[Document], event: Happened, command: Sent | None) -> Document:
    content: dict[str, Any] = {"type": event.TYPE, "data": event.model_dump(mode="json", exclude_none=True)}
    if not event.due:
        del content["data"]["due"]
    if command is not None:
        content |= command.row
    return linked(history, content)


def case_of(document: Document) -> Case:
    """The case as it is stored."""
    return Case.read(document["state"])


def rows(document: Document) -> list[dict[str, Any]]:
    """The bodies of the history's rows, decoded, with their hashes."""
    return list(decoded(document["history"]))


def refolded(document: Document) -> Case:
    """The case as its history has it, the chain checked. Raises ChainBroken."""
    contents = checked(document["_id"], document["history"])
    return fold(HAPPENINGS[content["type"]].of(content["data"]) for content in contents)
