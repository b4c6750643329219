"""A city's traffic on the running system: `python -m simulation.city --area gaoqiao --rate 20 --speed 1 --seed 1`.

Until Ctrl-C, or for --seconds; then what it has reported is taken back or served, and its units are off duty. Exit
status 0 when no command was refused but for a lawful reason.
"""

import argparse
import asyncio
import signal
import sys
from typing import Any

from fengqiao.client import ClientFault
from fengqiao.geo.errors import GeoError
from fengqiao.runtime.clock import open_clock
from fengqiao.runtime.settings import ServiceSettings
from simulation.addresses import addresses
from simulation.city.city import Chosen, City, to_stdout
from simulation.city.crews import Tally
from simulation.city.ground import Ground, load_ground
from simulation.city.people import People


async def live(settings: ServiceSettings, ground: Ground, chosen: Chosen) -> Tally:
    """Let the city live until SIGINT or SIGTERM; a second one ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked, number)
    clock = open_clock(settings.data, settings.clock_setting)
    people = People(addresses(settings), settings.data, ground.area.id, "city")
    try:
        return await City(ground, people, clock, chosen, to_stdout).live(stop)
    finally:
        await people.close()


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1e6:
        raise argparse.ArgumentTypeError(f"{text} is out of range: above 0, at most a million")
    return value


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="simulation.city", description="A city's traffic on the running system.")
    parser.add_argument("--area", default="gaoqiao", help="whose")
    parser.add_argument("--rate", type=_positive, default=20.0, help="calls in the mean hour of the day")
    parser.add_argument("--speed", type=_positive, default=1.0, help="how many times faster than the clock it lives")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same calls")
    parser.add_argument("--seconds", type=_positive, help="of the city: for how long calls come; left out: for ever")
    given: Any = parser.parse_args(arguments)
    settings = ServiceSettings.load_or_exit()
    try:
        ground = load_ground(settings.areas, given.area)
        tally = asyncio.run(live(settings, ground, Chosen(given.rate, given.speed, given.seed, given.seconds)))
    except (GeoError, ClientFault) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    ended = ", ".join(f"{count} {how}" for how, count in sorted(tally.ended.items())) or "none ended"
    sys.stdout.write(f"{tally.reported} calls: {ended}; {tally.lawful} commands came too late.\n")
    for refused in tally.wrong:
        sys.stdout.write(f"Refused: {refused}\n")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
