"""A command as it was sent with an `Idempotency-Key`: which one it is, and whether it says the same again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel

from fengqiao.contracts.ids import digest
from fengqiao.runtime.documents import Document
from fengqiao.runtime.problems import Unprocessable
from services.mediation.party_marks import PartyMarks


@dataclass(frozen=True, slots=True)
class Sent:
    """id: of the client's key for this case or hazard. request: a keyed hash of what was asked: it may hold words."""

    id: str
    request: str

    @property
    def row(self) -> dict[str, str]:
        """What the history's row of the command says of it."""
        return {"command": self.id, "request": self.request}


def sent(marks: PartyMarks, client: str, to: str, key: str | None, body: BaseModel | None, of: str = "") -> Sent | None:
    """to: the id of the case or hazard. of: what the body speaks of and does not name. None without a key."""
    if key is None:
        return None
    said = "" if body is None else body.model_dump_json()
    return Sent(digest(client, to, "command", key), marks.fingerprint(f"{type(body).__name__} {of} {said}"))


def carried_out(rows: Sequence[Document], command: Sent | None) -> bool:
    """Whether a history has this command already. Raises Unprocessable where its key came with another one."""
    if command is None:
        return False
    for row in reversed(rows):
        content: dict[str, Any] = orjson.loads(row["body"])
        if content.get("command") == command.id:
            if content.get("request") != command.request:
                raise Unprocessable.at("/idempotency-key", "This key came with another command.", where="header")
            return True
    return False
