"""Lists told in pages: the link to the next one (RFC 8288)."""

from starlette.datastructures import URL


def link(url: URL, cursor: str | None) -> dict[str, str]:
    """The Link header to the page at `cursor` of the list that was asked for at `url`; none on the last one."""
    if cursor is None:
        return {}
    following = url.include_query_params(cursor=cursor)
    return {"Link": f'<{following.path}?{following.query}>; rel="next"'}
