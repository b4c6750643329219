"""`fengqiao jars`: fetch and compile what the local servers need."""

from __future__ import annotations

import os
import sys

import typer

from fengqiao.local.document_store import SOURCES
from fengqiao.local.errors import LocalError
from fengqiao.local.jars import cache_folder, class_path
from fengqiao.local.java import compiled


def run() -> int:
    """0 when everything is there, else the status of what went wrong."""
    cache = cache_folder(os.environ)
    try:
        for group in ("kafka", "store", "compiler"):
            libraries = class_path(group, cache, progress=_show)
            if group == "store":
                store = libraries
        compiled(SOURCES, store, cache)
    except LocalError as error:
        typer.echo(str(error), err=True)
        return error.exit_status
    typer.echo(f"The local servers' libraries are in {cache}.")
    return 0


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{done}/{total} libraries", nl=done == total, err=True)
