"""Parties and papers over REST: the personal data of mediation. Masked, or audited before it is shown."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from fengqiao.contracts import ids
from fengqiao.runtime.audit import Audit
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Document
from fengqiao.runtime.problems import Conflict, NotFound, Unprocessable, problem_responses
from services.mediation import answers, requests
from services.mediation.case_desk import CaseDesk, actor, store_in_time
from services.mediation.cases_api import CaseId, Key, json
from services.mediation.jurisdiction import Jurisdiction
from services.mediation.papers import Papers
from services.mediation.parties import Erased, KeyReused, Parties, TooMany
from services.mediation.party_marks import PartyMarks


def audited(caller: Principal, what: str, id: str, clock: Clock) -> dict[str, Any]:
    """What is written down of a reading: who, when, of what; never the words."""
    return {
        "at": clock.now().isoformat(),
        "client": caller.client,
        "role": caller.role,
        "token": caller.token_id,
        "read": what,
        "id": id,
    }


def router(
    desk: CaseDesk,
    parties: Parties,
    papers: Papers,
    audit: Audit,
    marks: PartyMarks,
    whose: Jurisdiction,
    clock: Clock,
) -> APIRouter:
    routes = APIRouter(tags=["parties"])

    async def note(caller: Principal, what: str, id: str) -> None:
        await audit.note(audited(caller, what, id, clock))

    @routes.post(
        "/v1/cases/{id}/parties",
        status_code=201,
        response_model=answers.PartyNamed,
        responses=problem_responses(404, 409, 422, 503),
    )
    async def name_party(
        id: CaseId, caller: Annotated[Principal, require("parties:write")], body: requests.NameParty, key: Key
    ) -> Response:
        """Name a party. It is never changed; the same key gives the same party. It may come before its dispute does:
        then it waits for a day."""
        area = whose.case(id, caller)
        party = body.model_dump(exclude_none=True) | {
            "marks": list(marks.of(body.name, body.phone, body.id_number)),
            "by": actor(caller).model_dump(exclude_none=True),
        }
        try:
            async with store_in_time():
                named = await parties.name(
                    id,
                    area,
                    ids.digest(caller.client, "party", key),
                    marks.fingerprint(body.model_dump_json()),
                    party,
                )
        except KeyReused as error:
            raise Unprocessable.at("/idempotency-key", "This key came with another party.", where="header") from error
        except (TooMany, Erased) as error:
            raise Conflict(str(error)) from error
        if named.case_known and not named.replayed:
            await desk.link(id)
        answer = answers.PartyNamed(
            case_id=id,
            party=answers.party_answer(named.party),
            case="known" if named.case_known else "awaited",
            replayed=named.replayed,
        )
        return json(answer, 200 if named.replayed else 201)

    @routes.get("/v1/cases/{id}/parties", response_model=answers.Parties, responses=problem_responses(404, 503))
    async def list_parties(
        id: CaseId, caller: Annotated[Principal, require("cases:read")], masked: bool = False
    ) -> Response:
        """The parties in the order in which they were named: unmasked with the scope personal:read, which is audited;
        masked for everybody else, or when `masked` is asked for."""
        whose.case(id, caller)
        unmasked = caller.has("personal:read") and not masked
        async with store_in_time():
            found = await parties.of(id)
            if unmasked and found:
                await note(caller, "parties", id)
        items = [answers.party_answer(party, unmasked=unmasked) for party in found]
        return json(answers.Parties(items=items, masked=not unmasked))

    @routes.get(
        "/v1/cases/{id}/papers/{paper}",
        response_model=answers.Paper,
        responses=problem_responses(404, 503),
    )
    async def paper(
        id: CaseId,
        paper: Annotated[str, Path(description="What follows the slash in a paper's id")],
        caller: Annotated[Principal, require("cases:read", "personal:read")],
    ) -> Response:
        """The words of a reason, a session or an agreement. Who reads them is recorded first."""
        whose.case(id, caller)
        key, found = await written(id, paper, caller)
        return json(answers.Paper(id=key, case_id=id, by=found["by"], at=found["at"], words=found["words"]))

    @routes.get(
        "/v1/hazards/{id}/papers/{paper}",
        response_model=answers.HazardPaper,
        responses=problem_responses(404, 503),
    )
    async def hazard_paper(
        id: Annotated[str, Path(description="The hazard's id")],
        paper: Annotated[str, Path(description="What follows the slash in a paper's id")],
        caller: Annotated[Principal, require("cases:read", "personal:read")],
    ) -> Response:
        """The words of what was found, ordered or checked. Who reads them is recorded first."""
        whose.hazard(id, caller)
        key, found = await written(id, paper, caller)
        return json(answers.HazardPaper(id=key, hazard_id=id, by=found["by"], at=found["at"], words=found["words"]))

    async def written(id: str, paper: str, caller: Principal) -> tuple[str, Document]:
        """(the paper's id, the paper), after it was written down who reads it."""
        key = f"{id}/{paper[:64]}"
        async with store_in_time():
            found = await papers.read(key)
            if found is None:
                raise NotFound("There is no such paper, or its words have been erased.")
            await note(caller, "paper", key)
        return key, found

    return routes
