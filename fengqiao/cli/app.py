"""The commands and their options.

What they do stands in the module of the same name, imported when asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="Calls come in, the nearest help goes out, quarrels are settled, and the numbers steer tomorrow.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
topics = typer.Typer(help="The Kafka topics.", no_args_is_help=True)
areas = typer.Typer(help="The command areas.", no_args_is_help=True)
app.add_typer(topics, name="topics")
app.add_typer(areas, name="areas")
dlq = typer.Typer(help="Dead letters: what no service could understand.", no_args_is_help=True)
app.add_typer(dlq, name="dlq")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def up(
    story: Annotated[str, typer.Option(help="Play this story on the running system when it is ready.")] = "",
    once: Annotated[bool, typer.Option(help="Stop when ready (after the story, with its status).")] = False,
    city: Annotated[str, typer.Option(help="Then keep the demo city of this area running gently.")] = "",
) -> None:
    """Start everything and keep it running until Ctrl-C."""
    from fengqiao.cli.up import run

    raise typer.Exit(run(story or None, once=once, city=city or None))


@app.command()
def doctor(json: Json = False) -> None:
    """Say what is missing on this machine and how to mend it."""
    from fengqiao.cli.doctor import run

    raise typer.Exit(run(as_json=json))


@app.command()
def token(
    role: Annotated[str, typer.Option(help="dispatcher, crew, mediator, integrator, subscriber, admin …")],
    area: Annotated[list[str], typer.Option(help="An area the token is good for; may be repeated.")],
    unit: Annotated[str, typer.Option(help="The crew's unit.")] = "",
) -> None:
    """Print a development token."""
    from fengqiao.cli.token import run

    raise typer.Exit(run(role, area, unit or None))


@app.command()
def story(
    name: Annotated[str, typer.Argument(help="S1 to S12")],
    on_running: Annotated[bool, typer.Option(help="On the running system, at the present hour.")] = False,
    json: Json = False,
) -> None:
    """Play a story and print its timeline."""
    from fengqiao.cli.story import run

    raise typer.Exit(run(name, on_running=on_running, as_json=json))


@app.command()
def simulate(
    area: Annotated[str, typer.Option(help="Whose city.")] = "gaoqiao",
    rate: Annotated[float, typer.Option(help="Calls in the mean hour of the day.")] = 20.0,
    speed: Annotated[float, typer.Option(help="How many times faster than the clock the city lives.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same calls.")] = 1,
    seconds: Annotated[float, typer.Option(help="Of the city: how long calls come. 0: until Ctrl-C.")] = 0.0,
) -> None:
    """Let a city's calls and crews live on the running system."""
    from fengqiao.cli.simulate import run

    raise typer.Exit(run(area, rate=rate, speed=speed, seed=seed, seconds=seconds or None))


@app.command("import-past")
def import_past(
    area: Annotated[str, typer.Argument(help="The area whose past it is.")],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV of past incidents.")],
    mapping: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="How its columns read (JSON).")],
    dry_run: Annotated[bool, typer.Option(help="Only say what could be used.")] = False,
    json: Json = False,
) -> None:
    """Read past incidents, so that year on year and expectation exist on the first day."""
    from fengqiao.cli.import_past import run

    raise typer.Exit(run(area, file, mapping, dry_run=dry_run, as_json=json))


@app.command("demo-year")
def demo_year(
    area: Annotated[str, typer.Option(help="Whose past.")] = "gaoqiao",
    years: Annotated[int, typer.Option(min=1, max=5, help="How many before last month.")] = 2,
    seed: Annotated[int, typer.Option(help="The same seed gives the same past.")] = 1,
    per_year: Annotated[float, typer.Option(help="Incidents a year; 0: as many a head as Dongcheng has.")] = 0.0,
    json: Json = False,
) -> None:
    """Give a demo area past years, so that the page has comparisons, a heat map and response times."""
    from fengqiao.cli.demo_year import run

    raise typer.Exit(run(area, years=years, seed=seed, per_year=per_year, as_json=json))


@topics.command("create")
def topics_create() -> None:
    """Make the topics that are not there."""
    from fengqiao.cli.topics import create

    raise typer.Exit(create())


@areas.command("list")
def areas_list(json: Json = False) -> None:
    """Print the areas this installation knows."""
    from fengqiao.cli.areas import show

    raise typer.Exit(show(as_json=json))


@app.command()
def verify(json: Json = False) -> None:
    """Fold the journals again: hash chain, numbers, and what reads are served from."""
    from fengqiao.cli.verify import run

    raise typer.Exit(run(as_json=json))


@app.command()
def replay(json: Json = False) -> None:
    """Count analytics' numbers again from the logs' beginning, and hold what is stored against them."""
    from fengqiao.cli.replay import run

    raise typer.Exit(run(as_json=json))


@dlq.command("list")
def dlq_list(json: Json = False) -> None:
    """Print what waits on the dead-letter topics, with the reason; status 1 when there is any."""
    from fengqiao.cli.dead_letters import show

    raise typer.Exit(show(as_json=json))


@dlq.command("redrive")
def dlq_redrive(topic: Annotated[str, typer.Argument(help="incidents, dispatch-commands, disputes …")]) -> None:
    """Give the dead letters of a topic to their readers again, once what stopped them is mended."""
    from fengqiao.cli.dead_letters import send_back

    raise typer.Exit(send_back(topic))


@app.command()
def jars() -> None:
    """Fetch the libraries of the local servers now, so that the first start needs no network."""
    from fengqiao.cli.jars import run

    raise typer.Exit(run())


@app.command()
def page() -> None:
    """Build the command room's page, where its files have changed since it was built."""
    from fengqiao.cli.page import run

    raise typer.Exit(run())


@app.command()
def version() -> None:
    """Print the version."""
    from fengqiao.cli.version import current

    typer.echo(current())
