"""`rounds cabling plan`, `step` and `tests`: the clean-up in a safe order, each step proven; tests of the links."""

from __future__ import annotations

import datetime
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pacs_rounds import paths, yamlfile
from pacs_rounds.cli.cabling import OUT, SITE, _register, _survey, _write, cabling
from pacs_rounds.model import BadInput

if TYPE_CHECKING:
    from pacs_rounds.cabling.plan import Step

STATES = ("open", "done", "aborted")


def _file(site: str) -> Path:
    return paths.STATE / "cabling" / site / "plan.json"


def _load(site: str) -> dict[str, Any]:
    path = _file(site)
    if not path.is_file():
        raise BadInput(yamlfile.show(path), "there is no plan", f"rounds cabling plan --site {site} --write")
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return data
    except ValueError:
        raise BadInput(yamlfile.show(path), "is no plan", "make it anew: rounds cabling plan") from None


def _keep(site: str, data: dict[str, Any]) -> None:
    path = _file(site)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    new.replace(path)


@cabling.command()
@SITE
@click.option("--run", default="newest", show_default=True, help="The sealed survey to plan from.")
@click.option("--write", is_flag=True, help="Keep it as the site's plan, so that `step` can tick it off.")
@click.option("--show", is_flag=True, help="Show the plan that is kept, with what has been done.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Of the steps.")
@click.option("--pdf", is_flag=True, help="Also the work order to print, with room for names, times and photographs.")
@OUT
def plan(site: str, run: str, write: bool, show: bool, lang: str, pdf: bool, out: Path | None) -> None:
    """The clean-up in an order that never takes a doubled device's last path.

    \b
    Examples:
      rounds cabling plan --site lab --write --pdf
      rounds cabling step 1 --site lab --verify --who 张三 --before IMG_1.jpg --after IMG_2.jpg
      rounds cabling step 2 --site lab --abort 'lead too short' --who 张三
      rounds cabling plan --site lab --show
    """
    from pacs_rounds.cabling import order
    from pacs_rounds.cabling import plan as planning
    from pacs_rounds.cabling import print as printing

    if show:
        data = _load(site)
    else:
        told, name, _ = _survey(site, run)
        if told is None:
            raise BadInput("rounds cabling plan", "which run?", "name a run, or newest")
        data = planning.to_data(planning.make(told), name)
    steps = planning.from_data(data)
    for step in steps:
        click.echo("\n".join(planning.text(step, lang)))
    click.echo(f"{len(steps)} steps from {data['run']}" if steps else "nothing is to be done")
    if write and not show:
        _keep(site, data)
        click.echo(f"kept: {yamlfile.show(_file(site))}")
    if pdf:
        found = _register(site, whole=False)
        pages = order.blocks(steps, site, str(data["run"]), lang)
        _write(site, out, f"work-order-{site}.{lang}.pdf",
               printing.book(found, pages, f"{site} cabling work order", [site, str(data["run"])],
                             printing.day_of(found), lang))


@cabling.command()
@SITE
@click.argument("number", type=int)
@click.option("--verify", is_flag=True, help="Compare with a survey made after the work; ticks it off.")
@click.option("--abort", help="Give the step up for tonight, with the reason.")
@click.option("--run", default="newest", show_default=True, help="The survey made after the work.")
@click.option("--who", default="", help="Who did it.")
@click.option("--before", type=click.Path(path_type=Path), help="Photograph before the work; its SHA-256 is kept.")
@click.option("--after", type=click.Path(path_type=Path), help="Photograph after the work; its SHA-256 is kept.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def step(site: str, number: int, verify: bool, abort: str | None, run: str, who: str, before: Path | None,
         after: Path | None, lang: str) -> None:
    """One step of the kept plan: show it, prove it (--verify) or give it up (--abort). Exit status 1: not proven."""
    from pacs_rounds.cabling import plan as planning

    data = _load(site)
    steps = planning.from_data(data)
    one = next((each for each in steps if each.number == number), None)
    if one is None:
        raise BadInput(f"step {number}", "the plan has no such step", f"it has 1 to {len(steps)}")
    click.echo("\n".join(planning.text(one, lang)))
    if not (verify or abort):
        return
    if not who.strip():
        raise BadInput("--who", "is empty", "write the name of who did the work")
    one.done = {"who": who.strip(), "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                "photos": {name: _photo(path) for name, path in (("before", before), ("after", after)) if path}}
    wrong = _abort(one, abort) if abort else _proven(one, site, run, str(data["run"]))
    _keep(site, planning.to_data(steps, str(data["run"])))
    for line in wrong:
        click.echo(f"not proven: {line}", err=True)
    click.echo(f"step {number}: {one.done['state']}")
    sys.exit(1 if wrong else 0)


def _abort(one: Step, why: str) -> list[str]:
    one.done |= {"state": "aborted", "why": why}
    return []


def _proven(one: Step, site: str, run: str, planned: str) -> list[str]:
    from pacs_rounds.cabling import plan as planning

    told, name, _ = _survey(site, run)
    if told is None or name <= planned:
        raise BadInput(name or "--run", "is not later than the plan's own survey",
                       f"after the work: rounds inspect --site {site} --round cabling")
    wrong = planning.verify(one, told)
    one.done |= {"state": "open" if wrong else "done", "run": name, "wrong": wrong}
    return wrong


def _photo(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise BadInput(str(path), "no such photograph", "name the file as it is on this machine")
    return {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


@cabling.command()
@SITE
@click.option("--run", default="newest", show_default=True, help="The sealed survey.")
@click.option("--before", help="An earlier sealed survey: error counters are judged as the difference.")
@click.option("--all", "everything", is_flag=True, help="Also what is in order.")
def tests(site: str, run: str, before: str | None, everything: bool) -> None:
    """Tests of the links from recorded answers: new errors, speed and duplex of both ends, received light."""
    from pacs_rounds.cabling import collect, linktests
    from pacs_rounds.evidence.layout import SiteEvidence

    found = _register(site, whole=False)
    views = []
    for name in (run, before):
        _, chosen, _ = _survey(site, name)
        views.append(collect.views_of(SiteEvidence.of(site).find(chosen), found) if chosen else None)
    results = linktests.run(found, views[0] or {}, views[1])
    for one in results:
        if everything or one.word != linktests.OK:
            click.echo(f"{one.word:8} {one.kind:7} {one.link}  {one.end}  {one.says}")
    bad = sum(one.word == linktests.BAD for one in results)
    click.echo(f"{len(results)} tests, {bad} bad, {sum(one.word == linktests.UNKNOWN_ for one in results)} unknown")
    sys.exit(1 if bad else 0)


@cabling.command(name="tester")
@SITE
@click.option("--write", is_flag=True, help="Write the tests into the register.")
@click.argument("file", type=click.Path(path_type=Path))
def tester(site: str, write: bool, file: Path) -> None:
    """Take over a cable tester's CSV (Fluke LinkWare and others): result and day of each cable by its id.

    Every mistake is named by row and column; nothing is changed unless all is right, and only with --write.
    """
    from pacs_rounds.cabling import linktests, writer
    from pacs_rounds.cli.cabling_exchange import _store

    if not file.is_file():
        raise BadInput(str(file), "no such file", "name the CSV that the tester's program wrote")
    text = file.read_bytes().decode("utf-8-sig", errors="replace")
    after, changed, mistakes = linktests.read_tester(text, file.name, _register(site))
    for line in mistakes:
        click.echo(line, err=True)
    if after is None:
        click.echo(f"{file}: {len(mistakes)} mistakes; nothing was changed", err=True)
        sys.exit(2)
    click.echo("\n".join(changed))
    if write:
        _store(site, writer.files(after))
