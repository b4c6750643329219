"""`fengqiao page`: build the command room's page."""

from __future__ import annotations

import typer

from fengqiao.cli.places import ROOT
from fengqiao.local.errors import LocalError
from fengqiao.local.web_page import build


def run() -> int:
    """0 when the page is built and of today's files, else the status of what went wrong."""
    try:
        build(ROOT / "web", ROOT / "services" / "commandroom" / "static" / "app", lambda text: typer.echo(text))
    except LocalError as error:
        typer.echo(str(error), err=True)
        return error.exit_status
    return 0
