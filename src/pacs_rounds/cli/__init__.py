"""`rounds`: the command line. Each command imports what it needs when it is called; `rounds parse` starts at once."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from pacs_rounds.model import BadInput

# command -> (module, its function, one line for `rounds --help`)
COMMANDS = {
    "inspect": ("inspect", "One round: collect, judge, seal, report."),
    "drill": ("drill", "A restore drill: look and plan; with --execute, restore."),
    "replay": ("inspect", "Judge recorded text as a round, or judge a sealed run again."),
    "harvest": ("harvest", "Keep what the databases will have forgotten by the next visit."),
    "observe": ("observe", "Record what you saw at a device, for the next round."),
    "holidays": ("holidays", "The coming public holidays, and the inspection due before each."),
    "lab": ("lab", "The simulated hospital: up, status, down."),
    "trust": ("trust", "Record SSH host keys on first use."),
    "runs": ("evidence", "List a site's runs."),
    "verify": ("evidence", "Walk hashes, chain and signatures."),
    "report": ("evidence", "Export a sealed run."),
    "assets": ("assets", "The contract's equipment list against what the devices said, from a sealed run."),
    "configs": ("configs", "Configuration copies: log, diff, show, blame, restore, import."),
    "cabling": ("cabling", "Cables: the register, surveys, labels, drawings, the hand-over book."),
    "patch": ("patch", "Approved patches: plan, sign, apply, roll back."),
    "parse": ("text", "Plain data of a device's text, as JSON."),
    "parsers": ("text", "List the parsers."),
    "checks": ("text", "List the checks."),
    "redact": ("text", "The text as the archive would keep it."),
}


class _Lazy(click.Group):
    """A group whose commands live in modules that are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pacs_rounds.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]}, epilog=(
    "Exit status: 0 done; 1 findings at or above --fail-on, or something does not verify or parse; "
    "2 bad input; 3 not sealed."))
@click.version_option(package_name="pacs-rounds")
def cli() -> None:
    """Rounds (巡检): ward rounds for a hospital's imaging data centre.

    \b
    Examples:
      rounds lab up && rounds inspect --site lab
      rounds inspect --site lab --scenario lab/scenarios/disk-full.yml --fail-on critical
      rounds verify lab
      rounds parse cisco_ios.show_version < show_version.txt
    """


def main(arguments: Sequence[str] | None = None) -> Any:
    """Entry point. Bad input ends with one message and status 2, a closed pipe quietly."""
    try:
        return cli.main(args=list(arguments) if arguments is not None else None, prog_name="rounds",
                        standalone_mode=True)
    except BadInput as error:
        click.echo(f"rounds: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            click.echo(f"rounds: {error.filename or 'the system'}: {error.strerror or error}", err=True)
            sys.exit(2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
