"""The lab around one round."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click

from pacs_rounds.lab import control


def _same(running: str | None, wanted: Path | None) -> bool:
    if running is None or wanted is None:
        return running is None and wanted is None
    return Path(running).resolve() == wanted.resolve()


@contextlib.contextmanager
def lab_session(scenario: Path | None) -> Iterator[None]:
    """Use the running lab; start one when there is none, and then end it afterwards.

    A running lab with another scenario is started anew with the wanted one and left running.
    """
    before = control.status()
    if before and _same(before.scenario, scenario):
        yield
        return
    if before and scenario is None:
        click.echo(f"lab: runs with scenario {before.scenario}; inspecting it as it is", err=True)
        yield
        return
    if before:
        control.down()
    started = control.up(scenario)
    click.echo(f"lab: up in {started.seconds:.1f} s, {started.devices} devices", err=True)
    try:
        yield
    finally:
        if not before:
            control.down()
