"""Past years of a demo area as a CSV: `python -m simulation.past --area gaoqiao --years 2 --out past.csv`.

Up to yesterday, by the installation's clock; read it with `fengqiao import-past gaoqiao past.csv --mapping
simulation/past/mapping.json`, or let `fengqiao demo-year` do both.
"""

import argparse
import csv
import sys
from datetime import date, timedelta
from pathlib import Path

from fengqiao.geo.errors import GeoError
from fengqiao.geo.json_file import contents
from fengqiao.runtime.clock import open_clock
from fengqiao.runtime.settings import ServiceSettings
from simulation.city.ground import Ground, load_ground
from simulation.city.handling import Rules
from simulation.past.years import CALLS_A_HEAD, COLUMNS, Years, row


def written(file: Path, ground: Ground, rules: Rules, first: date, last: date, seed: int, per_year: float) -> int:
    """Write the days into the file; how many incidents it has."""
    file.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        lines = csv.writer(text)
        lines.writerow(COLUMNS)
        for call in Years(ground, rules, seed, per_year).days(first, last):
            lines.writerow(row(call))
            count += 1
    return count


def area_rules(folder: Path) -> Rules:
    """How the area handles incidents, from its folder; without rules of its own nothing is asked for."""
    file = folder / "handling.json"
    if not file.exists():
        return Rules((), (), ())
    read = contents(file)
    small = [{"category": code} for one in read.get("small_cases", ()) for code in one["categories"]]
    return Rules.told({"results": read["results"], "forms": read.get("forms", ()), "small_cases": small})


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="simulation.past", description=__doc__)
    parser.add_argument("--area", default="gaoqiao", help="whose")
    parser.add_argument("--years", type=int, default=2, help="how many before last month: year on year needs one")
    parser.add_argument("--per-year", type=float, help="incidents; left out: as many a head as Dongcheng has")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same days")
    parser.add_argument("--until", type=date.fromisoformat, help="the last day; left out: yesterday")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    given = parser.parse_args(arguments)
    settings = ServiceSettings.load_or_exit()
    try:
        ground = load_ground(settings.areas, given.area)
    except GeoError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    last = given.until
    if last is None:
        clock = open_clock(settings.data, settings.clock_setting)
        last = clock.now().astimezone(ground.area.tz).date() - timedelta(days=1)
    per_year = given.per_year or CALLS_A_HEAD * float(ground.area.facts.get("people", 140_000))
    # Whole months, so that last month has the same one of the year before to be held against.
    begin = last.replace(day=1) - timedelta(days=1)
    first = begin.replace(year=begin.year - given.years, day=1)
    count = written(given.out, ground, area_rules(settings.areas / given.area), first, last, given.seed, per_year)
    sys.stdout.write(f"{count} incidents from {first} to {last} in {given.out}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
