"""`rounds observe`: what a person saw at a device, for the next round."""

from __future__ import annotations

from pathlib import Path

import click

from pacs_rounds import observations, paths, yamlfile
from pacs_rounds.inventory import SiteFiles
from pacs_rounds.model import BadInput


def duties() -> dict[str, list[str]]:
    """Duty -> the checks that ask for it."""
    from pacs_rounds import catalogue

    found: dict[str, list[str]] = {}
    for check in catalogue.load().values():
        for one in check.collect:
            if one.transport == "human":
                found.setdefault(observations.duty_of(one.command), []).append(check.id)
    return found


def asked_of(site: SiteFiles, policy: str, duty: str) -> list[str]:
    """The hosts of whom some round of the policy asks this duty, sorted."""
    from pacs_rounds.rounds import load_policy, role_checks

    wanted = set(duties()[duty])
    groups = {part["group"] for round_ in load_policy(policy)["rounds"].values() for part in round_["roles"]
              if wanted & set(role_checks(part["role"], site.group_vars.get("all", {})))}
    return sorted({host for group in groups for host in site.groups.get(group, [])})


@click.command()
@click.argument("host")
@click.argument("duty")
@click.option("--site", required=True, help="A folder under inventories/.")
@click.option("--saw", type=click.Choice(observations.SAW), required=True, help="What you saw.")
@click.option("--who", required=True, help="Your name, as it stands in the report.")
@click.option("--photo", type=click.Path(path_type=Path), required=True,
              help="The photograph, or the signed sheet as PDF. Its SHA-256 goes into the evidence; keep the file.")
@click.option("--words", default="", help="What is to be added, in one sentence.")
@click.option("--policy", default="contract_2017", show_default=True, help="Contract profile: policies/.")
@click.option("--at", help="When, if not now: 2017-11-21T14:05+08:00.")
def observe(host: str, duty: str, site: str, saw: str, who: str, photo: Path, words: str, policy: str,
            at: str | None) -> None:
    """Record what you saw at a device; the site's next round takes it into its evidence.

    \b
    Examples:
      rounds observe vnx5500 indicator-lamps --site cancer-hospital --saw normal --who 张三 --photo IMG_0412.jpg
      rounds observe vnx5500 indicator-lamps --site cancer-hospital --saw fault --who 张三 --photo IMG_0413.jpg \\
        --words 'amber lamp on disk 0_1_7'
    """
    from pacs_rounds.inventory import validate_site

    known = duties()
    if duty not in known:
        raise BadInput(f"duty {duty!r}", "no check asks for it", "known: " + ", ".join(sorted(known)))
    hosts = asked_of(validate_site(paths.INVENTORIES / site), policy, duty)
    if host not in hosts:
        raise BadInput(f"host {host!r}", f"no round of {policy} asks {duty} of it", "asked of: " + ", ".join(hosts))
    if not who.strip():
        raise BadInput("--who", "is empty", "write the name of who looked")
    name, digest = observations.photograph(photo)
    seen = observations.Observation(duty, host, saw, who.strip(), observations.moment(at), name, digest, words.strip())
    path = observations.keep(site, seen)
    click.echo(f"kept: {yamlfile.show(path)}\nphotograph: {name}  SHA-256 {digest}")
