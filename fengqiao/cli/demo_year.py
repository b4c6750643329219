"""`fengqiao demo-year`: past years of a demo area, made by `simulation.past`, imported as another system's would be."""

from __future__ import annotations

import typer

from fengqiao.cli import import_past
from fengqiao.cli.module_run import module_run
from fengqiao.cli.places import ROOT, settings


def run(area: str, *, years: int, seed: int, per_year: float, as_json: bool) -> int:
    """Make the file (it stays in the data folder), and import it. 0 when both went well."""
    chosen = settings()
    file = chosen.data / "past" / f"{area}.csv"
    wanted = ["--area", area, "--years", str(years), "--seed", str(seed), "--out", str(file.resolve())]
    made = module_run("simulation.past", *wanted, *(["--per-year", f"{per_year:g}"] if per_year else []))
    if made.returncode:
        return made.returncode
    if not as_json:
        typer.echo(made.stdout.strip())
    mapping = ROOT / "simulation" / "past" / "mapping.json"
    return import_past.run(area, file, mapping, dry_run=False, as_json=as_json)
