"""`rounds patch` besides plan and apply: files, where each host stands, the notice, the outages."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from pacs_rounds import paths
from pacs_rounds.model import BadInput

SITE = click.option("--site", required=True, help="A folder under inventories/.")
VAULT = click.option("--vault-password-file", type=click.Path(path_type=Path, exists=True),
                     help="For the site's vault.")
LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True, help="The language.")
OUTPUT = click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False),
                      help="A file instead of standard output.")


def play(playbook: str, site: str, vault: Path | None, extra: Mapping[str, str], aside: bool = False) -> int:
    """Run a playbook in the foreground; Ansible's own lines are the progress. `aside`: on standard error."""
    import os
    import subprocess

    if not (paths.INVENTORIES / site).is_dir():
        raise BadInput(f"site {site!r}", "no such folder under inventories/", "rounds inspect names the sites")
    words = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", str(paths.INVENTORIES / site),
             str(paths.PLAYBOOKS / playbook), "-e", json.dumps(dict(extra), ensure_ascii=False)]
    if vault:
        words.append(f"--vault-password-file={vault.resolve()}")
    environment = dict(os.environ, ANSIBLE_CONFIG=str(paths.ROOT / "ansible.cfg"))
    return subprocess.run(words, env=environment, cwd=paths.ROOT, check=False,
                          stdout=sys.stderr.fileno() if aside else None).returncode


@click.command()
@SITE
def files(site: str) -> None:
    """The vendor's files of every approved patch: there, with its hash, and signed where the list says so.

    Exit status 1 when one of them would be refused.
    """
    from dataclasses import asdict

    from pacs_rounds.patch import desk, signatures

    folder, keys = desk.files_folder(site), signatures.keys_folder(site)
    bad = 0
    listed = {file.name: asdict(file) for one in desk.read_list(site).patches.values() if one.state == "approved"
              for file in (*one.files, *one.rollback_files)}
    if not listed:
        click.echo("no approved patch names a file")
    for row in listed.values():
        try:
            desk.check_files({"files": [row]}, folder)
            signatures.check([row], folder, keys)
            words = f"ok, signed ({row['signature']['kind']})" if row["signature"] else "ok, not signed"
        except BadInput as error:
            bad, words = bad + 1, f"REFUSED: {error.problem}"
        click.echo(f"{row['name']}  {words}")
    sys.exit(1 if bad else 0)


@click.command()
@SITE
@VAULT
@click.option("--format", "form", type=click.Choice(["table", "json", "csv", "xlsx"]), default="table",
              show_default=True)
@LANG
@OUTPUT
@click.option("--no-ask", is_flag=True, help="Judge what the hosts said last time; asks none.")
def status(site: str, vault_password_file: Path | None, form: str, lang: str, output: Path | None,
           no_ask: bool) -> None:
    """What is installed x what is approved x what exists, per host: asks every host for its versions, reading only.

    Exit status 1 when something is missing, ahead or unknown, or when a deferral or refusal has expired.

    \b
    Examples:
      rounds patch status --site lab
      rounds patch status --site lab --no-ask --format xlsx --lang zh -o states.xlsx
    """
    from pacs_rounds.patch import desk, survey

    desk.read_list(site)
    if form == "xlsx" and output is None:
        raise BadInput("--format xlsx", "is no text for a terminal", "name a file: -o states.xlsx")
    if not no_ask and play("patch-status.yml", site, vault_password_file, {}, aside=True):
        raise BadInput(f"site {site}", "its hosts could not be asked", "see Ansible's words above")
    one = survey.status(site)
    made = survey.FORMS[form](one, lang)
    if output is not None:
        output.write_bytes(made if isinstance(made, bytes) else made.encode())
    else:
        click.echo(made, nl=False)
    for patch in one.expired:
        click.echo(f"{patch.id}: {patch.state} until {patch.until} has expired; decide anew", err=True)
    sys.exit(0 if one.fine else 1)


@click.command()
@SITE
@click.argument("name", metavar="PLAN")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="The letter's language.")
@click.option("--format", "form", type=click.Choice(["pdf", "md"]), default="pdf", show_default=True)
@click.option("--late", default="", metavar="REASON", help="Why it is later than agreed; the letter says it.")
@OUTPUT
def notice(site: str, name: str, lang: str, form: str, late: str, output: Path | None) -> None:
    """The notice to the hospital: window, services, expected interruption, way back, contacts, lead time.

    It is kept beside the plan, and its hash is in the plan's journal. Refused when it would be late, unless --late says
    why.

    \b
    Examples:
      rounds patch notice --site lab 3fa9c1d2 -o notice.pdf
      rounds patch notice --site lab 3fa9c1d2 --lang en --late "security fix, agreed by telephone"
    """
    from pacs_rounds.patch import notices

    path, row = notices.issue(site, name, lang, form, late)
    if output is not None:
        output.write_bytes(path.read_bytes())
    click.echo(f"{output or path}  sha256 {row['sha256']}  due {row['notice_by']}  "
               f"{'in time' if row['in_time'] else 'LATE'}")


@click.command()
@SITE
@click.option("--month", default="", metavar="YYYY-MM", help="Only plans whose window begins in it (Asia/Shanghai).")
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
@LANG
def outages(site: str, month: str, form: str, lang: str) -> None:
    """Planned interruptions: booked, measured and over, per plan and per month.

    Exit status 1 when one was longer than booked, outside its window, or not measured to its end.

    \b
    Examples:
      rounds patch outages --site lab
      rounds patch outages --site lab --month 2026-11 --format json
    """
    import re

    from pacs_rounds.patch import desk
    from pacs_rounds.patch import outages as reader

    if month and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise BadInput(f"--month {month}", "is no month", "write it as 2026-11")
    listed = [one for one in reader.read(desk.Desk(site).outages.events())
              if not month or reader.month_of(one.begins) == month]
    click.echo(reader.FORMS[form](listed, lang), nl=False)
    sys.exit(1 if any(one.over or not one.known for one in listed) else 0)


ALL = (files, status, notice, outages)
