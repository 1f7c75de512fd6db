"""Parse, judge and record a whole site from the answers of one real sealed run of the lab; no Ansible, no device."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from measure import Cost, median, run, spread
from setting import Setting
from table import Row, Section

TARGET = 0.5


def _newest_run() -> Path:
    from pacs_rounds.evidence import chain
    from pacs_rounds.evidence.layout import SiteEvidence

    return chain.sealed_runs(SiteEvidence.of("lab"))[0]


def passes(run_dir: Path, count: int) -> list[dict[str, float]]:
    """The same work several times in this process: the first pass reads catalogue, parsers and templates."""
    from pacs_rounds import catalogue, rounds
    from pacs_rounds.conductor import judge_host
    from pacs_rounds.evidence import store

    work = [store.read_role(run_dir, host, role) for host, role in store.roles_of(run_dir)]
    told = []
    for _ in range(count):
        out = Path(tempfile.mkdtemp(dir=run_dir.parents[1]))
        began, cpu, records, redacting = time.monotonic(), time.process_time(), 0, 0.0
        known = catalogue.load()
        for inputs, answers in work:
            at = time.monotonic()
            kept = [rounds.clean(inputs.platform, answer, b"0" * 32) for answer in answers]
            redacting += time.monotonic() - at
            made = judge_host(inputs, kept, known)
            store.write_role(out, inputs, kept, made)
            records += len(made)
        told.append({"wall": time.monotonic() - began, "cpu": time.process_time() - cpu, "records": records,
                     "redacting": redacting, "roles": len(work)})
        shutil.rmtree(out)
    return told


def measure(setting: Setting, section: Section) -> None:
    """Fill the section."""
    from inspection import inspect

    setting.need_lab()
    inspect(setting)
    run_dir = _newest_run()
    cold: list[Cost] = []
    warm: list[Cost] = []
    redacting, records, roles = [], 0, 0
    for _ in range(setting.repeat):
        _, said = run([sys.executable, __file__, str(run_dir), "3"])
        first, *others = json.loads(said.splitlines()[-1])
        cold.append(Cost(first["wall"], first["cpu"]))
        warm += [Cost(one["wall"], one["cpu"]) for one in others]
        redacting += [one["redacting"] for one in others]
        records, roles = int(first["records"]), int(first["roles"])
    for name, costs in (("cold caches", cold), ("warm", warm)):
        one = median(costs)
        section.rows.append(Row(f"parse + judge + record of the whole site, {name}", f"≤ {TARGET} s",
                                f"{one.wall:.2f} s ({spread(costs)}), {one.cpu:.2f} s CPU", "", one.wall <= TARGET))
    section.notes += [
        f"{roles} pairs of host and role, {records} records, one process, one thread. The time begins with the texts "
        "in memory and ends with the last file written; redaction is in it "
        f"({statistics.median(redacting) * 1000:.0f} ms of a warm pass), the final hashing and signing is not.",
        "Cold: a new process reads and validates the catalogue and imports parsers, derivations and templates in that "
        "time. A round does that once, before the first device has answered.",
    ]


if __name__ == "__main__":
    print(json.dumps(passes(Path(sys.argv[1]), int(sys.argv[2]))))
