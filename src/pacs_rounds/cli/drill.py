"""`rounds drill`: a restore drill as a round of its own, sealed and reported like any other."""

from __future__ import annotations

from pathlib import Path

import click

from pacs_rounds import yamlfile
from pacs_rounds.cli.inspect import FAIL_ON, Order, prepared_and_run
from pacs_rounds.model import BadInput

ROUND = "drill-restore"


@click.command()
@click.option("--site", required=True, help="A folder under inventories/.")
@click.option("--host", help="Only this drill host. --execute needs it.")
@click.option("--execute", is_flag=True, help="Really restore, if every precondition is met. Default: look and plan.")
@click.option("--scenario", type=click.Path(path_type=Path), help="Lab only: planted faults.")
@click.option("--vault-password-file", type=click.Path(path_type=Path, exists=True), help="For the site's vault.")
@click.option("--policy", default="contract_2017", show_default=True, help="Contract profile: policies/.")
@click.option("--engineer", help="Who is on site. Default: the login name.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of the report.")
@click.option("--fail-on", type=click.Choice(FAIL_ON), default="never", show_default=True,
              help="End with status 1 when an outcome this grave (or graver) was found.")
def drill(site: str, host: str | None, execute: bool, scenario: Path | None, vault_password_file: Path | None,
          policy: str, engineer: str | None, lang: str, fail_on: str) -> None:
    """A restore drill: look, judge the preconditions and plan; with --execute, restore on the drill host.

    What is restored, from where to where, who approved it and when it may run stands in the drill host's inventory
    (rounds_drill). Nothing is done unless every precondition is met.

    \b
    Examples:
      rounds drill --site lab
      rounds drill --site cancer-hospital --host drill-1 --execute --engineer 张三
    """
    if execute and not host:
        raise BadInput("rounds drill --execute", "on which drill host?", "add --host HOST")
    _known(site, host)
    order = Order(site, ROUND, policy, host, scenario, None, engineer, vault_password_file,
                  extra={"restore_drill_execute": execute})
    prepared_and_run(order, fail_on, lang)


def _known(site: str, host: str | None) -> None:
    """Refuse a site without drill hosts, and a host that is none, before anything is started."""
    from pacs_rounds import paths
    from pacs_rounds.evidence.layout import SiteEvidence
    from pacs_rounds.inventory import validate_site

    SiteEvidence.of(site)
    hosts = validate_site(paths.INVENTORIES / site).groups.get("drill_hosts", [])
    if not hosts:
        raise BadInput(yamlfile.show(paths.INVENTORIES / site / "hosts.yml"), "the group drill_hosts has no host",
                       "name a host to restore on, and its rounds_drill: roles/restore_drill/README.md")
    if host and host not in hosts:
        raise BadInput(f"host {host!r}", "is no drill host of this site", f"drill hosts: {', '.join(hosts)}")
