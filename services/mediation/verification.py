"""`verify`: fold the history of every case and hazard again, and hold the chain and the stored state against it."""

import sys
from collections.abc import Callable
from typing import Any, Final

import orjson

from fengqiao.contracts.model import Data
from fengqiao.runtime import documents
from fengqiao.runtime.chain import ChainBroken
from fengqiao.runtime.checks import not_checked
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.errors import Busy
from services.mediation.case_documents import case_of, refolded
from services.mediation.hazard_desk import hazard_of, refolded_hazard
from services.mediation.settings import MediationSettings

AT_ONCE: Final = 500
Fold = Callable[[Document], Data]


async def verify(settings: MediationSettings) -> int:
    """One line for cases and one for hazards. Returns the exit status: 1 when anything is wrong, 3 when the
    store does not answer."""
    client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
    database = client[settings.database]
    status = 0
    kinds: list[tuple[str, Fold, Fold]] = [
        ("cases", refolded, case_of),
        ("hazards", refolded_hazard, hazard_of),
    ]
    try:
        for name, fold, stored in kinds:
            row = await verified(Collection(database, f"mediation_{name}"), name, fold, stored)
            status = max(status, 0 if row["ok"] else 1)
            sys.stdout.write(orjson.dumps(row).decode() + "\n")
    except Busy as error:
        return not_checked(error)
    finally:
        await documents.close(client)
    return status


async def verified(collection: Collection, name: str, fold: Fold, stored: Fold) -> dict[str, Any]:
    """The line of one collection. Reads it in the order of `_id`; the first thing that is wrong ends it."""
    count, rows, after = 0, 0, ""
    while found := await collection.find({"_id": {"$gt": after}}, sort=[("_id", 1)], limit=AT_ONCE):
        for document in found:
            count += 1
            rows += len(document["history"])
            try:
                if fold(document) != stored(document):
                    raise ChainBroken(f"{document['_id']} is stored as something else than its history gives")
            except (ChainBroken, ValueError) as problem:
                row = {"area": f"mediation {name}", "entries": count, "events": rows}
                return row | {"ok": False, "problem": str(problem)[:500]}
        after = found[-1]["_id"]
    return {"area": f"mediation {name}", "entries": count, "events": rows, "ok": True}
