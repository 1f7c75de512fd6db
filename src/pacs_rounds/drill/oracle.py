"""The Oracle drill: one look at the drill host, and a guarded script that a person runs. Pure.

The copy is made by `duplicate database … backup location`: RMAN is connected to the auxiliary instance only, to no
target and to no catalog, so that nothing it does can be entered anywhere as done to production. The copy's parameter
file names another DB_UNIQUE_NAME and another recovery area, every data file gets a new name, and the check for names
that are in use stays on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pacs_rounds.postgres.session import as_user

Drill = Mapping[str, Any]
STEPS = ("parameters", "restore", "read", "remove")

_LOOK = """\
say() {{ printf '%s %s\\n' "$1" "$2"; }}
say host "$(uname -n)"
say account "$(id -un)"
say moment "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
for a in $(ip -o addr show 2>/dev/null | awk '{{sub("/.*", "", $4); print $4}}'); do say address "$a"; done
T='{target}'
if [ ! -e "$T" ]; then say target absent
elif ! ls -A "$T" >/dev/null 2>&1; then say target unreadable
elif [ -z "$(ls -A "$T")" ]; then say target empty
else say target in_use; fi
p=$T; while [ ! -e "$p" ]; do p=$(dirname "$p"); done
say free_kb "$(df -P -k "$p" | awk 'NR == 2 {{print $4}}')"
if [ -n "$(ls -A '{backup}' 2>/dev/null)" ]; then
  say backup '{backup}'
  say backup_kb "$(du -sk '{backup}' | awk '{{print $1}}')"
else say backup none; fi
if [ -x '{home}/bin/rman' ]; then say oracle_home '{home}'; fi
if ps -eo args 2>/dev/null | grep -q '^[o]ra_pmon_{sid}$'; then say instance running; else say instance absent; fi
say end look
"""

_PARAMETERS = """\
[ "$(uname -n)" = '{host}' ] || {{ echo "refused: this is $(uname -n), not {host}"; exit 90; }}
mkdir -p '{target}' '{area}' || exit
cat > '{target}/init{sid}.ora' <<'END'
db_name = {db_name}
db_unique_name = {unique}
db_recovery_file_dest = '{area}'
db_recovery_file_dest_size = {size}G
db_create_file_dest = '{target}'
control_files = '{target}/control01.ctl'
log_archive_dest_1 = 'location={target}'
job_queue_processes = 0
END
"""

_RESTORE = """\
[ "$(uname -n)" = '{host}' ] || {{ echo "refused: this is $(uname -n), not {host}"; exit 90; }}
ORACLE_HOME='{home}'; ORACLE_SID='{sid}'; PATH=$ORACLE_HOME/bin:$PATH; export ORACLE_HOME ORACLE_SID PATH
rman <<'END'
connect auxiliary /
startup clone nomount pfile='{target}/init{sid}.ora';
run {{
set newname for database to '{target}/%b';
duplicate database to {db_name} backup location '{backup}'
logfile group 1 ('{target}/redo01.log') size 200M, group 2 ('{target}/redo02.log') size 200M;
}}
END
"""

_READ = """\
ORACLE_HOME='{home}'; ORACLE_SID='{sid}'; PATH=$ORACLE_HOME/bin:$PATH; export ORACLE_HOME ORACLE_SID PATH
sqlplus -S -L / as sysdba <<'END'
whenever sqlerror exit failure
set pagesize 0 linesize 200 trimspool on
select name || '|' || db_unique_name || '|' || open_mode from v$database;
select max(checkpoint_time) from v$datafile_header;
{counts}
exit
END
"""

_REMOVE = """\
[ "$(uname -n)" = '{host}' ] || {{ echo "refused: this is $(uname -n), not {host}"; exit 90; }}
ORACLE_HOME='{home}'; ORACLE_SID='{sid}'; PATH=$ORACLE_HOME/bin:$PATH; export ORACLE_HOME ORACLE_SID PATH
sqlplus -S -L / as sysdba <<'END'
whenever sqlerror exit failure
declare n varchar2(30); begin select db_unique_name into n from v$database;
if lower(n) <> lower('{unique}') then raise_application_error(-20001, 'this is not the copy: ' || n); end if; end;
/
shutdown immediate
exit
END
[ $? = 0 ] && echo 'shut down; remove {target} by hand once the drill is signed'
"""


def _words(drill: Drill, host: str = "") -> dict[str, Any]:
    counts = "\n".join(f"select '{one['table']}|' || count(*) from {one['table']};"  # noqa: S608  (schema's pattern)
                       for one in drill.get("tables", []))
    return {"target": drill["target"].rstrip("/"), "backup": drill["backup"], "home": drill.get("oracle_home", ""),
            "sid": drill.get("sid", ""), "host": host, "area": drill.get("recovery_area", ""),
            "unique": drill.get("db_unique_name", ""), "db_name": drill.get("db_name", drill.get("sid", "")),
            "size": drill.get("recovery_area_gb", 50), "counts": counts}


def look(drill: Drill) -> str:
    """The sh text that looks at the drill host as the software owner."""
    return as_user(str(drill.get("os_user", "oracle")), _LOOK.format(**_words(drill)))


def steps(drill: Drill, host: str) -> dict[str, str]:
    """Step -> sh text, for a person to run in this order. Nothing of it is ever sent by the drill itself."""
    words = _words(drill, host)
    texts = {"parameters": _PARAMETERS, "restore": _RESTORE, "read": _READ, "remove": _REMOVE}
    return {name: as_user(str(drill.get("os_user", "oracle")), text.format(**words)) for name, text in texts.items()}
