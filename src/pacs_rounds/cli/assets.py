"""`rounds assets`: the contract's equipment list against what the devices said, from a sealed run, never a device."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from pacs_rounds.assets.show import FORMATS, Reconciliation
from pacs_rounds.cli.evidence import locate
from pacs_rounds.evidence import chain
from pacs_rounds.evidence.layout import SiteEvidence, payload, read_json
from pacs_rounds.model import BadInput

FAIL_ON = ("never", "different", "unverifiable")
_GRAVE = {"never": (), "different": ("different", "missing", "extra"),
          "unverifiable": ("different", "missing", "extra", "unverifiable")}


@click.command()
@click.option("--site", help="Take this site's newest sealed run, unless --run names one.")
@click.option("--run", help="A run id, or the path of a run's folder.")
@click.option("--format", "form", type=click.Choice(sorted(FORMATS)), default="text", show_default=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--fail-on", type=click.Choice(FAIL_ON), default="never", show_default=True,
              help="End with status 1 when a row is different, missing or extra (or also unverifiable).")
def assets(site: str | None, run: str | None, form: str, lang: str, fail_on: str) -> None:
    """The contract's equipment list against what each device said of itself. Reads a sealed run only, never a device.

    Each row is matched, different, missing, extra or unverifiable, with the record that shows it. Dates of support are
    those of data/lifecycle and of the site's asset_dates, on the run's own day. A run that does not verify is not read:
    exit status 1.

    \b
    Examples:
      rounds assets --site lab
      rounds assets --site lab --lang en --format csv > assets.csv
      rounds assets --run 20261122T010203Z-quarterly-ab12 --format json
      rounds assets --site cancer-hospital --fail-on different
    """
    from pacs_rounds.evidence.verify import verify_run
    from pacs_rounds.report import words

    evidence, name = _run_of(site, run)
    faults = verify_run(evidence, name)
    for fault in faults:
        click.echo(f"{fault.kind}: {fault.where}: {fault.what}", err=True)
    if faults:
        click.echo(f"NOT verified: {name} is no evidence ({len(faults)} fault(s)); nothing was read from it", err=True)
        sys.exit(1)
    data = reconciled(evidence.find(name))
    click.echo(FORMATS[form](data, words.load(lang)), nl=False)
    counts = data.counts()
    sys.exit(1 if any(counts[verdict] for verdict in _GRAVE[fail_on]) else 0)


def _run_of(site: str | None, run: str | None) -> tuple[SiteEvidence, str]:
    if run is None:
        if site is None:
            raise BadInput("rounds assets", "which run?", "name a site (--site SITE) or a run (--run RUN)")
        evidence = SiteEvidence.of(site)
        newest = chain.sealed_runs(evidence)
        if not newest:
            raise BadInput(f"site {site}", "has no sealed run", f"rounds inspect --site {site}")
        return evidence, newest[0].name
    evidence, name = locate(run, site)
    if name is None:
        raise BadInput(run, "is a site, not a run", f"rounds assets --site {run}")
    if chain.link_of(evidence, name) is None:
        raise BadInput(name, "was never sealed", "only sealed runs are read: run the inspection again")
    return evidence, name


def reconciled(folder: Path) -> Reconciliation:
    """Every asset of one run, rows of the contract in their order, then devices without a row."""
    from pacs_rounds.assets import facts, lifecycle
    from pacs_rounds.assets.reconcile import reconcile

    run = read_json(payload(folder) / "run.json")
    on = datetime.fromisoformat(run["started"]).date()
    found = [reconcile(one, on) for one in facts.gather(folder, run).values()]
    found.sort(key=lambda asset: (asset.contract.get("row") or 10_000, asset.host))
    as_of = max(str(one["as_of"]) for one in lifecycle.products())
    return Reconciliation(str(run["site"]), str(run["run"]), on.isoformat(), as_of, found)
