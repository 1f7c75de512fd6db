"""`rounds lab up|status|down`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from pacs_rounds.lab import control


@click.group()
def lab() -> None:
    """The simulated hospital on loopback: every device of lab/hospital.yml.

    \b
    Examples:
      rounds lab up
      rounds lab up --scenario lab/scenarios/disk-full.yml
      rounds lab down
    """


def _say(status: control.Status) -> None:
    scenario = f", scenario {status.scenario}" if status.scenario else ""
    click.echo(f"lab: up, {status.devices} devices, process {status.pid}, {status.memory_mb:.0f} MB{scenario}")


@lab.command()
@click.option("--scenario", type=click.Path(path_type=Path), help="Overlay with planted faults: lab/scenarios/*.yml.")
def up(scenario: Path | None) -> None:
    """Start it and wait until every device answers."""
    _say(control.up(scenario))


@lab.command()
@click.option("--json", "as_json", is_flag=True)
def status(as_json: bool) -> None:
    """Tell whether it runs. Exit status 1 when it does not."""
    running = control.status()
    if as_json:
        click.echo(json.dumps(asdict(running) if running else None))
    elif running:
        _say(running)
    else:
        click.echo("lab: down")
    sys.exit(0 if running else 1)


@lab.command()
def down() -> None:
    """End it."""
    click.echo("lab: ended" if control.down() else "lab: was not running")
