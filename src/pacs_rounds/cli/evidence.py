"""Commands over sealed evidence: runs, verify, report. None of them touches a device."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pacs_rounds import paths
from pacs_rounds.evidence import chain
from pacs_rounds.evidence.layout import SiteEvidence, is_run_id
from pacs_rounds.model import BadInput

if TYPE_CHECKING:
    from pacs_rounds.evidence.verify import Fault


def locate(name: str, site: str | None = None) -> tuple[SiteEvidence, str | None]:
    """A site or a run from what a person typed: a site's name, a run id, or the path of either folder."""
    path = Path(name)
    if is_run_id(path.name):
        return _locate_run(path, name, site)
    if "/" in name or (path.is_dir() and (path / "chain").is_dir()):
        if not path.is_dir():
            raise BadInput(name, "no such folder", "name a site, a run id, or the path of either")
        return SiteEvidence(path.resolve()), None
    return SiteEvidence.of(name), None


def _locate_run(path: Path, name: str, site: str | None) -> tuple[SiteEvidence, str]:
    if path.is_dir() and "/" in name:
        folder = path.resolve().parent
        return SiteEvidence(folder.parent if folder.name == "open" else folder), path.name
    sites = [SiteEvidence.of(site)] if site else [
        SiteEvidence(root) for root in sorted(paths.EVIDENCE.glob("*")) if root.is_dir()]
    for evidence in sites:
        if evidence.find(path.name).exists() or chain.link_of(evidence, path.name):
            return evidence, path.name
    raise BadInput(name, "no such run below " + str(paths.EVIDENCE), "rounds runs lists what there is")


@click.command()
@click.option("--site", help="Only this site. Default: every site with evidence.")
@click.option("--json", "as_json", is_flag=True)
def runs(site: str | None, as_json: bool) -> None:
    """List runs: sealed ones in the chain's order, then what lies open."""
    sites = [SiteEvidence.of(site)] if site else [
        SiteEvidence(root) for root in sorted(paths.EVIDENCE.glob("*")) if root.is_dir()]
    rows = [row for evidence in sites for row in _rows(evidence)]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        counts = " ".join(f"{name}={number}" for name, number in row["counts"].items())
        click.echo(f"{row['site']}  {row['run']}  {row['state']}  {counts}  {row['anchor'][:20]}".rstrip())


def _rows(evidence: SiteEvidence) -> list[dict[str, Any]]:
    """Every run there is a trace of, damage or not: `runs` says what lies there, `verify` says whether it is whole."""
    def row(run: str, state: str, link: chain.Link | None = None) -> dict[str, Any]:
        counts = link.data.get("counts") if link else None
        return {"site": evidence.site, "run": run, "state": state, "anchor": link.anchor if link else "",
                "counts": counts if isinstance(counts, dict) else {}}

    links, broken = chain.scan(evidence)
    sealed = {link.run for link in links}
    rows = [row(link.run, "sealed" if evidence.find(link.run).is_dir() else "sealed, but its folder is missing", link)
            for link in links]
    rows += [row(path.name, f"damaged link: rounds verify {evidence.site}") for path in broken]
    rows += [row(path.name, "no link seals it: slipped in, or its link removed") for path in evidence.run_dirs()
             if path.name not in sealed]
    opened = sorted(evidence.open.iterdir()) if evidence.open.is_dir() else []
    return rows + [row(path.name, "open (interrupted, or still running)") for path in opened if path.name not in sealed]


@click.command()
@click.argument("what", metavar="RUN|SITE")
@click.option("--anchor", metavar="SEQ:HASH", help="What a printed report carries; shows a cut-off or rewritten tail.")
@click.option("--json", "as_json", is_flag=True)
def verify(what: str, anchor: str | None, as_json: bool) -> None:
    """Walk hashes, chain and signatures; name what is edited, missing, reordered, reused or cut off.

    Exit status 1 when anything is. The same can be done without this program: see docs/verifying-evidence.md.

    \b
    Examples:
      rounds verify lab
      rounds verify lab --anchor 7:3fa9…
      rounds verify evidence/lab/20261122T010203Z-quarterly-ab12
    """
    from pacs_rounds.evidence import keys
    from pacs_rounds.evidence.verify import verify_run, verify_site

    evidence, run = locate(what)
    faults: list[Fault] = verify_run(evidence, run) if run else verify_site(evidence, anchor)
    if run and anchor:
        faults += [fault for fault in verify_site(evidence, anchor) if fault not in faults]
    if as_json:
        click.echo(json.dumps([{"kind": f.kind, "where": f.where, "what": f.what} for f in faults], indent=1))
        sys.exit(1 if faults else 0)
    for fault in faults:
        click.echo(f"{fault.kind}: {fault.where}: {fault.what}")
    if faults:
        click.echo(f"NOT verified: {len(faults)} fault(s)", err=True)
        sys.exit(1)
    links = chain.links(evidence)
    click.echo(f"verified: {run or f'{len(links)} sealed run(s) of {evidence.site}'}; "
               f"head {links[-1].anchor if links else 'none'}; "
               f"signer {', '.join(keys.fingerprints(evidence.allowed_signers))}")


@click.command()
@click.argument("run", required=False)
@click.option("--site", help="Take this site's newest sealed run.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--format", "formats", default="html", show_default=True, help="One or several, comma separated.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write to. Default: reports/<site>/.")
def report(run: str | None, site: str | None, lang: str, formats: str, out: Path | None) -> None:
    """Export a sealed run. Reads the archive only, never a device.

    \b
    Examples:
      rounds report --site lab
      rounds report 20261122T010203Z-quarterly-ab12 --lang en --format html,csv
      rounds report --site lab --format pdf,xlsx
    """
    if run is None:
        if site is None:
            raise BadInput("rounds report", "which run?", "name a run id, or --site SITE for its newest")
        evidence = SiteEvidence.of(site)
        newest = chain.sealed_runs(evidence)
        if not newest:
            raise BadInput(f"site {site}", "has no sealed run", f"rounds inspect --site {site}")
        run = newest[0].name
    else:
        evidence, found = locate(run, site)
        if found is None:
            raise BadInput(run, "is a site, not a run", f"rounds report --site {run}")
        run = found
    for path in write_reports(evidence, run, lang, formats.split(","), out):
        click.echo(str(path))


def write_reports(evidence: SiteEvidence, run: str, lang: str, formats: list[str], out: Path | None) -> list[Path]:
    """Write the exports and return their paths."""
    from pacs_rounds import report as reporting
    from pacs_rounds.evidence import keys
    from pacs_rounds.report import html, view

    known = ["html", *reporting.FILES, *reporting.FORMATS]
    unknown = [name for name in formats if name not in known]
    if unknown:
        raise BadInput(f"--format {','.join(unknown)}", "is not a format of this release",
                       "known: " + ", ".join(known))
    folder = evidence.find(run)
    link = chain.link_of(evidence, run)
    if link is None or not (folder / "bagit.txt").exists():
        raise BadInput(run, "was never sealed", "reports are made of sealed runs only: run the inspection again")
    shown = {**link.data, "sha256": link.sha256, "key_fingerprint": keys.fingerprint(evidence.allowed_signers)}
    data = view.load(folder, shown)
    target = out or paths.REPORTS / evidence.site
    target.mkdir(parents=True, exist_ok=True)
    href = Path(os.path.relpath(folder / "data", target)).as_posix() + "/"
    written = []
    for name in formats:
        if name == "html":
            path, content = target / f"{run}.{lang}.html", html.render(data, lang, href).encode()
        elif name in reporting.FILES:
            suffix, make = reporting.FILES[name]
            path, content = target / f"{run}.{lang}{suffix}", make(data, lang)
        else:
            suffix, function = reporting.FORMATS[name]
            path, content = target / f"{run}{suffix}", function(data).encode()
        path.write_bytes(content)
        written.append(path)
    return written
