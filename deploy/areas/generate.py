"""Write an area's folder: `python -m deploy.areas.generate gaoqiao` (the same seed gives the same bytes).

`python -m deploy.areas.generate --area bench --out DIR --units 40 --max-assignments 1000000` writes
DIR/bench: Gaoqiao's ground with desks that may hold many assignments at once, for benchmarks.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from deploy.areas.generator.categories import category_tree
from deploy.areas.generator.gaoqiao import CENTRE, COLUMNS, ROWS, street_name
from deploy.areas.generator.ground import area_document
from deploy.areas.generator.handling import handling_rules
from deploy.areas.generator.places import place_rows
from deploy.areas.generator.plane import Plane
from deploy.areas.generator.plans import desk_plans, response_plans
from deploy.areas.generator.sources import source_list
from deploy.areas.generator.streets import STEP, lay_streets
from deploy.areas.generator.units import KINDS, desk_kind, desk_units, unit_list

SEED = 20241030


def gaoqiao_files(seed: int = SEED) -> dict[str, str]:
    """The files of deploy/areas/gaoqiao: path inside the folder → text."""
    return _files("gaoqiao", seed, 0, None, 0)


def bench_files(
    area: str = "bench",
    units: int = 40,
    max_assignments: int = 1_000_000,
    partition: int = 0,
    seed: int = SEED,
) -> dict[str, str]:
    """The files of a benchmark's area: Gaoqiao's ground, `units` desks."""
    return _files(area, seed, partition, max_assignments, units)


def write_area(folder: Path, files: dict[str, str]) -> None:
    """Write `files` below `folder`; files of the same names are replaced."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _files(area: str, seed: int, partition: int, max_assignments: int | None, desks: int) -> dict[str, str]:
    # A generator of its own for each thing: more volunteers must not move a street.
    plane = Plane(CENTRE, (COLUMNS - 1) * STEP, (ROWS - 1) * STEP)
    streets = lay_streets(
        plane, COLUMNS, ROWS, street_name, lambda name: name.startswith("美食"), Random(f"{seed}-streets")
    )
    places = place_rows(plane, streets, Random(f"{seed}-places"))
    station = next(row.at for row in places if row.kind == "police_station")
    if max_assignments is None:
        units, kinds, plans = unit_list(streets, Random(f"{seed}-units")), KINDS, response_plans()
        codes = [row["code"] for row in category_tree()["categories"]]
        handling = {"handling.json": _json(handling_rules(codes))}
    else:
        units = desk_units(streets, desks, Random(f"{seed}-desks"))
        kinds, plans = [desk_kind(max_assignments)], desk_plans()
        handling = {}  # the defaults: nothing but dispatching is measured
    return {
        "area.json": _json(area_document(area, partition, plane, COLUMNS, ROWS, streets, station)),
        "roads/nodes.csv": _csv(
            ("id", "lon", "lat"),
            ((n, f"{lon:.6f}", f"{lat:.6f}") for n, (lon, lat) in enumerate(streets.nodes)),
        ),
        "roads/arcs.csv": _csv(
            ("from", "to", "metres", "seconds", "name"),
            ((a.tail, a.head, f"{a.metres:.1f}", f"{a.seconds:.2f}", a.name) for a in streets.arcs),
        ),
        "places.csv": _csv(
            ("name_zh", "name_en", "aliases", "kind", "lon", "lat"),
            ((p.name_zh, p.name_en, p.aliases, p.kind, f"{p.at[0]:.6f}", f"{p.at[1]:.6f}") for p in places),
        ),
        "kinds.json": _json({"kinds": kinds}),
        "units.json": _json({"units": units}),
        "categories.json": _json(category_tree()),
        "plans.json": _json(plans),
        "sources.json": _json(source_list()),
        **handling,
    }


def _json(document: dict[str, Any]) -> str:
    """One line for each item of a list, so that a change shows as the lines it touches."""
    parts = []
    for key, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            items = ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in value)
            parts.append(f"  {json.dumps(key)}: [\n{items}\n  ]")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.areas.generate", description=__doc__)
    parser.add_argument("name", nargs="?", help="the area to write: gaoqiao, or any name for a benchmark's area")
    parser.add_argument("--area", help="the same as an option")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where its folder goes")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--units", type=int, default=40, help="desks of a benchmark's area")
    parser.add_argument("--max-assignments", type=int, default=1_000_000, help="what one desk may hold")
    parser.add_argument("--partition", type=int, default=0, help="partition of a benchmark's area")
    given = parser.parse_args(arguments)
    name = given.area or given.name
    if not name:
        parser.error("say which area: gaoqiao, or --area bench")
    if name == "gaoqiao":
        files = gaoqiao_files(given.seed)
    else:
        files = bench_files(name, given.units, given.max_assignments, given.partition, given.seed)
    write_area(given.out / name, files)
    print(f"{given.out / name}: {len(files)} files")


if __name__ == "__main__":
    main()
