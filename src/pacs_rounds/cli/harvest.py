"""`rounds harvest`: the weekly round that keeps backup jobs before the control file forgets them."""

from __future__ import annotations

import time
from pathlib import Path

import click

from pacs_rounds.backup import history
from pacs_rounds.cli.inspect import Order, _lab_for, _prepared, sealed
from pacs_rounds.evidence.layout import SiteEvidence
from pacs_rounds.rounds import load_policy

ROUND = "harvest"


@click.command()
@click.option("--site", required=True, help="A folder under inventories/.")
@click.option("--policy", default="contract_2017", show_default=True, help="Contract profile: policies/.")
@click.option("--limit", help="Only these hosts or groups (Ansible pattern).")
@click.option("--engineer", help="Who asks. Default: the login name.")
@click.option("--vault-password-file", type=click.Path(path_type=Path, exists=True), help="For the site's vault.")
@click.option("--scenario", type=click.Path(path_type=Path), help="Lab only: planted faults.")
def harvest(site: str, policy: str, limit: str | None, engineer: str | None, vault_password_file: Path | None,
            scenario: Path | None) -> None:
    """Ask every Oracle instance for its backup jobs, seal the answer, and tell what the history holds now.

    For a weekly timer (roles/backup_harvest/README.md). Run it as often as wanted: no job is counted twice, and what a
    killed one left out the next one tells. Exit status 0 sealed, 2 bad input, 3 not sealed.

    \b
    Examples:
      rounds harvest --site lab
      rounds harvest --site cancer-hospital --vault-password-file /etc/rounds/vault
    """
    order = Order(site, ROUND, policy, limit, scenario, None, engineer, vault_password_file)
    _prepared(order)
    hosts = _hosts(order)
    before = {host: history.gather(site, host, time.time()) for host in hosts}
    with _lab_for(order):
        evidence, link = sealed(order)
    click.echo(f"sealed: {link.run}  anchor {link.anchor}")
    for line in _told(evidence, hosts, before, link.run):
        click.echo(line)


def _hosts(order: Order) -> list[str]:
    """Every host that the round may ask; --limit is Ansible's to understand."""
    from pacs_rounds import paths
    from pacs_rounds.inventory import validate_site

    groups = {part["group"] for part in load_policy(order.policy)["rounds"][ROUND]["roles"]}
    known = validate_site(paths.INVENTORIES / order.site).groups
    return sorted({host for group in groups for host in known.get(group, [])})


def _told(evidence: SiteEvidence, hosts: list[str], before: dict[str, history.History], run: str) -> list[str]:
    """One line per instance that answered now, and one per host whose answer cannot be used."""
    lines = []
    for host in hosts:
        after = history.gather(evidence.site, host, time.time())
        for one in after.harvests:
            if one.run != run:
                continue
            if one.fault:
                lines.append(f"{host} {one.sid}: NOT harvested: {one.fault}")
                continue
            known = sum(1 for key in after.jobs if key[0] == one.sid)
            new = sum(1 for key in after.jobs if key[0] == one.sid and key not in before[host].jobs)
            lines.append(f"{host} {one.sid}: {one.count} jobs told, {new} of them new, {known} known of the last "
                         f"{history.DAYS} days; the control file keeps {one.keep_days} days")
    return lines or ["no instance told any job: see the report, rounds report " + run]
