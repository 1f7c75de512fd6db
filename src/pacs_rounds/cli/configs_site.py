"""What the commands of `rounds configs` share: whose copies, of which moment, which document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from pacs_rounds import paths
from pacs_rounds.model import BadInput

if TYPE_CHECKING:
    from pacs_rounds.configs.history import History
    from pacs_rounds.configs.store import Store

SITE = click.option("--site", required=True, help="The folder's name under inventories/.")
AT = click.option("--at", "rev", default="", help="A commit, a round's id, or a day or moment. Default: the newest.")


def settings_of(site: str) -> dict[str, Any]:
    """`rounds_configs` as the site's group_vars/all say it, before Ansible's templating."""
    from pacs_rounds import yamlfile
    from pacs_rounds.evidence.layout import SiteEvidence

    SiteEvidence.of(site)
    folder = paths.INVENTORIES / site
    if not folder.is_dir():
        sites = ", ".join(sorted(place.name for place in paths.INVENTORIES.iterdir() if place.is_dir()))
        raise BadInput(f"site {site}", "there is no such site", f"known sites: {sites}")
    for path in [folder / "group_vars" / "all.yml", *sorted((folder / "group_vars" / "all").glob("*.yml"))]:
        data = yamlfile.load(path) if path.is_file() else None
        if isinstance(data, dict) and isinstance(data.get("rounds_configs"), dict):
            found: dict[str, Any] = data["rounds_configs"]
            return found
    return {}


def store_of(site: str) -> Store:
    """The site's copies; recipients that only Ansible's templating knows are left out."""
    from pacs_rounds.configs.store import Store

    told = settings_of(site)
    recipients = [one for one in told.get("recipients") or [] if "{{" not in str(one)]
    return Store.of(site, {**told, "recipients": recipients})


def when(moment: float) -> str:
    """Epoch seconds as people read them, to the minute, UTC."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%MZ")


def known(history: History, device: str, rev: str) -> list[str]:
    """The documents of a device at a commit; BadInput names the devices that have some."""
    documents = history.documents(device, rev)
    if not documents:
        raise BadInput(device, "there is no copy of it", "devices: " + (", ".join(history.devices(rev)) or "none yet"))
    return documents


def document_of(history: History, device: str, document: str, rev: str) -> str:
    """The document meant: the one named, or the device's configuration itself; BadInput names those there are."""
    from pacs_rounds.configs.restore import main_document

    documents = known(history, device, rev)
    if not document:
        return main_document(str(history.manifest(device, rev).get("platform", "")), documents)
    if document not in documents:
        raise BadInput(f"{device}/{document}", "there is no such copy", "there are: " + ", ".join(documents))
    return document
