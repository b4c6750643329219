"""`fengqiao areas`."""

from __future__ import annotations

import json
from operator import attrgetter

import typer

from fengqiao.cli.places import settings
from fengqiao.geo.areas import load_areas
from fengqiao.geo.errors import InvalidArea


def show(*, as_json: bool) -> int:
    """Print the areas; 1 when a folder is wrong."""
    try:
        areas = sorted(load_areas(settings().areas).values(), key=attrgetter("id"))
    except InvalidArea as error:
        typer.echo(str(error), err=True)
        return 1
    if as_json:
        rows = [{"id": area.id, "name_zh": area.name_zh, "name_en": area.name_en} for area in areas]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for area in areas:
            typer.echo(f"{area.id}\t{area.name_zh}\t{area.name_en}")
    return 0
