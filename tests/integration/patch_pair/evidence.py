"""A sealed inspection of the pair with its backups' ladder, made by the round's own code. argv: hours ago."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
import rounds_run

from pacs_rounds import rounds
from pacs_rounds.conductor import timestamp


def main() -> None:
    """Seal one run."""
    import time

    hours = float(sys.argv[1])
    rounds._commit = lambda: ("0" * 40, False)
    rounds_run.HOSTS[:] = ["node-1", "node-2"]
    site = rounds_run.Site()
    site.name = "pair"
    folder = site.open()
    for host in rounds_run.HOSTS:
        site.record(folder, host)
        path = folder / "records" / host / f"{rounds_run.ROLE}.jsonl"
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        proved = timestamp(time.time() - 3600 * hours)
        rows += [rows[0] | {"check": "backup.oracle_ladder", "item": f"PACS/{rung}", "outcome": "ok", "reason": None,
                            "ended": proved} for rung in ("exists", "complete_set", "plausible_size", "readable")]
        path.write_text("".join(json.dumps(row, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
                                for row in rows))
    site.seal(folder)


main()
