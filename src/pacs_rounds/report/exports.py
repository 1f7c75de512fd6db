"""Exports for other programs: CSV, JUnit XML, Prometheus text, JSON lines, SARIF. Pure.

The same rules as on the page: text of devices is made visible, and nothing unknown becomes "passed".
"""

from __future__ import annotations

import csv as table
import io
import json
import math
import re
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from pacs_rounds.model import Outcome
from pacs_rounds.report.safe import visible
from pacs_rounds.report.view import Record, RunView, heading_verdict

_COLUMNS = (
    "run", "site", "host", "role", "check", "title_zh", "title_en", "heading", "item", "outcome", "reason", "detail",
    "impact", "observed", "unit", "previous", "delta", "levels", "levels_origin", "waiver", "clauses", "transport",
    "started", "ended", "commands", "sha256", "record_line")
_NOT_FINE = (Outcome.CRITICAL, Outcome.UNKNOWN, Outcome.WARNING)


def _text(value: Any) -> str:
    return visible(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))


def cell(value: Any) -> str | int | float:
    """A cell of a spreadsheet: a text that would be taken for a formula is quoted with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    shown = _text(value)
    return "'" + shown if shown[:1] in "=+-@" and shown else shown


def csv(view: RunView) -> str:
    """One row per record, CRLF and a byte-order mark, so that Excel reads the Chinese. Values are exact."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = table.writer(out)
    writer.writerow(_COLUMNS)
    for record in view.records:
        title = view.checks[record.check].get("title") or {}
        writer.writerow([cell(value) for value in (
            view.facts.get("run"), view.facts.get("site"), record.host, record.role, record.check, title.get("zh"),
            title.get("en"), view.heading_of(record.check), record.item, str(record.outcome),
            str(record.reason) if record.reason else None, record.detail, str(record.impact), record.observed,
            record.unit, record.previous, record.delta, record.levels, record.levels_origin, record.waiver,
            " ".join(record.clauses), record.transport, record.started, record.ended,
            "; ".join(source.command for source in record.sources),
            " ".join(source.sha256 for source in record.sources), record.line)])
    return out.getvalue()


def _said(record: Record) -> str:
    """One line on what was found: outcome, reason, value, detail."""
    value = "" if record.observed is None else f"{_text(record.observed)} {record.unit}".strip()
    return ": ".join(part for part in (str(record.reason or ""), value, visible(record.detail)) if part) or \
        str(record.outcome)


def junit(view: RunView) -> str:
    """One suite per host. Critical and warning are failures, unknown is an error, what does not apply is skipped."""
    by_host: dict[str, list[Record]] = {host: [] for host in view.hosts}
    for record in view.records:
        by_host[record.host].append(record)
    out = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites name={quoteattr(str(view.facts.get('run')))}>"]
    for host, records in by_host.items():
        def many(*outcomes: Outcome, mine: list[Record] = records) -> int:
            return sum(1 for record in mine if record.outcome in outcomes)
        out.append(
            f'<testsuite name={quoteattr(visible(host))} tests="{len(records)}" '
            f'failures="{many(Outcome.CRITICAL, Outcome.WARNING)}" errors="{many(Outcome.UNKNOWN)}" '
            f'skipped="{many(Outcome.NOT_APPLICABLE)}">')
        out += [_case(record) for record in records]
        out.append("</testsuite>")
    return "\n".join([*out, "</testsuites>", ""])


def _case(record: Record) -> str:
    head = f"<testcase classname={quoteattr(visible(f'{record.host}.{record.check}'))} " \
           f"name={quoteattr(visible(record.item))}"
    if record.outcome is Outcome.OK:
        return head + "/>"
    said = _said(record)
    if record.waiver:
        said += f" [waiver: {_text(record.waiver.get('reason', ''))}]"
    if record.outcome is Outcome.NOT_APPLICABLE:
        return f"{head}><skipped message={quoteattr(said)}/></testcase>"
    tag = "error" if record.outcome is Outcome.UNKNOWN else "failure"
    hashes = " ".join(source.sha256 for source in record.sources)
    return f'{head}><{tag} type="{record.outcome}" message={quoteattr(said)}>{escape(hashes)}</{tag}></testcase>'


def _label(value: Any) -> str:
    shown = visible(str(value)).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{shown}"'


def _labels(**labels: Any) -> str:
    return "{" + ",".join(f"{name}={_label(value)}" for name, value in labels.items()) + "}"


def prometheus(view: RunView) -> str:
    """Text format 0.0.4 for the textfile collector: outcomes, observed numbers, verdict and counts per heading."""
    out = ["# HELP rounds_run_info The run these figures are of.", "# TYPE rounds_run_info gauge"]
    out.append("rounds_run_info" + _labels(
        run=view.facts.get("run"), site=view.facts.get("site"), round=view.facts.get("round"),
        sealed="yes" if view.link else "no") + " 1")
    out += ["# HELP rounds_heading_results Results under a heading of the contract, by outcome.",
            "# TYPE rounds_heading_results gauge"]
    for heading in [*view.headings, None]:
        clause = heading.clause if heading else ""
        mine = [record for record in view.records if view.heading_of(record.check) == clause]
        if heading or mine:
            out += [f"rounds_heading_results{_labels(clause=clause, outcome=outcome)} "
                    f"{sum(1 for record in mine if record.outcome is outcome)}" for outcome in Outcome]
    out += ["# HELP rounds_heading_verdict 1 for the verdict of a heading; without results it is unknown.",
            "# TYPE rounds_heading_verdict gauge"]
    for heading in view.headings:
        mine = [record for record in view.records if view.heading_of(record.check) == heading.clause]
        out.append(f"rounds_heading_verdict{_labels(clause=heading.clause, outcome=heading_verdict(mine))} 1")
    out += ["# HELP rounds_outcome 1 for the outcome of one item.", "# TYPE rounds_outcome gauge"]
    out += [f"rounds_outcome{_ids(record)} 1" for record in view.records]
    out += ["# HELP rounds_observed What was observed, in the check's base unit.", "# TYPE rounds_observed gauge"]
    for record in view.records:
        value = record.observed
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            out.append(f"rounds_observed{_labels(**_named(record), unit=record.unit)} {value!r}")
    return "\n".join([*out, ""])


def _named(record: Record) -> dict[str, Any]:
    return {"host": record.host, "role": record.role, "check": record.check, "item": record.item}


def _ids(record: Record) -> str:
    return _labels(**_named(record), outcome=record.outcome, reason=record.reason or "",
                   waived="yes" if record.waiver else "no")


def json_lines(view: RunView) -> str:
    """The records as they were kept, one per line with sorted keys, in ASCII so that no terminal acts on a text."""
    return "".join(json.dumps(record.raw, sort_keys=True) + "\n" for record in view.records)


def sarif(view: RunView) -> str:
    """SARIF 2.1.0: one rule per check, one result per item that is not in order; waivers are suppressions."""
    bad = [record for record in view.records if record.outcome in _NOT_FINE]
    rules = list(dict.fromkeys(record.check for record in bad))
    tool = {"driver": {"name": "Rounds", "version": str(view.facts.get("version") or "0"), "rules": [
        {"id": name, "shortDescription": {"text": (view.checks[name].get("title") or {}).get("en", name)},
         "helpUri": str(view.checks[name].get("remedy") or "") or "docs/checks/"} for name in rules]}}
    results = [_result(record, rules.index(record.check)) for record in bad]
    return json.dumps({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [{"tool": tool, "automationDetails": {"id": str(view.facts.get("run"))}, "results": results}],
    }, indent=1) + "\n"


def _result(record: Record, rule: int) -> dict[str, Any]:
    failed = {Outcome.CRITICAL: "error", Outcome.WARNING: "warning"}.get(record.outcome)
    places = [{"physicalLocation": {"artifactLocation": {"uri": f"raw/{source.sha256}.txt"}}}
              for source in record.sources[:1]]
    name = re.sub(r"\s+", " ", f"{record.host}/{record.check}/{visible(record.item)}")
    result: dict[str, Any] = {
        "ruleId": record.check, "ruleIndex": rule, "kind": "fail" if failed else "open", "level": failed or "none",
        "message": {"text": f"{record.host} {visible(record.item)}: {_said(record)}"},
        "locations": [{**(places[0] if places else {}),
                       "logicalLocations": [{"name": record.host, "fullyQualifiedName": name}]}],
        "partialFingerprints": {"item/v1": name}}
    if record.waiver:
        result["suppressions"] = [{"kind": "external", "status": "accepted",
                                   "justification": _text(record.waiver.get("reason", ""))}]
    return result
