"""Write docs/checks/ from the catalogue, so that nothing is written twice. `--check` only compares (exit 1)."""

from __future__ import annotations

import sys
from pathlib import Path

from pacs_rounds import catalogue, paths
from pacs_rounds.catalogue import Check
from pacs_rounds.oracle import queries

DOMAINS = {"configs": "Copies of the settings",
           "postgres": "PostgreSQL databases", "mssql": "SQL Server databases",
           "cabling": "Cables: the register against what the devices saw",
           "drill": "Restore drill", "contract": "The contract's register", "assets": "Asset reconciliation",
           "linux": "Linux servers", "catalyst": "Catalyst switches", "brocade": "Fibre Channel switch",
           "dicom": "DICOM application entities", "imm": "Server hardware (IMM)",
           "emc_vnx": "Storage array", "oracle": "Oracle databases", "backup": "Proof of backups"}


def judged(check: Check) -> str:
    """How the check judges, in a few words."""
    if check.levels:
        sign = "≥" if check.levels["direction"] == "upper" else "<"
        parts = [f"{name} {sign} {check.levels[name]:g}" for name in ("warning", "critical") if name in check.levels]
        return f"{'increase of ' if check.delta else ''}{check.measure}: {', '.join(parts)}"
    words = check.words or {}
    order = ("ok", "warning", "critical", "not_applicable")
    return "; ".join(f"{outcome}: {', '.join(words[outcome])}" for outcome in order if outcome in words)


def page(domain: str, checks: list[Check]) -> str:
    """One domain's page."""
    lines = [f"# {DOMAINS[domain]}: checks", "",
             "Written by `scripts/generate_docs.py` from `checks/`; do not edit. Levels are the catalogue's defaults; "
             "a site's `check_rules` come first.", ""]
    for check in checks:
        lines += [f"## {check.id}", "", f"{check.title['en']} · {check.title['zh']}", "", check.why, "",
                  f"* judged: {judged(check)}", f"* impact: {check.impact}; clauses: {', '.join(check.clauses)}"]
        lines += [f"* asks: `{one.command}` → `{one.parser}`{' (optional)' if one.optional else ''}"
                  for one in check.collect]
        lines += [f"* runbook: [{Path(check.remedy).name}](../runbooks/{Path(check.remedy).name})", ""]
    return "\n".join(lines)


COSTS = {"fixed": "reads memory only (V$ views)", "control_file": "reads the control file (V$ views)",
         "dictionary": "reads dictionary tables (DBA_ views), for free space also the space maps of the data files; "
                       "none scans segments"}


def oracle_queries() -> str:
    """What is asked of an Oracle database: each query, what it costs at most, from which release on."""
    lines = ["# What an Oracle database is asked", "",
             "Written by `scripts/generate_docs.py` from the heads of `src/pacs_rounds/oracle/queries/`; do not edit. "
             "All queries of a round share one session. None returns more rows than stands here, none uses a "
             "licensed view.",
             "", *(f"* `{name}`: {what}" for name, what in COSTS.items()), "",
             "| query | cost | rows at most | releases | what |", "| --- | --- | --- | --- | --- |"]
    for query in queries.load().values():
        begins = ", ".join(".".join(map(str, one.since)) for one in query.variants)
        lines.append(f"| `{query.name}` | {query.cost} | {'' if query.strict else 'first '}{query.rows} | {begins} | "
                     f"{query.summary.replace('|', '/')} |")
    return "\n".join([*lines, ""])


def pages() -> dict[Path, str]:
    """Path -> text of every generated page."""
    by_domain: dict[str, list[Check]] = {}
    for check in catalogue.load().values():
        by_domain.setdefault(check.domain, []).append(check)
    folder = paths.ROOT / "docs" / "checks"
    return {folder / "oracle-queries.md": oracle_queries(),
            **{folder / f"{domain}.md": page(domain, checks) for domain, checks in by_domain.items()}}


def main() -> int:
    """Write, or with --check compare."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.name} is not what the catalogue says: run scripts/generate_docs.py", file=sys.stderr)
        return 1 if stale else 0
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
