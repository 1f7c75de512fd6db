"""`rounds patch` besides plan and apply: files, where each host stands, the notice, the outages."""

from __future__ import annotations

import sys

import click

SITE = click.option("--site", required=True, help="A folder under inventories/.")


@click.command()
@SITE
def files(site: str) -> None:
    """The vendor's files of every approved patch: there, with its hash, and signed where the list says so.

    Exit status 1 when one of them would be refused.
    """
    from dataclasses import asdict

    from pacs_rounds.model import BadInput
    from pacs_rounds.patch import desk, signatures

    folder, keys = desk.files_folder(site), signatures.keys_folder(site)
    bad = 0
    listed = {file.name: asdict(file) for one in desk.read_list(site).patches.values() if one.state == "approved"
              for file in (*one.files, *one.rollback_files)}
    for row in listed.values():
        try:
            desk.check_files({"files": [row]}, folder)
            signatures.check([row], folder, keys)
            words = f"ok, signed ({row['signature']['kind']})" if row["signature"] else "ok, not signed"
        except BadInput as error:
            bad, words = bad + 1, f"REFUSED: {error.problem}"
        click.echo(f"{row['name']}  {words}")
    sys.exit(1 if bad else 0)


ALL = (files,)
