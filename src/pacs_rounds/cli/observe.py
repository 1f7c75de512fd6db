"""`rounds observe`: what a person saw at a device, for the next round."""

from __future__ import annotations

from pathlib import Path

import click

from pacs_rounds import observations, paths, yamlfile
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


@click.command()
@click.argument("host")
@click.argument("duty")
@click.option("--site", required=True, help="A folder under inventories/.")
@click.option("--saw", type=click.Choice(observations.SAW), required=True, help="What you saw.")
@click.option("--who", required=True, help="Your name, as it stands in the report.")
@click.option("--photo", type=click.Path(path_type=Path), required=True,
              help="The photograph, or the signed sheet as PDF. Its SHA-256 goes into the evidence; keep the file.")
@click.option("--words", default="", help="What is to be added, in one sentence.")
@click.option("--at", help="When, if not now: 2017-11-21T14:05+08:00.")
def observe(host: str, duty: str, site: str, saw: str, who: str, photo: Path, words: str, at: str | None) -> None:
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
    hosts = validate_site(paths.INVENTORIES / site).hosts
    if host not in hosts:
        near = [name for name in sorted(hosts) if name[:2] == host[:2]][:6] or sorted(hosts)[:6]
        raise BadInput(f"host {host!r}", f"is no host of {site}", "hosts are " + ", ".join(near) + " …")
    if not who.strip():
        raise BadInput("--who", "is empty", "write the name of who looked")
    name, digest = observations.photograph(photo)
    seen = observations.Observation(duty, host, saw, who.strip(), observations.moment(at), name, digest, words.strip())
    path = observations.keep(site, seen)
    click.echo(f"kept: {yamlfile.show(path)}\nphotograph: {name}  SHA-256 {digest}")
