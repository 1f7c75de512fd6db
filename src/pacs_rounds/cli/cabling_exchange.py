"""`rounds cabling import` and `export`: spreadsheets, CSV and NetBox."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pacs_rounds import paths, yamlfile
from pacs_rounds.cli.cabling import SITE, _write, cabling
from pacs_rounds.model import BadInput

if TYPE_CHECKING:
    from pacs_rounds.cabling.model import Register

FORMATS = ("xlsx", "csv", "netbox")


@cabling.command()
@SITE
@click.option("--format", "form", type=click.Choice(FORMATS), default="xlsx", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="File (xlsx) or folder. Default: reports/<site>/cabling/.")
def export(site: str, form: str, out: Path | None) -> None:
    """The register as a workbook, as CSV files, or as NetBox import files (numbered in their order).

    \b
    Examples:
      rounds cabling export --site lab --out cables.xlsx
      rounds cabling export --site lab --format netbox --out netbox/
    """
    from pacs_rounds.cabling import netbox, register, rules, sheets

    found = register.load(site)
    if form == "xlsx":
        _write(site, out, f"cabling-{site}.xlsx", sheets.to_xlsx(found))
        return
    if form == "netbox" and (errors := [fault for fault in rules.check(found) if fault.error]):
        raise BadInput(errors[0].where, errors[0].problem, "NetBox takes no register with errors: rounds cabling check")
    files = sheets.to_csv(found) if form == "csv" else {
        name: text.encode("utf-8") for name, text in netbox.files(found).items()}
    folder = out or paths.REPORTS / site / "cabling" / form
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    click.echo(f"wrote {len(files)} files below {yamlfile.show(folder)}")


@cabling.command(name="import")
@SITE
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: by the file's name.")
@click.option("--netbox-url", help="Read the cables of a running NetBox; its token stands in NETBOX_TOKEN.")
@click.option("--write", is_flag=True, help="Write the register. Without it only what would change is told.")
@click.argument("source", type=click.Path(path_type=Path), required=False)
def import_(site: str, form: str | None, netbox_url: str | None, write: bool, source: Path | None) -> None:
    """Take over SOURCE (an .xlsx, a .csv, a folder of CSV or NetBox files) as the site's register.

    Every mistake is named by sheet, row and column; nothing is changed unless all is right, and only with --write.
    What SOURCE does not hold stays as it is. Comments in the YAML files are not kept.

    \b
    Examples:
      rounds cabling import --site lab cables.xlsx
      rounds cabling import --site lab --write cables.xlsx
      NETBOX_TOKEN=... rounds cabling import --site lab --netbox-url https://netbox.example --write
    """
    from pacs_rounds.cabling import register, writer

    before = register.load(site) if any(register.folder(site).glob("*.yml")) else None
    after = _live(before, netbox_url) if netbox_url else _read(site, form, source, before)
    changes = writer.changes(before, after)
    for kind, names in changes.items():
        for name in names:
            click.echo(f"{kind}: {name}")
    if not any(changes.values()):
        click.echo("nothing would change")
        return
    if not write:
        click.echo(f"{sum(map(len, changes.values()))} changes; nothing was written: add --write")
        return
    _store(site, writer.files(after))


def _live(before: Register | None, url: str) -> Register:
    from pacs_rounds.cabling import netbox_in

    token = os.environ.get("NETBOX_TOKEN", "")
    if not token:
        raise BadInput("NETBOX_TOKEN", "is not set", "a token that may read dcim, in the environment and nowhere else")
    if before is None:
        raise BadInput(url, "devices and types of the register are needed first", "import the NetBox files once")
    return _checked(netbox_in.cables_from_api(before, netbox_in.live_cables(url, token)))


def _read(site: str, form: str | None, source: Path | None, before: Register | None) -> Register:
    from pacs_rounds.cabling import netbox_in, sheets_in

    if source is None or not source.exists():
        raise BadInput(str(source or "SOURCE"), "no such file or folder", "name a workbook, a CSV file or a folder")
    if (form or ("netbox" if source.is_dir() and any(source.glob("*-cables.csv")) else "")) == "netbox":
        texts = {str(path.relative_to(source)): path.read_text(encoding="utf-8-sig")
                 for path in sorted(source.rglob("*")) if path.suffix in {".csv", ".yaml", ".yml"}}
        return _checked(netbox_in.read_files(site, texts, before))
    found, mistakes = sheets_in.parse(site, sheets_in.read(source), before)
    if found is None:
        for mistake in mistakes:
            click.echo(mistake, err=True)
        click.echo(f"{source}: {len(mistakes)} mistakes; nothing was changed", err=True)
        sys.exit(2)
    return found


def _checked(found: Register) -> Register:
    from pacs_rounds.cabling import rules

    errors = [fault for fault in rules.check(found) if fault.error]
    for fault in errors:
        click.echo(str(fault), err=True)
    if errors:
        click.echo(f"{len(errors)} errors; nothing was changed", err=True)
        sys.exit(2)
    return found


def _store(site: str, files: dict[str, str]) -> None:
    """Write all files beside the old ones first, then put them in place; other files of the folder go away."""
    from pacs_rounds.cabling import register

    folder = register.folder(site)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f".{name}.new").write_text(text, encoding="utf-8")
    for name in files:
        (folder / f".{name}.new").replace(folder / name)
    for path in sorted(folder.glob("*.yml")):
        if path.name not in files:
            path.unlink()
            click.echo(f"removed {yamlfile.show(path)}: what it held stands in the files written now")
    click.echo(f"wrote {len(files)} files below {yamlfile.show(folder)}")
