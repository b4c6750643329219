"""HTTP in: bulletins, as a page, as data or as a spreadsheet (A6)."""

from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.http import JsonResponse
from fengqiao.runtime.problems import NotAcceptable, NotFound, Unprocessable, problem_responses
from services.analytics.asking import AreaParameter, Faults, Named, Numbers, readable
from services.analytics.bulletin_desk import BulletinDesk
from services.analytics.bulletin_page import page
from services.analytics.bulletin_sheet import workbook
from services.analytics.domain.profile import BULLETIN_KINDS, BulletinKind, Language

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMS: Final = {"html": "text/html", "json": "application/json", "xlsx": XLSX}
_LAST: Final = "￿"


class Wanted(BaseModel):
    """issued: the local day on which it is issued; today where it is not said. again: a revision of one that is there,
    with the figures of now."""

    model_config = ConfigDict(extra="forbid")
    area: str
    kind: BulletinKind
    issued: date | None = None
    again: bool = False


class Listed(BaseModel):
    id: str
    area: str
    kind: str
    title: Named
    issued: str
    revision: int
    from_: Annotated[str, Field(alias="from")]
    to: str
    made_at: str
    overdue: int


class Listing(BaseModel):
    items: list[dict[str, Any]]
    next: str | None


class Bulletin(Listed):
    area_name: Named
    true_up_to: dict[str, int]
    cases_true_up_to: dict[str, int] | None = None
    incomplete: bool
    sections: list[dict[str, Any]]


def router(numbers: Numbers, desk: BulletinDesk) -> APIRouter:
    routes = APIRouter(tags=["bulletins"])

    @routes.get("/v1/bulletins", response_model=Listing, responses=problem_responses(404, 422, 503))
    async def listing(
        caller: Annotated[Principal, require("analytics:read")],
        area: AreaParameter,
        response: Response,
        kind: Annotated[str, Query(max_length=20)] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str, Query(max_length=200)] = "",
    ) -> JsonResponse:
        """The bulletins of an area, the latest first."""
        numbers.of(caller, area)
        faults = Faults()
        if kind:
            faults.choose("kind", kind, BULLETIN_KINDS)
        faults.check()
        with readable():
            found = await numbers.store.bulletins(area, kind or None, cursor or _LAST, limit + 1)
        more = found[limit - 1]["sort"] if len(found) > limit else None
        items = [{key: one[key] for key in _SHORT} for one in found[:limit]]
        answer = JsonResponse({"items": items, "next": more})
        if more is not None:
            following = urlencode({"area": area, "kind": kind, "limit": limit, "cursor": more})
            answer.headers["Link"] = f'</v1/bulletins?{following}>; rel="next"'
        return answer

    @routes.post(
        "/v1/bulletins",
        response_model=Bulletin,
        status_code=201,
        responses={200: {"description": "It was there already"}, **problem_responses(404, 422, 503)},
    )
    async def issue(caller: Annotated[Principal, require("bulletins:write")], wanted: Wanted) -> JsonResponse:
        """Have a bulletin made now. One that was issued stays as it is and is answered, unless `again`."""
        rules, _ = numbers.of(caller, wanted.area)
        today = numbers.today(rules)
        issued = wanted.issued or today
        if issued > today:
            raise Unprocessable.at("/issued", f"{issued} has not come: give a day up to {today}.")
        with readable():
            document, new = await desk.issue(wanted.area, wanted.kind, issued, again=wanted.again)
        answer = JsonResponse(_told(document), status_code=201 if new else 200)
        answer.headers["Location"] = f"/v1/bulletins/{document['id']}"
        return answer

    @routes.get(
        "/v1/bulletins/{id}",
        responses={
            200: {"content": {media: {} for media in _FORMS.values()}, "description": "As Accept or the suffix says"},
            **problem_responses(404, 406, 422, 503),
        },
    )
    async def read(
        caller: Annotated[Principal, require("analytics:read")],
        id: str,
        request: Request,
        lang: Annotated[str, Query(max_length=5, description="zh or en; else as Accept-Language says")] = "",
        accept: Annotated[str, Header()] = "*/*",
    ) -> Response:
        """A bulletin: `.html`, `.json` or `.xlsx` at the end of its id, or as Accept says."""
        faults = Faults()
        if lang:
            faults.choose("lang", lang, ("zh", "en"))
        faults.check()
        name, _, suffix = id.rpartition(".")
        form = suffix if suffix in _FORMS else None
        name = name if form else id
        form = form or _form(accept)
        with readable():
            document = await numbers.store.bulletin(name)
        if document is None or document["area"] not in numbers.rules:
            raise NotFound(f"There is no bulletin {name[:80]}.")
        rules, _ = numbers.of(caller, document["area"])
        language = _language(lang, request.headers.get("accept-language", ""))
        headers = {"Vary": "Accept, Accept-Language"}
        match form:
            case "html":
                return Response(page(document, language, rules.timezone), media_type="text/html", headers=headers)
            case "xlsx":
                headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
                return Response(workbook(document, language, rules.timezone), media_type=XLSX, headers=headers)
            case _:
                return JsonResponse(_told(document), headers=headers)

    return routes


_SHORT: Final = ("id", "area", "kind", "title", "issued", "revision", "from", "to", "made_at", "overdue")


def _told(document: dict[str, Any]) -> dict[str, Any]:
    more = ("area_name", "true_up_to", "cases_true_up_to", "incomplete", "sections")
    return {key: document[key] for key in (*_SHORT, *more) if key in document}


def _form(accept: str) -> str:
    """Of the forms the one that Accept wants most; a client that takes all gets JSON. Raises NotAcceptable."""
    wanted = []
    for place, part in enumerate(accept.split(",")):
        media, *parameters = (one.strip().lower() for one in part.split(";"))
        weights = [one[2:] for one in parameters if one.startswith("q=")]
        try:
            weight = float(weights[0]) if weights else 1.0
        except ValueError:
            weight = 0.0
        for form, known in (("json", _FORMS["json"]), ("html", _FORMS["html"]), ("xlsx", XLSX)):
            if weight > 0 and media in (known, "*/*", f"{known.partition('/')[0]}/*"):
                wanted.append((-weight, media.count("*"), place, form))
                break
    if not wanted:
        raise NotAcceptable(f"A bulletin comes as {', '.join(_FORMS.values())}.")
    return min(wanted)[3]


def _language(asked: str, accepted: str) -> Language:
    if asked in ("zh", "en"):
        return "en" if asked == "en" else "zh"
    first = accepted.split(",")[0].strip().lower()
    return "en" if first.startswith("en") else "zh"
