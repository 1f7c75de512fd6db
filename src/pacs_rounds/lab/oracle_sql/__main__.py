"""`python -m pacs_rounds.lab.oracle_sql [--host pacs-a] FILE…`: run queries on the lab's data, without a lab."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from pacs_rounds.lab import hospital
from pacs_rounds.lab.oracle_sql.errors import OraError
from pacs_rounds.lab.oracle_sql.session import open_engine
from pacs_rounds.lab.oracle_views.clock import Now


def main() -> int:
    """Print the rows of each file's statement, or the error; 1 when there was one."""
    parser = argparse.ArgumentParser(prog="python -m pacs_rounds.lab.oracle_sql")
    parser.add_argument("--host", default="pacs-a")
    parser.add_argument("--limit", type=int, default=5)
    parser.add_argument("file", nargs="+", type=Path)
    arguments = parser.parse_args()
    state = hospital.load()[arguments.host].state["oracle"]
    now = datetime.now(UTC).replace(tzinfo=None)
    failed = 0
    for path in arguments.file:
        lines = path.read_text(encoding="utf-8").splitlines()
        sql = "\n".join(line for line in lines if line.strip() and not line.startswith("--")).rstrip(";")
        if lines.count("-- since: 10.1") + sum(line.startswith("-- since:") for line in lines) > 1:
            from pacs_rounds.oracle.queries import read
            variant = read(path).variant((11, 2))
            sql = variant.statement if variant else ""
        engine = open_engine(Now(arguments.host, state, now, now), sysdba=True)
        begin = time.monotonic()
        try:
            result = engine.query(sql)
            print(f"== {path.name}: {len(result.rows)} rows, {1000 * (time.monotonic() - begin):.0f} ms")
            print(" | ".join(result.headings))
            for row in result.rows[:arguments.limit]:
                print(" | ".join("" if one is None else str(one) for one in row))
        except OraError as error:
            failed = 1
            print(f"== {path.name}: {error} (at {error.at})")
        finally:
            engine.close()
    return failed


sys.exit(main())
