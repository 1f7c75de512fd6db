"""`rounds configs restore` and `import`: a sealed copy out of the store, another tool's history into it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from pacs_rounds import paths
from pacs_rounds.cli import configs_site
from pacs_rounds.cli.configs_site import AT, SITE, document_of, store_of, when
from pacs_rounds.model import BadInput


@click.command()
@SITE
@click.argument("device")
@click.argument("document", default="")
@AT
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

    store = store_of(site)
    at = store.history.revision(rev, device)
    word = document_of(store.history, device, document, at)
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


@click.command(name="import")
@SITE
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

    store = store_of(site)
    if configs_site.settings_of(site).get("recipients") and not store.words:
        click.echo("rounds: the recipients are templates, which only a round fills in: nothing is sealed now, the next "
                   "round seals what it reads", err=True)
    refused = 0
    for one in bring_in(store, directory, form, _platforms(site)):
        state = one.copy.state if one.copy else "left_out"
        why = f"{one.copy.reason}: {one.copy.detail}" if one.copy and one.copy.reason else one.why
        sealed = "" if not one.copy or state == "quarantined" else " sealed" if one.copy.sealed else " not sealed"
        refused += state in {"left_out", "quarantined", "absent"}
        told = (when(one.version.moment), one.version.device, state + sealed, one.version.origin, why)
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
