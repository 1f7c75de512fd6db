"""`rounds inspect` and `rounds replay`: a round through ansible-runner, with progress, to a sealed run and a report."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from pacs_rounds import paths, yamlfile
from pacs_rounds.evidence.layout import SiteEvidence, is_run_id, new_run_id
from pacs_rounds.model import BadInput, Outcome

LAB = "lab"
FAIL_ON = ("never", "warning", "unknown", "critical")


@dataclass(slots=True)
class Order:
    """What was asked for on the command line."""

    site: str
    round: str
    policy: str
    limit: str | None = None
    scenario: Path | None = None
    replay: Path | None = None
    engineer: str | None = None
    vault_password_file: Path | None = None
    check: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that inspect and replay share."""
    for option in (
        click.option("--fail-on", type=click.Choice(FAIL_ON), default="never", show_default=True,
                     help="End with status 1 when an outcome this grave (or graver) was found."),
        click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of the report."),
        click.option("--engineer", help="Who is on site. Default: the login name."),
        click.option("--policy", default="contract_2017", show_default=True, help="Contract profile: policies/."),
    ):
        function = option(function)
    return function


@click.command()
@click.option("--site", required=True, help="A folder under inventories/.")
@click.option("--round", "round_", default="quarterly", show_default=True, help="The round as the policy names it.")
@click.option("--limit", help="Only these hosts or groups (Ansible pattern).")
@click.option("--scenario", type=click.Path(path_type=Path), help="Lab only: planted faults.")
@click.option("--vault-password-file", type=click.Path(path_type=Path, exists=True), help="For the site's vault.")
@click.option("--check", is_flag=True, help="Ansible's check mode. A round reads only, so it looks at everything.")
@_options
def inspect(site: str, round_: str, limit: str | None, scenario: Path | None, vault_password_file: Path | None,
            check: bool, policy: str, engineer: str | None, lang: str, fail_on: str) -> None:
    """One round: collect, judge, seal, report.

    \b
    Examples:
      rounds inspect --site lab
      rounds inspect --site lab --scenario lab/scenarios/disk-full.yml
      rounds inspect --site cancer-hospital --limit 'lan_switches' --engineer 张三
    """
    order = Order(site, round_, policy, limit, scenario, None, engineer, vault_password_file, check)
    prepared_and_run(order, fail_on, lang)


def prepared_and_run(order: Order, fail_on: str, lang: str) -> None:
    """A round from the command line: refused before it begins where it cannot work, and its lab around it."""
    _prepared(order)
    with _lab_for(order):
        _finish(order, fail_on, lang)


@click.command()
@click.argument("directory", metavar="DIR|RUN")
@click.option("--site", help="The site whose hosts the folder holds. Not needed for a sealed run.")
@click.option("--round", "round_", default="quarterly", show_default=True)
@_options
def replay(directory: str, site: str | None, round_: str, policy: str, engineer: str | None, lang: str,
           fail_on: str) -> None:
    """Judge recorded text: DIR/<host>/<command>.txt as a new round, or a sealed RUN again from its raw files.

    \b
    Examples:
      rounds replay collected/ --site cancer-hospital
      rounds replay evidence/lab/20261122T010203Z-quarterly-ab12
    """
    if is_run_id(Path(directory).name):
        _judge_again(directory, site)
        return
    if site is None:
        raise BadInput("rounds replay", "which site's hosts are these?", "add --site SITE")
    folder = Path(directory)
    order = Order(site, round_, policy, None, None, folder.resolve(), engineer)
    _prepared(order)
    _check_replay_folder(folder, order)
    _finish(order, fail_on, lang)


def _prepared(order: Order) -> None:
    """Refuse what cannot work before anything is started."""
    from pacs_rounds import catalogue
    from pacs_rounds.inventory import ensure_valid
    from pacs_rounds.rounds import load_policy

    SiteEvidence.of(order.site)
    folder = paths.INVENTORIES / order.site
    if not folder.is_dir():
        known = ", ".join(sorted(path.name for path in paths.INVENTORIES.iterdir() if path.is_dir()))
        raise BadInput(f"site {order.site!r}", "has no folder under inventories/", f"known: {known}")
    policy = load_policy(order.policy)
    if order.round not in policy["rounds"]:
        raise BadInput(f"round {order.round!r}", f"is not in policies/{order.policy}.yml",
                       "known: " + ", ".join(policy["rounds"]))
    if order.scenario and order.site != LAB:
        raise BadInput("--scenario", f"plants faults in the simulated hospital; {order.site} is a real site",
                       "leave --scenario out, or use --site lab")
    catalogue.load()
    ensure_valid(folder)
    if order.scenario:  # before a running lab is ended for it
        from pacs_rounds.lab import hospital, overlay
        order.scenario = overlay.find(str(order.scenario))
        hospital.load(order.scenario)


def _check_replay_folder(folder: Path, order: Order) -> None:
    from pacs_rounds import catalogue
    from pacs_rounds.inventory import validate_site
    from pacs_rounds.transports.replay import check_folder

    check_folder(folder, validate_site(paths.INVENTORIES / order.site).hosts, catalogue.load().values())


def _lab_for(order: Order) -> Any:
    """The lab around a round of site `lab`: started when it is down (and ended again), switched to the scenario."""
    import contextlib

    if order.site != LAB:
        return contextlib.nullcontext()
    from pacs_rounds.cli.lab_session import lab_session
    return lab_session(order.scenario)


def _finish(order: Order, fail_on: str, lang: str) -> None:
    """Run, tell, report; end the process with the status the interface promises."""
    from pacs_rounds.cli.evidence import write_reports

    evidence, link = sealed(order)
    counts = dict(link.data["counts"])
    written = write_reports(evidence, link.run, lang, ["html"], None)
    click.echo(f"sealed: {link.run}  anchor {link.anchor}")
    click.echo("  ".join(f"{name}: {counts.get(name, 0)}" for name in map(str, Outcome)))
    click.echo(f"report: {yamlfile.show(written[0])}")
    sys.exit(1 if _at_or_above(counts, fail_on) else 0)


def sealed(order: Order) -> tuple[SiteEvidence, Any]:
    """Run the round; its site's evidence and its link. Ends the process with status 3 when it was not sealed; BadInput
    when it was not even begun."""
    from pacs_rounds.cli.runner import run_round
    from pacs_rounds.evidence import chain

    run = new_run_id(order.round)
    log = run_round(order, run)
    evidence = SiteEvidence.of(order.site)
    link = chain.link_of(evidence, run)
    if link is None and not (evidence.open / run).exists():
        raise BadInput(f"round {order.round} of {order.site}", "was not begun, no device was touched: "
                       + (_complaints(log) or "Ansible gave no reason"), f"Ansible's own words: {yamlfile.show(log)}")
    if link is None:
        click.echo(f"NOT SEALED: {run}. Whatever was recorded lies in {yamlfile.show(evidence.open / run)}; "
                   f"Ansible's own words: {yamlfile.show(log)}", err=True)
        sys.exit(3)
    return evidence, link


def _complaints(log: Path) -> str:
    """What Ansible complained of: its [ERROR] lines and what follows each up to its origin."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    found = re.findall(r"^\[ERROR\]: (.*?)(?=^Origin:|^\[|^fatal|\Z)", text, re.MULTILINE | re.DOTALL)
    return "\n  ".join(" ".join(one.removeprefix("Task failed:").split()) for one in found[:3])


def _at_or_above(counts: dict[str, int], fail_on: str) -> bool:
    order = ["critical", "unknown", "warning"]
    return fail_on != "never" and any(counts.get(name, 0) for name in order[:order.index(fail_on) + 1])


def _judge_again(name: str, site: str | None) -> None:
    """Judge a sealed run from its raw text and compare with what was recorded then."""
    from pacs_rounds.cli.evidence import locate
    from pacs_rounds.evidence import store

    evidence, run = locate(name, site)
    folder = evidence.find(str(run))
    if not folder.is_dir():
        raise BadInput(str(folder), "this run's folder is not there", f"rounds verify {evidence.site}")
    total = differing = 0
    for host, role in store.roles_of(folder):
        try:
            then, now = _then_and_now(folder, host, role)
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise BadInput(str(folder), f"{role} of {host} cannot be judged again: {type(error).__name__}: {error}",
                           f"the archive was damaged: rounds verify {run}") from None
        total += len(then)
        for key in sorted({*then, *now}):
            if then.get(key) != now.get(key):
                differing += 1
                before, after = then.get(key, {}).get("outcome", "absent"), now.get(key, {}).get("outcome", "absent")
                click.echo(f"{host} {key[0]} {key[1]}: was {before}, is {after}")
    click.echo(f"{run}: {total} records judged again from raw text, {differing} differ")
    sys.exit(1 if differing else 0)


def _then_and_now(folder: Path, host: str, role: str) -> tuple[dict[tuple[str, str], Any], dict[tuple[str, str], Any]]:
    """The records as they were kept and as they come out today, by check and item. What was never asked is left out:
    the seal wrote these records, and no answer stands behind them."""
    from pacs_rounds.evidence.layout import json_bytes, payload, read_jsonl
    from pacs_rounds.rounds import rejudge

    data = payload(folder)
    kept = read_jsonl(data / "records" / host / f"{role}.jsonl")
    asked = (data / "inputs" / host / f"{role}.json").exists()
    again = json.loads(json_bytes(rejudge(folder, host, role))) if asked else []
    return ({(one["check"], one["item"]): one for one in kept if one["transport"] != "none"},
            {(one["check"], one["item"]): one for one in again})
