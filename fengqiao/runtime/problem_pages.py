"""The pages behind the `type` of every problem: what it means and what to do, in Chinese and English,
offline.
"""

from dataclasses import dataclass
from html import escape
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from fengqiao.runtime.problems import PROBLEMS, NotFound, Problem


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a problem means and what its reader can do, in both languages."""

    title_zh: str
    meaning_en: str
    meaning_zh: str


EXPLANATIONS: Final[dict[str, Explanation]] = {
    "malformed": Explanation(
        "请求无法解析",
        "The body is not JSON in UTF-8 (NaN and Infinity are not JSON). Nothing was stored. Mend the body, send again.",
        "请求体不是 UTF-8 编码的 JSON（NaN、Infinity 也不是合法 JSON）。未保存任何内容，请更正后重发。",
    ),
    "unauthenticated": Explanation(
        "未登录",
        "The Authorization header has no bearer token, or one that is expired or not issued for this system. "
        "Get a new token, send again.",
        "Authorization 头中没有令牌，或令牌已过期、非本系统签发。请取得新令牌后重发。",
    ),
    "forbidden": Explanation(
        "无权操作",
        "The token is good but its scopes, areas or unit do not cover this. Ask for the right role; do not repeat.",
        "令牌有效，但其权限、辖区或单位不包括此操作。请申请相应角色，不要重复提交。",
    ),
    "not-found": Explanation(
        "不存在",
        "There is nothing under this address or id.",
        "该地址或编号下没有内容。",
    ),
    "method-not-allowed": Explanation(
        "方法不允许",
        "The resource exists but not this method; the Allow header names those that do.",
        "资源存在但不支持该方法，Allow 头列出可用方法。",
    ),
    "not-acceptable": Explanation(
        "没有所要的格式",
        "None of the formats in the Accept header can be given.",
        "无法提供 Accept 头所要求的格式。",
    ),
    "too-slow": Explanation(
        "请求传输超时",
        "The body did not arrive in time. Nothing was stored; send again, with the same Idempotency-Key.",
        "请求体未在时限内到达，未保存任何内容。请用同一 Idempotency-Key 重发。",
    ),
    "conflict": Explanation(
        "当前状态不允许",
        "Not possible in the present state; `allowed` lists what is. Read the resource again before deciding.",
        "当前状态下不能这样做，allowed 列出可行的操作。请重新读取后再决定。",
    ),
    "precondition-failed": Explanation(
        "已被他人修改",
        "If-Match names an old revision: somebody else changed it first. Read it again and repeat on the new one.",
        "If-Match 所指版本已旧，他人已先修改。请重新读取，在新版本上再操作。",
    ),
    "too-large": Explanation(
        "请求体过大",
        "The body is larger than `limit` bytes. Send less at once.",
        "请求体超过 limit 字节，请分批发送。",
    ),
    "unsupported-media-type": Explanation(
        "媒体类型不支持",
        "Send JSON with Content-Type: application/json.",
        "请以 Content-Type: application/json 发送 JSON。",
    ),
    "unprocessable": Explanation(
        "内容有误",
        "The request is readable but not right; `errors` names every field by JSON pointer. Nothing was stored.",
        "请求可读但内容有误，errors 以 JSON 指针逐一指出字段。未保存任何内容。",
    ),
    "idempotency-key-reused": Explanation(
        "幂等键已用于其他请求",
        "This client has used the key (Idempotency-Key or external_id) for a request that said something else. "
        "Nothing was stored. Send what was sent then, or use a new key; to correct an incident, PATCH it.",
        "该客户端已用此键（Idempotency-Key 或 external_id）提交过内容不同的请求，未保存任何内容。"
        "请按原内容重发或换新键；更正警情请用 PATCH。",
    ),
    "precondition-required": Explanation(
        "缺少 If-Match",
        "A change must say which revision it is for: send the ETag you read in If-Match.",
        "修改须注明所基于的版本：请在 If-Match 中带上读取时的 ETag。",
    ),
    "too-many-requests": Explanation(
        "请求过多",
        "This client is over its limit. Wait for the seconds in Retry-After, then send again.",
        "该客户端超出限额。请等待 Retry-After 所示秒数后重发。",
    ),
    "internal": Explanation(
        "内部错误",
        "Our fault. Repeat with the same Idempotency-Key; if it stays, report the trace_id.",
        "系统内部错误。请用同一 Idempotency-Key 重试；若仍出现，请报告 trace_id。",
    ),
    "unavailable": Explanation(
        "暂不可用",
        "Something this needs is away just now. It was not accepted: send again after Retry-After "
        "seconds, with the "
        "same Idempotency-Key.",
        "所依赖的部分暂不可用，请求未被受理。请在 Retry-After 秒后用同一 Idempotency-Key 重发。",
    ),
}

_STYLE: Final = "body{font:16px/1.5 sans-serif;max-width:46em;margin:2em auto;padding:0 1em}code{background:#eee}"

router = APIRouter(include_in_schema=False)


def _as_dict(problem: type[Problem]) -> dict[str, str | int]:
    said = EXPLANATIONS[problem.slug]
    return {
        "type": f"/problems/{problem.slug}",
        "status": problem.status,
        "title": problem.title,
        "title_zh": said.title_zh,
        "meaning": said.meaning_en,
        "meaning_zh": said.meaning_zh,
    }


def _section(problem: type[Problem]) -> str:
    said = EXPLANATIONS[problem.slug]
    return (
        f"<section id='{problem.slug}'><h2>{problem.status} {escape(problem.title)} "
        f"<span lang='zh'>{said.title_zh}</span></h2><p>type: <code>/problems/{problem.slug}</code></p>"
        f"<p>{escape(said.meaning_en)}</p><p lang='zh'>{escape(said.meaning_zh)}</p></section>"
    )


def _page(title: str, sections: str) -> HTMLResponse:
    return HTMLResponse(
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        f"<style>{_STYLE}</style></head><body><h1>{escape(title)}</h1>{sections}</body></html>"
    )


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


@router.get("/problems")
async def all_problems(request: Request) -> Response:
    """Every problem type: a page for a browser, JSON for everyone else."""
    if _wants_page(request):
        return _page("Problems 错误类型", "".join(_section(problem) for problem in PROBLEMS))
    return JSONResponse({"items": [_as_dict(problem) for problem in PROBLEMS]})


@router.get("/problems/{slug}")
async def one_problem(slug: str, request: Request) -> Response:
    """One problem type, by the last part of its `type`."""
    for problem in PROBLEMS:
        if problem.slug == slug:
            if _wants_page(request):
                return _page(f"{problem.status} {problem.title}", _section(problem))
            return JSONResponse(_as_dict(problem))
    raise NotFound(f"There is no problem type {slug!r}; /problems lists all.")
