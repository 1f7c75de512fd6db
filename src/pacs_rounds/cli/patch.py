"""`rounds patch`: what is approved and where, a plan, its signatures, carrying it out, taking it back, its journal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from pacs_rounds.cli import patch_papers
from pacs_rounds.cli.patch_papers import play


@click.group(epilog="Exit status: 0 done; 1 the plan is not carried out, or something is missing; 2 bad input.")
def patch() -> None:
    """Patches of the application, the systems and the databases: only what the vendor approved, one node at a time.

    \b
    Examples:
      rounds patch list --site lab
      rounds patch plan --site lab --patch PACS-2.0 --pair pacs \\
             --window 2026-11-29T20:00+08:00/2026-11-29T23:00+08:00
      rounds patch sign --site lab 3fa9c1d2 --by "Wang Fang"
      rounds patch apply --site lab 3fa9c1d2
      rounds patch rollback --site lab 3fa9c1d2
    """


def _site(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--site", required=True, help="A folder under inventories/.")(function)


def _vault(function: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--vault-password-file", type=click.Path(path_type=Path, exists=True),
                        help="For the site's vault.")(function)


@patch.command(name="list")
@_site
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(site: str, as_json: bool) -> None:
    """The approved list, and the plans that were made."""
    from pacs_rounds.patch import desk, survey
    from pacs_rounds.patch.journal import progress, to_do

    found, desks = desk.read_list(site), desk.Desk(site)
    expired = survey.expired(found, survey.today())
    plans = []
    for name in desks.plans():
        plan = desks.plan(name)
        left = to_do(plan["steps"], progress(desks.journal(name).events()))
        plans.append({"plan": name, "patch": plan["patch"], "pair": plan["pair"], "window": plan["window"],
                      "signed_by": [one["by"] for one in desks.signatures(name)], "steps": len(plan["steps"]),
                      "left": len(left)})
    if as_json:
        rows = [asdict(one) | {"until": str(one.until or "")} for one in found.patches.values()]
        click.echo(json.dumps({"patches": rows, "plans": plans}, ensure_ascii=False, indent=1))
        return
    for one in found.patches.values():
        late = "  EXPIRED, decide anew" if one in expired else ""
        why = one.approved["by"] if one.state == "approved" else one.control
        click.echo(f"{one.id}  {one.product} {', '.join(one.source)} -> {one.target}  {one.state}"
                   f"{f' until {one.until}' if one.until else ''}  {why}{late}")
    for row in plans:
        click.echo(f"plan {row['plan'][:12]}  {row['patch']} on {row['pair']}  {row['window']['from']}  "
                   f"signed by {', '.join(row['signed_by']) or 'nobody'}  {row['left']} of {row['steps']} steps left")


@patch.command()
@_site
@_vault
@click.option("--patch", "patch_id", required=True, help="Its id on the approved list.")
@click.option("--pair", required=True, help="A pair of rounds_patch.pairs.")
@click.option("--window", required=True, help="Begin/end with offsets, ISO 8601.")
@click.option("--by", default="", help="Who plans. Default: the login name.")
def plan(site: str, vault_password_file: Path | None, patch_id: str, pair: str, window: str, by: str) -> None:
    """Ask the nodes (reading only) and make a plan: order, window, outage, notice, every step with its undo."""
    import getpass

    from pacs_rounds.patch import conduct, desk

    conduct.window(window)
    before = set(desk.Desk(site).plans())
    status = play("plan-patch.yml", site, vault_password_file, {
        "patch_id": patch_id, "patch_pair": pair, "patch_window": window, "patch_by": by or getpass.getuser()})
    made = [name for name in desk.Desk(site).plans() if name not in before]
    if status or not made:
        sys.exit(2)
    click.echo(f"plan {made[-1]}")
    click.echo(f"read it: rounds patch show --site {site} {made[-1][:12]}", err=True)


@patch.command()
@_site
@click.argument("name")
def show(site: str, name: str) -> None:
    """The whole plan, for those who sign it: notice, outage, files, and each step with its script and its undo."""
    from pacs_rounds.patch import desk

    desks = desk.Desk(site)
    one = desks.plan(name)
    told = ", ".join(f"{row['lang']} of {row['at']}{'' if row['in_time'] else ' (LATE)'}"
                     for row in desks.notices(name).events())
    click.echo(f"plan        {desks.find(name)}\npatch       {one['patch']}  {one['component']} -> {one['to']}\n"
               f"document    {one['document']['title']}  {one['document']['sha256']}\n"
               f"pair        {one['pair']}: {' then '.join(one['nodes'])} (service now on {one['active']})\n"
               f"window      {one['window']['from']} to {one['window']['to']}\n"
               f"outage      {one['outage']['seconds']} s expected, booked as planned\n"
               f"notice      to the hospital by {one['notice_by']}; {told or 'none yet'}\n"
               f"no return   {one['point_of_no_return'] or 'never: every step has an undo'}\n"
               f"signed by   {', '.join(row['by'] for row in desks.signatures(name)) or 'nobody'}")
    for number, step in enumerate(one["steps"], start=1):
        click.echo(f"\n{number}. [{step['phase']}] {step['id']}: {step['title']}")
        for key in ("script", "done_when", "undo", "undo_restart", "undo_check"):
            if step.get(key):
                click.echo(f"   {key}:\n" + "\n".join(f"     {line}" for line in step[key].splitlines()))


@patch.command()
@_site
@click.argument("name")
@click.option("--by", required=True, help="Who agrees, by name.")
def sign(site: str, name: str, by: str) -> None:
    """Sign a plan off. What is signed is its hash: a plan that is changed afterwards has no signature."""
    from pacs_rounds.patch import desk

    desks = desk.Desk(site)
    desks.plan(name)
    desks.sign(name, by, desk.now())
    click.echo(f"{desks.find(name)} signed by {', '.join(one['by'] for one in desks.signatures(name))}")


def _carry(playbook: str, **extra: str) -> Callable[[str, Path | None, str], None]:
    def run(site: str, vault_password_file: Path | None, name: str) -> None:
        from pacs_rounds.patch import desk

        whole = desk.Desk(site).find(name)
        sys.exit(1 if play(playbook, site, vault_password_file, {"patch_plan": whole, **extra}) else 0)
    return run


for _name, _book, _extra, _words in (
        ("apply", "apply-patch.yml", {}, "Carry a signed plan out, or go on where an earlier run ended."),
        ("rollback", "rollback-patch.yml", {}, "Take a whole plan back, last step first."),
        ("close", "rollback-patch.yml", {"patch_direction": "close"},
         "Once the hospital has accepted: remove what a roll-back would need.")):
    patch.command(name=_name, help=_words)(_site(_vault(click.argument("name")(_carry(_book, **_extra)))))


@patch.command()
@_site
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Every event, with what the node said.")
def journal(site: str, name: str, as_json: bool) -> None:
    """What was done of a plan, when, and how each node stands."""
    from pacs_rounds.patch import desk
    from pacs_rounds.patch.journal import progress, touched_nodes

    desks = desk.Desk(site)
    events = desks.journal(name).events()
    for notice in desks.notices(name).events():
        click.echo(json.dumps(notice, ensure_ascii=False) if as_json else
                   f"{notice['at']}  notice ({notice['lang']}) {'in time' if notice['in_time'] else 'LATE'}  "
                   f"sha256 {notice['sha256']}  {notice['late']}".rstrip())
    for event in events:
        if as_json:
            click.echo(json.dumps(event, ensure_ascii=False))
        elif "step" in event and event["event"] != "begin":
            click.echo(f"{event['at']}  {event['direction']:4} {event['event']:6} {event['step']}  "
                       f"{event.get('seconds', '')}  {event.get('why', '')}".rstrip())
        elif "gates" in event:
            held = [f"{one['gate']}: {one['detail']}" for one in event["gates"] if one["state"] != "passed"]
            click.echo(f"{event['at']}  gates of {event['node']}: {'; '.join(held) or 'all passed'}")
    if not as_json:
        for node, words in touched_nodes(desks.plan(name)["steps"], progress(events)).items():
            click.echo(f"{node}: {words}")


for _command in patch_papers.ALL:
    patch.add_command(_command)
