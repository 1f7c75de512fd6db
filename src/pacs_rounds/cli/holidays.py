"""`rounds holidays`: which public holidays come, and whether the inspection before each has been made."""

from __future__ import annotations

import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from pacs_rounds import holiday
from pacs_rounds.evidence import chain
from pacs_rounds.evidence.layout import SiteEvidence
from pacs_rounds.rounds import load_policy

ROUND = "pre-holiday"
EARLIEST_DAYS = 14
"""An inspection that lies further back than this says nothing of the state before the holiday."""


@click.command()
@click.option("--site", required=True, help="A folder under inventories/.")
@click.option("--policy", default="contract_2017", show_default=True, help="Contract profile: policies/.")
@click.option("--lead", type=click.IntRange(1, 15), default=holiday.LEAD_WORKING_DAYS, show_default=True,
              help="Working days before the holiday.")
@click.option("--count", type=click.IntRange(1, 12), default=3, show_default=True, help="How many holidays.")
def holidays(site: str, policy: str, lead: int, count: int) -> None:
    """The coming public holidays of mainland China, and by when the inspection before each is due (S1-011).

    Ends with status 1 when one is due and has not been made: for a daily timer that reminds.

    \b
    Examples:
      rounds holidays --site cancer-hospital
      rounds inspect --site cancer-hospital --round pre-holiday
    """
    zone = ZoneInfo(str(load_policy(policy).get("timezone", "Asia/Shanghai")))
    today = datetime.now(zone).date()
    sealed = [datetime.strptime(folder.name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
              .date() for folder in chain.sealed_runs(SiteEvidence.of(site)) if f"-{ROUND}-" in folder.name]
    late = False
    for block in holiday.coming(today, count):
        due = holiday.due(block, lead)
        recent = (day for day in sealed if 0 < (block.first - day).days <= EARLIEST_DAYS)
        made = max(recent, default=None)
        if made:
            state = f"inspected on {made}"
        elif today > due:
            state, late = f"OVERDUE since {due}", True
        else:
            state, late = f"due by {due}" + (", today" if today == due else ""), late or today == due
        guess = "  (provisional: the year's table is not published)" if block.provisional else ""
        click.echo(f"{block.first} to {block.last}  {block.name}, {block.days} days: {state}{guess}")
    sys.exit(1 if late else 0)
