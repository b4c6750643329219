"""`/docs`: Swagger UI from our own files.

The networks this runs in have no internet, so nothing on the page refers to another host.
"""

from html import escape
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

ASSETS: Final = Path(__file__).parent / "static" / "swagger-ui"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# Addresses are relative, so that the page also works behind an ingress that puts the service's name in front.
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="icon" href="docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="docs/assets/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script><script src="docs/start.js"></script>
</body></html>
"""
_START: Final = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout", persistAuthorization: false
});
"""


def install(app: Starlette, title: str) -> None:
    """Add the page and its files to `app`."""
    page = _PAGE.format(title=escape(title))

    async def docs(_: Request) -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})

    async def start(_: Request) -> Response:
        return Response(_START, media_type="text/javascript")

    app.router.routes.extend(
        (
            Route("/docs", docs, include_in_schema=False),
            Route("/docs/start.js", start, include_in_schema=False),
            Mount("/docs/assets", StaticFiles(directory=ASSETS)),
        )
    )
