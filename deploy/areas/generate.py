"""Write areas' folders: `python -m deploy.areas.generate gaoqiao` (the same seed gives the same bytes).

`python -m deploy.areas.generate --area bench --out DIR --units 40 --max-assignments 1000000` writes
DIR/bench: Gaoqiao's ground with desks that may hold many assignments at once, for benchmarks.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, Final

from deploy.areas.generator.categories import category_set, codes_here, crosswalk_of
from deploy.areas.generator.ciyin import SHEET as CIYIN
from deploy.areas.generator.dongcheng import SHEET as DONGCHENG
from deploy.areas.generator.fitting import fitted, fitted_handling
from deploy.areas.generator.gaoqiao import SHEET as GAOQIAO
from deploy.areas.generator.ground import area_document
from deploy.areas.generator.handling import handling_rules
from deploy.areas.generator.kinds import used
from deploy.areas.generator.mediation import justice_classes, mediation_rules, working_calendar
from deploy.areas.generator.places import place_rows
from deploy.areas.generator.plane import Plane
from deploy.areas.generator.plans import desk_plans, response_plans
from deploy.areas.generator.sheet import Sheet
from deploy.areas.generator.shilipu import SHEET as SHILIPU
from deploy.areas.generator.sources import source_list
from deploy.areas.generator.standby import standby_plan
from deploy.areas.generator.streets import lay_streets
from deploy.areas.generator.surroundings import surroundings
from deploy.areas.generator.units import desk_kind, desk_units, unit_list
from deploy.areas.generator.yujin import SHEET as YUJIN

SHEETS: Final = {sheet.id: sheet for sheet in (CIYIN, DONGCHENG, GAOQIAO, SHILIPU, YUJIN)}
"""The ready-made areas."""


def area_files(area: str, seed: int | None = None) -> dict[str, str]:
    """The files of deploy/areas/`area`: path inside the folder → text. seed: another than the sheet's own."""
    return _files(SHEETS[area] if seed is None else replace(SHEETS[area], seed=seed))


def bench_files(
    area: str = "bench",
    units: int = 40,
    max_assignments: int = 1_000_000,
    partition: int = 0,
    seed: int = GAOQIAO.seed,
) -> dict[str, str]:
    """The files of a benchmark's area: Gaoqiao's ground, `units` desks."""
    sheet = replace(
        GAOQIAO,
        id=area,
        name_zh=f"高桥（{area}）",
        name_en=f"Gaoqiao ({area})",
        partition=partition,
        seed=seed,
        extras={},
    )
    return _files(sheet, units, max_assignments)


def write_area(folder: Path, files: dict[str, str]) -> None:
    """Write `files` below `folder`; files of the same names are replaced."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _files(sheet: Sheet, desks: int | None = None, max_assignments: int = 1) -> dict[str, str]:
    # A generator of its own for each thing: more volunteers must not move a street.
    seed = sheet.seed
    plane = Plane(sheet.centre, (sheet.columns - 1) * sheet.step, (sheet.rows - 1) * sheet.step)
    streets = lay_streets(
        plane, sheet.columns, sheet.rows, sheet.step, sheet.street_name, sheet.keeps, Random(f"{seed}-streets")
    )
    places = place_rows(sheet, plane, streets, Random(f"{seed}-places"))
    if desks is None:
        units, kinds, plans = (
            unit_list(sheet, streets, Random(f"{seed}-units")),
            used(sheet.squads),
            response_plans(sheet.own_plans),
        )
    else:
        units = desk_units(sheet, streets, desks, Random(f"{seed}-desks"))
        kinds, plans = [desk_kind(max_assignments)], desk_plans()
    codes = codes_here(sheet.category_set)
    known = {kind["kind"] for kind in kinds}
    more = {}  # for desks the defaults: nothing but dispatching is measured
    if desks is None:
        around = surroundings(sheet, places, Random(f"{seed}-surroundings"))
        more = {
            "handling.json": _json(fitted_handling(handling_rules(), known, codes)),
            "standby.json": _json(standby_plan(sheet, streets, known)),
            "surroundings.json": _json(around),
            "mediation.json": _json(mediation_rules(sheet)),
            **{name: _json(dict(document)) for name, document in sheet.counting.items()},
        }
    return {
        "area.json": _json(area_document(sheet, plane, streets, places)),
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
        "categories.json": _json(category_set(sheet.category_set)),
        "crosswalk.json": _json(crosswalk_of(sheet.category_set)),
        "plans.json": _json(fitted(plans, known, codes)),
        **more,
        "justice.json": _json(justice_classes()),
        "calendar.json": _json(working_calendar()),
        "sources.json": _json(source_list(codes)),
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
    parser.add_argument("name", nargs="*", help="areas to write; none: all five")
    parser.add_argument("--area", help="a benchmark's area of this name")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where its folder goes")
    parser.add_argument("--seed", type=int, help="another ground than the committed one")
    parser.add_argument("--units", type=int, default=40, help="desks of a benchmark's area")
    parser.add_argument("--max-assignments", type=int, default=1_000_000, help="what one desk may hold")
    parser.add_argument("--partition", type=int, default=0, help="partition of a benchmark's area")
    given = parser.parse_args(arguments)
    if unknown := sorted(set(given.name) - set(SHEETS)):
        parser.error(f"there is no sheet for {', '.join(unknown)}; known are {', '.join(SHEETS)}")
    if given.area is not None:
        seed = GAOQIAO.seed if given.seed is None else given.seed
        written = {given.area: bench_files(given.area, given.units, given.max_assignments, given.partition, seed)}
    else:
        written = {name: area_files(name, given.seed) for name in given.name or SHEETS}
    for name, files in written.items():
        write_area(given.out / name, files)
        print(f"{given.out / name}: {len(files)} files")


if __name__ == "__main__":
    main()
