"""`rounds configs`: the history of a site's configurations. Never asks a device."""

from __future__ import annotations

import json
from typing import Any

import click

from pacs_rounds.cli import configs_files
from pacs_rounds.cli.configs_site import AT, SITE, document_of, known, store_of, when


@click.group()
def configs() -> None:
    """Configuration copies of a site: what changed when, and getting one back. Never asks a device.

    Copies are made by the role config_backup. What is shown is the redacted copy: each secret is a token that says its
    kind, and the same secret has the same token. Only `restore` opens a sealed copy, with an identity that the control
    node does not have.

    \b
    Examples:
      rounds configs log --site lab core-1
      rounds configs diff --site lab core-1
      rounds configs show --site lab core-1 vlan --at 2026-11-01
      rounds configs blame --site lab core-1
      rounds configs restore --site lab core-1 --identity ~/.age/key.txt -o core-1.cfg
      rounds configs import --site lab /var/lib/oxidized/configs --from oxidized
    """


@configs.command()
@SITE
@click.argument("device", default="")
@click.option("--limit", type=click.IntRange(1), default=None, help="Only so many, the newest.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list with one object per commit.")
def log(site: str, device: str, limit: int | None, as_json: bool) -> None:
    """What changed when, newest first; of one DEVICE where named.

    \b
    Examples:
      rounds configs log --site lab
      rounds configs log --site lab core-1 --limit 5 --json
    """
    from dataclasses import asdict

    history = store_of(site).history
    if device:
        known(history, device, "")
    found = history.log(device, limit or 0)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        order = f"  [{one.order}]" if one.order else ""
        click.echo(f"{one.id[:12]}  {when(one.moment)}  {one.round_id}  {one.subject}{order}")


@configs.command()
@SITE
@click.argument("device")
@click.argument("document", default="")
@click.option("--from", "before", default="", help="From this revision. Default: the one before the newest change.")
@click.option("--to", "after", default="", help="To this revision. Default: the newest.")
@click.option("--context", type=click.IntRange(0, 1000), default=3, show_default=True)
@click.option("--side-by-side", "wide", is_flag=True, help="Two columns, with the headings of each section.")
def diff(site: str, device: str, document: str, before: str, after: str, context: int, wide: bool) -> None:
    """What changed in a DEVICE's copies between two revisions; in one DOCUMENT where named.

    \b
    Examples:
      rounds configs diff --site lab core-1
      rounds configs diff --site lab core-1 running_config --from 2026-10-01 --to 2026-11-22
      rounds configs diff --site lab core-1 --side-by-side
    """
    from pacs_rounds.configs import diffs

    history = store_of(site).history
    to = history.revision(after, device)
    documents = [document_of(history, device, document, to)] if document else known(history, device, to)
    changes = history.log(device)
    since = history.revision(before, device) if before else history.repository.resolve(f"{changes[0].id}^")
    platform = str(history.manifest(device, to).get("platform", ""))
    for word in documents:
        old = (history.text(device, word, since) if since else None) or ""
        new = history.text(device, word, to) or ""
        names = (f"{device}/{word} {since[:12] or '(nothing)'}", f"{device}/{word} {to[:12]}")
        if wide and old != new:
            click.echo(f"=== {names[0]}  |  {names[1]}")
            _wide(diffs.side_by_side(platform, old, new, context))
        else:
            for line in diffs.unified(old, new, context, names, platform):
                click.echo(line)


def _wide(hunks: list[Any]) -> None:
    signs = {"same": " ", "changed": "|", "added": ">", "removed": "<"}
    for hunk in hunks:
        click.echo(f"--- {' / '.join(hunk.parents)}".rstrip())
        for row in hunk.rows:
            click.echo(f"{row.left_no or '':>5} {row.left[:60]:60} {signs[row.kind]} {row.right_no or '':>5} "
                       f"{row.right[:60]}".rstrip())


@configs.command()
@SITE
@click.argument("device")
@click.argument("document", default="")
@AT
def show(site: str, device: str, document: str, rev: str) -> None:
    """Print a DEVICE's redacted copy.

    \b
    Examples:
      rounds configs show --site lab core-1
      rounds configs show --site lab san-1 configshow --at 2026-11-22T08:00+08:00
    """
    history = store_of(site).history
    at = history.revision(rev, device)
    click.echo(history.text(device, document_of(history, device, document, at), at), nl=False)


@configs.command()
@SITE
@click.argument("device")
@click.argument("document", default="")
@AT
def blame(site: str, device: str, document: str, rev: str) -> None:
    """Since which round each line of a DEVICE's copy stands as it does.

    \b
    Example:
      rounds configs blame --site lab core-1
    """
    history = store_of(site).history
    at = history.revision(rev, device)
    rounds = {one.id: one.round_id for one in history.log(device)}
    for commit, moment, line in history.blame(device, document_of(history, device, document, at), at):
        click.echo(f"{commit[:12]} {when(moment)} {rounds.get(commit, '')[:32]:32} {line}".rstrip())


@configs.command()
@SITE
@click.argument("device", default="*")
@click.option("--json", "as_json", is_flag=True)
def quarantine(site: str, device: str, as_json: bool) -> None:
    """What did not pass as a configuration, and why; newest first.

    \b
    Example:
      rounds configs quarantine --site lab
    """
    rows = store_of(site).quarantined(device)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"{when(float(row['moment']))}  {row['device']}  {row['document']}  {row['reason']}  "
                   f"{row.get('detail', '')}")


configs.add_command(configs_files.restore)
configs.add_command(configs_files.import_)
