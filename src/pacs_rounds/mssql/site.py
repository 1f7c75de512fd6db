"""What is really sent to a host that has sqlcmd, as its inventory says (`rounds_mssql`). Pure.

One session of sqlcmd per instance, each query a batch of its own, so that one that fails costs only itself. The session
takes no locks and waits for none; SQL Server has no session that cannot write, so the account must be one that cannot.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pacs_rounds.postgres.session import as_user

HEALTH = "sqlcmd health"
END = "ROUNDS_END_OF_SCRIPT"
_QUERIES = Path(__file__).with_name("queries")
_NOTHING = "echo 'rounds_mssql: no instance'"
_PROLOGUE = """\
set nocount on;
set transaction isolation level read uncommitted;
set lock_timeout 2000;
set deadlock_priority low;
go
"""


@functools.cache
def queries() -> dict[str, str]:
    """The queries by name, in the files' order."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(_QUERIES.glob("*.sql"))}


def script(wanted: Mapping[str, str]) -> str:
    """The whole script of a session. The count of rows is the server's own and is told after them."""
    count = "print '-- ' + convert(varchar(12), @@rowcount) + ' rows';"
    batches = [f"print '-- query {name}';\n{sql.strip()}\n{count}\ngo\n" for name, sql in wanted.items()]
    return _PROLOGUE + "".join(batches) + "print '-- query end';\ngo\n"


def sqlcmd(instance: Mapping[str, Any]) -> str:
    """The sqlcmd command of an instance. A password stands in a file on the host, and from there in its environment."""
    words = [f"SQLCMDPASSWORD=$(cat '{instance['passfile']}')"] if instance.get("passfile") else []
    words += [f"'{instance.get('program', 'sqlcmd')}' -S '{instance.get('server', 'localhost')}' -d master"]
    words.append(f"-U '{instance['user']}'" if instance.get("user") else "-E")
    if instance.get("trust_certificate"):
        words.append("-C")
    return " ".join([*words, "-X -W -s '|' -w 8000 -l 5 -t 15"])


def words(settings: Mapping[str, Any] | None) -> dict[str, str]:
    """What to send for each word of the catalogue that speaks of SQL Server."""
    parts = []
    for one in (settings or {}).get("instances") or []:
        body = f"PATH=$PATH:/opt/mssql-tools18/bin:/opt/mssql-tools/bin\n{sqlcmd(one)} 2>&1 <<'{END}'\n" \
            f"{script(queries())}{END}\n"
        parts.append(f"( echo '-- instance {one['name']}'\n{as_user(str(one.get('os_user', 'none')), body)} ) 2>&1")
    return {HEALTH: "\n".join([*parts, "true"]) if parts else _NOTHING}
