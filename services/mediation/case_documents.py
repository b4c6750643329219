"""A case as it is stored 一案一档: state, history, and the events that it still has to tell.

_id, area, stage, grade, kind   what lists filter by
sort                            opening time and id: lists show the newest first
opened, disposed                when, as sortable text: what scores and reports are over
open, with                      whether it is open, and who mediates: the load of each mediator
due_key                         the earliest thing that somebody has to do, and the id; absent when there is nothing
next_due                        when something falls due that has not been told yet (`due_slots`)
version                         of the document: compare-and-set
revision                        of what people edit: the ETag. Relaying, due work and links do not move it
state                           the case as JSON, always the fold of the history
history                         rows {n, body, previous, hash}, chained like a journal, never changed
pending, events_through, unsent the outbox (`fengqiao.runtime.relay`)
"""

from collections.abc import Sequence
from datetime import UTC, datetime
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

SOURCE = "mediation"


def sortable(instant: datetime) -> str:
    """An instant as text that sorts by time."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def new_document(events: Sequence[Happened], trace: str | None, fingerprint: str | None = None) -> Document:
    """The document of a case that begins with `events`. fingerprint: of the request that opened it."""
    empty: Document = {"version": 0, "revision": 0, "history": [], "events_through": 0}
    if fingerprint is not None:
        empty["fingerprint"] = fingerprint
    return _with(empty, None, events, trace, None) | {"revision": 1}


def changed(document: Document, events: Sequence[Happened], trace: str | None, command: str | None) -> Document:
    """The document after `events`, which one command of a person has made happen. command: its id, if it has one."""
    after = _with(document, case_of(document), events, trace, command)
    return after | {"revision": document["revision"] + 1}


def found_out(document: Document, events: Sequence[Happened], trace: str | None) -> Document:
    """The document after `events` that the system itself has found out: the revision of what people edit stays."""
    return _with(document, case_of(document), events, trace, None)


def _with(
    document: Document, case: Case | None, events: Sequence[Happened], trace: str | None, command: str | None
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
    if case is None:
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
    for name in ("due_key", "next_due", "disposed", "open", "with"):
        after.pop(name, None)
    if case.to_do:
        after["due_key"] = f"{sortable(case.to_do[0].due_at)}|{case.id}"
    if case.next_due is not None:
        after["next_due"] = sortable(case.next_due.due_at)
    if case.disposed_at is not None:
        after["disposed"] = sortable(case.disposed_at)
    if case.stage != "closed":
        after["open"] = True
        if case.mediators:
            after["with"] = list(case.mediators)
    return relay.with_pending(after, *telling) if telling else after


def _row(history: Sequence[Document], event: Happened, command: str | None) -> Document:
    content: dict[str, Any] = {"type": event.TYPE, "data": event.model_dump(mode="json", exclude_none=True)}
    if not event.due:
        del content["data"]["due"]
    if command is not None:
        content["command"] = command
    return linked(history, content)


def case_of(document: Document) -> Case:
    """The case as it is stored."""
    return Case.read(document["state"])


def rows(document: Document) -> list[dict[str, Any]]:
    """The bodies of the history's rows, decoded, with their hashes."""
    return list(decoded(document["history"]))


def done_by(document: Document, command: str) -> str | None:
    """The type of what the command with this id has made happen, or None where it has not been carried out."""
    for row in rows(document):
        if row.get("command") == command:
            return str(row["type"])
    return None


def refolded(document: Document) -> Case:
    """The case as its history has it, the chain checked. Raises ChainBroken."""
    contents = checked(document["_id"], document["history"])
    return fold(HAPPENINGS[content["type"]].of(content["data"]) for content in contents)
