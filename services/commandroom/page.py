"""The page and the way in: HTML made here, scripts and styles under `/static`, no request elsewhere."""

import html
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Annotated, Final
from urllib.parse import parse_qs, parse_qsl, urlencode

import orjson
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse

from fengqiao import contracts
from fengqiao.geo.areas import Area
from fengqiao.runtime.problems import NotFound, Unauthenticated, Unavailable
from services.commandroom.built_page import BuiltPage, NotBuilt, built_page, static_file
from services.commandroom.oidc import STATE_COOKIE, STATE_LIFE, TOKENS_COOKIE, Oidc, SignInFailed
from services.commandroom.sessions import COOKIE, OVER, BearerOrSession, Sessions, on_loopback

_HERE: Final = Path(__file__).parent
_ASYNCAPI: Final = Path(contracts.__file__).parent / "published" / "asyncapi.json"
_FOR_EVER: Final = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    # A worker has the policy of its own script: this origin only.
    "Content-Security-Policy": "default-src 'self'",
}
_HEADERS: Final = {
    # The map draws its marks into images of its own (blob:) and has a worker of this origin.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

_ON: Final = Template(
    '<!doctype html><html lang="$lang"><head><meta charset="utf-8"><title>枫桥 Fengqiao</title>'
    '<meta http-equiv="refresh" content="0;url=$address"></head>'
    '<body><a href="$address">枫桥 Fengqiao</a></body></html>'
)
_Language = Annotated[str | None, Query(alias="lang", max_length=5)]
_LONGEST_VIEW: Final = 600
_View = Annotated[str, Query(alias="view", max_length=_LONGEST_VIEW)]
"""What of the page is wanted after the sign-in: the query of its address."""


def language(request: Request, asked: str | None) -> str:
    """`zh` or `en`: what was asked for, else what the browser likes, else Chinese."""
    if asked in ("zh", "en"):
        return asked
    for preference in request.headers.get("accept-language", "").split(","):
        for known in ("zh", "en"):
            if preference.strip().lower().startswith(known):
                return known
    return "zh"


def _room(view: str, lang: str) -> str:
    """The page's address with that query, in that language. It never leads elsewhere, whatever the query says."""
    try:
        asked = parse_qsl(view, max_num_fields=30)
    except ValueError:
        asked = []
    kept = [(name, value) for name, value in asked if name not in ("lang", "token")]
    return f"/?{urlencode([('lang', lang), *kept])}"


def _landed(view: str, lang: str) -> str:
    return _ON.substitute(lang=lang, address=html.escape(_room(view, lang)))


def _door(view: str, lang: str) -> str:
    """The query of the sign-in that leads to that view."""
    return urlencode({"lang": lang, **({"view": view} if view else {})})


def _wanted(request: Request) -> str:
    """The view that the address asks for; none where the address is too long to be one of the page's."""
    query = urlencode(
        [(name, value) for name, value in request.query_params.multi_items() if name not in ("lang", "token")]
    )
    return query if len(query) <= _LONGEST_VIEW else ""


_FORM: Final = {
    "zh": {
        "title": "枫桥 · 登录",
        "ask": "请贴上令牌",
        "how": "在服务器上运行：fengqiao token --role dispatcher --area gaoqiao",
        "go": "登录",
        "wrong": "这个令牌不能用：可能已过期。请换一个新的。",
    },
    "en": {
        "title": "Fengqiao · sign in",
        "ask": "Paste a token",
        "how": "On the server: fengqiao token --role dispatcher --area gaoqiao",
        "go": "Sign in",
        "wrong": "This token is not good; it may have expired. Get a new one.",
    },
}


def _areas(areas: Mapping[str, Area], allowed: frozenset[str]) -> str:
    """The areas that the session may see, as the page reads them."""
    told = [
        {"id": area.id, "name_zh": area.name_zh, "name_en": area.name_en, "timezone": area.timezone}
        for area in areas.values()
        if "*" in allowed or area.id in allowed
    ]
    return orjson.dumps(told).decode()


def _links(page: BuiltPage) -> str:
    styles = [f'<link rel="stylesheet" href="{style}">' for style in page.styles]
    return "\n".join([*styles, *(f'<link rel="modulepreload" href="{one}">' for one in page.preloads)])


def router(who: BearerOrSession, sessions: Sessions, areas: Mapping[str, Area], oidc: Oidc | None = None) -> APIRouter:
    """areas: all of this installation, by id. oidc: where people sign in; None: with a token."""
    routes = APIRouter(include_in_schema=False)
    page = Template((_HERE / "static" / "room.html").read_text(encoding="utf-8"))
    form = Template((_HERE / "static" / "sign_in.html").read_text(encoding="utf-8"))

    def asked(view: str, lang: str, *, wrong: bool, status: int = 200) -> HTMLResponse:
        words = _FORM[lang]
        other = "en" if lang == "zh" else "zh"
        body = form.substitute(
            lang="zh-CN" if lang == "zh" else "en",
            title=words["title"],
            ask=words["ask"],
            how=words["how"],
            go=words["go"],
            wrong=f'<p class="wrong" role="alert">{words["wrong"]}</p>' if wrong else "",
            query=html.escape(_door(view, lang)),
            other_query=html.escape(_door(view, other)),
            other_name="English" if lang == "zh" else "中文",
        )
        return HTMLResponse(body, status, headers=_HEADERS)

    async def enter(request: Request, token: str, lang: str, view: str) -> Response:
        try:
            principal = await who.token(token.strip())
        except Unauthenticated:
            return asked(view, lang, wrong=True, status=401)
        answer = RedirectResponse(_room(view, lang), 303, headers=_HEADERS)
        sessions.put(sessions.open(principal), request, answer)
        return answer

    @routes.get("/")
    async def room(request: Request, lang: _Language = None) -> Response:
        """The page; without a session the form that asks for a token."""
        chosen = language(request, lang)
        session = sessions.read(request)
        if session is None:
            return RedirectResponse(f"/sign-in?{_door(_wanted(request), chosen)}", 303, headers=_HEADERS)
        try:
            built = built_page()
        except NotBuilt as error:
            raise Unavailable(str(error)) from error
        whom = session.principal
        body = page.substitute(
            lang="zh-CN" if chosen == "zh" else "en",
            language=chosen,
            csrf=html.escape(session.csrf),
            areas=html.escape(_areas(areas, whom.areas)),
            client=html.escape(whom.client),
            role=html.escape(whom.role),
            unit=html.escape(whom.unit or ""),
            scopes=html.escape(" ".join(sorted(whom.scopes))),
            links=_links(built),
            script=built.script,
        )
        return HTMLResponse(body, headers=_HEADERS)

    @routes.get("/sign-in")
    async def sign_in(
        request: Request,
        token: Annotated[str | None, Query(max_length=8000)] = None,
        lang: _Language = None,
        view: _View = "",
    ) -> Response:
        """Exchange a token for a session; a form asks for it when it is missing."""
        chosen = language(request, lang)
        if token is not None:
            return await enter(request, token, chosen, view)
        if oidc is None:
            return asked(view, chosen, wrong=False)
        try:
            where, kept = await oidc.begin(chosen, view)
        except SignInFailed as error:
            raise Unavailable(str(error)) from error
        answer = RedirectResponse(where, 303, headers=_HEADERS)
        # Lax: the issuer leads back here, and a strict cookie would not come along.
        answer.set_cookie(
            STATE_COOKIE, kept, max_age=STATE_LIFE, httponly=True, samesite="lax", secure=not on_loopback(request)
        )
        return answer

    @routes.get("/callback")
    async def came_back(
        request: Request,
        code: Annotated[str, Query(max_length=4000)] = "",
        state: Annotated[str, Query(max_length=400)] = "",
    ) -> Response:
        """The issuer has sent somebody back."""
        if oidc is None:
            raise NotFound("Nobody signs in at an issuer here.")
        try:
            tokens, lang, view = await oidc.finish(code, state, request.cookies.get(STATE_COOKIE))
            principal = await who.token(tokens.access)
        except SignInFailed as error:
            raise Unauthenticated(str(error)) from error
        # A page of ours leads on, not a redirect: the browser would count that as coming from the issuer, and leave
        # the session's strict cookie at home.
        answer = HTMLResponse(_landed(view, language(request, lang)), headers=_HEADERS)
        sessions.put(sessions.open(principal), request, answer)
        oidc.put(tokens, answer, secure=not on_loopback(request))
        answer.delete_cookie(STATE_COOKIE)
        return answer

    @routes.get("/sign-in/renew")
    async def renew(request: Request) -> Response:
        """The session's cookie anew while it lasts: to the same end, twelve hours after the sign-in."""
        session = sessions.read(request)
        if session is None:
            raise Unauthenticated(OVER)
        answer = Response(status_code=204, headers=_HEADERS)
        sessions.put(session, request, answer)
        return answer

    @routes.post("/sign-in")
    async def signed_in(request: Request, lang: _Language = None, view: _View = "") -> Response:
        """The form's answer."""
        sent = parse_qs((await request.body()).decode(errors="replace"), max_num_fields=10)
        return await enter(request, sent.get("token", [""])[0], language(request, lang), view)

    @routes.get("/sign-in/out")
    async def sign_out(lang: _Language = None) -> Response:
        """End the session."""
        answer = RedirectResponse(f"/sign-in?lang={lang or 'zh'}", 303, headers=_HEADERS)
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        answer.delete_cookie(TOKENS_COOKIE, path="/", httponly=True, samesite="strict")
        return answer

    @routes.get("/asyncapi")
    async def asyncapi() -> Response:
        """All topics and events, AsyncAPI 3: all that a subscriber needs."""
        return FileResponse(_ASYNCAPI, media_type="application/json")

    @routes.get("/static/sign_in.css")
    async def sign_in_style() -> Response:
        """The form's style."""
        return FileResponse(_HERE / "static" / "sign_in.css", headers={"Cache-Control": "no-cache"})

    @routes.get("/static/app/{name:path}")
    async def static(name: str, request: Request) -> Response:
        """The page's scripts and styles; a name stands for one content for ever."""
        found = static_file(name)
        if found is None:
            raise NotFound(f"There is no {name[:80]}.")
        file, kind = found
        packed = file.with_name(f"{file.name}.gz")
        if packed.is_file() and "gzip" in request.headers.get("accept-encoding", ""):
            return FileResponse(
                packed, media_type=kind, headers={**_FOR_EVER, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            )
        return FileResponse(file, media_type=kind, headers=_FOR_EVER)

    return routes
