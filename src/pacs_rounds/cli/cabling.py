"""`rounds cabling`: the register, its checks and exchange formats, labels, drawings, traces, and the hand-over book."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pacs_rounds import paths, yamlfile
from pacs_rounds.model import BadInput

if TYPE_CHECKING:
    from pacs_rounds.cabling.model import Register
    from pacs_rounds.cabling.survey import Survey

SITE = click.option("--site", required=True, help="A folder under inventories/.")
RUN = click.option("--run", help="Colour and grade by this sealed run (a run id); `newest` takes the newest survey.")
OUT = click.option("--out", type=click.Path(path_type=Path), help="File or folder to write. Default: reports/<site>/.")


@click.group()
def cabling() -> None:
    """Cables of a machine room: documented, observed, labelled, moved.

    The register is inventories/<site>/cabling/*.yml. A survey is a sealed round of playbooks/document-cabling.yml
    (rounds inspect --round cabling).

    \b
    Examples:
      rounds cabling check --site lab
      rounds cabling survey --site lab
      rounds cabling trace --site lab ct-1:eth0
      rounds cabling labels --site lab --form tape62 L0001 L0002
      rounds cabling book --site lab --run newest
    """


def _register(site: str, whole: bool = True) -> Register:
    """The register; with `whole`, one whose faults would be printed on labels is refused."""
    from pacs_rounds.cabling import register, rules

    found = register.load(site)
    errors = [fault for fault in rules.check(found) if fault.error] if whole else []
    if errors:
        raise BadInput(errors[0].where, f"{errors[0].problem} (and {len(errors) - 1} more)" if len(errors) > 1 else
                       errors[0].problem, f"{errors[0].remedy}; rounds cabling check --site {site} lists all")
    return found


def _survey(site: str, run: str | None) -> tuple[Survey | None, str, str]:
    """A run's survey, its name and its day; nothing without a run. A run that does not verify is not read."""
    if run is None:
        return None, "", ""
    from pacs_rounds.cabling import collect
    from pacs_rounds.evidence import chain
    from pacs_rounds.evidence.layout import SiteEvidence, payload, read_json
    from pacs_rounds.evidence.verify import verify_run

    evidence = SiteEvidence.of(site)
    if run == "newest":
        known = [link.name for link in chain.sealed_runs(evidence) if "-cabling-" in link.name]
        if not known:
            raise BadInput(f"site {site}", "has no sealed survey", f"rounds inspect --site {site} --round cabling")
        run = known[0]
    faults = verify_run(evidence, run)
    if faults:
        raise BadInput(run, f"does not verify: {faults[0].kind}: {faults[0].what}", "nothing is read from it")
    folder = evidence.find(run)
    return collect.survey(folder, site), run, str(read_json(payload(folder) / "run.json")["started"])[:10]


def _write(site: str, out: Path | None, name: str, data: bytes) -> None:
    path = out or paths.REPORTS / site / "cabling" / name
    if path.is_dir() or (out and not out.suffix):
        path = path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    click.echo(f"wrote {yamlfile.show(path)}")


@cabling.command()
@SITE
@click.option("--fail-on", type=click.Choice(["error", "finding"]), default="error", show_default=True)
def check(site: str, fail_on: str) -> None:
    """Every fault of the register with file, line and remedy; then what hangs on one feed, one switch or one tray."""
    from pacs_rounds.cabling import register, rules
    from pacs_rounds.inventory import validate_site

    found = register.load(site)
    faults = rules.check(found, validate_site(paths.INVENTORIES / site).hosts)
    for fault in faults:
        click.echo(f"{'error' if fault.error else 'finding'}: {fault}")
    errors = sum(fault.error for fault in faults)
    click.echo(f"{len(found.cables)} cables, {len(found.devices)} devices, {len(found.racks)} racks: {errors} errors, "
               f"{len(faults) - errors} findings")
    sys.exit(1 if errors or (faults and fail_on == "finding") else 0)


@cabling.command()
@SITE
@click.option("--run", default="newest", show_default=True, help="A run id of this site.")
@click.option("--all", "everything", is_flag=True, help="Also the links that are as documented.")
@click.option("--json", "as_json", is_flag=True)
def survey(site: str, run: str, everything: bool, as_json: bool) -> None:
    """The grade of each link from a sealed run, with its proofs; exit status 1 when one is contradicted."""
    import json

    from pacs_rounds.cabling import collect

    told, name, _ = _survey(site, run)
    if told is None:
        raise BadInput("rounds cabling survey", "which run?", "name a run, or newest")
    if as_json:
        click.echo(json.dumps({"run": name, "counts": told.counts(), "devices": collect.texts(told)},
                              ensure_ascii=False, indent=1))
    else:
        for one in told.links:
            if everything or one.grade in {"contradicted", "documented"} or one.state == "down":
                ends = f"{one.link.a} - {one.link.b}"
                click.echo(f"{one.grade:13} {one.state:8} {one.link.name}  {ends}  {one.why}".rstrip())
                for line in [*(f"  {proof.weight}: {proof.says} [{proof.sha256[:12]}]" for proof in one.proofs),
                             *(f"  note: {note}" for note in one.notes)]:
                    click.echo(line)
        for stray in told.strays:
            click.echo(f"undocumented  {stray.a} - {stray.b if stray.b.known else '?'}  {stray.what}")
        for doubt in told.doubts:
            click.echo(f"doubt: {doubt}")
        click.echo(f"{name}: " + ", ".join(f"{number} {grade}" for grade, number in told.counts().items()))
    sys.exit(1 if told.counts()["contradicted"] else 0)


@cabling.command()
@SITE
@click.argument("start")
def trace(site: str, start: str) -> None:
    """A technician's trace, one line per hop: fits a phone and a page. START is a port (device:port) to go from, or a
    cable's id as its label says it: then the whole path from device to device.

    \b
    Examples:
      rounds cabling trace --site lab pacs-a:eth0
      rounds cabling trace --site lab L0001
    """
    from pacs_rounds.cabling import trace as tracing
    from pacs_rounds.cabling.model import end_of

    found = _register(site, whole=False)
    if start in found.cables:
        click.echo("\n".join(tracing.text_of(found, found.cables[start])))
        return
    if ":" not in start:
        near = difflib.get_close_matches(start, found.cables, 4) or [*found.cables][:4]
        raise BadInput(start, "the register has no such cable", "near it: " + ", ".join(near) + "; ports: device:port")
    end = end_of(start, start)
    device = found.devices.get(end.device)
    if device is None or end.port not in device.type.ports:
        near = [name for name in found.devices if end.device and name.startswith(end.device[:3])] or [*found.devices]
        raise BadInput(start, "the register has no such port", "its ports: " + ", ".join([*device.type.ports][:12]) if
                       device else "devices: " + ", ".join(near[:8]))
    click.echo("\n".join(tracing.text(found, end)))


@cabling.command()
@SITE
@click.option("--form", type=click.Choice(["a4", "tape62"]), default="a4", show_default=True,
              help="65 to an A4 sheet (38.1 by 21.2 mm), or 62 mm tape, one wrap-around label a page.")
@click.option("--rack", help="Only cables with an end in this rack.")
@OUT
@click.argument("cables", nargs=-1)
def labels(site: str, form: str, rack: str | None, out: Path | None, cables: tuple[str, ...]) -> None:
    """Labels for both ends of CABLES (default: all), with Chinese text and a QR code of the id, as PDF."""
    from pacs_rounds.cabling import labels as making
    from pacs_rounds.cabling import print as printing

    found = _register(site)
    wanted = list(cables) or None
    if rack:
        inside = {device.name for device in found.in_rack(rack)}
        if rack not in found.racks:
            raise BadInput(f"rack {rack!r}", "the register has no such rack", "known: " + ", ".join(found.racks))
        wanted = [name for name in wanted or found.cables if {end.device for end in found.cables[name].ends} & inside]
    made = making.labels(found, wanted)
    _write(site, out, f"labels-{form}.pdf", printing.label_sheet(found, made, form))


@cabling.command()
@SITE
@OUT
@click.argument("racks", nargs=-1)
def elevation(site: str, out: Path | None, racks: tuple[str, ...]) -> None:
    """Front and rear of RACKS (default: all), one SVG each."""
    from pacs_rounds.cabling import elevation as drawing

    found = _register(site)
    for rack in racks or found.racks:
        if rack not in found.racks:
            raise BadInput(f"rack {rack!r}", "the register has no such rack", "known: " + ", ".join(found.racks))
        _write(site, out, f"rack-{rack}.svg", drawing.elevation(found, rack).encode("utf-8"))


@cabling.command()
@SITE
@RUN
@OUT
@click.option("--kind", type=click.Choice(["lan", "san"]), multiple=True, default=["lan", "san"], show_default=True)
def topology(site: str, run: str | None, out: Path | None, kind: tuple[str, ...]) -> None:
    """LAN and SAN as SVG and as a draw.io file to edit; coloured by grade with --run."""
    from pacs_rounds.cabling import topology as drawing

    found, (told, _, _) = _register(site), _survey(site, run)
    for one in kind:
        laid = drawing.layout(found, one, told)
        _write(site, out, f"topology-{one}.svg", drawing.svg(laid).encode("utf-8"))
        _write(site, out, f"topology-{one}.drawio", drawing.drawio(laid).encode("utf-8"))


@cabling.command()
@SITE
@RUN
@OUT
@click.argument("racks", nargs=-1)
def schedule(site: str, run: str | None, out: Path | None, racks: tuple[str, ...]) -> None:
    """The patch schedule of RACKS (default: all), one CSV each: every cable end from the top down."""
    from pacs_rounds.cabling import book as making

    found, (told, _, _) = _register(site), _survey(site, run)
    for rack in racks or found.racks:
        if rack not in found.racks:
            raise BadInput(f"rack {rack!r}", "the register has no such rack", "known: " + ", ".join(found.racks))
        _write(site, out, f"schedule-{rack}.csv", making.schedule_csv(making.schedule(found, rack, told)))


@cabling.command()
@SITE
@RUN
@OUT
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def book(site: str, run: str | None, out: Path | None, lang: str) -> None:
    """The as-built hand-over book: one PDF with drawings, racks, schedules, deviations and signatures."""
    from pacs_rounds.cabling import book as making
    from pacs_rounds.cabling import print as printing
    from pacs_rounds.inventory import validate_site

    found, (told, name, day) = _register(site), _survey(site, run)
    on = printing.day_of(found)
    title = (validate_site(paths.INVENTORIES / site).group_vars.get("all", {}).get("rounds_site_title") or {})
    shown = title.get(lang, site) if isinstance(title, dict) else site
    pages = making.blocks(found, told, name, day or on.isoformat(), lang, shown)
    data = printing.book(found, pages, f"{shown} cabling", [shown, name], on, lang)
    _write(site, out, f"cabling-{site}.{lang}.pdf", data)


from pacs_rounds.cli import cabling_exchange, cabling_work  # noqa: E402, F401  (they add their commands)
