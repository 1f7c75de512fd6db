"""`rounds configs`: the history of a site's configurations, and getting a copy back. Never asks a device."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pacs_rounds import paths
from pacs_rounds.model import BadInput

if TYPE_CHECKING:
    from pacs_rounds.configs.history import History
    from pacs_rounds.configs.store import Store

_SITE = click.option("--site", required=True, help="The folder's name under inventories/.")
_AT = click.option("--at", "rev", default="", help="A commit, a round's id, or a day or moment. Default: the newest.")


def settings_of(site: str) -> dict[str, Any]:
    """`rounds_configs` as the site's group_vars/all say it, before Ansible's templating."""
    from pacs_rounds import yamlfile
    from pacs_rounds.evidence.layout import SiteEvidence

    SiteEvidence.of(site)
    folder = paths.INVENTORIES / site
    if not folder.is_dir():
        known = ", ".join(sorted(place.name for place in paths.INVENTORIES.iterdir() if place.is_dir()))
        raise BadInput(f"site {site}", "there is no such site", f"known sites: {known}")
    for path in [folder / "group_vars" / "all.yml", *sorted((folder / "group_vars" / "all").glob("*.yml"))]:
        data = yamlfile.load(path) if path.is_file() else None
        if isinstance(data, dict) and isinstance(data.get("rounds_configs"), dict):
            found: dict[str, Any] = data["rounds_configs"]
            return found
    return {}


def _store(site: str) -> Store:
    from pacs_rounds.configs.store import Store

    told = settings_of(site)
    recipients = [one for one in told.get("recipients") or [] if "{{" not in str(one)]
    return Store.of(site, {**told, "recipients": recipients})


def _when(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%MZ")


def _known(history: History, device: str, rev: str) -> list[str]:
    documents = history.documents(device, rev)
    if not documents:
        raise BadInput(device, "there is no copy of it", "devices: " + (", ".join(history.devices(rev)) or "none yet"))
    return documents


def _document(history: History, device: str, document: str, rev: str) -> str:
    from pacs_rounds.configs.restore import main_document

    documents = _known(history, device, rev)
    if not document:
        return main_document(str(history.manifest(device, rev).get("platform", "")), documents)
    if document not in documents:
        raise BadInput(f"{device}/{document}", "there is no such copy", "there are: " + ", ".join(documents))
    return document


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
@_SITE
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

    history = _store(site).history
    if device:
        _known(history, device, "")
    found = history.log(device, limit or 0)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        order = f"  [{one.order}]" if one.order else ""
        click.echo(f"{one.id[:12]}  {_when(one.moment)}  {one.round_id}  {one.subject}{order}")


@configs.command()
@_SITE
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

    history = _store(site).history
    to = history.revision(after, device)
    documents = [_document(history, device, document, to)] if document else _known(history, device, to)
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
@_SITE
@click.argument("device")
@click.argument("document", default="")
@_AT
def show(site: str, device: str, document: str, rev: str) -> None:
    """Print a DEVICE's redacted copy.

    \b
    Examples:
      rounds configs show --site lab core-1
      rounds configs show --site lab san-1 configshow --at 2026-11-22T08:00+08:00
    """
    history = _store(site).history
    at = history.revision(rev, device)
    click.echo(history.text(device, _document(history, device, document, at), at), nl=False)


@configs.command()
@_SITE
@click.argument("device")
@click.argument("document", default="")
@_AT
def blame(site: str, device: str, document: str, rev: str) -> None:
    """Since which round each line of a DEVICE's copy stands as it does.

    \b
    Example:
      rounds configs blame --site lab core-1
    """
    history = _store(site).history
    at = history.revision(rev, device)
    rounds = {one.id: one.round_id for one in history.log(device)}
    for commit, moment, line in history.blame(device, _document(history, device, document, at), at):
        click.echo(f"{commit[:12]} {_when(moment)} {rounds.get(commit, '')[:32]:32} {line}".rstrip())


@configs.command()
@_SITE
@click.argument("device", default="*")
@click.option("--json", "as_json", is_flag=True)
def quarantine(site: str, device: str, as_json: bool) -> None:
    """What did not pass as a configuration, and why; newest first.

    \b
    Example:
      rounds configs quarantine --site lab
    """
    rows = _store(site).quarantined(device)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(f"{_when(float(row['moment']))}  {row['device']}  {row['document']}  {row['reason']}  "
                   f"{row.get('detail', '')}")


@configs.command()
@_SITE
@click.argument("device")
@click.argument("document", default="")
@_AT
@click.option("--identity", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="An age identity file, or an unencrypted OpenSSH private key, of one of the recipients.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path),
              help="Write here, readable by you only; it must not exist yet. Default: standard output.")
@click.option("--for-loading", is_flag=True, help="Without what the device says before its configuration.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def restore(site: str, device: str, document: str, rev: str, identity: Path, output: Path | None, for_loading: bool,
            lang: str) -> None:
    """Open a DEVICE's sealed copy, byte for byte as the device gave it; how to load it goes to standard error.

    Without this tool: age -d -i IDENTITY sealed/ab/ab….age; the name stands in DEVICE/manifest.json of the history.

    \b
    Examples:
      rounds configs restore --site lab core-1 --identity key.txt --for-loading -o core-1.cfg
      rounds configs restore --site lab core-1 startup_config --at 2026-10-01 --identity key.txt > startup.cfg
    """
    from pacs_rounds.configs import restore as restoring

    store = _store(site)
    at = store.history.revision(rev, device)
    word = _document(store.history, device, document, at)
    data = restoring.plain(store, device, word, at, identity)
    platform = str(store.history.manifest(device, at).get("platform", ""))
    data = restoring.loadable(platform, word, data) if for_loading else data
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        _write_private(output, data)
    click.echo(f"{device} {word} {at[:12]}: {len(data)} bytes", err=True)
    for number, step in enumerate(restoring.how(platform, word, lang), start=1):
        click.echo(f"  {number}. {step}", err=True)


def _write_private(path: Path, data: bytes) -> None:
    """A new file that its owner only reads; nothing is left of it when the disk is full."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise BadInput(str(path), "exists already", "name a new file: it will hold secrets") from None
    try:
        with os.fdopen(number, "wb") as file:
            file.write(data)
    except OSError:
        path.unlink(missing_ok=True)
        raise


@configs.command(name="import")
@_SITE
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--from", "form", required=True, type=click.Choice(["oxidized", "rancid"]))
def import_(site: str, directory: Path, form: str) -> None:
    """Take DIRECTORY, an Oxidized output or a RANCID BASEDIR, as the first history.

    Its files are named after the inventory's hosts. Each version passes the gate and is redacted as if it had just been
    read; a Git repository is imported commit by commit. Exit status 1 when something was refused or left out.

    \b
    Examples:
      rounds configs import --site lab /var/lib/oxidized/configs.git --from oxidized
      rounds configs import --site lab /var/lib/rancid --from rancid
    """
    from pacs_rounds.configs.importing import bring_in

    store = _store(site)
    if settings_of(site).get("recipients") and not store.words:
        click.echo("rounds: the recipients are templates, which only a round fills in: nothing is sealed now, the next "
                   "round seals what it reads", err=True)
    refused = 0
    for one in bring_in(store, directory, form, _platforms(site)):
        state = one.copy.state if one.copy else "left_out"
        why = f"{one.copy.reason}: {one.copy.detail}" if one.copy and one.copy.reason else one.why
        sealed = "" if not one.copy or state == "quarantined" else " sealed" if one.copy.sealed else " not sealed"
        refused += state in {"left_out", "quarantined", "absent"}
        told = (_when(one.version.moment), one.version.device, state + sealed, one.version.origin, why)
        click.echo("  ".join(told).rstrip())
    sys.exit(1 if refused else 0)


def _platforms(site: str) -> dict[str, str]:
    from pacs_rounds import inventory

    files = inventory.validate_site(paths.INVENTORIES / site)
    found: dict[str, str] = {}
    for group, hosts in files.groups.items():
        platform = files.group_vars.get(group, {}).get("rounds_platform")
        if platform:
            found.update(dict.fromkeys(hosts, str(platform)))
    for host, variables in files.host_vars.items():
        if "rounds_platform" in variables:
            found[host] = str(variables["rounds_platform"])
    return found
